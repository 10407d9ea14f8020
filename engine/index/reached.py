"""Which texts may hold a new name: those that have two of its words, or one that few have."""

from collections.abc import Iterator, Sequence

import tantivy
from tantivy import Order, Query

from engine.entity import Entity
from engine.index.field import layout
from engine.index.spoken import TEXT, name_queries
from engine.index.term import either, every, one_of

MOST_WITH_WORD = 1_000
"""Texts with one word of a name that are looked at for its initials; of more, none."""
MOST_TEXTS = 20_000
"""Texts that one name looks at, at most: its words are in all of them."""


def texts_with(searcher: tantivy.Searcher, entity: Entity) -> set[str]:
    """The ids of the texts that may name a record, of every dataset."""
    found: set[str] = set()
    for words in name_queries(entity):
        queries = list(_queries(searcher, [ways for ways in words if ways]))
        if queries:
            hits = searcher.search(
                either(queries), MOST_TEXTS, count=False, order_by_field="id", order=Order.Asc
            ).hits
            found.update(str(id_) for id_, _ in hits)
    return found


def _queries(searcher: tantivy.Searcher, words: Sequence[Sequence[str]]) -> Iterator[Query]:
    counts = [sum(int(searcher.doc_freq("naming", way)) for way in ways) for ways in words]
    there = [(ways, count) for ways, count in zip(words, counts, strict=True) if count]
    queries = [one_of("naming", ways) for ways, _ in there]
    for query, (_, count) in zip(queries, there, strict=True):
        if len(words) == 1 or count <= MOST_WITH_WORD:
            yield query
    for at, one in enumerate(queries):
        yield from (every([one, other]) for other in queries[at + 1 :])


def text_ids(searcher: tantivy.Searcher, after: Query, most: int) -> list[str]:
    """The ids of the first texts of those that come after a place, in order."""
    query = every([Query.term_query(layout(), "naming", TEXT), after])
    hits = searcher.search(query, most, count=False, order_by_field="id", order=Order.Asc).hits
    return [str(id_) for id_, _ in hits]


def text_count(searcher: tantivy.Searcher) -> int:
    """How many records have a text, at least."""
    return int(searcher.doc_freq("naming", TEXT))
