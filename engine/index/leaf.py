"""What one value of a search means in its field: a word, a pattern, a date, a number, a range.

Whatever has no meaning there raises BadInput with a sentence that says what to write.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from engine.errors import BadInput
from engine.index.day import FIRST, LAST, Days, asked_days, day_after, day_before, written_dates
from engine.index.expression import (
    Any,
    DayRange,
    Everything,
    Expression,
    NumberRange,
    Present,
    Word,
    YearRange,
    joined_by,
)
from engine.index.field import PLAIN, Field, Kind
from engine.index.folding import identifier, tokens
from engine.index.known import Known
from engine.index.property import number
from engine.vocabulary import meant, no_schema, schema_named, schema_names, shown
from engine.warning import warn

WILD = re.compile(r"\\.|([*?])", re.DOTALL)
ESCAPED = re.compile(r"\\(\W)")
BOOST = re.compile(r"\^(\d+(?:\.\d+)?)$")
FUZZY = re.compile(r"(?<!\\)~(\d*(?:\.\d+)?)$")
WEB = re.compile(r"[a-z][a-z0-9+.-]{0,20}://|www\.", re.IGNORECASE)
"""What an address of the web begins with: it has no wildcards, ``?x=1`` is a part of it."""
STAR = re.compile(r"\w\*|\*\w")
ANY = "*"
"""A bound that leaves a range open."""
ORDERED = frozenset({Kind.DATE, Kind.YEAR, Kind.NUMBER})
LONGEST_PATTERN, MOST_WILDCARDS = 60, 6
LEAST_LETTERS = 3
"""Letters beside a leading ``*`` or ``?``: fewer are in too many words."""


def plain_text(text: str) -> str:
    """A text without the backslashes that take a sign's meaning away."""
    return ESCAPED.sub(r"\1", text)


def wildcards(text: str) -> list[int]:
    """Where a text has ``*`` and ``?`` that are not escaped."""
    return [match.start() for match in WILD.finditer(text) if match[1]]


def leaf_of(
    fields: Sequence[Field], text: str, known: Known, *, phrase: bool = False
) -> Expression | None:
    """The leaf for a value of one field, or of several with one name; raises BadInput.

    ``text`` is as typed, without quotes; None where it has neither letters nor digits.
    """
    quoted = phrase or WEB.match(text) is not None
    leaves, refused = [], None
    for field in fields:
        try:
            leaves.append(_leaf(field, text, known, quoted))
        except BadInput as error:
            refused = error
    if refused and not any(leaves):
        raise refused
    return joined_by(Any, [leaf for leaf in leaves if leaf is not None])


def _leaf(field: Field, text: str, known: Known, phrase: bool) -> Expression | None:
    if not phrase:
        text = without_boost(text)
        if text and not text.strip(ANY):
            return Present(field.properties) if field.properties else Everything()
    if field.kind is Kind.WORDS:
        return _words(field, text, phrase)
    if not phrase and FUZZY.search(text):
        raise BadInput(f"{field.name}: has no typing errors: leave out ~ in {shown(text)}")
    if field.kind is Kind.DATE:
        days = _days(field, plain_text(text))
        return DayRange(*days, _own(field))
    if field.kind is Kind.NUMBER:
        value = _number(field, plain_text(text))
        return NumberRange(value, value, field.properties)
    if field.kind is Kind.SCHEMA:
        return _schema(field, text)
    return _raw(field, text, known, phrase)


def without_boost(text: str) -> str:
    """A word without a weight (``^2``), of which a warning says that it changes nothing."""
    match = BOOST.search(text)
    if match is None:
        return text
    warn(
        f"{match[0]} was left out: hits are ordered by how well their names fit, not by weights. "
        "Sort by relevance, or narrow the search."
    )
    return text[: match.start()]


