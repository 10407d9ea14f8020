"""Hits in the order of how connected they are: those with the most relationships first.

Relationships are FtM's edges that the reader may see, on both sides; one of a record with itself
counts twice. Equal ones are in the order of their ids.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

import tantivy
from tantivy import Order, Query

from engine.entity import edge_schemata
from engine.index.facet import number_of_hits
from engine.index.rank import Ranking, both
from engine.index.term import every, one_of
from engine.index.union import Measured, Merged, ordered
from engine.tally import MOST_GROUPS
from engine.warning import warn

FEW = 5_000
"""So many hits have their relationships counted one by one."""
INEXACT = (
    f"sort DEGREE: more than {MOST_GROUPS:,} records have relationships, and so many on each side "
    "are ranked. Beyond these the order is not exact, and a score may be too low. A search with at "
    f"most {FEW:,} results is in exact order"
)
STEP = 500
"""Records, in the order of all, of which those that are hits are looked for together."""


@dataclass(frozen=True)
class Connected:
    """The hits of a search with the number of their relationships."""

    searcher: tantivy.Searcher
    hits: Query
    readable: Query
    """All that the reader may see."""

    def __iter__(self) -> Iterator[tuple[float, str]]:
        """The (number, id) pairs of all hits, the most connected first."""
        if number_of_hits(self.searcher, self.hits) <= FEW:
            ids = self._ids(self.hits, FEW)
            numbers = self._numbers(ids)
            yield from ordered({id_: numbers.get(id_, 0.0) for id_ in ids})
            return
        seen: set[str] = set()
        merged = self._merged()
        waiting = iter(merged)
        while some := list(islice(waiting, STEP)):
            if merged.cut:
                warn(INEXACT)
            keys = [key for _, key in some]
            seen.update(keys)
            wanted = set(self._ids(both(self.hits, one_of("id", keys)), STEP))
            yield from (pair for pair in some if pair[1] in wanted)
        rest = self._ids(self.hits, number_of_hits(self.searcher, self.hits))
        yield from ((0.0, id_) for id_ in rest if id_ not in seen)

    def _sides(self) -> list[Ranking]:
        schemata = sorted(schema.name for schema in edge_schemata().values())
        edges = every([self.readable, one_of("schema", schemata)])
        return [Ranking(self.searcher, edges, field) for field in ("source", "target")]

    def _merged(self) -> Merged:
        return Merged([Measured(side) for side in self._sides()], {}, adds=True)

    def _numbers(self, ids: list[str]) -> Mapping[str, float]:
        found: dict[str, float] = {}
        for side in self._sides():
            for key, number in side.of(ids).items():
                found[key] = found.get(key, 0.0) + number
        return found

    def _ids(self, query: Query, most: int) -> list[str]:
        hits = self.searcher.search(
            query, max(most, 1), count=False, order_by_field="id", order=Order.Asc
        ).hits
        return [str(id_) for id_, _ in hits]
