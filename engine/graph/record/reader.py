"""What is in the graph for one pair of eyes: records, their relationships, and what changed since."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from engine.access import Access
from engine.answer import EdgeCount, Page, Step, Subgraph
from engine.entity import (
    Entity,
    Node,
    Relationship,
    edge_schemata,
    link_properties,
    relationship_type,
    schema_of,
)
from engine.errors import BadInput
from engine.graph import visibility
from engine.graph.connection import LONG_TIMEOUT, Connection, Deadline
from engine.graph.convert import LITERAL, entity_of, node_of, relationship_of
from engine.graph.cypher import alternatives, branches, quoted
from engine.graph.record.change import Change
from engine.graph.record.identity import Identity, identities
from engine.graph.record.stream import Stream
from engine.graph.walk.expand import Expansion, expand, expand_count
from engine.question import Direction, ExpandQuestion

TYPES = tuple(sorted(edge_schemata()))
WINDOW = 5_000
"""About how many changes are read at a time."""
MOST_EDGES = 10_000
"""A subgraph with more relationships is cut."""


class Reader:
    """Every read of single records and their neighbours; each takes at most ``deadline`` seconds."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    def graph_id(self) -> str:
        """What tells this graph from all others."""
        return str(self._connection.read("graph_id", timeout=self._seconds)[0]["id"])

    def revision(self, timeout: float = LONG_TIMEOUT) -> int:
        """The revision of the last write."""
        return self._state("revision", timeout)

    def literal_revision(self) -> int:
        """The revision up to which shared values have been worked out."""
        return self._state("literal_revision", LONG_TIMEOUT)

    def purged_revision(self) -> int:
        """The revision up to which tombstones may be missing: an index below it must be made anew."""
        return self._state("purged_revision", LONG_TIMEOUT)

    def _state(self, name: str, timeout: float) -> int:
        rows = self._connection.read("clew_state", timeout=timeout)
        return int(rows[0][name]) if rows else 0

    def titles(self) -> dict[str, str]:
        """The titles of all datasets by name, in order of name; one that is being deleted is gone."""
        rows = self._connection.read("dataset_list", timeout=self._seconds)
        return {row["name"]: row["title"] or row["name"] for row in rows}

    def identities(self, dataset: str | None = None) -> Iterator[Identity]:
        """(id, checksum) of every record (of a dataset) in code point order of the ids."""
        return identities(self._connection, dataset)

    def literals(self, ids: Sequence[str]) -> set[str]:
        """Which of these shared values are nodes."""
        if not ids:
            return set()
        rows = self._connection.read("literal_known", {"ids": list(ids)}, timeout=LONG_TIMEOUT)
        return {row["id"] for row in rows}

    def entities(self, ids: Sequence[str], access: Access) -> list[Node | None]:
        """The records, edges and shared values with these ids, in order; None where there is none to see."""
        deadline = Deadline(self._seconds)
        visible = visibility.parameters(access)
        found: dict[str, Node] = {}
        shared = sorted({id_ for id_ in ids if id_.startswith(LITERAL)})
        wanted = sorted({id_ for id_ in ids if not id_.startswith(LITERAL)})
        parts = {"edge_by_id": {"types": alternatives(TYPES)}}
        looks = {"node_by_id": wanted, "edge_by_id": wanted, "literal_by_id": shared}
        for name, group in (
            *looks.items(),
            *looks.items(),
        ):  # twice: Neo4j may miss what a commit beside it moves
            if rest := [id_ for id_ in group if id_ not in found]:
                parameters = {"ids": rest, **visible}
                for row in self._connection.read(
                    name, parameters, timeout=deadline.left(), **parts.get(name, {})
                ):
                    if row["properties"]:  # none are left of what was deleted since it was found
                        node = node_of(row["properties"], row.get("dataset") or "")
                        found[node.id] = node
        return [found.get(id_) for id_ in ids]

    def expand(self, question: ExpandQuestion, access: Access) -> Page[Step]:
        """The relationships of one entity with the nodes at their other ends; an edge has its two ends."""
        wanted = Expansion(question, access)
        deadline = Deadline(self._seconds)
        page = expand(self._connection, deadline, wanted)
        if page.items or question.after is not None or question.id.startswith(LITERAL):
            return page
        return self._edge_ends(wanted, question.first, deadline)

    def expand_count(self, question: ExpandQuestion, access: Access) -> int:
        """How many steps ``expand`` has on all pages."""
        wanted = Expansion(question, access)
        deadline = Deadline(self._seconds)
        total = expand_count(self._connection, deadline, wanted)
        return total or len(self._edge_ends(wanted, MOST_EDGES, deadline).items)

    def _edge_ends(self, wanted: Expansion, first: int, deadline: Deadline) -> Page[Step]:
        """The ends of an edge entity, as steps of the edge itself; never more than fit on one page."""
        rows = self._connection.read(
            "edge_pairs",
            {"id": wanted.question.id, **visibility.parameters(wanted.access)},
            timeout=deadline.left(),
            types=alternatives(TYPES),
        )
        steps: dict[str, Relationship] = {}
        for row in rows:
            relationship = relationship_of(
                row["type"], row["source"], row["target"], row["properties"]
            )
            steps.setdefault(row["source"], relationship)
            steps.setdefault(row["target"], relationship)
        if not steps:
            return Page()
        nodes = self.entities(list(steps), wanted.access)
        items = [
            Step(steps[node.id], node)
            for node in nodes
            if isinstance(node, Entity) and wanted.admits(node.schema)
        ]
        return Page(items[:first], [step.node.id for step in items[:first]])

    def edge_counts(self, ids: Sequence[str], access: Access) -> dict[str, list[EdgeCount]]:
        """How many relationships of each type and direction each entity has, as far as this reader sees."""
        deadline = Deadline(self._seconds)
        found: defaultdict[str, list[EdgeCount]] = defaultdict(list)
        shared = sorted({id_ for id_ in ids if id_.startswith(LITERAL)})
        wanted = sorted({id_ for id_ in ids if not id_.startswith(LITERAL)})
        for label, group in (("Entity", wanted), ("Literal", shared)):
            if group:
                parameters = {"ids": group, **visibility.parameters(access)}
                for row in self._connection.read(
                    "edge_counts", parameters, timeout=deadline.left(), label=quoted(label)
                ):
                    direction = Direction.OUT if row["out"] else Direction.IN
                    found[row["id"]].append(EdgeCount(row["type"], direction, row["count"]))
        return {id_: found[id_] for id_ in ids}

    def refers_by_graph(self, schema: str, prop: str) -> bool:
        """Whether an entity-typed property of a schema is a relationship of the graph."""
        found = schema_of(schema)
        if found.edge:
            return found.source_prop is not None and prop in _ends(schema)
        return any(known.name == prop for known in link_properties(schema))

    def referrers(
        self, ids: Sequence[str], schema: str, prop: str, access: Access, first: int
    ) -> dict[str, list[Entity]]:
        """The entities of a schema or its descendants whose property ``prop`` names each id, by their ids.

        Raises BadInput for a property that is no relationship (``refers_by_graph``).
        """
        if not self.refers_by_graph(schema, prop):
            raise BadInput(f"{schema}.{prop} is not a relationship of the graph")
        edge = schema_of(schema).edge
        name = (
            ("referrers_edge_out" if prop == _ends(schema)[0] else "referrers_edge_in")
            if edge
            else "referrers_node"
        )
        rows = self._connection.read(
            name,
            {
                "ids": sorted(set(ids)),
                **visibility.parameters(access),
                "first": first,
                "schema": schema,
            },
            timeout=self._seconds,
            type=quoted(relationship_type(schema if edge else prop)),
        )
        found: dict[str, list[Entity]] = {id_: [] for id_ in ids}
        for row in rows:
            found[row["id"]].append(entity_of(row["properties"]))
        return found

    def subgraph(self, ids: Sequence[str], access: Access) -> Subgraph:
        """The entities among these ids that this reader may see, and the relationships between them."""
        deadline = Deadline(self._seconds)
        unique = list(dict.fromkeys(ids))
        nodes = [node for node in self.entities(unique, access) if node is not None]
        parameters = {"ids": unique, **visibility.parameters(access), "limit": MOST_EDGES + 1}
        rows = self._connection.read("subgraph", parameters, timeout=deadline.left())
        edges = [
            relationship_of(row["type"], row["source"], row["target"], row["properties"])
            for row in rows[:MOST_EDGES]
        ]
        edges.sort(key=lambda edge: (edge.id, edge.source, edge.target))
        cut = f"more than {MOST_EDGES:,} relationships" if len(rows) > MOST_EDGES else None
        return Subgraph(nodes, edges, cut)

    def outward(self, ids: Sequence[str], access: Access) -> list[Relationship]:
        """Every relationship that leads out of some records, as far as this reader sees, by its ends."""
        parameters = {"ids": list(ids), **visibility.parameters(access)}
        rows = self._connection.read("outward", parameters, timeout=LONG_TIMEOUT)
        found = [
            relationship_of(row["type"], row["source"], row["target"], row["properties"])
            for row in rows
        ]
        return sorted(found, key=lambda edge: (edge.source, edge.id, edge.target, edge.type))

    def neighbours(self, ids: Sequence[str], access: Access, most: int) -> set[str]:
        """The ids of what is one hop from any of these, at most so many of each kind."""
        deadline = Deadline(self._seconds)
        found: set[str] = set()
        for label in ("Entity", "Literal"):
            group = [id_ for id_ in ids if id_.startswith(LITERAL) == (label == "Literal")]
            if group:
                parameters = {"ids": group, **visibility.parameters(access), "limit": most}
                rows = self._connection.read(
                    "neighbour_ids", parameters, timeout=deadline.left(), label=quoted(label)
                )
                found.update(row["id"] for row in rows)
        return found

    def stream(self, datasets: Sequence[str]) -> Stream:
        """All that some datasets tell, in the order of the ids."""
        return Stream(self._connection, datasets)

    def changes(self, since: int) -> Iterator[Change]:
        """What is newer than a revision, in order of revision; each edge once, deletions included.

        Read in windows cut between revisions, each a transaction of its own, so that memory stays flat.
        """
        revisions, window = (
            branches("change_revisions_branch", TYPES),
            branches("change_window_branch", TYPES),
        )
        while True:
            parameters = {"since": since, "limit": WINDOW}
            found = self._connection.read(
                "change_revisions", parameters, timeout=LONG_TIMEOUT, branches=revisions
            )
            upto = found[0]["upto"]
            if upto is None:
                return
            parameters = {"since": since, "upto": upto}
            rows = self._connection.read(
                "change_window", parameters, timeout=LONG_TIMEOUT, branches=window
            )
            rows.sort(key=lambda row: (row["revision"], row["id"]))
            for row in rows:
                entity = entity_of(row["properties"]) if row["properties"] is not None else None
                yield Change(row["revision"], row["id"], entity, row["keys"] or [])
            since = upto


def _ends(schema: str) -> tuple[str, str]:
    """The names of an edge schema's source and target properties."""
    found = schema_of(schema)
    assert found.source_prop is not None
    assert found.target_prop is not None
    return found.source_prop.name, found.target_prop.name
