"""The edges of one record in the order of their dates, amounts or shares, a page at a time.

A page costs what it holds and a look at the record's entries, however many relationships it has.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import tantivy
from tantivy import FieldType, Order, Query

from engine.entity import edge_schemata, relationship_types
from engine.index.field import UNSIGNED, layout
from engine.index.group import ids_after
from engine.index.rank import both

SIZE = 64
"""Edges that are looked up together beyond those that are wanted."""
Place = tuple[int, str]
"""What an edge is ordered by, and its id."""


@dataclass(frozen=True)
class Edges:
    """The edges of a query, those with the largest value of a field first, equal ones by id."""

    searcher: tantivy.Searcher
    query: Query
    field: str

    def after(self, place: Place | None, wanted: int) -> Iterator[Place]:
        """At least so many after a place, or all that there are; those without the field last."""
        value = None if place is None else place[0]
        if place is None or place[0]:
            for found in self._with_value(value, wanted):
                if place is None or (-found[0], found[1]) > (-place[0], place[1]):
                    yield found
        without = Query.boolean_query(
            [(tantivy.Occur.Must, self.query), (tantivy.Occur.MustNot, self._has())]
        )
        start = place[1] if place is not None and not place[0] else ""
        yield from ((0, id_) for id_ in ids_after(self.searcher, without, start, wanted + SIZE))

    def _has(self) -> Query:
        return Query.exists_query(self.field)

    def _with_value(self, value: int | None, wanted: int) -> Iterator[Place]:
        """Those that have the field, from a value on downwards."""
        limit = wanted + SIZE
        while True:
            query = both(self.query, self._has() if value is None else self._upto(value))
            hits = self.searcher.search(
                query, limit, count=False, order_by_field=self.field, order=Order.Desc
            ).hits
            values = [int(found) for found, _ in hits]
            ids = [str(self.searcher.doc(address).get_first("id")) for _, address in hits]
            last = values[-1] if len(hits) == limit else None
            pairs = zip(values, ids, strict=True)
            # of the last value there may be more than were asked for
            yield from sorted(
                (pair for pair in pairs if pair[0] != last), key=lambda pair: (-pair[0], pair[1])
            )
            if last is None:
                return
            equal = both(self.query, self._between(last, last))
            yield from ((last, id_) for id_ in ids_after(self.searcher, equal, "", limit))
            value = last - 1

    def _upto(self, value: int) -> Query:
        return self._between(None, value)

    def _between(self, low: int | None, high: int | None) -> Query:
        kind = FieldType.Unsigned if self.field in UNSIGNED else FieldType.Integer
        return Query.range_query(layout(), self.field, kind, low, high)


def ordered_edges(
    searcher: tantivy.Searcher, query: Query, field: str, after: Place | None, wanted: int
) -> Iterator[Place]:
    """The (value, id) pairs of a query's edges after a place, as ``Edges`` orders them."""
    return Edges(searcher, query, field).after(after, wanted)


def kinds(names: Sequence[str] | None) -> list[str]:
    """Those of some relationship types that are edges of FtM; all for None."""
    return sorted(edge_schemata().keys() & (edge_schemata().keys() if names is None else names))


def links(names: Sequence[str] | None) -> list[str]:
    """Those of some relationship types that are properties of records, no edges; all for None."""
    known = relationship_types()
    return sorted((known if names is None else known & set(names)) - edge_schemata().keys())
