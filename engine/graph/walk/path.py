"""How does one get from here to there? Paths among what a reader may see, the filters pushed into the walk.

A path is a sequence of distinct nodes: parallel relationships do not make another one. The server finds
shortest walks that repeat no relationship; those that repeat a node are counted and left out. Where too few
remain, or parallel relationships make too many walks to go through, the nodes are searched layer by layer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from neo4j import Record

from engine.access import Access
from engine.answer import Path, PathResult
from engine.entity import Node, Relationship
from engine.errors import QueryTimeout
from engine.graph import visibility
from engine.graph.connection import Connection, Deadline
from engine.graph.convert import LITERAL, node_of, relationship_of
from engine.graph.cypher import fragment, quoted
from engine.graph.visibility import is_visible
from engine.graph.walk.hop import Hop
from engine.graph.walk.layer import MAX_STEPS, Layers
from engine.question import MAX_ENDS, MAX_PATHS, PathMode, PathQuestion

FIRST_TRY = 0.25
"""The part of its time that a question may take in the server's own way, before it is asked layer by layer."""

Pair = tuple[str, str]
Hubs = dict[str, list[str]]


@dataclass(frozen=True)
class Search:
    """One question about paths, and what the reader may see."""

    question: PathQuestion
    access: Access

    def wanted(self) -> int:
        """How many paths each pair of ends is asked for: of all shortest one too many, to see whether it is."""
        return {
            PathMode.SHORTEST: 1,
            PathMode.K_SHORTEST: self.question.k,
            PathMode.ALL_SHORTEST: self.question.limit + 1,
        }[self.question.mode]

    def exact(self) -> bool:
        """Whether the first answer of the server has every path: shortest walks repeat no node."""
        return self.question.mode is PathMode.ALL_SHORTEST or (
            self.question.mode is PathMode.SHORTEST and not self.question.hops
        )

    def steps(self) -> list[Hop]:
        """The hops as the pattern has them: one that repeats, or each for itself."""
        general = ("g", self.question.filter)
        onward, avoid = not self.exact() or bool(self.question.hops), bool(self.question.avoid)
        if self.question.hops:
            last = len(self.question.hops) - 1
            return [
                Hop(str(at), (general, (f"h{at}", own)), "1", onward, avoid, at < last)
                for at, own in enumerate(self.question.hops)
            ]
        return [
            Hop(
                "",
                (general,),
                f"1,{self.question.max_hops}",
                onward,
                avoid,
                self.question.max_hops > 1,
            )
        ]

    def query(self) -> str:
        """The name of the query that answers it."""
        shortest = self.exact() and self.question.mode is PathMode.SHORTEST
        return "path_shortest" if shortest else "path_search"

    def parts(
        self, steps: Sequence[Hop], source: str, target: str, *, known: bool = False
    ) -> dict[str, str]:
        """The statement's parts for a pair of ends; where the paths are ``known``, of that which tells them."""
        every = (
            [step.relationships(str(at)) for at, step in enumerate(steps)]
            if self.question.hops
            else [steps[0].relationships(None)]
        )
        found = {
            "source": quoted(label(source)),
            "target": quoted(label(target)),
            "relationships": "\n    + ".join(every),
        }
        if self.query() == "path_shortest":
            return found | {"hops": patterns(steps)}
        if known:
            return found | {"search": fragment("path_by_nodes")}
        every_shortest = self.question.mode is PathMode.ALL_SHORTEST
        search = "path_all_shortest" if every_shortest else "path_k_shortest"
        return found | {"search": fragment(search, hops=patterns(steps))}

    def parameters(self, steps: Sequence[Hop]) -> dict[str, Any]:
        """The statement's parameters, but for the pairs and how many walks."""
        found: dict[str, Any] = {
            **visibility.parameters(self.access),
            "avoid": list(self.question.avoid),
        }
        for step in steps:
            found.update(step.parameters())
        return found


