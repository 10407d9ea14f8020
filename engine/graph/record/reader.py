"""Reads records and what is around them, for one reader; and what changed since a revision."""

from collections.abc import Collection, Iterator, Sequence

from neo4j import Record

from engine.access import Access
from engine.answer import EdgeCount, Page, Step, Subgraph
from engine.entity import (
    Entity,
    Node,
    Relationship,
    edge_schemata,
    link_properties,
    relationship_type,
    same_as,
    schema_of,
    spelling,
)
from engine.errors import BadInput
from engine.graph import visibility
from engine.graph.connection import LONG_TIMEOUT, Connection, Deadline
from engine.graph.convert import (
    LITERAL,
    bare_relationship_of,
    entity_of,
    held_judgement,
    node_of,
    relationship_of,
)
from engine.graph.cypher import alternatives, branches, fragment, quoted
from engine.graph.record.change import Change
from engine.graph.record.identity import Identity, identities
from engine.graph.record.stream import Stream
from engine.graph.walk.expand import Expansion, expand, expand_count
from engine.graph.walk.sameness import joined, sees_judged
from engine.question import Direction, ExpandQuestion
from engine.sameness import Sameness

TYPES = tuple(sorted(edge_schemata()))
WINDOW = 2_000
"""About how many changes one query reads."""
FEW = 500
"""A node with more relationships is a hub: those in a subgraph are found from their other ends."""
MAX_EDGES = 10_000
"""Relationships in one subgraph, and ends of one edge."""
TOGETHER = 250
"""Relationships of a subgraph in one row: some are sent while others are read."""

REFERRING = {
    ("referrers", "node"): "referrers_node",
    ("referrers", "edge_in"): "referrers_edge_in",
    ("referrers", "edge_out"): "referrers_edge_out",
    ("referrer_counts", "node"): "referrer_counts_node",
    ("referrer_counts", "edge_in"): "referrer_counts_edge_in",
    ("referrer_counts", "edge_out"): "referrer_counts_edge_out",
}
"""The queries about those who refer to an id: of nodes, and of edges by the end that it is."""


