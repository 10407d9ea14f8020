"""How much there is of groups of entries: how many, from when to when, and sums by currency."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import tantivy
from followthemoney import model
from tantivy import Query

from engine.index.facet import MAX_VALUES
from engine.index.figure import FIXED, HUNDREDTHS
from engine.index.rank import ALL
from engine.period import date_of
from engine.tally import Tally, Total

NONE = ""
"""The currency of amounts of which none is told."""


@dataclass
class Sum:
    """Amounts in one currency, in hundredths."""

    count: int = 0
    sum: float = 0
    least: float = float("inf")
    greatest: float = float("-inf")

    def add(self, count: int, sum_: float, least: float, greatest: float) -> None:
        """Add more amounts."""
        self.count += count
        self.sum += sum_
        self.least = min(self.least, least)
        self.greatest = max(self.greatest, greatest)


@dataclass
class Heap:
    """What one group comes to, while it is counted."""

    count: int = 0
    first: int | None = None
    last: int | None = None
    summable: int = 0
    """How many are of a schema that has the property which is summed."""
    sums: dict[str, Sum] = field(default_factory=dict)

    def tally(self) -> Tally:
        """As it is answered."""
        totals = [
            Total(
                currency or None,
                each.count,
                each.sum / HUNDREDTHS,
                each.least / HUNDREDTHS,
                each.greatest / HUNDREDTHS,
            )
            for currency, each in sorted(
                self.sums.items(), key=lambda pair: (-pair[1].count, pair[0])
            )
        ]
        summed = sum(total.count for total in totals)
        first, last = (None if code is None else date_of(code) for code in (self.first, self.last))
        return Tally(self.count, first, last, tuple(totals), self.summable - summed)


@cache
def schemata_with(name: str) -> frozenset[str]:
    """The schemata whose records may have a property."""
    return frozenset(schema.name for schema in model if name in schema.properties)


class Counting:
    """Counts groups of entries, perhaps of several queries, whose counts come together."""

    def __init__(self, searcher: tantivy.Searcher, sum_: str | None) -> None:
        self._searcher = searcher
        self._sum = sum_
        self._heaps: defaultdict[str, Heap] = defaultdict(Heap)

    def add(self, query: Query, field_: str, keys: Sequence[str]) -> None:
        """Count a query's entries by the values of a field, those of these values."""
        if not keys:
            return
        terms = {"field": field_, "size": len(keys), "segment_size": ALL, "include": list(keys)}
        group = {"terms": terms, "aggs": self._parts()}
        found = self._searcher.aggregate(query, {"groups": group})
        for bucket in found["groups"]["buckets"]:
            self._take(self._heaps[bucket["key"]], bucket)

    def all(self, query: Query) -> Tally:
        """All entries of a query, as one group."""
        heap = Heap()
        ids = {"value_count": {"field": "id"}}
        found = self._searcher.aggregate(query, {**self._parts(), "ids": ids})
        self._take(heap, {**found, "doc_count": int(found["ids"]["value"] or 0)})
        return heap.tally()

    def count(self, key: str, number: int) -> None:
        """Count some more of a group, of which no more is known."""
        self._heaps[key].count += number

    def tally(self, key: str) -> Tally:
        """What a group comes to."""
        return self._heaps[key].tally()

    def _parts(self) -> dict[str, Any]:
        parts: dict[str, Any] = {
            "first": {"min": {"field": "start"}},
            "last": {"max": {"field": "last"}},
        }
        if self._sum:
            amounts = {"stats": {"field": f"figure.{self._sum}"}}
            of_currency = {"field": "fact.currency", "size": MAX_VALUES, "missing": NONE}
            parts["schema"] = {"terms": {"field": "schema", "size": MAX_VALUES}}
            parts["sums"] = {"terms": of_currency, "aggs": {"amounts": amounts}}
        return parts

    def _take(self, heap: Heap, bucket: Mapping[str, Any]) -> None:
        heap.count += bucket["doc_count"]
        heap.first = _extreme(min, heap.first, bucket["first"]["value"])
        heap.last = _extreme(max, heap.last, bucket["last"]["value"])
        if not self._sum:
            return
        may_have = schemata_with(self._sum)
        heap.summable += sum(
            each["doc_count"] for each in bucket["schema"]["buckets"] if each["key"] in may_have
        )
        for each in bucket["sums"]["buckets"]:
            amounts = each["amounts"]
            if amounts["count"]:
                currency = FIXED.get(self._sum, each["key"])
                total = heap.sums.setdefault(currency, Sum())
                total.add(amounts["count"], amounts["sum"], amounts["min"], amounts["max"])


def _extreme(choose: Any, known: int | None, found: float | None) -> int | None:
    """The less, or the more, of two codes, either of which may be missing."""
    codes = [int(each) for each in (known, found) if each is not None]
    return choose(codes) if codes else None
