"""How far a value goes on in the words after it: ``phone: 030 901820``, ``amount: 1 000,50``.

People paste numbers as they are printed. After a field of numbers the words that continue the first
one are a part of its value, without quotes: groups with digits, the letters of an IBAN, a label
before the digits. Any other word is a word of its own.
"""

import re

from engine.index.field import Field, Kind
from engine.index.number import labels
from engine.vocabulary import is_country, is_country_name

LONGEST_ROW = 12
LONGEST_COUNTRY = 5
"""Words after the first of a country's name."""
MOST_LETTER_GROUPS = 2
WHOLE = 7
"""Letters and digits of a group that may be a whole number without what follows it."""
MOST_DIGITS = 17
"""Digits of a phone number with ``00`` before it."""
_SPACES = re.compile(r"[^\S\n]+")
_END = r"(?=[\s)]|$)"
_GROUP = re.compile(rf"[\w./,\-–/#№°]*\d[\w./,\-–/]*\*?{_END}")
_LETTERS = re.compile(rf"[^\W\d_][^\W\d_.\-]{{0,7}}[.:]?{_END}")
_SIGN = re.compile(rf"[-–/#№+]{_END}")
_PHONE_GROUP = re.compile(rf"(?:\(\d{{1,5}}\)-?)?[\d./\-–]*\d[\d./\-–]*\*?{_END}")
_AREA = re.compile(rf"\(\d{{1,5}}\){_END}")
_PHONE_START = re.compile(
    r"\+?(?:\d[\d./\-]*)?\(\+?\d{1,5}\)(?:[\d./\-–]*\d(?=[\s)]|$)|(?=\s*-?\s*\d))"
    r"|\+?\d[\d./\-–]*"
)
_AMOUNT_START = re.compile(rf"(?:[A-Z]{{3}}|[€$£¥])?[+−-]?\d{{1,3}}{_END}")
_CURRENCY = re.compile(rf"(?:[A-Z]{{3}}|[€$£¥]){_END}")
_THOUSANDS = re.compile(rf"\d{{3}}(?:[.,]\d+)?{_END}")
_AMOUNT = re.compile(rf"[+−-]?\d[\d.,]*{_END}")
_WORD = re.compile(rf"[^\W\d_][^\s():\"]*{_END}")
_WRITTEN_DATE = re.compile(
    r"(?:\d{1,2}(?:st|nd|rd|th|\.)?\s+)?[^\W\d_]{3,12}\.?,?\s+"
    r"(?:\d{1,2}(?:st|nd|rd|th)?,?\s+)?\d{4}"
    rf"{_END}|\d{{1,2}}[./]\s?\d{{1,2}}[./]\s?\d{{4}}{_END}"
)
"""``6 May 2023``, ``May 6, 2023``, ``6. 5. 2023``: the message tells how dates are written."""
_IBAN = re.compile(r"[A-Za-z]{2}\d{2}[A-Za-z0-9]{0,4}")


def row_end(text: str, at: int, end: int, field: Field) -> int:
    """Where the value ends that begins at one place, and whose first word ends at another."""
    if field.kind is Kind.NUMBER:
        return _amount_end(text, at, end)
    if field.kind is Kind.PHONE:
        return _phone_end(text, at, end)
    if field.kind is Kind.IDENTIFIER:
        return _identifier_end(text, at, end)
    if field.type == "country":
        return _country_end(text, at, end)
    date = _WRITTEN_DATE.match(text, at) if field.kind is Kind.DATE else None
    return max(date.end(), end) if date else end


def _country_end(text: str, at: int, end: int) -> int:
    """Where the name of a country ends, which is no code: the message tells its code."""
    reached = end
    ends: list[int] = []
    while len(ends) < LONGEST_COUNTRY and (word := _WORD.match(text, _next(text, reached))):
        reached = word.end()
        ends.append(reached)
    named = (each for each in reversed(ends) if is_country_name(text[at:each]))
    return end if is_country(text[at:end]) else next(named, end)


def may_be_whole(word: str) -> bool:
    """Whether the first group of a row may be a whole number, and the rest words of their own."""
    return sum(map(str.isalnum, word)) >= WHOLE and any(map(str.isdigit, word))


def _next(text: str, end: int) -> int:
    """Where the next word begins; the end itself where no space is."""
    spaces = _SPACES.match(text, end)
    return spaces.end() if spaces else end


def _amount_end(text: str, at: int, end: int) -> int:
    if _CURRENCY.match(text, at):
        start = _next(text, end)
        number = _AMOUNT.match(text, start) if start > end else None
        if number is None:
            return end
        at, end = start, number.end()
    if not _AMOUNT_START.match(text, at):
        return end
    while (start := _next(text, end)) > end and (group := _THOUSANDS.match(text, start)):
        end = group.end()
        if not group[0].isdigit():
            break
    return end


def _phone_end(text: str, at: int, end: int) -> int:
    first = text[at:end]
    if not any(map(str.isdigit, first)):
        start = _next(text, end)
        number = _PHONE_START.match(text, start) if start > end and _is_label(first) else None
        if number is None:
            return end
        end = number.end()
    for _ in range(LONGEST_ROW):
        group = _phone_group(text, end)
        if group is None or sum(map(str.isdigit, text[at : group.end()])) > MOST_DIGITS:
            return end
        end = group.end()
    return end


def _phone_group(text: str, end: int) -> re.Match[str] | None:
    """The next group of a phone number; a sign may stand alone before it (``040 / 55``)."""
    start = _next(text, end)
    if start > end and (sign := _SIGN.match(text, start)):
        start = _next(text, sign.end())
    return _AREA.match(text, start) or _PHONE_GROUP.match(text, start)


def phone_start(text: str, at: int, field: Field) -> int:
    """Where the first group of a phone number with + or brackets ends; 0 where none begins here."""
    if field.kind is not Kind.PHONE:
        return 0
    match = _PHONE_START.match(text, at)
    return match.end() if match and match[0][:1] in "+(" else 0


def _identifier_end(text: str, at: int, end: int) -> int:
    first = text[at:end]
    seen_digit = any(map(str.isdigit, first))
    if not seen_digit and not _LETTERS.match(text, at):
        return end
    any_case = not seen_digit or _IBAN.fullmatch(first) is not None
    letters, reached = 0, end
    for _ in range(LONGEST_ROW):
        start = _next(text, reached)
        if start > reached and (group := _GROUP.match(text, start)):
            end = reached = group.end()
            letters, any_case = 0, any_case and seen_digit
            continue
        between = _LETTERS.match(text, start) or _SIGN.match(text, start)
        letters += 1
        if between is None or letters > MOST_LETTER_GROUPS or not _joins(between[0], any_case):
            break
        reached = between.end()
    return end


def _joins(word: str, any_case: bool) -> bool:
    """Whether a word without digits may stand before further groups of a number."""
    return word not in ("AND", "OR", "NOT") and (
        any_case or not word[0].isalpha() or word.isupper()
    )


def _is_label(word: str) -> bool:
    return word.rstrip(".:").lower() in labels()
