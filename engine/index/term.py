"""Queries for the leaves of an expression: words, patterns, values and ranges."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import cache

from tantivy import FieldType, Index, Occur, Query

from engine.index.cursor import MAX_KEY
from engine.index.day import FIRST, LAST
from engine.index.expression import DayRange, Everything, NumberRange, Present, Word, YearRange
from engine.index.field import LEAVES, PROPERTY, Field, Kind, descendants, layout, reaches_pages
from engine.index.folding import clean, identifier, variants
from engine.index.number import asked_tokens
from engine.index.pattern import OPEN, PIECES, expressions_of
from engine.index.property import number_key, value_key
from engine.vocabulary import schema_names

MUST, SHOULD, MUST_NOT = Occur.Must, Occur.Should, Occur.MustNot
LONGEST_OPEN = 60
"""Longer tokens are looked up as they are: without a prefix, without typing errors."""
MAX_TERMS = 20
"""More values are looked up as one set of terms."""
SPECIAL = re.compile(r"([^A-Za-z0-9 ])")


def every(queries: Sequence[Query]) -> Query:
    """The entries that all of the queries match."""
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(MUST, query) for query in queries])


def either(queries: Sequence[Query]) -> Query:
    """The entries that any of the queries matches; nothing if there is no query."""
    if not queries:
        return Query.empty_query()
    if len(queries) == 1:
        return queries[0]
    return Query.boolean_query([(SHOULD, query) for query in queries])


def one_of(field: str, values: Sequence[str]) -> Query:
    """The entries with one of the values in a raw field."""
    cleaned = [clean(value) for value in values]
    if len(cleaned) > MAX_TERMS:
        return Query.term_set_query(layout(), field, cleaned)
    return either([Query.term_query(layout(), field, value) for value in cleaned])


def _number(field: str, low: int, high: int) -> Query:
    return Query.range_query(layout(), field, FieldType.Integer, low, high)


def whole_number(field: str, low: int | None, high: int | None) -> Query:
    """The entries with a whole number in a range, both ends included; None is open."""
    return Query.range_query(layout(), field, FieldType.Integer, low, high)


def from_number(field: str, number: int, up: bool) -> Query:
    """The entries at a place in an order, and after it."""
    low, high = (number, MAX_KEY) if up else (0, number)
    return Query.range_query(layout(), field, FieldType.Unsigned, low, high)


def overlap(low: int, high: int) -> Query:
    """The entries with a date that may fall into these days, or a lifetime that touches them."""
    if low > high:
        return Query.empty_query()
    queries = [_number("low", low, high), _number("high", low, high)]
    queries += [Query.term_query(layout(), "partial", each) for each in _around(low, high)]
    queries.append(every([_number("begin", FIRST, high), _number("finish", low, LAST)]))
    return either(queries)


def _around(low: int, high: int) -> list[str]:
    """The year and the month around these days, where all of them lie in one."""
    partial = []
    if low // 10000 == high // 10000:
        year = low // 10000 * 10000
        partial.append(f"{year + 101}-{year + 1231}")
    if low // 100 == high // 100:
        month = low // 100 * 100
        partial.append(f"{month + 1}-{month + 31}")
    return partial


def _sequence(place: str, word: Word, tokens: list[str]) -> Query:
    """The entries with these tokens in a row, in a field of the index or a property's part of it"""
    if len(tokens) == 1:
        return _token(place, word, tokens[0])
    if word.prefix:
        # Tantivy's own phrase with a prefix looks at the first 50 words of the whole index
        # that begin so: whether it finds anything would depend on what a reader may not see.
        before = _sequence(place, replace(word, prefix=False, distance=0), tokens[:-1])
        return every([before, _token(place, replace(word, distance=0), tokens[-1])])
    if word.distance:
        return every([_token(place, word, token) for token in tokens])
    return Query.phrase_query(layout(), place, list(tokens), slop=word.slop)


def _token(place: str, word: Word, token: str) -> Query:
    if len(token) > LONGEST_OPEN:
        return Query.term_query(layout(), place, token)
    if word.prefix:
        return matching(place, f"{token}.*")
    if word.distance and len(token) > word.distance:
        return Query.fuzzy_term_query(layout(), place, token, distance=word.distance)
    return Query.term_query(layout(), place, token)


def matching(place: str, pattern: str) -> Query:
    """The entries with a term that a regular expression matches as a whole."""
    field, _, name = place.partition(".")
    # a term of a JSON field begins with its path, a NUL, and the sign of its type
    return Query.regex_query(layout(), field, f"{name}\0s{pattern}" if name else pattern)


def _pattern(place: str, text: str) -> Query:
    """The entries with words like those with ``*`` and ``?``."""
    queries = [matching(place, each) for each in expressions_of(text)]
    return every(queries) if queries else Query.empty_query()


def of_schemata(names: Iterable[str]) -> Query:
    """The entries of these schemata, and of those that extend them."""
    return one_of("schema", sorted(frozenset().union(*map(descendants, names))))


