"""Cuts a search text into lexemes: words, phrases, ranges, operators and brackets.

Whatever is not well formed is taken as plain words: a quote that never ends, a field that does not
exist, a range that is none. A word without a letter or digit is left out. The text is read once,
from left to right.
"""

import re
from dataclasses import dataclass

from engine.index.day import FIRST, LAST, Days, asked_days
from engine.index.expression import DayRange, Expression, Word, YearRange
from engine.index.field import Kind, asked_fields
from engine.index.folding import tokens

Field = tuple[str, Kind]
PLAIN: Field = ("text", Kind.WORDS)
OPERATORS = {"AND": "AND", "&&": "AND", "OR": "OR", "||": "OR", "NOT": "NOT"}
FIELD = re.compile(r"[A-Za-z]{1,40}:")
RANGE = re.compile(r"([\[{]) *([^\[\]{} ]{1,30}) +TO +([^\[\]{} ]{1,30}) *([\]}])")
COMPARISON = re.compile(r"(>=|<=|>|<)([^\s()\"]{1,30})")
CHUNK = re.compile(r"[^\s()\"]+")
FUZZY = re.compile(r"~([0-2]?)$")
ANY = "*"
"""A bound that leaves a range open."""


@dataclass(frozen=True)
class Lexeme:
    """A piece of the text: a leaf, an operator, a bracket, or the field of a bracket."""

    kind: str
    leaf: Expression | None = None


class Lexer:
    """Cuts a text into lexemes."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0
        self._lexemes: list[Lexeme] = []
        # so that a quote that never ends is known without looking for its end again and again
        self._last_quote = text.rfind('"')

    def read(self) -> list[Lexeme]:
        """The lexemes of the text; raises BadInput for a date that does not exist."""
        while self._at < len(self._text):
            self._step()
        return self._lexemes

    def _step(self) -> None:
        char = self._text[self._at]
        if char.isspace():
            self._at += 1
        elif char in "()":
            self._lexemes.append(Lexeme(char))
            self._at += 1
        elif char in "-+" and self._starts_term():
            if char == "-":
                self._lexemes.append(Lexeme("NOT"))
            self._at += 1
        elif char == '"':
            self._phrase(PLAIN, plain=True)
        else:
            self._term()

    def _starts_term(self) -> bool:
        before = self._text[self._at - 1] if self._at else " "
        after = self._text[self._at + 1 : self._at + 2]
        return (before.isspace() or before == "(") and bool(after) and not after.isspace()

    def _add(self, leaf: Expression) -> None:
        self._lexemes.append(Lexeme("leaf", leaf))

    def _phrase(self, field: Field, plain: bool) -> None:
        start = self._at + 1
        end = self._text.find('"', start) if start <= self._last_quote else -1
        if end < 0:
            self._at = start
            return
        phrase = self._text[start:end]
        self._at = end + 1
        if phrase.strip():
            self._add(value_of(field, phrase, plain) or Word(*PLAIN, phrase))

    def _term(self) -> None:
        if self._field_and_value():
            return
        chunk = CHUNK.match(self._text, self._at)
        word = chunk[0] if chunk else self._text[self._at]
        self._at += len(word)
        if word in OPERATORS:
            self._lexemes.append(Lexeme(OPERATORS[word]))
        elif tokens(word):
            self._add(word_of(PLAIN, word, plain=True))

    def _field_and_value(self) -> bool:
        """Whether ``field:value`` stands here, and was read."""
        match = FIELD.match(self._text, self._at)
        field = asked_fields().get(match[0][:-1].lower()) if match else None
        if match is None or field is None:
            return False
        start, self._at = self._at, match.end()
        if self._value(field):
            return True
        self._at = start
        return False

    def _value(self, field: Field) -> bool:
        following = self._text[self._at : self._at + 1]
        if following == "(":
            self._lexemes.append(Lexeme("field", Word(*field, "")))
            return True
        if following == '"' and self._at < self._last_quote:
            self._phrase(field, plain=False)
            return True
        match = RANGE.match(self._text, self._at) or COMPARISON.match(self._text, self._at)
        if match:
            leaf = range_of(field, match)
        else:
            match = CHUNK.match(self._text, self._at)
            leaf = value_of(field, match[0], plain=False) if match else None
        if match is None or leaf is None:
            return False
        self._add(leaf)
        self._at = match.end()
        return True


def value_of(field: Field, text: str, plain: bool) -> Expression | None:
    """The leaf for a value of a field; None where the field has no such value."""
    if field[1] is Kind.DATE:
        days = asked_days(text)
        return DayRange(*days) if days else None
    if field[1] is Kind.WORDS and " " in text.strip():
        return Word(*field, text, plain=plain)
    return word_of(field, text, plain)


def word_of(field: Field, text: str, plain: bool) -> Word:
    """A word with its ``*`` or ``~`` read."""
    if text.endswith("*") and tokens(text):
        return Word(*field, text.rstrip("*"), prefix=True, plain=plain)
    match = FUZZY.search(text)
    if match and field[1] is Kind.WORDS:
        word = text[: match.start()]
        usual = 1 if len(word) <= 5 else 2
        return Word(*field, word, distance=int(match[1]) if match[1] else usual, plain=plain)
    return Word(*field, text, plain=plain)


def range_of(field: Field, match: re.Match[str]) -> Expression | None:
    """The leaf for ``[a TO b]`` or ``>=a``; None where the field has no order, or a bound is bad.

    Raises BadInput for a date that does not exist.
    """
    if field[1] is not Kind.DATE and field[0] != "year":
        return None
    if match.re is COMPARISON:
        sign, bound = match.groups()
        low, high = (bound, ANY) if sign[0] == ">" else (ANY, bound)
        exclusive = (sign == ">", sign == "<")
    else:
        opening, low, high, closing = match.groups()
        exclusive = (opening == "{", closing == "}")
    lowest = (FIRST, FIRST - 1) if low == ANY else asked_days(low)
    highest = (LAST + 1, LAST) if high == ANY else asked_days(high)
    if lowest is None or highest is None:
        return None
    return _between(field, lowest, highest, exclusive)


def _between(field: Field, low: Days, high: Days, exclusive: tuple[bool, bool]) -> Expression:
    """The leaf from the days of one bound to those of another, either with or without them."""
    first = low[1] + 1 if exclusive[0] else low[0]
    last = high[0] - 1 if exclusive[1] else high[1]
    if field[0] == "year":
        # the year after an excluded bound: rounded up
        return YearRange(-(-first // 10000) if exclusive[0] else first // 10000, last // 10000)
    return DayRange(first, last)
