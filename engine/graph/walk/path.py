"""Paths from some entities to others, among what a reader may see.

A path is a sequence of distinct nodes: parallel relationships do not make another one. All filters
are part of the pattern that the server searches (``search``). Where the reader sees records that
are judged the same, a path may go on at another one of them, which is no hop (``judged``).
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from engine.access import Access
from engine.answer import PathResult
from engine.errors import QueryTimeout
from engine.graph.connection import Connection, Deadline
from engine.graph.walk.collector import PathCollector
from engine.graph.walk.judged import JudgedSearch
from engine.graph.walk.plan import Pair, PathPlan, label
from engine.graph.walk.sameness import sees_judged
from engine.graph.walk.search import PathSearch
from engine.graph.walk.via import ViaSearch
from engine.question import MAX_ENDS, MAX_PATHS, PathMode, PathQuestion

LAST_TRY = 0.2
"""The part of its time that is left to find one path, where no path of many was found."""


class Pathfinder:
    """Finds paths, within a deadline of some seconds."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    def paths(self, question: PathQuestion, access: Access) -> PathResult:
        """The paths between each two ends of the question, the shortest of every pair.

        An end that does not exist, or that the reader may not see, has no path. The path from a
        node to itself has no hops. A deadline that runs out is a reason in ``truncated``.
        """
        if question.via:
            whole = Deadline(self._seconds)
            return ViaSearch(partial(self._part, access, whole), question).result()
        found = self._search(question, access)
        if found.paths or found.truncated is None or question.mode is PathMode.SHORTEST:
            return found
        # one path is found in a moment where to find all of them takes too long
        one = replace(question, mode=PathMode.SHORTEST)
        some = Pathfinder(self._connection, self._seconds * LAST_TRY)._search(one, access)
        return replace(some, truncated=found.truncated)

    def _search(self, question: PathQuestion, access: Access) -> PathResult:
        """The paths that are found in time."""
        # all pairs share the limit; the k shortest paths of each pair are never cut
        every = question.mode is PathMode.ALL_SHORTEST
        collector = PathCollector(question.limit if every else MAX_PATHS * MAX_ENDS)
        plan = PathPlan(question, access)
        single = question.mode is PathMode.SHORTEST
        deadline = Deadline(self._seconds if single else self._seconds * (1 - LAST_TRY))
        search = PathSearch(self._connection, plan, collector, deadline)
        try:
            crosses = plan.crosses_judged() and sees_judged(self._connection, deadline, access)
            between = JudgedSearch(search).between if crosses else search.between
            if not question.hops:
                search.single_nodes(set(question.from_ids) & set(question.to_ids))
            for pairs in by_labels(question.from_ids, question.to_ids):
                between(pairs)
        except QueryTimeout:
            collector.truncated = self._late
        return collector.result()

    def _part(self, access: Access, whole: Deadline, question: PathQuestion) -> PathResult:
        """A part of the paths that must pass some nodes; all parts have one deadline."""
        try:
            return Pathfinder(self._connection, whole.left()).paths(question, access)
        except QueryTimeout:
            return PathResult(truncated=self._late)

    @property
    def _late(self) -> str:
        return f"deadline of {self._seconds:g} s: there may be other paths"


def by_labels(sources: Sequence[str], targets: Sequence[str]) -> list[list[Pair]]:
    """Every pair of two different ends, grouped by their labels, which a query has in its text."""
    groups: defaultdict[Pair, list[Pair]] = defaultdict(list)
    for source in dict.fromkeys(sources):
        for target in dict.fromkeys(targets):
            if source != target:
                groups[label(source), label(target)].append((source, target))
    return [groups[labels] for labels in sorted(groups)]