def _words(field: Field, text: str, phrase: bool) -> Expression | None:
    plain = field is PLAIN
    if phrase:
        return _phrase(field, text) if tokens(text) else None
    fuzzy = FUZZY.search(text)
    distance = 0
    if fuzzy:
        text = text[: fuzzy.start()]
        distance = _distance(text, fuzzy[1])
    bare = plain_text(text)
    if not tokens(bare.replace("*", "").replace("?", "")):
        return None
    wild = wildcards(text)
    if not wild:
        return Word(field, bare, distance=distance, plain=plain)
    if distance:
        raise BadInput(f"{shown(text)} has * or ? and ~: use one of them")
    if wild == [len(text) - 1] and text.endswith(ANY):
        return Word(field, plain_text(text[:-1]), prefix=True, plain=plain)
    _check_pattern(text)
    return Word(field, text, pattern=True, plain=plain)


def _phrase(field: Field, text: str) -> Word:
    """Words as they are written; a ``*`` at their end lets the last one go on."""
    plain = field is PLAIN
    if WEB.match(text):
        return Word(field, text, plain=plain)
    if text[-2:-1].isalnum() and text.endswith(ANY) and text.count(ANY) == 1:
        return Word(field, text[:-1], prefix=True, plain=plain)
    if STAR.search(text):
        warn(
            f"The * in {shown(text)} was left out: in quotes it may be at the end alone, as in "
            '"two wor*". Write the words without quotes to use it elsewhere.'
        )
    return Word(field, text, plain=plain)


def _check_pattern(text: str) -> None:
    letters = len(text) - len(wildcards(text))
    if len(text) > LONGEST_PATTERN or len(wildcards(text)) > MOST_WILDCARDS:
        raise BadInput(
            f"{shown(text)}: a word with * or ? has at most {LONGEST_PATTERN} letters, and at most "
            f"{MOST_WILDCARDS} of these signs"
        )
    if text[0] in "*?" and letters < LEAST_LETTERS:
        raise BadInput(
            f"{shown(text)}: write at least {LEAST_LETTERS} letters where a word begins with * or ?"
        )


def _distance(word: str, written: str) -> int:
    if written in ("0", "1", "2"):
        return int(written)
    if written:
        raise BadInput(
            f"~{written} is not understood: write ~, ~1 or ~2 for the letters that may differ"
        )
    return 1 if len(word) <= 5 else 2


def _schema(field: Field, text: str) -> Expression:
    if not wildcards(text):
        name = schema_named(text)
        if name is None:
            raise BadInput(no_schema(text))
        return Word(field, name, plain=False)
    if not any(fnmatchcase(name, text.lower()) for name in schema_names()):
        raise BadInput(no_schema(text))
    return Word(field, text.lower(), pattern=True, plain=False)


def _raw(field: Field, text: str, known: Known, phrase: bool) -> Expression | None:
    bare = plain_text(text)
    if field.kind in (Kind.IDENTIFIER, Kind.PHONE) and not identifier(bare):
        return None
    if field.kind is Kind.PHONE and not any(map(str.isdigit, bare)):
        raise BadInput(f"{field.name}: {shown(bare)} has no digits: write a number, or * for any")
    if phrase or not wildcards(text):
        _check_value(field, bare, known)
        return Word(field, bare, plain=False)
    if field.name == "dataset":
        return _datasets(field, text, known)
    _check_pattern(text)
    return Word(field, text, pattern=True, plain=False)


def _check_value(field: Field, text: str, known: Known) -> None:
    """Raises BadInput for what no record can have there; warns of an id that is not there."""
    if field.kind is Kind.YEAR and not re.fullmatch(r"\d{4}", text, re.ASCII):
        raise BadInput(f"{shown(text)} is not a year: write four digits, such as 2019")
    if field.kind is Kind.REFERENCE and ":" not in text:
        raise BadInput(
            f"{field.name}: {shown(text)} is not the id of an entity: write "
            f"{field.name}:dataset:id with the id that a search for its name gives"
        )
    if field.name == "literal" and ":" not in text:
        raise BadInput(
            f"literal: {shown(text)} is not a shared value: write its type before it, such as "
            "literal:phone:+35952555142"
        )
    kind = "id" if field.kind is Kind.REFERENCE else field.type or field.name
    known.check(kind, text, field.properties)


