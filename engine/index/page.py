"""A page of hits, in the order of a search.

Relevance is by tier, not by corpus statistics: first names that are just what was asked, then
names that hold it, then anything that holds it; in each tier short captions first, then by their
first letters. Statistics change with every commit and would move hits from page to page; so would
Tantivy's own order of equal hits.
"""

from dataclasses import replace
from itertools import islice

import tantivy
from tantivy import Order, Query

from engine.access import Access
from engine.answer import Hit, SearchPage
from engine.cursor import cursor_of, place_of
from engine.errors import BadInput
from engine.index import clause, cursor
from engine.index.degree import Connected
from engine.index.expression import Expression
from engine.index.field import ORDER_NUMBERS
from engine.index.figure import LEAST_AMOUNT
from engine.index.held import hits_of, with_held
from engine.index.highlight import Highlighter
from engine.index.known import Known
from engine.index.order import Ordered, standing_of
from engine.index.parser import parse
from engine.index.passage import PagesOf, best_pages
from engine.index.rank import both
from engine.index.term import from_number
from engine.index.walk import Walk, entity_id, shown_values
from engine.order import PropertyOrder
from engine.question import SearchQuestion, SearchSort

ORDERS = {
    SearchSort.RELEVANCE: ("rank", Order.Asc),
    SearchSort.CAPTION: ("sort", Order.Asc),
    SearchSort.DATE_ASC: ("earliest", Order.Asc),
    SearchSort.DATE_DESC: ("latest", Order.Desc),
    SearchSort.AMOUNT_ASC: ("amount", Order.Asc),
    SearchSort.AMOUNT_DESC: ("amount", Order.Desc),
}


def search_page(
    index: tantivy.Index,
    searcher: tantivy.Searcher,
    question: SearchQuestion,
    access: Access,
    known: Known,
) -> SearchPage:
    """A page of hits, best first or as sorted; raises BadInput for a cursor of another search."""
    known.check_filter(question.filter)
    readable = clause.allowed(access)
    expression = with_held(parse(question.text, known), searcher, readable)
    sort, first = question.sort, max(question.first, 0)
    if expression is None and sort is SearchSort.RELEVANCE:
        sort = SearchSort.CAPTION  # without words everything is equally relevant
    if question.by is not None:
        return ordered_page(index, searcher, question, question.by, expression, access)
    if sort is SearchSort.DEGREE:
        return connected_page(searcher, question, expression, access)
    field, order = ORDERS[sort]
    tiers = tiers_of(expression, sort)
    search = cursor.fingerprint(question)
    kind = int if field in ORDER_NUMBERS else str
    after = cursor.read(search, question.after, kind) if question.after else None
    allowed = clause.allowed(access, question.filter)
    hits = hits_of(expression, allowed, question.filter)
    rows = list(Walk(index, searcher, tiers, hits, field, order).hits(first + 1, after))
    highlighter = Highlighter(expression)
    found = []
    for place, address in rows[:first]:
        stored = searcher.doc(address)
        snippet = highlighter.snippet(shown_values(stored)) if highlighter.needed else None
        score = float(len(tiers) - place.tier)
        found.append(Hit(entity_id(stored), cursor.write(search, place), score, snippet))
    pages = best_pages(searcher, expression, [hit.id for hit in found], readable)
    return SearchPage([_with_page(hit, pages.get(hit.id)) for hit in found], len(rows) > first)


def tiers_of(expression: Expression | None, sort: SearchSort) -> list[Query]:
    """The groups of hits that come one after the other, whatever their order in each."""
    tiers = clause.tiers(expression)
    if sort is SearchSort.RELEVANCE:
        return tiers
    if sort is SearchSort.AMOUNT_ASC:  # those without an amount come last in either order
        return [both(tiers[-1], from_number("amount", LEAST_AMOUNT, up=True)), tiers[-1]]
    return tiers[-1:]


def connected_page(
    searcher: tantivy.Searcher,
    question: SearchQuestion,
    expression: Expression | None,
    access: Access,
) -> SearchPage:
    """A page of hits, those with the most relationships first."""
    readable = clause.allowed(access)
    allowed = clause.allowed(access, question.filter)
    hits = both(clause.tiers(expression)[-1], hits_of(expression, allowed, question.filter))
    search, first = cursor.fingerprint(question), max(question.first, 0)
    place: tuple[float, str] | None = None
    if question.after is not None:
        of_search, number, id_ = place_of(question.after, str, int, str)
        if of_search != search:
            raise BadInput(cursor.OTHER)
        place = (-float(number), id_)
    ordered = ((-number, id_) for number, id_ in Connected(searcher, hits, readable))
    rows = list(islice((pair for pair in ordered if place is None or pair > place), first + 1))
    found = [
        Hit(id_, cursor_of(search, int(-number), id_), -number, None)
        for number, id_ in rows[:first]
    ]
    return SearchPage(found, len(rows) > first)


def ordered_page(
    index: tantivy.Index,
    searcher: tantivy.Searcher,
    question: SearchQuestion,
    by: PropertyOrder,
    expression: Expression | None,
    access: Access,
) -> SearchPage:
    """A page of hits in the order of a property."""
    allowed = clause.allowed(access, question.filter)
    hits = both(clause.tiers(expression)[-1], hits_of(expression, allowed, question.filter))
    search, first = cursor.fingerprint(question), max(question.first, 0)
    after = None
    if question.after is not None:
        of_search, after = standing_of(question.after)
        if of_search != search:
            raise BadInput(cursor.OTHER)
    rows = Ordered(index, searcher, hits, by).page(first + 1, after)
    highlighter = Highlighter(expression)
    found = []
    for standing, address in rows[:first]:
        stored = searcher.doc(address)
        snippet = highlighter.snippet(shown_values(stored)) if highlighter.needed else None
        found.append(Hit(entity_id(stored), standing.cursor(search), 1.0, snippet))
    pages = best_pages(searcher, expression, [hit.id for hit in found], clause.allowed(access))
    return SearchPage([_with_page(hit, pages.get(hit.id)) for hit in found], len(rows) > first)


def _with_page(hit: Hit, pages: PagesOf | None) -> Hit:
    """A hit with the pages of it that match; the passage on one goes before what is in a name."""
    if pages is None:
        return hit
    highlight = " … ".join(filter(None, (hit.highlight, pages.highlight)))
    return replace(
        hit, highlight=highlight or None, page_count=pages.count, page_number=pages.number
    )
