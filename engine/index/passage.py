"""Searches in the pages of documents: on which pages the words are, and the passage on each.

A page matches if it has all words; where no page of a document has all of them, one that has any.
What a search asks besides (a dataset, a date, NOT) is about the document and not about a page.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import tantivy
from tantivy import Order, Query

from engine.access import Access
from engine.answer import PageHit, PageHits
from engine.index import clause, cursor
from engine.index.expression import All, Any, Expression, Not, Word, joined_by, plain_words
from engine.index.facet import counted, number_of_hits
from engine.index.field import DOCUMENT, PAGE, PLAIN, reaches_pages
from engine.index.folding import clean
from engine.index.held import paged
from engine.index.highlight import Highlighter
from engine.index.term import every, one_of
from engine.index.walk import Walk, entity_id, page_number, shown_values
from engine.question import PageQuestion, PageSort

NEAR = 10
"""Words may be moved so far in all where they count as near each other."""


@dataclass(frozen=True)
class PagesOf:
    """How many pages of a document match, and the first of the best ones."""

    count: int
    number: int
    highlight: str | None


def on_page(expression: Expression | None) -> Expression | None:
    """What an expression asks of the text of a page; None where it asks nothing of it."""
    if isinstance(expression, Not) or expression is None:
        return None
    if isinstance(expression, All | Any):
        items = [asked for item in expression.items if (asked := on_page(item)) is not None]
        return joined_by(type(expression), items)
    if isinstance(expression, Word) and reaches_pages(expression.field):
        return replace(expression, field=PLAIN, held=())
    return None


def any_of(expression: Expression) -> Expression:
    """The same with any of the words instead of all."""
    words = plain_words(expression)
    return joined_by(Any, words) or expression


def in_a_row(expression: Expression, slop: int = 0) -> Query | None:
    """The query for all words as they follow each other; None where they are not such words."""
    words = expression.items if isinstance(expression, All) else ()
    plain = [each for each in words if isinstance(each, Word) and not _is_open(each)]
    if len(words) < 2 or len(plain) < len(words):
        return None
    text = " ".join(word.text for word in plain)
    return clause.compiled(Word(PLAIN, text, slop=slop), alike_too=False)


def _is_open(word: Word) -> bool:
    return word.pattern or word.prefix or bool(word.distance)


def _compiled(expression: Expression) -> Query:
    return clause.compiled(expression, alike_too=False)


def best_pages(
    searcher: tantivy.Searcher,
    expression: Expression | None,
    documents: Sequence[str],
    readable: Query,
) -> dict[str, PagesOf]:
    """Of each of these documents that has pages with the words: how many, and the first of them.

    Nothing where the expression asks for no words.
    """
    asked = on_page(expression)
    if asked is None or not documents:
        return {}
    highlighter = Highlighter(asked)
    found: dict[str, PagesOf] = {}
    left = list(documents)
    for wanted in (asked, any_of(asked)):
        query = every([_compiled(wanted), paged(), readable])
        pages = every([query, one_of(DOCUMENT, left)])
        counts = counted(searcher, pages, DOCUMENT, len(documents)) if left else {}
        for document, count in counts.items():
            of_it = every([query, one_of(DOCUMENT, [document])])
            (first,) = _in_order(searcher, of_it, 1)
            stored = searcher.doc(first)
            snippet = highlighter.snippet(shown_values(stored))
            found[document] = PagesOf(count, page_number(stored), snippet)
        left = [document for document in left if document not in counts]
    return found


def _in_order(searcher: tantivy.Searcher, query: Query, most: int) -> list[tantivy.DocAddress]:
    result = searcher.search(query, most, count=False, order_by_field=PAGE, order=Order.Asc)
    return [address for _, address in result.hits]


class PageSearch:
    """A search in the pages of one document."""

    def __init__(
        self,
        searcher: tantivy.Searcher,
        question: PageQuestion,
        expression: Expression | None,
        access: Access,
    ) -> None:
        """The reader may see the document."""
        self._searcher = searcher
        self._question = question
        self._asked = on_page(expression)
        self._pages = every(
            [one_of(DOCUMENT, [clean(question.document)]), paged(), clause.allowed(access)]
        )

    def hits(self, index: tantivy.Index) -> PageHits:
        """A page of matches, in the order that is asked for; raises BadInput for a bad cursor."""
        question = self._question
        search = cursor.fingerprint_of(question.document, question.text, question.sort.name)
        after = cursor.read(search, question.after, int) if question.after else None
        tiers = self._tiers()
        walk = Walk(index, self._searcher, tiers, self._pages, PAGE, Order.Asc)
        first = max(question.first, 0)
        rows = list(walk.hits(first + 1, after))
        highlighter = Highlighter(self._asked)
        hits = []
        for place, address in rows[:first]:
            stored = self._searcher.doc(address)
            snippet = highlighter.snippet(shown_values(stored)) if highlighter.needed else None
            at = cursor.write(search, place)
            hits.append(PageHit(entity_id(stored), page_number(stored), at, snippet))
        return PageHits(hits, len(rows) > first)

    def count(self) -> int:
        """How many pages match."""
        return number_of_hits(self._searcher, every([self._last(), self._pages]))

    def _last(self) -> Query:
        """All pages that match."""
        if self._asked is None:
            return Query.all_query()
        every_word = _compiled(self._asked)
        if number_of_hits(self._searcher, every([every_word, self._pages])):
            return every_word
        return _compiled(any_of(self._asked))

    def _tiers(self) -> list[Query]:
        """From the best pages to all: the words in a row, near each other, anywhere on the page."""
        if self._asked is None or self._question.sort is PageSort.NUMBER:
            return [self._last()]
        rows = [in_a_row(self._asked), in_a_row(self._asked, NEAR)]
        return [*(row for row in rows if row is not None), self._last()]
