"""How much there is of groups of entries: how many, from when to when, and sums by currency."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any

import tantivy
from followthemoney import model
from tantivy import Query

from engine.index.facet import MAX_VALUES
from engine.index.figure import FIXED, HUNDREDTHS
from engine.index.rank import ALL, both
from engine.period import date_of
from engine.rate import Rates
from engine.tally import Converted, Tally, Total

NONE = ""
"""The currency of amounts of which none is told."""
MOST_DAYS = 20_000
"""Days, in all currencies, that the amounts of one group are of at most."""
MOST_AT_ONCE = 60_000
"""Of such days those that are summed together: Tantivy makes no more than 65,000 groups."""
HUNDREDTH = Decimal("0.01")


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
    worth: Decimal = Decimal(0)
    """What the amounts that were converted come to, in hundredths."""
    converted: int = 0
    """How many were converted."""

    def convert(self, rates: Rates, currency: str, day: int, sum_: Sum) -> None:
        """Add what amounts in one currency, all of one date, were worth."""
        rate = rates.of(currency, day)
        if rate is not None:
            self.converted += sum_.count
            self.worth += rate * Decimal(sum_.sum)

    def tally(self, currency: str | None = None) -> Tally:
        """As it is answered; ``currency`` is the one that amounts were converted to, if any."""
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
        unsummed = self.summable - summed
        converted = None
        if currency is not None:
            worth = float((self.worth / HUNDREDTHS).quantize(HUNDREDTH))
            left = unsummed + summed - self.converted
            converted = Converted(currency, self.converted, worth, left)
        return Tally(self.count, first, last, tuple(totals), unsummed, converted)


@cache
def schemata_with(name: str) -> frozenset[str]:
    """The schemata whose records may have a property."""
    return frozenset(schema.name for schema in model if name in schema.properties)


class Counting:
    """Counts groups of entries, perhaps of several queries, whose counts come together."""

    def __init__(
        self, searcher: tantivy.Searcher, sum_: str | None, rates: Rates | None = None
    ) -> None:
        self._searcher = searcher
        self._sum = sum_
        self._rates = rates if sum_ else None
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
        if self._rates is not None:
            self._convert(self._rates, query, field_, keys)

    def _convert(self, rates: Rates, query: Query, field_: str, keys: Sequence[str]) -> None:
        """Sum the amounts of each currency and date, and convert these sums."""
        figure = f"figure.{self._sum}"
        of_day = {"field": "dated", "size": MOST_DAYS, "segment_size": ALL}
        of_currency = {"field": "fact.currency", "size": MAX_VALUES, "missing": NONE}
        known = both(query, Query.exists_query(figure, True))
        parts = {"days": {"terms": of_day, "aggs": {"amounts": {"stats": {"field": figure}}}}}
        inner = {"sums": {"terms": of_currency, "aggs": parts}}
        for some in self._few_days(keys):
            terms = {"field": field_, "size": len(some), "segment_size": ALL, "include": some}
            found = self._searcher.aggregate(known, {"groups": {"terms": terms, "aggs": inner}})
            for bucket in found["groups"]["buckets"]:
                for of in bucket["sums"]["buckets"]:
                    currency = FIXED.get(self._sum or "", of["key"])
                    for day in of["days"]["buckets"]:
                        amounts = day["amounts"]
                        sum_ = Sum(amounts["count"], amounts["sum"])
                        self._heaps[bucket["key"]].convert(rates, currency, int(day["key"]), sum_)

    def _few_days(self, keys: Sequence[str]) -> Iterator[list[str]]:
        """Keys in lists whose records have few enough dates, all together, to be summed by them."""
        some: list[str] = []
        size = 0
        for key in keys:
            most = min(self._heaps[key].count, MOST_DAYS)
            if some and size + most > MOST_AT_ONCE:
                yield some
                some, size = [], 0
            some.append(key)
            size += most
        if some:
            yield some

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
        return self._heaps[key].tally(self._rates.currency if self._rates else None)

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
