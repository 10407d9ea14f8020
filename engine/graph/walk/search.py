"""The search for the paths of one question, which the server and ``layer`` do.

The server finds the shortest walks that repeat no relationship; those that repeat a node are
counted and left out. If too few remain, or if parallel relationships make too many walks to go
through, the nodes are searched layer by layer; at once so where an end has very many relationships.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.errors import QueryTimeout
from engine.graph import visibility
from engine.graph.connection import Connection, Deadline
from engine.graph.convert import node_of
from engine.graph.cypher import quoted
from engine.graph.walk.collector import PathCollector
from engine.graph.walk.hop import Hop
from engine.graph.walk.layer import MAX_STEPS, Layers, Neighbours
from engine.graph.walk.meeting import Meeting
from engine.graph.walk.plan import Pair, PathPlan, end_labels, label
from engine.question import PathMode

FIRST_TRY, FIRST_SECONDS = 0.25, 0.7
"""The part of its time that the server's own search may take, before nodes are searched; at most
so many seconds."""
SEARCHING = 0.9
"""The part of its time in which nodes are searched; the rest is for reading what was found."""
CROWDED, UNBOUNDED = 1_000, 2**53
"""Paths from or to a node with more relationships are searched by nodes; and no bound."""
SHORT = 2
"""The hops of shortest paths that are searched by nodes: longer ones the server finds sooner."""


@dataclass(frozen=True)
class PathSearch:
    """The search for the paths of one question; every method may raise QueryTimeout."""

    connection: Connection
    plan: PathPlan
    collector: PathCollector
    deadline: Deadline

    def single_nodes(self, ids: set[str]) -> None:
        """Add the path from each of these nodes to itself."""
        for name in sorted({label(id_) for id_ in ids}):
            chosen = sorted(id_ for id_ in ids if label(id_) == name)
            parameters = {"ids": chosen, **visibility.parameters(self.plan.access)}
            for row in self.connection.read(
                "path_single_node",
                parameters,
                timeout=self.deadline.left(),
                label=quoted(name),
            ):
                self.collector.add_single(node_of(row["properties"], row["dataset"] or ""))

    def between(self, pairs: list[Pair]) -> None:
        """Add the paths between pairs of ends that have the same labels."""
        hops = self.plan.hops()
        if any(hop.impossible() for hop in hops):
            return
        parameters = self.plan.parameters(hops) | self.hubs(hops)
        if self.plan.is_one_shortest():
            self._one_shortest(pairs, hops, parameters)
            return
        crowded = self._crowded(pairs, around=True)
        walked = [pair for pair in pairs if crowded.isdisjoint(pair)]
        rest = self._by_walks(walked, hops, parameters) if walked else []
        for pair in pairs:
            if pair in rest or pair not in walked:
                self._by_nodes(pair, hops, parameters, self.plan.lengths())

    def _crowded(self, pairs: list[Pair], *, around: bool) -> set[str]:
        """The ends that have very many relationships, or have a neighbour that has (``around``).

        Whoever may see them: it decides how paths are searched, not which ones are found.
        """
        ids = sorted({end for pair in pairs for end in pair})
        parameters = {"ids": ids, "crowded": CROWDED, "around": around}
        rows = self.connection.read("path_crowded", parameters, timeout=self.deadline.left())
        return {row["id"] for row in rows}

    def _one_shortest(self, pairs: list[Pair], hops: list[Hop], parameters: dict[str, Any]) -> None:
        """Add one shortest path for each pair; where an end is crowded, short ones by nodes."""
        found = self._shortest(pairs, hops, parameters | {"crowded": CROWDED})
        rest = [pair for pair in pairs if pair not in found]
        crowded = self._crowded(rest, around=False) if rest else set[str]()
        lengths = self.plan.lengths()[:SHORT]
        far = [
            pair
            for pair in rest
            if not crowded.isdisjoint(pair) and not self._by_nodes(pair, hops, parameters, lengths)
        ]
        if far and len(lengths) < len(self.plan.lengths()):
            self._shortest(far, hops, parameters | {"crowded": UNBOUNDED})

    def _shortest(
        self, pairs: list[Pair], hops: list[Hop], parameters: dict[str, Any]
    ) -> set[Pair]:
        """Add one shortest path for each pair; for which pairs there is one.

        To check every node on the way takes longer than all the rest of the query. So the first
        query checks only relationships. Usually the reader may see all nodes of the path that it
        finds. Only the pairs with a hidden node are searched again, with all checks.
        """
        found: set[Pair] = set()
        for checks_nodes in (False, True):
            if checks_nodes:
                parameters = parameters | {"hidden": self._hidden_values()}
            checked = [replace(hop, checks_nodes=checks_nodes) for hop in hops]
            hidden: list[Pair] = []
            for row in self.connection.stream(
                "path_shortest",
                parameters | {"pairs": pairs},
                timeout=self.deadline.left(),
                **self.plan.shortest_parts(checked, pairs[0]),
            ):
                pair = (row["pair"][0], row["pair"][1])
                if checks_nodes or self._shows(row["nodes"]):
                    self.collector.add(row, 1)
                    found.add(pair)
                else:
                    hidden.append(pair)
            if not hidden:
                break
            pairs = hidden
        return found

    def _by_walks(
        self, pairs: list[Pair], hops: list[Hop], parameters: dict[str, Any]
    ) -> list[Pair]:
        """Add the paths among the walks that the server finds.

        Answers the pairs that must be searched by nodes: too few of their walks are paths, or
        the server did not find them in time. Which shared values are hidden is asked only where
        one is met that may be.
        """
        done: dict[Pair, bool] = {}
        try:
            if not self._take_walks(pairs, hops, parameters, done, knows_hidden=False):
                rest = [pair for pair in pairs if pair not in done]
                parameters = parameters | {"hidden": self._hidden_values()}
                self._take_walks(rest, hops, parameters, done, knows_hidden=True)
        except QueryTimeout:
            return [pair for pair in pairs if not done.get(pair)]
        return [pair for pair, complete in done.items() if not complete]

    def _take_walks(
        self,
        pairs: list[Pair],
        hops: list[Hop],
        parameters: dict[str, Any],
        done: dict[Pair, bool],
        *,
        knows_hidden: bool,
    ) -> bool:
        """Add the paths of pairs among the server's walks; False at the first hidden node.

        ``done`` gets each pair, and whether all its paths are among its walks.
        """
        plan, wanted = self.plan, self.plan.wanted()
        # A walk may visit a node twice, and is no path then: ask for more walks than paths are
        # wanted. Where even so many hold too few, the search by nodes takes over.
        limit = wanted if plan.is_exact() else 2 * wanted + 8
        for row in self.connection.stream(
            "path_search",
            parameters | {"pairs": pairs, "k": limit, "limit": limit},
            timeout=min(self.deadline.left() * FIRST_TRY, FIRST_SECONDS),
            **plan.search_parts(hops, pairs[0]),
        ):
            if not knows_hidden and not self._shows(row["nodes"]):
                return False
            pair = (row["pair"][0], row["pair"][1])
            # fewer walks than were asked for are all that there are
            complete = plan.is_exact() or len(row["node_ids"]) >= wanted or row["asked"] < limit
            done[pair] = complete
            if complete:
                self.collector.add(row, wanted)
            if plan.question.mode is PathMode.ALL_SHORTEST and self.collector.truncated:
                break
        return True

    def _shows(self, nodes: Iterable[Mapping[str, Any]]) -> bool:
        """Whether the reader may see all these nodes, which are on paths."""
        crowded: list[str] = []
        for node in nodes:
            if not visibility.is_visible(node, self.plan.access):
                return False
            if visibility.is_crowded(node):
                crowded.append(node["id"])
        return not crowded or not self._hidden("literal_hidden", {"ids": crowded})

    def _hidden_values(self) -> list[str]:
        """All shared values that the reader may not see, though they may see two holders."""
        return self._hidden("literal_all_hidden", {})

    def _hidden(self, name: str, parameters: Mapping[str, Any]) -> list[str]:
        rows = self.connection.read(
            name,
            {**parameters, **visibility.parameters(self.plan.access)},
            timeout=self.deadline.left(),
        )
        return [row["id"] for row in rows]

    def _by_nodes(
        self, pair: Pair, hops: list[Hop], parameters: dict[str, Any], lengths: range
    ) -> bool:
        """Add the paths of one pair, searched by their nodes, layer by layer; whether any is."""
        plan, parameters = self.plan, parameters | {"pair": pair}
        deadline = Deadline(self.deadline.left() * SEARCHING)

        def ask(place: int, back: bool, ids: list[str]) -> Neighbours:
            rows = self.connection.stream(
                "path_neighbours",
                parameters | {"ids": ids},
                timeout=deadline.left(),
                **hops[place].layer(back=back),
                **end_labels(pair),
            )
            return {row["id"]: row["ids"] for row in rows}

        repeated = hops if plan.question.hops else hops * plan.question.max_hops
        meeting = Meeting(self.connection, repeated, pair, parameters, deadline)
        layers = Layers(*pair, ask, repeats=not plan.question.hops, meeting=meeting)
        one_length = plan.question.mode is not PathMode.K_SHORTEST
        paths = layers.paths(lengths, plan.wanted(), one_length=one_length)
        if layers.gave_up:
            self.collector.truncated = f"{MAX_STEPS:,} steps were tried: there may be more paths"
        for row in self.connection.stream(
            "path_search",
            parameters | {"pairs": [pair], "paths": paths},
            timeout=self.deadline.left(),
            **plan.known_parts(hops, pair),
        ):
            self.collector.add(row, plan.wanted())
        if layers.is_late:
            raise QueryTimeout("there was no time to look for more paths")
        return bool(paths)

    def hubs(self, hops: Sequence[Hop]) -> dict[str, list[str]]:
        """The nodes that the ``max_degree`` of each filter excludes, by parameter.

        Neo4j 2026.04 cannot plan a count of relationships inside of the pattern (error 50N00).
        """
        hubs: dict[str, list[str]] = {}
        for name, wanted in dict(pair for hop in hops for pair in hop.filters).items():
            if wanted.max_degree is not None:
                visible = visibility.parameters(self.plan.access)
                degree = {"degree": wanted.max_degree, "bound": wanted.max_degree + 1}
                parameters = {**degree, **visible}
                rows = self.connection.read("path_hubs", parameters, timeout=self.deadline.left())
                hubs[f"{name}_hubs"] = [row["id"] for row in rows]
        return hubs
