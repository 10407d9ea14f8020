"""How an expression, an access and a filter become a query of Tantivy."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tantivy import FieldType, Occur, Query

from engine.access import Access
from engine.index import alike
from engine.index.cursor import MAX_KEY
from engine.index.day import FIRST, LAST, days_of
from engine.index.expression import (
    All,
    Any,
    DayRange,
    Expression,
    Not,
    Word,
    YearRange,
    plain_words,
)
from engine.index.field import Kind, descendants, layout, schema_names
from engine.index.folding import clean, digest, identifier, variants
from engine.question import DateRange, SearchFilter

NO_FILTER = SearchFilter()
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


def _sequence(field: str, word: Word, tokens: list[str]) -> Query:
    if len(tokens) > 1:
        if word.prefix:
            # Tantivy's own phrase with a prefix looks at the first 50 words of the whole index
            # that begin so: whether it finds anything would depend on what a reader may not see.
            before = _sequence(field, replace(word, prefix=False, distance=0), tokens[:-1])
            return every([before, _sequence(field, replace(word, distance=0), tokens[-1:])])
        return Query.phrase_query(layout(), field, list(tokens))
    token = tokens[0]
    if len(token) > LONGEST_OPEN:
        return Query.term_query(layout(), field, token)
    if word.prefix:
        return Query.regex_query(layout(), field, f"{token}.*")
    if word.distance and len(token) > word.distance:
        return Query.fuzzy_term_query(layout(), field, token, distance=word.distance)
    return Query.term_query(layout(), field, token)


def _raw_value(word: Word) -> str:
    text = clean(word.text)
    if word.kind is Kind.IDENTIFIER:
        return identifier(text)
    return text if word.field == "id" else text.lower()


def _of_schemata(names: Iterable[str]) -> Query:
    """The entries of these schemata, and of those that extend them."""
    return one_of("schema", sorted(frozenset().union(*map(descendants, names))))


def _schema(word: Word) -> Query:
    text = word.text.lower()
    return _of_schemata(
        name
        for lower, name in schema_names().items()
        if lower == text or (word.prefix and lower.startswith(text))
    )


def _word(word: Word, names: bool, alike_too: bool) -> Query:
    if word.kind is Kind.SCHEMA:
        return _schema(word)
    if word.kind is not Kind.WORDS:
        value = _raw_value(word)
        if word.prefix and len(value) <= LONGEST_OPEN * 4:
            return Query.regex_query(layout(), word.field, SPECIAL.sub(r"\\\1", value) + ".*")
        return Query.term_query(layout(), word.field, value)
    field = "name" if names and word.plain else word.field
    queries = [_sequence(field, word, tokens) for tokens in variants(word.text)]
    return either(queries + (alike.sounding(word) if alike_too else []))


def compiled(expression: Expression, names: bool = False, alike_too: bool = True) -> Query:
    """The query of an expression; with ``names`` its plain words are looked up in names only.

    Without ``alike_too`` names that only sound like its words are not found.
    """
    if isinstance(expression, Word):
        query = _word(expression, names, alike_too)
        return either([query, *alike.instead_of([expression])[0]])
    if isinstance(expression, DayRange):
        return overlap(expression.low, expression.high)
    if isinstance(expression, YearRange):
        years = range(max(expression.low, 0), min(expression.high, 9999) + 1)
        return Query.term_set_query(layout(), "year", [f"{year:04d}" for year in years])
    if isinstance(expression, Not):
        query = compiled(expression.item, alike_too=False)
        return Query.boolean_query([(MUST, Query.all_query()), (MUST_NOT, query)])
    if isinstance(expression, Any):
        return either([compiled(item, names, alike_too) for item in expression.items])
    return _together(expression, names, alike_too)


def _together(expression: All, names: bool, alike_too: bool) -> Query:
    clauses = []
    instead = alike.instead_of(expression.items)
    for item, others in zip(expression.items, instead, strict=True):
        if isinstance(item, Not):
            clauses.append((MUST_NOT, compiled(item.item, alike_too=False)))
        elif isinstance(item, Word):
            clauses.append((MUST, either([_word(item, names, alike_too), *others])))
        else:
            clauses.append((MUST, compiled(item, names, alike_too)))
    # Tantivy finds nothing where every clause excludes
    if all(occur == MUST_NOT for occur, _ in clauses):
        clauses.append((MUST, Query.all_query()))
    return Query.boolean_query(clauses)


def _without_errors(expression: Expression) -> Expression:
    """The expression with no typing errors allowed."""
    if isinstance(expression, All | Any):
        return type(expression)(tuple(map(_without_errors, expression.items)))
    return replace(expression, distance=0) if isinstance(expression, Word) else expression


def tiers(expression: Expression | None) -> list[Query]:
    """From the best matches to all matches.

    Names that are just these words, names with exactly these words, names with words like these,
    names with words that sound like these, and anything with them.
    """
    if expression is None:
        return [Query.all_query()]
    words = [word for word in plain_words(expression) if word.field in ("text", "name")]
    anywhere = compiled(expression)
    if not words:
        return [anywhere]
    exact = [digest(tokens) for tokens in variants(" ".join(word.text for word in words))]
    spelt = compiled(expression, alike_too=False)
    queries = [every([spelt, one_of("exact", exact)])]
    if any(word.distance for word in words):
        queries.append(compiled(_without_errors(expression), names=True, alike_too=False))
    queries.append(compiled(expression, names=True, alike_too=False))
    queries.append(compiled(expression, names=True))
    return [*queries, anywhere]


def _during(range_: DateRange) -> Query:
    low = FIRST if range_.start is None else days_of(range_.start)[0]
    high = LAST if range_.end is None else days_of(range_.end)[1]
    return overlap(low, high)


def allowed(access: Access, chosen: SearchFilter = NO_FILTER) -> Query:
    """The entries that a reader may see and a filter lets pass; they add nothing to the score."""
    names = access.datasets if chosen.datasets is None else access.datasets & set(chosen.datasets)
    queries = [one_of("dataset", sorted(names))]
    if chosen.schemata is not None:
        queries.append(_of_schemata(chosen.schemata))
    if chosen.countries is not None:
        queries.append(one_of("country", [country.lower() for country in chosen.countries]))
    if chosen.topics is not None:
        queries.append(one_of("topic", [topic.lower() for topic in chosen.topics]))
    if chosen.during is not None and (chosen.during.start or chosen.during.end):
        queries.append(_during(chosen.during))
    return every([Query.const_score_query(query, 1.0) for query in queries])
