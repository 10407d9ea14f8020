"""Groups of several rankings in one order, such as neighbours on both sides of an entity."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from heapq import merge

from engine.index.rank import Ranking

FEW = 2_000
"""So many values of one side are looked up on the other side."""
Ranked = Iterator[tuple[float, str]]


@dataclass(frozen=True)
class Measured:
    """One ranking, without some of its values."""

    ranking: Ranking
    skipped: frozenset[str] = frozenset()

    def __iter__(self) -> Ranked:
        """The (measure, value) pairs, the largest first."""
        return (pair for pair in self.ranking if pair[1] not in self.skipped)


class Merged:
    """The groups of several sides as one: what they have of one value is added."""

    def __init__(self, sides: Sequence[Measured], others: Mapping[str, int], *, adds: bool) -> None:
        """``others`` are groups with their measures that no side has."""
        self._sides = sides
        self._others = others
        self._adds = adds

    @property
    def cut(self) -> bool:
        """Whether there were more groups than can be ranked, as far as they were asked for."""
        return any(side.ranking.cut for side in self._sides)

    def __iter__(self) -> Ranked:
        """The (measure, value) pairs, the largest first."""
        if not self._sides:
            return ordered(self._others)
        if len(self._sides) == 1 and not self._others:
            return iter(self._sides[0])
        return self._together()

    def _together(self) -> Ranked:
        """The largest side is gone through as far as it is asked for, the others as a whole."""
        big = max(self._sides, key=lambda side: side.ranking.number())
        known: dict[str, float] = dict(self._others)
        for side in self._sides:
            if side is not big:
                self._put(known, {key: value for value, key in side})
        if len(known) > FEW:
            self._put(known, {key: value for value, key in big})
            return ordered(known)
        apart = set(known)
        self._put(known, big.ranking.of([key for key in known if key not in big.skipped]))
        rest = (pair for pair in big if pair[1] not in apart)
        return merge(ordered(known), rest, key=lambda pair: (-pair[0], pair[1]))

    def _put(self, known: dict[str, float], more: Mapping[str, float]) -> None:
        for key, value in more.items():
            if key not in known:
                known[key] = value
            else:
                known[key] = known[key] + value if self._adds else max(known[key], value)


def ordered(known: Mapping[str, float]) -> Ranked:
    """Groups in their order: the largest first, equal ones by key."""
    pairs = ((float(value), key) for key, value in known.items())
    return iter(sorted(pairs, key=lambda pair: (-pair[0], pair[1])))
