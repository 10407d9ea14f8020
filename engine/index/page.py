"""A page of hits, in the order of a search.

Relevance is by tier, not by corpus statistics: first names that are just what was asked, then
names that hold it, then anything that holds it; in each tier short captions first, then by their
first letters. Statistics change with every commit and would move hits from page to page; so would
Tantivy's own order of equal hits.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import orjson
import tantivy
from tantivy import Order, Query

from engine.access import Access
from engine.answer import Hit, SearchPage
from engine.index import clause, cursor
from engine.index.cursor import Place
from engine.index.field import ORDER_NUMBERS
from engine.index.highlight import Highlighter
from engine.index.known import Known
from engine.index.parser import parse
from engine.index.term import MUST, MUST_NOT, from_number
from engine.question import SearchQuestion, SearchSort

ORDERS = {
    SearchSort.RELEVANCE: ("rank", Order.Asc),
    SearchSort.CAPTION: ("sort", Order.Asc),
    SearchSort.DATE_ASC: ("earliest", Order.Asc),
    SearchSort.DATE_DESC: ("latest", Order.Desc),
}


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


def search_page(
    index: tantivy.Index,
    searcher: tantivy.Searcher,
    question: SearchQuestion,
    access: Access,
    known: Known,
) -> SearchPage:
    """A page of hits, best first or as sorted; raises BadInput for a cursor of another search."""
    known.check_filter(question.filter)
    expression = parse(question.text, known)
    sort, first = question.sort, max(question.first, 0)
    if expression is None and sort is SearchSort.RELEVANCE:
        sort = SearchSort.CAPTION  # without words everything is equally relevant
    field, order = ORDERS[sort]
    tiers = clause.tiers(expression)
    if sort is not SearchSort.RELEVANCE:
        tiers = tiers[-1:]
    search = cursor.fingerprint(question)
    kind = int if field in ORDER_NUMBERS else str
    after = cursor.read(search, question.after, kind) if question.after else None
    walk = Walk(index, searcher, tiers, clause.allowed(access, question.filter), field, order)
    rows = list(walk.hits(first + 1, after))
    highlighter = Highlighter(expression)
    hits = []
    for place, address in rows[:first]:
        stored = searcher.doc(address)
        snippet = highlighter.snippet(shown_values(stored)) if highlighter.needed else None
        score = float(len(tiers) - place.tier)
        hits.append(Hit(entity_id(stored), cursor.write(search, place), score, snippet))
    return SearchPage(hits, len(rows) > len(hits))


def entity_id(stored: tantivy.Document) -> str:
    """The entity of a stored entry."""
    return str(stored.get_first("id"))


def shown_values(stored: tantivy.Document) -> list[str]:
    """The values of a stored entry that snippets show: its caption, its names, its texts."""
    values: list[str] = orjson.loads(bytes(stored.get_first("shown") or b"[]"))
    return values
