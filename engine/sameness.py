"""Which records positive judgements join, directly or through others, and by which chain."""

from collections import deque
from collections.abc import Collection, Iterable, Sequence

from engine.judgement import Judgement

Hop = tuple[str, str]
"""The records that a relationship leads from and to."""


class Sameness:
    """Positive judgements as a graph of records; a cluster is what they join together."""

    def __init__(self, judgements: Iterable[Judgement] = ()) -> None:
        self._at: dict[str, dict[str, list[Judgement]]] = {}
        for judgement in judgements:
            self.add(judgement)

    def add(self, judgement: Judgement) -> None:
        """Join the two records of a positive judgement."""
        for here, there in (judgement.ends, judgement.ends[::-1]):
            parallel = self._at.setdefault(here, {}).setdefault(there, [])
            if judgement not in parallel:
                parallel.append(judgement)
                parallel.sort(key=lambda each: each.id)

    def remove(self, collection: str, ends: tuple[str, str]) -> None:
        """Take back what one collection says of two records."""
        for here, there in (ends, ends[::-1]):
            near = self._at.get(here, {})
            kept = [each for each in near.get(there, ()) if each.collection != collection]
            if kept:
                near[there] = kept
            else:
                near.pop(there, None)

    def knows(self, id: str) -> bool:
        """Whether any judgement joins a record with another."""
        return bool(self._at.get(id))

    def members(self, id: str) -> list[str]:
        """The ids of a record's cluster, itself first, then by their distance and by id."""
        return list(self._reached(id))

    def first(self, id: str) -> str:
        """The smallest id of a record's cluster, which stands for all of it."""
        return min(self._reached(id)) if id in self._at else id

    def steps(self, id: str) -> list[tuple[str, str]]:
        """One way to each other record of the cluster: (from, to), the near ones first."""
        return [(before, there) for there, before in self._reached(id).items() if before != there]

    def judgements(self, id: str) -> list[Judgement]:
        """All judgements that join a record's cluster, each once, by id."""
        found = {
            each.id: each
            for here in self._reached(id)
            for parallel in self._at.get(here, {}).values()
            for each in parallel
        }
        return [found[key] for key in sorted(found)]

    def between(self, here: str, there: str) -> list[Judgement]:
        """What directly joins two records, by id."""
        return list(self._at.get(here, {}).get(there, ()))

    def chain(self, start: str, end: str) -> list[Judgement] | None:
        """The shortest chain of judgements from one record to another; None if there is none."""
        before = self._reached(start)
        if end not in before:
            return None
        chain = []
        while end != start:
            chain.append(self._at[end][before[end]][0])
            end = before[end]
        return chain[::-1]

    def distance(self, start: str, end: str) -> int:
        """How many judgements lie between two records of a cluster."""
        return 0 if start == end else len(self.chain(start, end) or ())

    def thread(self, start: str, end: str, hops: Sequence[Collection[Hop]]) -> list[Hop]:
        """One way from a record to another across some hops, each between two clusters.

        Each hop is given by the records that it may lead from and to. The way is the one that
        crosses the fewest judgements.
        """
        best: dict[str, tuple[int, tuple[Hop, ...]]] = {start: (0, ())}
        for hop in hops:
            ahead: dict[str, tuple[int, tuple[Hop, ...]]] = {}
            for source, target in hop:
                for here, (cost, way) in best.items():
                    reached = (cost + self.distance(here, source), (*way, (source, target)))
                    ahead[target] = min(ahead.get(target, reached), reached)
            best = ahead
        ends = [(cost + self.distance(here, end), way) for here, (cost, way) in best.items()]
        return list(min(ends)[1])

    def _reached(self, start: str) -> dict[str, str]:
        """Each record of a cluster, and the one before it on a shortest way from ``start``."""
        before = {start: start}
        todo = deque([start])
        while todo:
            here = todo.popleft()
            for there in sorted(self._at.get(here, ())):
                if there not in before:
                    before[there] = here
                    todo.append(there)
        return before
