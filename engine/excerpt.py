"""What can be exported: whole datasets, some records, or an answer that is there already, as content for a format."""

from collections.abc import Iterable, Iterator, Sequence

from engine.access import Access
from engine.entity import Entity, Node, Relationship, schema_of
from engine.errors import BadInput
from engine.export.content import MeasuredRelationship
from engine.graph.period import period_of
from engine.graph.record.reader import Reader
from engine.graph.record.row import amount_of
from engine.graph.record.stream import Stream, in_order
from engine.share import lowest_share

CHUNK = 1_000
"""Records that are read at once."""
MOST_NEIGHBOURS = 10_000
MOST_STEPS = 3


def measured(relationship: Relationship) -> MeasuredRelationship:
    """A relationship with what can be measured of it."""
    entity = relationship.entity
    if entity is None:
        return MeasuredRelationship(relationship)
    start, end = period_of(entity)
    share = lowest_share(entity.properties.get("percentage", ())).value
    return MeasuredRelationship(relationship, start, end, amount_of(entity), share)


def is_edge(node: Node | None) -> bool:
    """Whether a record is an edge."""
    return isinstance(node, Entity) and schema_of(node.schema).edge


class Whole:
    """All of some datasets, however large; nothing of it is kept."""

    def __init__(self, stream: Stream, datasets: Iterable[str]) -> None:
        self._stream = stream
        self.datasets = tuple(in_order(datasets))

    def records(self) -> Iterator[Entity]:
        """Every record, edges included."""
        return self._stream.records()

    def nodes(self) -> Iterator[Node]:
        """Every record that is no edge, and every value that two of them share."""
        return self._stream.nodes()

    def relationships(self) -> Iterator[MeasuredRelationship]:
        """Every relationship that leads from one of them to another."""
        return map(measured, self._stream.relationships())


class Selection:
    """Some records by their ids, of which it keeps no more than these; with ``edges`` those among them too.

    As a graph an edge brings its ends, and whatever leads from one node to another is drawn.
    """

    def __init__(self, reader: Reader, access: Access, ids: Iterable[str], *, edges: bool) -> None:
        self._reader = reader
        self._access = access
        self._ids = sorted(set(ids))
        self._edges = edges
        self._known: set[str] | None = None

    @property
    def datasets(self) -> tuple[str, ...]:
        """The datasets that the records come from."""
        ids = set(self._ids)
        if self._edges:
            ids.update(found.id for found in self._among() if found.entity is not None)
        return tuple(in_order({id_.split(":", 1)[0] for id_ in ids} & self._access.datasets))

    def records(self) -> Iterator[Entity]:
        """The records, and with ``edges`` those among them."""
        ids = set(self._ids)
        if self._edges:
            ids.update(found.id for found in self._among() if found.entity is not None)
        return (node for node in self._read(sorted(ids)) if isinstance(node, Entity))

    def nodes(self) -> Iterator[Node]:
        """The records that are no edges, the ends of those that are, and shared values."""
        return self._read(sorted(self._node_ids()))

    def relationships(self) -> Iterator[MeasuredRelationship]:
        """Every relationship among the nodes, by its source."""
        return map(measured, self._among())

    def _read(self, ids: Sequence[str]) -> Iterator[Node]:
        for at in range(0, len(ids), CHUNK):
            for node in self._reader.entities(ids[at : at + CHUNK], self._access):
                if node is not None:
                    yield node

    def _node_ids(self) -> set[str]:
        if self._known is None:
            self._known = set()
            for node in self._read(self._ids):
                if is_edge(node):
                    assert isinstance(node, Entity)
                    schema = schema_of(node.schema)
                    for prop in (schema.source_prop, schema.target_prop):
                        self._known.update(node.references(prop.name) if prop else ())
                else:
                    self._known.add(node.id)
        return self._known

    def _among(self) -> Iterator[Relationship]:
        known = self._node_ids()
        ids = sorted(known)
        for at in range(0, len(ids), CHUNK):
            found = self._reader.outward(ids[at : at + CHUNK], self._access)
            yield from (relationship for relationship in found if relationship.target in known)


class Answer:
    """Nodes and relationships that an answer holds."""

    def __init__(self, nodes: Sequence[Node], edges: Sequence[Relationship]) -> None:
        self._nodes = sorted(nodes, key=lambda node: node.id)
        self._edges = sorted(edges, key=lambda edge: (edge.id, edge.source, edge.target))
        told = [node for node in self._nodes if isinstance(node, Entity)]
        told += [edge.entity for edge in self._edges if edge.entity is not None]
        self._records = {entity.id: entity for entity in told}
        self.datasets = tuple(in_order({entity.dataset for entity in self._records.values()}))

    def records(self) -> Iterator[Entity]:
        """The records and the edges."""
        return (self._records[id_] for id_ in sorted(self._records))

    def nodes(self) -> Iterator[Node]:
        """The nodes."""
        return iter(self._nodes)

    def relationships(self) -> Iterator[MeasuredRelationship]:
        """The relationships."""
        return map(measured, self._edges)


def neighbourhood(reader: Reader, access: Access, id: str, hops: int) -> Selection:
    """All that is at most so many hops away, with all relationships among it.

    Raises BadInput where there is nothing with this id, where it is an edge, or where it would be too much.
    """
    if not 1 <= hops <= MOST_STEPS:
        raise BadInput(f"a neighbourhood has 1 to {MOST_STEPS} hops")
    centre = reader.entities([id], access)[0]
    if centre is None:
        raise BadInput(f"there is no entity {id[:100]!r}: ids are dataset:entity-id")
    if is_edge(centre):
        raise BadInput(f"{id} is a relationship: give one of its ends")
    found, edge = {id}, {id}
    for _ in range(hops):
        fresh: set[str] = set()
        for ids in chunks(sorted(edge)):
            fresh |= reader.neighbours(ids, access, MOST_NEIGHBOURS + 1) - found
            if len(found) + len(fresh) > MOST_NEIGHBOURS:
                raise BadInput(
                    f"more than {MOST_NEIGHBOURS:,} entities are that near to {id}: give fewer --hops"
                )
        found |= fresh
        edge = fresh
    return Selection(reader, access, found, edges=True)


def chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Ids in groups that one question takes."""
    return (ids[at : at + CHUNK] for at in range(0, len(ids), CHUNK))