def _schema(word: Word) -> Query:
    if not word.pattern:
        return of_schemata([word.text])
    return of_schemata(
        name for lower, name in schema_names().items() if fnmatchcase(lower, word.text)
    )


def _raw(word: Word) -> Query:
    """The entries with a value that is one term, in the field or in its properties."""
    places = [(place, terms) for place, terms in _places(word.field, _raw_values(word)) if terms]
    if not word.pattern and not word.prefix:
        return either([one_of(place, terms) for place, terms in places])
    end = ".*" if word.prefix else ""
    pairs = [(place, term) for place, terms in places for term in terms]
    return either([matching(place, _open_term(term) + end) for place, term in pairs])


def _places(field: Field, values: Sequence[str]) -> list[tuple[str, list[str]]]:
    """The fields of the index in which values of a search's field are terms, and these terms."""
    by_property = [f"{name}:{value}" for name in field.properties for value in values]
    if field.kind is Kind.REFERENCE:
        return [("reference", by_property)]
    if field.kind is Kind.IDENTIFIER:
        # numbers without what stands before them (``IMO 9683738``) are terms of the property alone
        whole = [(field.place, list(values))] if field.place else []
        return [*whole, ("value", by_property)]
    return [(field.place, list(values))] if field.place else [("value", by_property)]


def _raw_values(word: Word) -> list[str]:
    """What a word may be as a term of its field."""
    text = clean(word.text)
    if word.field.kind in (Kind.IDENTIFIER, Kind.PHONE):
        if word.pattern or word.prefix:
            parts = PIECES.split(text)
            return ["".join(each if each in OPEN else identifier(each) for each in parts)]
        return list(dict.fromkeys([identifier(text), *asked_tokens(text)]))
    if word.field.kind is Kind.REFERENCE or word.field.place in ("id", "dataset"):
        return [text]
    return [f"literal:{text}"] if word.field.place == "literal" else [value_key(text)]


def _open_term(value: str) -> str:
    """A regular expression for a term with ``*`` and ``?``."""
    parts = PIECES.split(value[: LONGEST_OPEN * 4])
    return "".join(OPEN.get(part) or SPECIAL.sub(r"\\\1", part) for part in parts)


def spelt(word: Word, names: bool) -> list[Query]:
    """The queries any of which finds a word as it is spelt; with ``names`` plain ones in names."""
    field = word.field
    if field.kind is Kind.SCHEMA:
        return [_schema(word)]
    if field.kind is not Kind.WORDS:
        return [_raw(word)]
    places = _places_of_words(word, names)
    if word.pattern:
        return [_pattern(place, word.text) for place in places]
    found = variants(word.text)
    queries = [
        _sequence(place, word, tokens)
        for place in places
        for tokens in found
        # where words stand in a row is known of pages alone: who asks looks there first (``held``)
        if place != LEAVES or len(tokens) == 1
    ]
    return [*queries, one_of("id", word.held)] if word.held and LEAVES in places else queries


def _places_of_words(word: Word, names: bool) -> list[str]:
    """The fields of the index in which words are looked up; with ``names`` plain ones in names."""
    field = word.field
    if names and word.plain:
        return ["name"]
    places = [field.place] if field.place else [f"{PROPERTY}.{p}" for p in field.properties]
    return [*places, LEAVES] if reaches_pages(field) else places


def _date_range(expression: DayRange) -> Query:
    low, high = expression.low, expression.high
    if not expression.properties:
        return overlap(low, high)
    queries = []
    for name in expression.properties:
        # a year or a month stands before its first day, which the range begins with
        around = [f"{name}_{low // 10000:04d}", f"{name}_{low // 100:06d}"]
        queries += [between(f"{name}_{low:08d}", f"{name}_{high:08d}"), one_of("value", around)]
    return either(queries)


def _number_range(expression: NumberRange) -> Query:
    low, high = number_key(expression.low), number_key(expression.high)
    return either([between(f"{name}_{low}", f"{name}_{high}") for name in expression.properties])


@cache
def _language() -> Index:
    """An index without entries: the Python bindings have ranges of texts only in Tantivy's own
    query language, which an index parses."""
    return Index(layout())


def between(low: str, high: str) -> Query:
    """The entries with a term of ``value`` from one to another; both are letters, digits and _"""
    return _language().parse_query(f"value:[{low} TO {high}]", ["value"])


def leaf(expression: DayRange | YearRange | NumberRange | Present | Everything) -> Query:
    """The entries that a part of a search without words means."""
    if isinstance(expression, DayRange):
        return _date_range(expression)
    if isinstance(expression, NumberRange):
        return _number_range(expression)
    if isinstance(expression, YearRange):
        years = range(max(expression.low, 0), min(expression.high, 9999) + 1)
        return Query.term_set_query(layout(), "year", [f"{year:04d}" for year in years])
    if isinstance(expression, Present):
        return one_of("value", expression.properties)
    return Query.all_query()
