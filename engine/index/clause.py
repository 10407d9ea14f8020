"""How an expression, an access and a filter become a query of Tantivy."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from tantivy import FieldType, Occur, Query

from engine.access import Access
from engine.index.cursor import HIGHEST
from engine.index.day import FIRST, LAST, span
from engine.index.field import Kind, below, layout, schema_names
from engine.index.folding import clean, digest, identifier, variants
from engine.index.query import All, Any, Expression, Not, Span, Word, Years, plain_words
from engine.question import DateRange, SearchFilter

NO_FILTER = SearchFilter()
MUST, SHOULD, MUST_NOT = Occur.Must, Occur.Should, Occur.MustNot
LONGEST_OPEN = 60
"""The longest token, in characters, that is looked up by prefix or with typing errors; longer ones as are."""
SPECIAL = re.compile(r"([^A-Za-z0-9 ])")


def every(queries: Sequence[Query]) -> Query:
    """What all of the queries find."""
    return (
        queries[0]
        if len(queries) == 1
        else Query.boolean_query([(MUST, query) for query in queries])
    )


def either(queries: Sequence[Query]) -> Query:
    """What any of the queries finds; nothing if there is none."""
    if not queries:
        return Query.empty_query()
    return (
        queries[0]
        if len(queries) == 1
        else Query.boolean_query([(SHOULD, query) for query in queries])
    )


def one_of(field: str, values: Sequence[str]) -> Query:
    """Documents with one of the values in a raw field."""
    known = [clean(value) for value in values]
    if len(known) > 20:
        return Query.term_set_query(layout(), field, known)
    return either([Query.term_query(layout(), field, value) for value in known])


def _number(field: str, low: int, high: int) -> Query:
    return Query.range_query(layout(), field, FieldType.Integer, low, high)


def from_number(field: str, number: int, up: bool) -> Query:
    """Documents at a place in an order, and after it."""
    low, high = (number, HIGHEST) if up else (0, number)
    return Query.range_query(layout(), field, FieldType.Unsigned, low, high)


def overlap(low: int, high: int) -> Query:
    """Documents with a date that may fall into these days, or a span that touches them."""
    if low > high:
        return Query.empty_query()
    queries = [_number("low", low, high), _number("high", low, high)]
    queries += [Query.term_query(layout(), "partial", each) for each in _around(low, high)]
    queries.append(every([_number("begin", FIRST, high), _number("finish", low, LAST)]))
    return either(queries)


def _around(low: int, high: int) -> list[str]:
    found = []
    if low // 10000 == high // 10000:
        year = low // 10000 * 10000
        found.append(f"{year + 101}-{year + 1231}")
    if low // 100 == high // 100:
        month = low // 100 * 100
        found.append(f"{month + 1}-{month + 31}")
    return found


def _sequence(field: str, word: Word, tokens: list[str]) -> Query:
    if len(tokens) > 1:
        if word.prefix:
            return Query.phrase_prefix_query(layout(), field, list(tokens))
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
    """Documents of these schemata, and of those that extend them."""
    return one_of("schema", sorted(frozenset().union(*map(below, names))))


def _schema(word: Word) -> Query:
    asked = word.text.lower()
    return _of_schemata(
        name
        for known, name in schema_names().items()
        if known == asked or (word.prefix and known.startswith(asked))
    )


def _word(word: Word, names: bool) -> Query:
    if word.kind is Kind.SCHEMA:
        return _schema(word)
    if word.kind is not Kind.WORDS:
        value = _raw_value(word)
        if word.prefix and len(value) <= LONGEST_OPEN * 4:
            return Query.regex_query(layout(), word.field, SPECIAL.sub(r"\\\1", value) + ".*")
        return Query.term_query(layout(), word.field, value)
    field = "name" if names and word.plain else word.field
    return either([_sequence(field, word, tokens) for tokens in variants(word.text)])


def compiled(found: Expression, names: bool = False) -> Query:
    """The query of an expression; ``names`` asks plain words of names only."""
    if isinstance(found, Word):
        return _word(found, names)
    if isinstance(found, Span):
        return overlap(found.low, found.high)
    if isinstance(found, Years):
        years = range(max(found.low, 0), min(found.high, 9999) + 1)
        return Query.term_set_query(layout(), "year", [f"{year:04d}" for year in years])
    if isinstance(found, Not):
        return Query.boolean_query([(MUST, Query.all_query()), (MUST_NOT, compiled(found.item))])
    if isinstance(found, Any):
        return either([compiled(item, names) for item in found.items])
    return _together(found, names)


def _together(found: All, names: bool) -> Query:
    clauses = []
    for item in found.items:
        if isinstance(item, Not):
            clauses.append((MUST_NOT, compiled(item.item)))
        else:
            clauses.append((MUST, compiled(item, names)))
    if all(occur == MUST_NOT for occur, _ in clauses):
        clauses.append((MUST, Query.all_query()))
    return Query.boolean_query(clauses)


def _unforgiving(found: Expression) -> Expression:
    if isinstance(found, All | Any):
        return type(found)(tuple(map(_unforgiving, found.items)))
    return replace(found, distance=0) if isinstance(found, Word) else found


def tiers(found: Expression | None) -> list[Query]:
    """From what fits best to all that fits: names that are just these words, names with exactly these
    words, names with words like these, and anything."""
    if found is None:
        return [Query.all_query()]
    words = [word for word in plain_words(found) if word.field in ("text", "name")]
    whole = compiled(found)
    if not words:
        return [whole]
    exact = [digest(tokens) for tokens in variants(" ".join(word.text for word in words))]
    queries = [every([whole, one_of("exact", exact)])]
    if any(word.distance for word in words):
        queries.append(compiled(_unforgiving(found), names=True))
    queries.append(compiled(found, names=True))
    return [*queries, whole]


def _during(range_: DateRange) -> Query:
    low = FIRST if range_.start is None else span(range_.start)[0]
    high = LAST if range_.end is None else span(range_.end)[1]
    return overlap(low, high)


def allowed(access: Access, chosen: SearchFilter = NO_FILTER) -> Query:
    """What a reader may see and a filter lets pass; raises BadInput for unknown dates."""
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
