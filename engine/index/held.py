"""Which documents are meant by words in a row: those that have them so on one of their pages.

A document's entry has the words of its pages in no order. So a phrase is looked up among the pages
first, and goes on as the ids of their documents.
"""

from dataclasses import replace

import tantivy
from tantivy import Query

from engine.index.expression import All, Any, Expression, Not, Word, leaves
from engine.index.facet import counted
from engine.index.field import DOCUMENT, PLAIN, Kind, reaches_pages
from engine.index.folding import variants
from engine.index.term import MUST, MUST_NOT, either, every, one_of, spelt
from engine.question import SearchFilter
from engine.warning import warn

MOST = 50_000
"""Documents that one phrase may be found in."""
PAGE_SCHEMA = "Page"


def paged() -> Query:
    """The entries that are pages of a document."""
    return every([one_of("schema", [PAGE_SCHEMA]), one_of("value", [DOCUMENT])])


def wants_pages(expression: Expression | None, chosen: SearchFilter) -> bool:
    """Whether a search asks for pages themselves: by their schema, their id, or who they name."""
    if PAGE_SCHEMA in (chosen.schemata or ()):
        return True
    return any(
        isinstance(leaf, Word)
        and (
            (leaf.field.kind is Kind.SCHEMA and leaf.text == PAGE_SCHEMA)
            or leaf.field.kind is Kind.REFERENCE
            or leaf.field.name == "id"
        )
        for leaf in leaves(expression)
    )


def hits_of(expression: Expression | None, allowed: Query, chosen: SearchFilter) -> Query:
    """What may be a hit: documents stand for their pages, unless these themselves are asked for."""
    if wants_pages(expression, chosen):
        return allowed
    return Query.boolean_query([(MUST, allowed), (MUST_NOT, paged())])


def with_held(
    expression: Expression | None, searcher: tantivy.Searcher, readable: Query
) -> Expression | None:
    """An expression whose phrases know the documents that have them on one page.

    Warns where a phrase is in more documents than can be told.
    """
    if isinstance(expression, All | Any):
        items = [with_held(item, searcher, readable) for item in expression.items]
        return type(expression)(tuple(item for item in items if item is not None))
    if isinstance(expression, Not):
        item = with_held(expression.item, searcher, readable)
        return None if item is None else Not(item)
    if not isinstance(expression, Word) or not is_row(expression):
        return expression
    word = replace(expression, field=PLAIN)
    query = every([either(spelt(word, False)), paged(), readable])
    found = counted(searcher, query, DOCUMENT, MOST)
    if len(found) == MOST:
        warn(
            f"{expression.text[:50]!r} is on pages of more than {MOST:,} documents: some are left "
            "out. Add a filter."
        )
    return replace(expression, held=tuple(sorted(found)))


def is_row(word: Word) -> bool:
    """Whether pages have to be asked where a word is: it is several words in a row."""
    if word.pattern or not reaches_pages(word.field):
        return False
    return any(len(tokens) > 1 for tokens in variants(word.text))