class Reader:
    """Every answer to a reader takes at most ``deadline`` seconds; the index may ask for longer."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    def graph_id(self) -> str:
        """The id of this graph, which no other has."""
        return str(self._connection.read("graph_id", timeout=self._seconds)[0]["id"])

    def revision(self, timeout: float = LONG_TIMEOUT) -> int:
        """The revision of the last write."""
        return self._state("revision", timeout)

    def literal_revision(self) -> int:
        """The revision up to which shared values are linked."""
        return self._state("literal_revision", LONG_TIMEOUT)

    def purged_revision(self) -> int:
        """The revision up to which tombstones may be missing: an older index must be built anew."""
        return self._state("purged_revision", LONG_TIMEOUT)

    def _state(self, name: str, timeout: float) -> int:
        rows = self._connection.read("clew_state", timeout=timeout)
        return int(rows[0][name]) if rows else 0

    def titles(self) -> dict[str, str]:
        """The titles of all datasets by name, in order of name, but for those being deleted."""
        rows = self._connection.read("dataset_list", timeout=self._seconds)
        return {row["name"]: row["title"] or row["name"] for row in rows}

    def identities(self, dataset: str | None = None) -> Iterator[Identity]:
        """(id, checksum) of every record (of a dataset) in code point order of the ids."""
        return identities(self._connection, dataset)

    def literals(self, ids: Sequence[str]) -> set[str]:
        """Which of these shared values are nodes, whoever may see them."""
        if not ids:
            return set()
        rows = self._connection.read("literal_known", {"ids": list(ids)}, timeout=LONG_TIMEOUT)
        return {row["id"] for row in rows}

    def entities(self, ids: Sequence[str], access: Access) -> list[Node | None]:
        """The records, edges and shared values with these ids, in order.

        None stands for an id that does not exist, and for one that the reader may not see.
        """
        deadline = Deadline(self._seconds)
        visible = visibility.parameters(access)
        records, shared = by_kind(ids)
        nodes: dict[str, Node] = {}
        lookups: tuple[tuple[str, list[str], dict[str, str]], ...] = (
            ("node_by_id", records, {}),
            ("edge_by_id", records, {"types": alternatives(TYPES)}),
            ("literal_by_id", shared, {}),
        )
        # Twice, because a query may miss what a commit moves in the index at the same moment.
        for name, group, parts in (*lookups, *lookups):
            rest = [id_ for id_ in group if id_ not in nodes]
            if not rest:
                continue
            parameters = {"ids": rest, **visible}
            for row in self._connection.read(name, parameters, timeout=deadline.left(), **parts):
                dataset = row.get("dataset") or ""
                # one that was deleted while it was read has no properties
                for node in (node_of(each, dataset) for each in row["records"] if each):
                    nodes[node.id] = node
        return [nodes.get(id_) for id_ in ids]

    def expand(self, question: ExpandQuestion, access: Access) -> Page[Step]:
        """The relationships of a node with the nodes at their other ends; of an edge, its ends."""
        wanted = Expansion(question, access)
        deadline = Deadline(self._seconds)
        page = expand(self._connection, deadline, wanted, self._same(question, deadline, access))
        if page.items or question.after is not None or question.id.startswith(LITERAL):
            return page
        return self._edge_ends(wanted, question.first, deadline)

    def expand_count(self, question: ExpandQuestion, access: Access) -> int:
        """How many steps ``expand`` has on all pages."""
        wanted = Expansion(question, access)
        deadline = Deadline(self._seconds)
        same = self._same(question, deadline, access)
        total = expand_count(self._connection, deadline, wanted, same)
        return total or len(self._edge_ends(wanted, MAX_EDGES, deadline).items)

    def _same(
        self, question: ExpandQuestion, deadline: Deadline, access: Access
    ) -> Sameness | None:
        """What joins a record with others, where it is to be crossed and there is something."""
        if not question.judged or question.id.startswith(LITERAL):
            return None
        sameness = joined(self._connection, deadline, [question.id], access)
        return sameness if sameness.knows(question.id) else None

    def _edge_ends(self, wanted: Expansion, first: int, deadline: Deadline) -> Page[Step]:
        """The ends of an edge, as steps along itself; never more than fit on one page."""
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

    def spellings(self, ids: Sequence[str], access: Access) -> dict[str, str]:
        """Shared values by id, each as its first holder that the reader may see writes it."""
        rows = self._connection.read(
            "literal_holder",
            {"ids": sorted(set(ids)), **visibility.parameters(access)},
            timeout=self._seconds,
        )
        spelt = {row["id"]: spelling(entity_of(row["properties"]), row["id"]) for row in rows}
        return {id_: text for id_, text in spelt.items() if text is not None}

    def edge_counts(self, ids: Sequence[str], access: Access) -> dict[str, list[EdgeCount]]:
        """How many relationships of each type and direction the reader sees at each node."""
        deadline = Deadline(self._seconds)
        counts: dict[str, list[EdgeCount]] = {id_: [] for id_ in ids}
        for label, group in by_label(ids):
            parameters = {"ids": group, **visibility.parameters(access)}
            for row in self._connection.read(
                "edge_counts", parameters, timeout=deadline.left(), label=quoted(label)
            ):
                direction = Direction.OUT if row["out"] else Direction.IN
                counts[row["id"]].append(EdgeCount(row["type"], direction, row["count"]))
        return counts

    def refers_by_graph(self, schema: str, prop: str) -> bool:
        """Whether an entity-typed property of a schema is a relationship of the graph."""
        model = schema_of(schema)
        if model.edge:
            return model.source_prop is not None and prop in _ends(schema)
        return any(link.name == prop for link in link_properties(schema))

    def referrers(
        self, ids: Sequence[str], schema: str, prop: str, access: Access, first: int
    ) -> dict[str, list[Entity]]:
        """For each id the first entities, by their ids, whose property ``prop`` names it.

        They are of this schema or of a descendant. Raises BadInput for a property that is no
        relationship (``refers_by_graph``).
        """
        referrers: dict[str, list[Entity]] = {id_: [] for id_ in ids}
        for row in self._referring("referrers", ids, schema, prop, access, first):
            referrers[row["id"]].append(entity_of(row["properties"]))
        return referrers

    def referrer_counts(
        self, ids: Sequence[str], schema: str, prop: str, access: Access
    ) -> dict[str, int]:
        """For each id how many entities ``referrers`` has for it; raises BadInput as that does."""
        rows = self._referring("referrer_counts", ids, schema, prop, access)
        return dict.fromkeys(ids, 0) | {row["id"]: row["count"] for row in rows}

    def _referring(
        self,
        question: str,
        ids: Sequence[str],
        schema: str,
        prop: str,
        access: Access,
        first: int = 0,
    ) -> list[Record]:
        """The rows of one of the queries about those who refer to ids."""
        if not self.refers_by_graph(schema, prop):
            raise BadInput(f"{schema}.{prop} is not a relationship of the graph")
        is_edge = schema_of(schema).edge
        direction = "edge_out" if is_edge and prop == _ends(schema)[0] else "edge_in"
        kind = direction if is_edge else "node"
        parameters = {"ids": sorted(set(ids)), "first": first, "schema": schema}
        return self._connection.read(
            REFERRING[question, kind],
            parameters | visibility.parameters(access),
            timeout=self._seconds,
            type=quoted(relationship_type(schema if is_edge else prop)),
        )

    def subgraph(self, ids: Sequence[str], access: Access, *, whole: bool = True) -> Subgraph:
        """The entities with these ids that the reader may see, and the relationships among them.

        Only a ``whole`` relationship has its ``entity``: that takes three times as long.
        """
        deadline = Deadline(self._seconds)
        unique = list(dict.fromkeys(ids))
        nodes = [node for node in self.entities(unique, access) if node is not None]
        parameters = {
            "ids": unique,
            "few": FEW,
            "together": TOGETHER,
            **visibility.parameters(access),
            "limit": MAX_EDGES + 1,
        }
        told = fragment("subgraph_properties" if whole else "subgraph_id")
        rows = self._connection.read("subgraph", parameters, timeout=deadline.left(), told=told)
        made = relationship_of if whole else bare_relationship_of
        edges = [made(*edge) for row in rows for edge in row["edges"]]
        cut = f"more than {MAX_EDGES:,} relationships" if len(edges) > MAX_EDGES else None
        edges = edges[:MAX_EDGES] + self._judged_among(unique, deadline, access)
        edges.sort(key=lambda edge: (edge.id, edge.source, edge.target))
        return Subgraph(nodes, edges, cut)

    def _judged_among(
        self, ids: Sequence[str], deadline: Deadline, access: Access
    ) -> list[Relationship]:
        """The positive judgements on two of these records."""
        if not sees_judged(self._connection, deadline, access):
            return []
        parameters = {"ids": ids, **visibility.parameters(access)}
        rows = self._connection.read("same_as", parameters, timeout=deadline.left())
        found = {each.id: each for each in map(held_judgement, rows)}
        return [same_as(each) for each in found.values() if set(each.ends) <= set(ids)]

    def outward(self, ids: Sequence[str], access: Access) -> list[Relationship]:
        """The relationships that lead out of some records and that the reader may see, in order."""
        parameters = {"ids": list(ids), **visibility.parameters(access)}
        rows = self._connection.read("outward", parameters, timeout=LONG_TIMEOUT)
        edges = [
            relationship_of(row["type"], row["source"], row["target"], row["properties"])
            for row in rows
        ]
        return sorted(edges, key=lambda edge: (edge.source, edge.id, edge.target, edge.type))

    def neighbours(self, ids: Sequence[str], access: Access, most: int) -> set[str]:
        """The ids of what is one hop away from any of these nodes.

        At most ``most`` for records and as many for shared values.
        """
        deadline = Deadline(self._seconds)
        neighbours: set[str] = set()
        for label, group in by_label(ids):
            parameters = {"ids": group, **visibility.parameters(access), "limit": most}
            rows = self._connection.read(
                "neighbour_ids", parameters, timeout=deadline.left(), label=quoted(label)
            )
            neighbours.update(row["id"] for row in rows)
        return neighbours

    def stream(self, datasets: Sequence[str]) -> Stream:
        """All that some datasets hold, in the order of the ids."""
        return Stream(self._connection, datasets)

    def changes(self, since: int) -> Iterator[Change]:
        """What is newer than a revision, in order of revision; each edge once, deletions included.

        It is read in windows that end between two revisions. Each is a transaction of its own, so
        that memory stays flat.
        """
        revisions = branches("change_revisions_branch", TYPES)
        window = branches("change_window_branch", TYPES)
        while True:
            parameters = {"since": since, "limit": WINDOW}
            rows = self._connection.read(
                "change_revisions", parameters, timeout=LONG_TIMEOUT, branches=revisions
            )
            upto = rows[0]["upto"]
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


def by_kind(ids: Collection[str]) -> tuple[list[str], list[str]]:
    """The ids of records and those of shared values, each once and in order."""
    shared = {id_ for id_ in ids if id_.startswith(LITERAL)}
    return sorted(set(ids) - shared), sorted(shared)


def by_label(ids: Collection[str]) -> list[tuple[str, list[str]]]:
    """The ids by the label under which Neo4j finds them; no label without ids."""
    records, shared = by_kind(ids)
    return [(label, group) for label, group in (("Entity", records), ("Literal", shared)) if group]


def _ends(schema: str) -> tuple[str, str]:
    """The names of an edge schema's source and target properties."""
    model = schema_of(schema)
    assert model.source_prop is not None
    assert model.target_prop is not None
    return model.source_prop.name, model.target_prop.name