@dataclass
class Gathering:
    """The paths that were found so far, each node and relationship once."""

    limit: int
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[tuple[str, str, str], Relationship] = field(default_factory=dict)
    paths: dict[tuple[str, ...], Path] = field(default_factory=dict)
    truncated: str | None = None

    def take(self, row: Record, wanted: int) -> int:
        """Take in the paths of one pair, the shortest ``wanted`` of them; how many there were."""
        told = zip(row["node_ids"], row["edge_ids"], strict=True)
        found = sorted((Path(tuple(n), tuple(e)) for n, e in told), key=order)
        if self.truncated is None and len(self.paths) + min(len(found), wanted) > self.limit:
            self.truncated = f"there are more than {self.limit:,} paths"
        kept = found[: min(wanted, self.limit - len(self.paths))]
        self.paths.update((path.node_ids, path) for path in kept)
        used = {id_ for path in kept for id_ in path.node_ids}
        # an edge with several ends is several relationships with one id: those of paths that are kept
        steps = (
            step
            for path in kept
            for step in zip(path.edge_ids, pairwise(path.node_ids), strict=True)
        )
        crossed = {(id_, frozenset(pair)) for id_, pair in steps}
        seen: dict[str, str] = {}
        for kind, source, target, properties in row["edges"]:
            relationship = relationship_of(kind, source, target, properties)
            if (relationship.id, frozenset((source, target))) in crossed:
                self.edges.setdefault((relationship.id, source, target), relationship)
                seen.setdefault(source, relationship.dataset)
                seen.setdefault(target, relationship.dataset)
        for properties in row["nodes"]:
            if properties["id"] in used and properties["id"] not in self.nodes:
                self.nodes[properties["id"]] = node_of(properties, seen.get(properties["id"], ""))
        return len(found)

    def result(self) -> PathResult:
        """The paths, shortest first, then by the ids of their nodes."""
        paths = sorted(self.paths.values(), key=order)
        return PathResult(
            list(self.nodes.values()), list(self.edges.values()), paths, self.truncated
        )


@dataclass(frozen=True)
class Quest:
    """One question on its way: its hops, which nodes are hubs to it, what was found, and until when it may go on."""

    search: Search
    steps: Sequence[Hop]
    hubs: Hubs
    gathering: Gathering
    deadline: Deadline

    def parameters(self) -> dict[str, Any]:
        """The parameters of every statement that it asks."""
        return self.search.parameters(self.steps) | self.hubs


