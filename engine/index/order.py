"""Hits in the order of a property's numbers or dates; those without any come last.

Tantivy orders hits by fields of its schema alone, while numbers and dates are in fields by
property. So the values that a page has are found first, by an aggregation, then who has them. Of
several dates the earliest counts, or the latest where these come first; with several different
numbers in one property nobody can say which one counts, and ``figure`` has none. Equal ones are in
the order of their captions.
"""

from dataclasses import dataclass

import tantivy
from tantivy import Index, Occur, Order, Query

from engine.cursor import cursor_of, place_of
from engine.errors import BadInput
from engine.index.cursor import KEY, MAX_NUMBER
from engine.index.field import DAYS, FIGURES
from engine.index.figure import date_names
from engine.index.rank import Metric, Ranking, both
from engine.index.term import one_of
from engine.order import PropertyOrder

TWINS = 8
"""Hits that may have a key of another one, in a page of different values."""
VALUED, REST = 0, 1
"""The two parts of the order: hits with a value, and the others."""


@dataclass(frozen=True)
class Standing:
    """Where a hit stands: its part of the order, its value, and its key in that of captions."""

    part: int
    value: int
    key: str
    number: int
    """Which one of the hits with this key it is, from 1: two may have the same."""

    def cursor(self, search: str) -> str:
        """As a cursor of a search."""
        return cursor_of(search, self.part, self.value, self.key, self.number)


Placed = tuple[Standing, tantivy.DocAddress]
"""A hit with its place."""


def standing_of(cursor: str) -> tuple[str, Standing]:
    """The search that a cursor is of, and the place in it; raises BadInput."""
    search, part, value, key, number = place_of(cursor, str, int, int, str, int)
    if not KEY.fullmatch(key) or not 0 < number <= MAX_NUMBER:
        raise BadInput("This is not a cursor of a search")
    return search, Standing(part, value, key, number)


@dataclass(frozen=True)
class Ordered:
    """The hits of a search in the order of a property."""

    index: Index
    searcher: tantivy.Searcher
    hits: Query
    order: PropertyOrder

    @property
    def _field(self) -> str:
        return f"{DAYS if self.order.property in date_names() else FIGURES}.{self.order.property}"

    @property
    def _known(self) -> Query:
        return Query.exists_query(self._field, True)

    def page(self, wanted: int, after: Standing | None) -> list[Placed]:
        """So many hits after a place, or all that there are."""
        found: list[Placed] = []
        if after is None or after.part == VALUED:
            found = self._valued(wanted, after)
        if len(found) < wanted:
            last = after if after is not None and after.part == REST else None
            without = Query.boolean_query([(Occur.Must, self.hits), (Occur.MustNot, self._known)])
            rest = self._by_caption(without, wanted - len(found), last)
            found += [(Standing(REST, 0, *key), address) for key, address in rest]
        return found

    def _valued(self, wanted: int, after: Standing | None) -> list[Placed]:
        found: list[Placed] = []
        value: int | None = None
        if after is not None:
            value = after.value
            found = self._equal(value, wanted, after)
        while len(found) < wanted:
            run = self._run(wanted - len(found), value)
            if not run:
                break
            value = run[-1]
            if len(run) == 1:
                found += self._equal(value, wanted - len(found), None)
            else:
                found += self._all(run)
        return found

    def _run(self, wanted: int, after: int | None) -> list[int]:
        """The next values in order, which so many hits have at most; or one, with more."""
        down = self.order.descending
        terms = {"field": self._field, "size": wanted, "segment_size": wanted}
        terms |= {"order": {"_key": "desc" if down else "asc"}}
        query = both(self.hits, self._known if after is None else self._beyond(after))
        found = self.searcher.aggregate(query, {"values": {"terms": terms}})
        run: list[int] = []
        for bucket in found["values"]["buckets"]:
            wanted -= bucket["doc_count"]
            if run and wanted < 0:
                break
            run.append(int(bucket["key"]))
        return run

    def _all(self, values: list[int]) -> list[Placed]:
        """The hits that have some values in a row, in order."""
        low, high = min(values), max(values)
        query = both(self.hits, self._between(low, high))
        kind = "max" if self.order.descending else "min"
        ranking = Ranking(self.searcher, query, "sort", Metric(kind, self._field))
        value_of = {key: int(value) for value, key in ranking if low <= value <= high}
        hits = self._by_caption(one_of("sort", list(value_of)), len(value_of) + TWINS, None)
        found = [
            (Standing(VALUED, value_of[key], key, number), address)
            for (key, number), address in hits
        ]
        found.sort(key=lambda each: each[0].value, reverse=self.order.descending)
        return found

    def _equal(self, value: int, wanted: int, after: Standing | None) -> list[Placed]:
        """Hits whose place in the order is that of a value, by caption."""
        parts = [(Occur.Must, self.hits), (Occur.Must, self._between(value, value))]
        parts.append((Occur.MustNot, self._before(value)))
        hits = self._by_caption(Query.boolean_query(parts), wanted, after)
        return [(Standing(VALUED, value, *key), address) for key, address in hits]

    def _beyond(self, value: int) -> Query:
        """The entries with a value that comes after one, and none that does not."""
        down = self.order.descending
        parts = [(Occur.Must, self._range(f"[* TO {value}}}" if down else f"{{{value} TO *]"))]
        parts.append((Occur.MustNot, self._range(f"[{value} TO *]" if down else f"[* TO {value}]")))
        return Query.boolean_query(parts)

    def _before(self, value: int) -> Query:
        """The entries with a value that comes before one."""
        return self._range(f"{{{value} TO *]" if self.order.descending else f"[* TO {value}}}")

    def _between(self, low: int, high: int) -> Query:
        return self._range(f"[{low} TO {high}]")

    def _range(self, bounds: str) -> Query:
        return self.index.parse_query(f"{self._field}:{bounds}", ["id"])

    def _by_caption(
        self, query: Query, wanted: int, after: Standing | None
    ) -> list[tuple[tuple[str, int], tantivy.DocAddress]]:
        """Hits by caption, each with its key, and which one of those with this key it is."""
        if wanted <= 0:
            return []
        key, number = (after.key, after.number) if after is not None else ("", 0)
        if key:
            query = both(query, self.index.parse_query(f"sort:[{key} TO *]", ["sort"]))
        hits = self.searcher.search(
            query, wanted, count=False, order_by_field="sort", order=Order.Asc, offset=number
        ).hits
        found = []
        for next_key, address in hits:
            number = number + 1 if next_key == key else 1
            key = str(next_key)
            found.append(((key, number), address))
        return found