def _datasets(field: Field, text: str, known: Known) -> Expression:
    """The readable datasets that a pattern fits: others must not be known to be there."""
    names = sorted(name for name in known.datasets if fnmatchcase(name, text.replace("[", "[[]")))
    if not names:
        raise BadInput(f"No dataset that you may read has a name like {shown(text)}")
    words = [Word(field, name, plain=False) for name in names]
    return joined_by(Any, words) or words[0]


def _days(field: Field, text: str) -> Days:
    days = asked_days(text)
    if days is None:
        raise BadInput(
            f"{field.name}: {shown(text)} is not a date.{meant(written_dates(text))} Write 2019, "
            "2019-04 or 2019-04-30, or a range such as [2019 TO 2021]"
        )
    return days


def _number(field: Field, text: str) -> float:
    if any(sign in text for sign in "*?"):
        raise BadInput(
            f"{field.name}: {shown(text)}: a number has no * or ?; write a range such as "
            f"{field.name}:[1000 TO 2000] or {field.name}:>1000"
        )
    value = number(text)
    if value is None:
        raise BadInput(
            f"{field.name}: {shown(text)} is not a number: write 1000 or 1000.50, "
            "or a range such as [1000 TO *]"
        )
    return value


def range_of(
    fields: Sequence[Field], low: str, high: str, without: tuple[bool, bool]
) -> Expression:
    """The leaf for a range from a bound to another; raises BadInput.

    ``without`` says whether the lower and the upper bound are left out themselves.
    """
    field = next((each for each in fields if each.kind in ORDERED), None)
    if field is None:
        raise BadInput(
            f"{fields[0].name}: has no order, so no range can be asked: ranges are for dates "
            "(birthDate), years and numbers (amount)"
        )
    if field.kind is Kind.NUMBER:
        return _numbers(field, low, high, without)
    first = (FIRST, FIRST) if low == ANY else _days(field, low)
    last = (LAST, LAST) if high == ANY else _days(field, high)
    return _between(field, first, last, (without[0] and low != ANY, without[1] and high != ANY))


def _numbers(field: Field, low: str, high: str, without: tuple[bool, bool]) -> Expression:
    most = 1.7976931348623157e308
    first = -most if low == ANY else _number(field, low)
    last = most if high == ANY else _number(field, high)
    if without[0] and low != ANY:
        first = math.nextafter(first, math.inf)
    if without[1] and high != ANY:
        last = math.nextafter(last, -math.inf)
    _check_order(first, last, any(without))
    return NumberRange(first, last, field.properties)


def _between(field: Field, low: Days, high: Days, without: tuple[bool, bool]) -> Expression:
    """The leaf from the days of one bound to those of another, either with or without them."""
    first = day_after(low[1]) if without[0] else low[0]
    last = day_before(high[0]) if without[1] else high[1]
    _check_order(first, last, any(without))
    if field.kind is Kind.YEAR:
        return YearRange(first // 10000, last // 10000)
    return DayRange(first, last, _own(field))


def _check_order(first: float, last: float, without: bool = False) -> None:
    if first > last and without:
        raise BadInput(
            "Nothing lies in this range: { and }, < and > leave out the bounds themselves, with "
            "all days of a year or month. To include them, write [from TO to], <= or >="
        )
    if first > last:
        raise BadInput("Nothing lies in a range that ends before it starts: write [from TO to]")


def _own(field: Field) -> tuple[str, ...]:
    """The property that a field of dates is; a group of several asks any date of an entity."""
    return field.properties if len(field.properties) == 1 else ()


def with_slop(leaf: Expression | None, slop: int) -> Expression | None:
    """A phrase between whose words others may stand."""
    if isinstance(leaf, Any):
        return Any(tuple(with_slop(item, slop) or item for item in leaf.items))
    return replace(leaf, slop=slop) if isinstance(leaf, Word) else leaf


def with_prefix(leaf: Expression | None) -> Expression | None:
    """A phrase whose last word may go on."""
    if isinstance(leaf, Any):
        return Any(tuple(with_prefix(item) or item for item in leaf.items))
    return replace(leaf, prefix=True) if isinstance(leaf, Word) else leaf
