"""How an expression, an access and a filter become a query of Tantivy."""

from collections.abc import Sequence
from dataclasses import replace

from tantivy import Query

from engine.access import Access
from engine.index import alike
from engine.index.day import FIRST, LAST, Days, days_of
from engine.index.expression import (
    All,
    Any,
    DayRange,
    Expression,
    Not,
    NumberRange,
    Word,
    plain_words,
)
from engine.index.field import PROPERTY, layout
from engine.index.figure import FIXED
from engine.index.folding import CONJUNCTIONS, digest, variants
from engine.index.term import (
    MUST,
    MUST_NOT,
    SHOULD,
    either,
    every,
    leaf,
    of_schemata,
    one_of,
    overlap,
    spelt,
    whole_number,
)
from engine.question import DateRange, SearchFilter

NO_FILTER = SearchFilter()
LARGEST = 1.7976931348623157e308


def _word(word: Word, names: bool, alike_too: bool) -> Query:
    return either(spelt(word, names) + (alike.sounding(word) if alike_too else []))


def compiled(expression: Expression, names: bool = False, alike_too: bool = True) -> Query:
    """The query of an expression; with ``names`` its plain words are looked up in names only.

    Without ``alike_too`` names that only sound like its words are not found.
    """
    if isinstance(expression, All):
        return _together(expression, names, alike_too)
    if isinstance(expression, Any):
        return either([compiled(item, names, alike_too) for item in expression.items])
    if isinstance(expression, Not):
        query = compiled(expression.item, alike_too=False)
        return Query.boolean_query([(MUST, Query.all_query()), (MUST_NOT, query)])
    if isinstance(expression, Word):
        query = _word(expression, names, alike_too)
        return either([query, *alike.instead_of([expression])[0]])
    return leaf(expression)


def _together(expression: All, names: bool, alike_too: bool) -> Query:
    clauses = []
    instead = alike.instead_of(expression.items)
    for at, (item, others) in enumerate(zip(expression.items, instead, strict=True)):
        if isinstance(item, Not):
            clauses.append((MUST_NOT, compiled(item.item, alike_too=False)))
        elif isinstance(item, Word):
            occur = SHOULD if _only_joins(expression.items, at) else MUST
            clauses.append((occur, either([_word(item, names, alike_too), *others])))
        else:
            clauses.append((MUST, compiled(item, names, alike_too)))
    # Tantivy finds nothing where every clause excludes
    if all(occur == MUST_NOT for occur, _ in clauses):
        clauses.append((MUST, Query.all_query()))
    return Query.boolean_query(clauses)


def _only_joins(items: Sequence[Expression], at: int) -> bool:
    """Whether a word is an ``and`` between others, which a record may have or not."""
    word, around = items[at], items[max(at - 1, 0) : at + 2]
    return (
        isinstance(word, Word)
        and len(around) == 3
        and not any(isinstance(item, Not) for item in around)
        and not (word.prefix or word.pattern or word.distance)
        and word.text in CONJUNCTIONS
    )


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
    words = [
        word
        for word in plain_words(expression)
        if word.field.place in ("text", "name") and not word.pattern
    ]
    anywhere = compiled(expression)
    if not words:
        return [anywhere]
    exact = [digest(tokens) for tokens in variants(" ".join(word.text for word in words))]
    as_spelt = compiled(expression, alike_too=False)
    queries = [every([as_spelt, one_of("exact", exact)])]
    if any(word.distance for word in words):
        queries.append(compiled(_without_errors(expression), names=True, alike_too=False))
    queries.append(compiled(expression, names=True, alike_too=False))
    queries.append(compiled(expression, names=True))
    return [*queries, anywhere]


def _days(range_: DateRange) -> Days:
    low = FIRST if range_.start is None else days_of(range_.start)[0]
    return low, LAST if range_.end is None else days_of(range_.end)[1]


def _values(chosen: SearchFilter) -> list[tuple[str, list[str] | None]]:
    """The fields whose values a filter names, and these values."""
    lower = {
        "country": chosen.countries,
        "topic": chosen.topics,
        "mimetype": chosen.mimetypes,
        "language": chosen.languages,
    }
    found = {
        field: None if values is None else [value.lower() for value in values]
        for field, values in lower.items()
    }
    return [*found.items(), ("author", None if chosen.authors is None else [*chosen.authors])]


def _measures(chosen: SearchFilter) -> list[Query]:
    """The entries whose numbers and dates, and whose revision, a filter lets pass."""
    queries: list[Query] = []
    if chosen.min_amount is not None or chosen.max_amount is not None:
        low, high = chosen.min_amount, chosen.max_amount
        queries = [_number_range(low, high, ("amount", *FIXED))]
    queries += [
        _number_range(each.least, each.greatest, (each.property,)) for each in chosen.numbers
    ]
    for period in chosen.dates:
        low, high = _days(period.during)
        queries.append(leaf(DayRange(low, high, (period.property,))))
    if chosen.currency is not None:
        queries.append(of_currency(chosen.currency))
    if chosen.since is not None:
        queries.append(whole_number("revision", chosen.since + 1, None))
    return queries


def _number_range(
    least: float | None, greatest: float | None, properties: tuple[str, ...]
) -> Query:
    low, high = (-LARGEST if least is None else least), (LARGEST if greatest is None else greatest)
    return leaf(NumberRange(low, high, properties))


def of_currency(currency: str) -> Query:
    """The entries that name a currency."""
    found = [
        Query.phrase_query(layout(), f"{PROPERTY}.currency", list(tokens))
        if len(tokens) > 1
        else Query.term_query(layout(), f"{PROPERTY}.currency", tokens[0])
        for tokens in variants(currency)
        if tokens
    ]
    return either(found)


def allowed(access: Access, chosen: SearchFilter = NO_FILTER) -> Query:
    """The entries that a reader may see and a filter lets pass; they add nothing to the score."""
    names = access.datasets if chosen.datasets is None else access.datasets & set(chosen.datasets)
    queries = [one_of("dataset", sorted(names))]
    if chosen.schemata is not None:
        queries.append(of_schemata(chosen.schemata))
    queries += [one_of(field, values) for field, values in _values(chosen) if values is not None]
    if chosen.during is not None and (chosen.during.start or chosen.during.end):
        queries.append(overlap(*_days(chosen.during)))
    queries += _measures(chosen)
    return every([Query.const_score_query(query, 1.0) for query in queries])
