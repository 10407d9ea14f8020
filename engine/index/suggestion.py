"""What was probably meant by a search that finds nothing: names a letter or two off.

Only names of entries that the reader may see, and that the filter lets pass, are offered; whatever
else is in the index changes nothing.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence

import tantivy
from rigour.text import levenshtein
from tantivy import Order, Query

from engine.index.expression import Expression, plain_words
from engine.index.field import layout
from engine.index.folding import tokens
from engine.index.term import MUST, SHOULD, every

MOST_WORDS = 8
"""Words of the search that are read."""
SUGGESTIONS = 5
CANDIDATES = 50
"""Entries whose names are compared with the search."""
NAMES, LONGEST_NAME = 10, 200
"""How many values of an entry, and how long ones, may be its names."""
LONGEST_WORD = 40
SHORT, LONG = 3, 6
"""Letters of a word in which one letter may differ, and of one in which two may."""

Shown = Callable[[tantivy.DocAddress], Sequence[str]]
"""Reads the values that are kept of an entry, its names first."""


def suggested(
    searcher: tantivy.Searcher, expression: Expression | None, allowed: Query, shown: Shown
) -> list[str]:
    """At most five names that are like the words of a search, the most alike first."""
    words = [token for token in _words(expression) if len(token) <= LONGEST_WORD][:MOST_WORDS]
    for query in _queries(words):
        found = searcher.search(
            every([query, allowed]), CANDIDATES, count=False, order_by_field="rank", order=Order.Asc
        )
        names = _ranked(words, [shown(address) for _, address in found.hits])
        if names:
            return names
    return []


def _words(expression: Expression | None) -> Iterator[str]:
    for word in plain_words(expression):
        if not word.pattern and word.field.place in ("text", "name"):
            yield from tokens(word.text)


def _queries(words: Sequence[str]) -> Iterator[Query]:
    """From close matches to loose ones: with every word, with all but one, with more errors."""
    if not words:
        return
    close, loose = [_like(word, 0) for word in words], [_like(word, 1) for word in words]
    yield every(close)
    if len(words) > 2:
        parts = [(SHOULD, query) for query in close]
        yield Query.boolean_query(parts, minimum_number_should_match=len(words) - 1)
    yield Query.boolean_query([(MUST, query) for query in loose])


def _like(word: str, more: int) -> Query:
    """The names with a word that differs in a letter or two, and in so many more."""
    distance = min(_errors(word) + more, 2) if len(word) > SHORT else _errors(word)
    if distance == 0:
        return Query.term_query(layout(), "name", word)
    return Query.fuzzy_term_query(layout(), "name", word, distance=distance)


def _errors(word: str) -> int:
    if len(word) < SHORT or word.isdecimal():
        return 0
    return 1 if len(word) < LONG else 2


def _ranked(words: Sequence[str], entries: Iterable[Sequence[str]]) -> list[str]:
    """The name of each entry that is most like the words; each name once, the best first."""
    ranked: dict[tuple[str, ...], tuple[int, int, str]] = {}
    for number, values in enumerate(entries):
        names = [value for value in values[:NAMES] if len(value) <= LONGEST_NAME]
        for name in names:
            folded = tuple(tokens(name))
            if folded and folded not in ranked:
                ranked[folded] = (_distance(words, folded), number, name)
    best: dict[int, tuple[int, int, str]] = {}
    for distance, number, name in ranked.values():
        best[number] = min(best.get(number, (distance, number, name)), (distance, number, name))
    return [name for _, _, name in sorted(best.values())[:SUGGESTIONS]]


def _distance(words: Sequence[str], name: Sequence[str]) -> int:
    """How many letters differ, and how many words the name has besides."""
    letters = sum(min(levenshtein(word, other) for other in name) for word in words)
    return letters * 2 + abs(len(name) - len(words))
