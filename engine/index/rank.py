"""Values of a field in the order of how much there is of each, exactly, as far as they are asked.

Tantivy answers the first so many groups of an order, and leaves open which of equal ones. So more
are asked for than are wanted, until the last of them is worth less than what is wanted: up to
``MOST_GROUPS``. Equal ones are in the order of their keys.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import tantivy
from tantivy import FieldType, Occur, Order, Query

from engine.index.facet import number_of_hits
from engine.index.field import NUMBERS, layout
from engine.tally import MOST_GROUPS

ALL = 2**31
"""So many groups of one segment are kept: all, or sums would not be exact."""
FIRST, GROWTH = 300, 6
"""How many groups are asked for first, and how many times more the next time."""


@dataclass(frozen=True, slots=True)
class Metric:
    """What groups are ordered by: how many entries, or a measure of a number of theirs."""

    kind: str = ""
    """``sum``, ``max`` or ``min``; empty for the number of entries."""
    field: str = ""
    among: Query | None = None
    """Which entries are measured."""


COUNT = Metric()


@dataclass
class Ranking:
    """The groups of a query's entries by the values of a field."""

    searcher: tantivy.Searcher
    query: Query
    place: str
    metric: Metric = COUNT
    include: str | None = None
    """A regular expression for the values that count; None for all."""
    cut: bool = field(default=False, init=False)
    """Whether there were more groups than can be ranked."""

    def __iter__(self) -> Iterator[tuple[float, str]]:
        """The (measure, value) pairs, the largest first."""
        by_number = self.metric.kind == "max" and self.metric.field in NUMBERS
        return self._greatest() if by_number else self._most()

    def _greatest(self) -> Iterator[tuple[float, str]]:
        """Those with the greatest number first.

        What has one of the greatest numbers of all is among the entries with the greatest: so only
        these are grouped, some more each time.
        """
        known: set[str] = set()
        size, most = FIRST, None
        while True:
            query = self.query if most is None else both(self.query, self._between(None, most))
            hits = self.searcher.search(
                both(query, self.metric.among),
                size,
                count=False,
                order_by_field=self.metric.field,
                order=Order.Desc,
            ).hits
            least = int(hits[-1][0]) if len(hits) == size else None
            among = query if least is None else both(query, self._between(least, None))
            pairs, is_all = replace(self, query=among)._largest(MOST_GROUPS)
            self.cut = self.cut or not is_all
            yield from (pair for pair in pairs if pair[1] not in known)
            if least is None:
                return
            known.update(key for _, key in pairs)
            size, most = size * GROWTH, least - 1

    def _between(self, low: int | None, high: int | None) -> Query:
        return Query.range_query(layout(), self.metric.field, FieldType.Integer, low, high)

    def _most(self) -> Iterator[tuple[float, str]]:
        """Those with the most first."""
        known, size = 0, FIRST
        while True:
            pairs, is_all = self._largest(min(size, MOST_GROUPS))
            if not is_all and size < MOST_GROUPS:
                sure = sum(1 for value, _ in pairs if value > pairs[-1][0])
            else:
                sure = len(pairs)
                self.cut = not is_all
            yield from pairs[known:sure]
            known = sure
            if is_all or size >= MOST_GROUPS:
                return
            size *= GROWTH

    def _largest(self, size: int) -> tuple[list[tuple[float, str]], bool]:
        """So many groups in order, and whether these are all."""
        metric = self.metric
        terms: dict[str, Any] = {"field": self.place, "size": size, "segment_size": ALL}
        if self.include is not None:
            terms["include"] = self.include
        group: dict[str, Any] = {"terms": terms}
        if metric.kind:
            terms["order"] = {"measure": "desc"}
            group["aggs"] = {"measure": {metric.kind: {"field": metric.field}}}
        found = self.searcher.aggregate(both(self.query, metric.among), {"groups": group})["groups"]
        pairs = [
            (
                float(each["measure"]["value"] or 0) if metric.kind else each["doc_count"],
                each["key"],
            )
            for each in found["buckets"]
        ]
        # of equal ones Tantivy does not say which it left out: so the order is made here
        pairs.sort(key=lambda pair: (-pair[0], pair[1]))
        return pairs, not found["sum_other_doc_count"]

    def number(self) -> int:
        """How many entries are grouped."""
        return number_of_hits(self.searcher, both(self.query, self.metric.among))

    def of(self, keys: list[str]) -> Mapping[str, float]:
        """The measures of some values; those that there are."""
        if not keys:
            return {}
        terms = {"field": self.place, "size": len(keys), "segment_size": ALL, "include": keys}
        group: dict[str, Any] = {"terms": terms}
        if self.metric.kind:
            group["aggs"] = {"measure": {self.metric.kind: {"field": self.metric.field}}}
        query = both(self.query, self.metric.among)
        found = self.searcher.aggregate(query, {"groups": group})["groups"]["buckets"]
        if self.metric.kind:
            return {each["key"]: float(each["measure"]["value"] or 0) for each in found}
        return {each["key"]: each["doc_count"] for each in found}


def both(query: Query, other: Query | None) -> Query:
    """The entries that two queries match, if there are two."""
    if other is None:
        return query
    return Query.boolean_query([(Occur.Must, query), (Occur.Must, other)])
