"""Excerpts of the graph to be exported: whole datasets, some records, or an answer.

Each is a ``Content`` (``engine.export.content``), which every export format can write.
"""

from collections.abc import Iterable, Iterator, Sequence

from engine.access import Access
from engine.entity import Entity, Node, Relationship, schema_of
from engine.errors import BadInput
from engine.export.content import MeasuredRelationship
from engine.graph.record.reader import Reader
from engine.graph.record.row import amount_of
from engine.graph.record.stream import Stream, in_order
from engine.period import period_of
from engine.share import lowest_share

CHUNK = 1_000
"""Ids of one read."""
MOST_NEIGHBOURS = 10_000
"""Entities of a neighbourhood: their ids are kept in memory, and a larger one is no use to draw."""
MOST_STEPS = 3
"""Hops of a neighbourhood."""


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


class DatasetExcerpt:
    """All of some datasets, however large: it is streamed, and nothing is kept."""

    def __init__(self, stream: Stream, datasets: Iterable[str]) -> None:
        self._stream = stream
        self.datasets = tuple(in_order(datasets))

    def records(self, after: str = "") -> Iterator[Entity]:
        """Every record, edges included; only those that come after an id."""
        return self._stream.records(after)

    def nodes(self) -> Iterator[Node]:
        """Every record that is no edge, and every value that two of them share."""
        return self._stream.nodes()

    def relationships(self) -> Iterator[MeasuredRelationship]:
        """Every relationship between two of the nodes."""
        return map(measured, self._stream.relationships())


class RecordExcerpt:
    """Some records by their ids, and with ``edges`` also the edges between them.

    Only the ids are kept. As a graph, an edge brings its two ends along, and every relationship
    between two nodes is part of it.
    """

    def __init__(self, reader: Reader, access: Access, ids: Iterable[str], *, edges: bool) -> None:
        self._reader = reader
        self._access = access
        self._ids = sorted(set(ids))
        self._edges = edges
        self._nodes: set[str] | None = None
        """The ids of the nodes; None until they are needed."""

    @property
    def datasets(self) -> tuple[str, ...]:
        """The datasets that the records come from."""
        names = {id_.split(":", 1)[0] for id_ in self._record_ids()}
        return tuple(in_order(names & self._access.datasets))

    def records(self) -> Iterator[Entity]:
        """The records, and with ``edges`` the edges between them."""
        nodes = self._read(sorted(self._record_ids()))
        return (node for node in nodes if isinstance(node, Entity))

    def nodes(self) -> Iterator[Node]:
        """The records that are no edges, the ends of those that are, and shared values."""
        return self._read(sorted(self._node_ids()))

    def relationships(self) -> Iterator[MeasuredRelationship]:
        """Every relationship between two of the nodes, in order of the sources."""
        return map(measured, self._between_nodes())

    def _read(self, ids: Sequence[str]) -> Iterator[Node]:
        for part in chunks(ids):
            for node in self._reader.entities(part, self._access):
                if node is not None:  # it may be gone since its id was read
                    yield node

    def _record_ids(self) -> set[str]:
        ids = set(self._ids)
        if self._edges:
            edges = (one.id for one in self._between_nodes() if one.entity is not None)
            ids.update(edges)
        return ids

    def _node_ids(self) -> set[str]:
        if self._nodes is None:
            self._nodes = set()
            for node in self._read(self._ids):
                if is_edge(node):
                    assert isinstance(node, Entity)
                    schema = schema_of(node.schema)
                    for prop in (schema.source_prop, schema.target_prop):
                        self._nodes.update(node.references(prop.name) if prop else ())
                else:
                    self._nodes.add(node.id)
        return self._nodes

    def _between_nodes(self) -> Iterator[Relationship]:
        ids = self._node_ids()
        for part in chunks(sorted(ids)):
            for relationship in self._reader.outward(part, self._access):
                if relationship.target in ids:
                    yield relationship


class AnswerExcerpt:
    """The nodes and relationships of an answer, such as those of paths."""

    def __init__(self, nodes: Sequence[Node], edges: Sequence[Relationship]) -> None:
        self._nodes = sorted(nodes, key=lambda node: node.id)
        self._edges = sorted(edges, key=lambda edge: (edge.id, edge.source, edge.target))
        records = [node for node in self._nodes if isinstance(node, Entity)]
        records += [edge.entity for edge in self._edges if edge.entity is not None]
        # an edge with several ends is several relationships, but one record
        self._records = {record.id: record for record in records}
        self.datasets = tuple(in_order({record.dataset for record in records}))

    def records(self) -> Iterator[Entity]:
        """The records, edges included."""
        return (self._records[id_] for id_ in sorted(self._records))

    def nodes(self) -> Iterator[Node]:
        """The nodes."""
        return iter(self._nodes)

    def relationships(self) -> Iterator[MeasuredRelationship]:
        """The relationships."""
        return map(measured, self._edges)


def neighbourhood(reader: Reader, access: Access, id: str, hops: int) -> RecordExcerpt:
    """What is at most so many hops from an entity, with all relationships in it.

    Raises BadInput where there is no such entity, where it is an edge, or where it is too much.
    """
    if not 1 <= hops <= MOST_STEPS:
        raise BadInput(f"a neighbourhood has 1 to {MOST_STEPS} hops")
    centre = reader.entities([id], access)[0]
    if centre is None:
        raise BadInput(f"there is no entity {id[:100]!r}: ids are dataset:entity-id")
    if is_edge(centre):
        raise BadInput(f"{id} is a relationship: give one of its ends")
    reached, front = {id}, {id}
    for _ in range(hops):
        new: set[str] = set()
        for ids in chunks(sorted(front)):
            new |= reader.neighbours(ids, access, MOST_NEIGHBOURS + 1) - reached
            # checked after each read, so that a hub is not read to its end
            if len(reached) + len(new) > MOST_NEIGHBOURS:
                raise BadInput(
                    f"more than {MOST_NEIGHBOURS:,} entities are that near to {id}: "
                    "give fewer --hops"
                )
        reached |= new
        front = new
    return RecordExcerpt(reader, access, reached, edges=True)


def chunks(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """Ids in groups of one read."""
    return (ids[at : at + CHUNK] for at in range(0, len(ids), CHUNK))