class Pathfinder:
    """Finds paths, within a deadline of some seconds."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    def paths(self, question: PathQuestion, access: Access) -> PathResult:
        """The paths between each of its two lists of ends, the shortest for every pair.

        An end that is not there, or not for this reader, has no path; from a node to itself it is the
        path of no hops. A deadline that runs out says so in ``truncated``.
        """
        sources = list(dict.fromkeys(question.from_ids))
        targets = list(dict.fromkeys(question.to_ids))
        search = Search(question, access)
        # several pairs share the limit; k shortest of each are never cut
        every = question.mode is PathMode.ALL_SHORTEST
        gathering = Gathering(question.limit if every else MAX_PATHS * MAX_ENDS)
        deadline = Deadline(self._seconds)
        try:
            if not search.question.hops:
                self._stay(search, sorted(set(sources) & set(targets)), gathering, deadline)
            for start in labels(sources):
                for end in labels(targets):
                    pairs = [
                        (a, b)
                        for a in sources
                        for b in targets
                        if a != b and (label(a), label(b)) == (start, end)
                    ]
                    self._walk(search, pairs, gathering, deadline)
        except QueryTimeout:
            gathering.truncated = f"deadline of {self._seconds:g} s: there may be other paths"
        return gathering.result()

    def _stay(
        self, search: Search, ids: list[str], gathering: Gathering, deadline: Deadline
    ) -> None:
        """The paths from nodes to themselves."""
        for kind in labels(ids):
            chosen = [id_ for id_ in ids if label(id_) == kind]
            asked = {"ids": chosen, **visibility.parameters(search.access)}
            rows = self._connection.read(
                "path_single_node", asked, timeout=deadline.left(), label=quoted(kind)
            )
            for row in rows:
                node = node_of(row["properties"], row["dataset"] or "")
                gathering.nodes[node.id] = node
                gathering.paths[(node.id,)] = Path((node.id,), ())

    def _walk(
        self, search: Search, pairs: list[Pair], gathering: Gathering, deadline: Deadline
    ) -> None:
        """The paths between pairs of nodes of the same two kinds, asking for more walks where it must."""
        steps = search.steps()
        if not pairs or any(step.impossible() for step in steps):
            return
        quest = Quest(search, steps, self._hubs(search, steps, deadline), gathering, deadline)
        if search.query() == "path_shortest":
            self._first(quest, pairs)
            return
        for pair in self._unanswered(quest, pairs):
            self._walk_by_nodes(quest, pair)

    def _first(self, quest: Quest, pairs: list[Pair]) -> None:
        """One shortest path for each pair.

        To ask of each node on the way whether it may be seen takes longer than all the rest. So first none is asked:
        what is found is right if all of its nodes may be seen, as they mostly may; only otherwise all are asked.
        """
        for checks_nodes in (False, True):
            way = [replace(step, checks_nodes=checks_nodes) for step in quest.steps]
            hidden: list[Pair] = []
            given = quest.parameters() | {"pairs": pairs}
            parts = quest.search.parts(way, *pairs[0])
            for row in self._connection.stream(
                "path_shortest", given, timeout=quest.deadline.left(), **parts
            ):
                if all(is_visible(properties, quest.search.access) for properties in row["nodes"]):
                    quest.gathering.take(row, 1)
                else:
                    hidden.append((row["pair"][0], row["pair"][1]))
            if not hidden:
                return
            pairs = hidden

    def _unanswered(self, quest: Quest, pairs: list[Pair]) -> list[Pair]:
        """Ask the server for walks; the pairs among whose walks too few were paths, or none was found in time."""
        search, wanted = quest.search, quest.search.wanted()
        asked = wanted if search.exact() else 2 * wanted + 8
        done: set[Pair] = set()
        again: list[Pair] = []
        timeout = quest.deadline.left() * FIRST_TRY
        parameters = quest.parameters() | {"pairs": pairs, "k": asked, "limit": asked}
        parts = search.parts(quest.steps, *pairs[0])
        try:
            for row in self._connection.stream("path_search", parameters, timeout=timeout, **parts):
                pair = (row["pair"][0], row["pair"][1])
                if search.exact() or len(row["node_ids"]) >= wanted or row["asked"] < asked:
                    quest.gathering.take(row, wanted)
                    done.add(pair)
                else:
                    again.append(pair)
                if search.question.mode is PathMode.ALL_SHORTEST and quest.gathering.truncated:
                    return []
        except QueryTimeout:
            again = [pair for pair in pairs if pair not in done]
        return again

    def _walk_by_nodes(self, quest: Quest, pair: Pair) -> None:
        """The paths of one pair, found layer by layer."""
        search, parameters = quest.search, quest.parameters() | {"pair": pair}
        ends = {"source": quoted(label(pair[0])), "target": quoted(label(pair[1]))}

        def ask(place: int, back: bool, ids: list[str]) -> dict[str, list[str]]:
            given, parts = parameters | {"ids": ids}, quest.steps[place].layer(back=back) | ends
            rows = self._connection.stream(
                "path_neighbours", given, timeout=quest.deadline.left(), **parts
            )
            return {row["id"]: row["ids"] for row in rows}

        layers = Layers(*pair, ask, repeats=not search.question.hops)
        lengths = (
            range(len(quest.steps), len(quest.steps) + 1)
            if search.question.hops
            else range(1, search.question.max_hops + 1)
        )
        found = layers.paths(
            lengths, search.wanted(), one_length=search.question.mode is not PathMode.K_SHORTEST
        )
        if layers.gave_up:
            quest.gathering.truncated = (
                f"{MAX_STEPS:,} steps were looked at: there may be more paths"
            )
        given = parameters | {"pairs": [pair], "paths": found}
        parts = search.parts(quest.steps, *pair, known=True)
        for row in self._connection.stream(
            "path_search", given, timeout=quest.deadline.left(), **parts
        ):
            quest.gathering.take(row, search.wanted())

    def _hubs(self, search: Search, steps: Sequence[Hop], deadline: Deadline) -> Hubs:
        """The nodes that each filter's ``max_degree`` bars, by the name of its parameter.

        A count of relationships inside the pattern is more than Neo4j 2026.04's planner can take (50N00).
        """
        found: dict[str, list[str]] = {}
        for name, one in {name: one for step in steps for name, one in step.filters}.items():
            if one.max_degree is not None:
                asked = {"degree": one.max_degree, **visibility.parameters(search.access)}
                rows = self._connection.read("path_hubs", asked, timeout=deadline.left())
                found[f"{name}_hubs"] = [row["id"] for row in rows]
        return found


def patterns(steps: Sequence[Hop]) -> str:
    """The hops of a path one after the other."""
    return "\n      ".join(step.pattern() for step in steps)


def label(id_: str) -> str:
    """The label by which a node is found: that of records or that of shared values."""
    return "Literal" if id_.startswith(LITERAL) else "Entity"


def labels(ids: Sequence[str]) -> list[str]:
    """The labels of some ids."""
    return sorted({label(id_) for id_ in ids})


def order(path: Path) -> tuple[int, tuple[str, ...]]:
    """Shorter paths come first, then those with smaller ids."""
    return len(path.edge_ids), path.node_ids
