"""Paths that may go on at another record that is judged the same, which is no hop.

Records that are judged the same are one place: so the search by layers runs on clusters, each named
by its smallest id. What it finds is told with the records again: those that relationships lead to
and from, and between them the judgements of the shortest chain.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from engine.graph.walk.cluster import Crossed, Told
from engine.graph.walk.collector import PathCollector
from engine.graph.walk.hop import Hop
from engine.graph.walk.layer import MAX_STEPS, Layers, Neighbours
from engine.graph.walk.plan import Pair, PathPlan, end_labels
from engine.graph.walk.sameness import Clusters
from engine.graph.walk.search import PathSearch
from engine.question import PathMode


@dataclass(frozen=True)
class JudgedSearch:
    """The search for the paths of one question; every method may raise QueryTimeout."""

    search: PathSearch

    def between(self, pairs: list[Pair]) -> None:
        """Add the paths between pairs of ends that have the same labels."""
        plan, collector = self.search.plan, self.search.collector
        clusters = Clusters(self.search.connection, self.search.deadline, plan.access)
        clusters.add({end for pair in pairs for end in pair})
        clusters.add(plan.question.avoid)
        apart = self._add_joined(pairs, clusters)
        # the layers keep off the clusters of the ends, whose other records are inside of a path
        hops = [replace(hop, inner=True, keeps_off_ends=False) for hop in plan.hops()]
        if not apart or any(hop.impossible() for hop in hops):
            return
        plan = avoiding(plan, clusters)
        search = replace(self.search, plan=plan)
        parameters = plan.parameters(hops) | search.hubs(hops)
        if plan.is_one_shortest():
            self._shortest(search, clusters, apart, hops, parameters)
            return
        for pair in apart:
            walk = Walk(search, clusters, pair, hops, parameters)
            walk.add(plan.lengths(), collector)

    def _add_joined(self, pairs: list[Pair], clusters: Clusters) -> list[Pair]:
        """Add the paths without hops, of ends that are judged the same; the other pairs."""
        joined: list[Pair] = []
        apart: list[Pair] = []
        for pair in pairs:
            is_one = clusters.name(pair[0]) == clusters.name(pair[1])
            (joined if is_one else apart).append(pair)
        if not self.search.plan.question.hops:
            for pair in joined:
                told = Told(self.search, clusters, pair)
                told.add([[clusters.name(pair[0])]], self.search.collector)
        return apart

    def _shortest(
        self,
        search: PathSearch,
        clusters: Clusters,
        pairs: list[Pair],
        hops: list[Hop],
        parameters: dict[str, Any],
    ) -> None:
        """Add one shortest path for each pair: one across judgements only where it is shorter.

        The server is quick to find one that crosses none. So only shorter ones are left to look
        for, and none where one hop is enough.
        """
        collector = self.search.collector
        plain = PathCollector(collector.limit)
        replace(search, collector=plain).between(pairs)
        for pair in pairs:
            lengths, found = search.plan.lengths(), plain.between(*pair)
            if found:
                lengths = range(lengths.start, found[0].length)
            walk = Walk(search, clusters, pair, hops, parameters)
            if not (lengths and walk.add(lengths, collector)):
                for path in found:
                    collector.add_judged(path, *plain.parts(path))


def avoiding(plan: PathPlan, clusters: Clusters) -> PathPlan:
    """The plan that avoids also what is judged the same as what is to be avoided."""
    avoid = [each for id_ in plan.question.avoid for each in clusters.sameness.members(id_)]
    return replace(plan, question=replace(plan.question, avoid=tuple(dict.fromkeys(avoid))))


@dataclass
class Walk:
    """The search by layers for the paths of one pair, on clusters."""

    search: PathSearch
    clusters: Clusters
    pair: Pair
    hops: list[Hop]
    parameters: dict[str, Any]
    crossed: dict[Crossed, set[Pair]] = field(default_factory=dict)
    """The hops that were found at each place between two clusters."""
    passable: dict[tuple[int, str], bool] = field(default_factory=dict)

    def add(self, lengths: range, collector: PathCollector) -> bool:
        """Add the paths of these lengths; whether there are any."""
        plan = self.search.plan
        source, target = map(self.clusters.name, self.pair)
        layers = Layers(source, target, self._ask, repeats=not plan.question.hops)
        one_length = plan.question.mode is not PathMode.K_SHORTEST
        found = layers.paths(lengths, plan.wanted(), one_length=one_length)
        if layers.gave_up:
            collector.truncated = f"{MAX_STEPS:,} steps were tried: there may be more paths"
        told = Told(self.search, self.clusters, self.pair, self.hops, self.parameters, self.crossed)
        told.add(found, collector)
        return bool(found)

    def _ask(self, place: int, back: bool, names: list[str]) -> Neighbours:
        """Where the hop at a place leads from each of these clusters; or, backwards, to each."""
        members = self._members(names)
        ids = list(members) if back else self._leavable(place, members)
        rows = self._neighbours(place, back, ids)
        far = {id_ for neighbours in rows.values() for id_ in neighbours}
        self.clusters.add(far)
        leavable = set(self._leavable(place, far)) if back else far
        answer: dict[str, set[str]] = {name: set() for name in names}
        for near, neighbours in rows.items():
            for other in leavable.intersection(neighbours):
                name = self.clusters.name(other)
                if name != members[near]:
                    answer[members[near]].add(name)
                    self._note(place, (other, near) if back else (near, other))
        return {name: sorted(others) for name, others in answer.items()}

    def _members(self, names: Iterable[str]) -> dict[str, str]:
        """All nodes of some clusters, with the name of the cluster."""
        sameness = self.clusters.sameness
        return {member: name for name in names for member in sameness.members(name)}

    def _note(self, place: int, hop: Pair) -> None:
        source, target = map(self.clusters.name, hop)
        at = (place if len(self.hops) > 1 else 0, source, target)
        self.crossed.setdefault(at, set()).add(hop)

    def _neighbours(self, place: int, back: bool, ids: list[str]) -> Neighbours:
        rows = self.search.connection.stream(
            "path_neighbours",
            self.parameters | {"pair": self.pair, "ids": ids},
            timeout=self.search.deadline.left(),
            **self.hops[place].layer(back=back),
            **end_labels(self.pair),
        )
        return {row["id"]: row["ids"] for row in rows}

    def _leavable(self, place: int, ids: Iterable[str]) -> list[str]:
        """Those of these nodes that a path may leave: it may have come to them by a judgement.

        The filter of the hop before holds for them, as it does for where that hop leads.
        """
        before = max(place - 1, 0)
        new = [
            id_
            for id_ in ids
            if (before, id_) not in self.passable and self.clusters.sameness.knows(id_)
        ]
        if new:
            rows = self.search.connection.read(
                "path_passable",
                self.parameters | {"pair": self.pair, "ids": new},
                timeout=self.search.deadline.left(),
                **self.hops[before].layer(back=False),
                **end_labels(self.pair),
            )
            good = {row["id"] for row in rows} | set(self.pair)
            self.passable.update(((before, id_), id_ in good) for id_ in new)
        return [id_ for id_ in ids if self.passable.get((before, id_), True)]
