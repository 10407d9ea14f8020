"""The order of hits: tier by tier, and in each tier by the values of a field."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson
import tantivy
from tantivy import Order, Query

from engine.index.cursor import Place
from engine.index.term import MUST, MUST_NOT, from_number


@dataclass(frozen=True)
class Walk:
    """The hits of a search, in its order: tier by tier, and in each by the values of a field."""

    index: tantivy.Index
    searcher: tantivy.Searcher
    tiers: Sequence[Query]
    allowed: Query
    field: str
    order: Order

    def hits(self, wanted: int, after: Place | None) -> Iterator[tuple[Place, tantivy.DocAddress]]:
        """At least so many hits after a place, or all that there are."""
        for tier in range(after.tier if after else 0, len(self.tiers)):
            start = after if after and after.tier == tier else None
            count = 0
            for place, address in self._tier(tier, start, wanted):
                count += 1
                yield place, address
            wanted -= count
            if wanted <= 0:
                return

    def _tier(
        self, tier: int, after: Place | None, wanted: int
    ) -> Iterator[tuple[Place, tantivy.DocAddress]]:
        parts = [(MUST, self.tiers[tier]), (MUST, self.allowed)]
        parts += [(MUST_NOT, better) for better in self.tiers[:tier]]
        key, number = (after.key, after.number) if after else (None, 0)
        if key is not None:
            parts.append((MUST, self._from(key)))
        result = self.searcher.search(
            Query.boolean_query(parts),
            wanted,
            count=False,
            order_by_field=self.field,
            order=self.order,
            offset=number,  # the hits with the same key that the page before ended with
        )
        for next_key, address in result.hits:
            number = number + 1 if next_key == key else 1
            key = next_key
            yield Place(tier, key, number), address

    def _from(self, key: str | int) -> Query:
        """The entries at a key and after it."""
        up = self.order == Order.Asc
        if isinstance(key, int):
            return from_number(self.field, key, up)
        # the Python bindings have ranges of texts only in Tantivy's own query language
        bounds = f"[{key} TO *]" if up else f"[* TO {key}]"
        return self.index.parse_query(f"{self.field}:{bounds}", [self.field])


def entity_id(stored: tantivy.Document) -> str:
    """The entity of a stored entry."""
    return str(stored.get_first("id"))


def shown_values(stored: tantivy.Document) -> list[str]:
    """The values of a stored entry that snippets show: its caption, its names, its texts."""
    values: list[str] = orjson.loads(bytes(stored.get_first("shown") or b"[]"))
    return values


def page_number(stored: tantivy.Document) -> int:
    """The number of a stored entry that is a page of a document."""
    return int(stored.get_first("page") or 0)
