"""Snippets of hits: which words matched, compared folded and shown as they are written.

A word that only sounds like one of the search is marked too, and so is a number however its groups
are printed, an abbreviation with or without its dots, an organisation form in another length.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from rigour.text import levenshtein

from engine.index.alike import sought_openings, sought_sounds
from engine.index.alternative import alternatives
from engine.index.expression import Expression, Word, plain_words
from engine.index.folding import SHOWN_WORD, tokens, variants, words
from engine.index.form import forms
from engine.index.pattern import compiled_patterns
from engine.index.sound import sounds

BEFORE, LENGTH = 60, 240
"""Characters of a piece before its first match, and in all."""
MAX_READ = 60_000
MAX_PIECES = 3
LONGEST_ABBREVIATION = 4
LOCAL_DIGITS = 8
LONGEST_NAME = 300
"""Organisation forms are marked in shorter values."""
_DIVIDED = re.compile(r"[^\W\d_][./ ]{1,2}[^\W\d_](?![^\W_])")
"""Where an abbreviation may be written with dots."""
ASCII_SHOWN = re.compile(r"[A-Za-z0-9]+(?:['`][A-Za-z0-9]+)*")
_BETWEEN = r"[\W_]*"
_AFTER = r"(?![^\W_])"


@dataclass(frozen=True)
class LooseToken:
    """A token that other tokens match too: longer ones, or ones with typing errors."""

    token: str
    prefix: bool
    distance: int

    def matches(self, token: str) -> bool:
        """Whether a folded token of a text matches, as Tantivy sees it."""
        if self.prefix:
            return token.startswith(self.token)
        if abs(len(token) - len(self.token)) > self.distance:
            return False
        # Tantivy counts two swapped letters as one error, levenshtein as two
        swapped = 1 if sorted(token) == sorted(self.token) else 0
        return levenshtein(token, self.token) <= self.distance + swapped


@dataclass(frozen=True)
class Match:
    """A word of a value, from character to character, and the tokens of the search it matches."""

    start: int
    end: int
    tokens: frozenset[str]


class Highlighter:
    """Marks what an expression looks for."""

    def __init__(self, expression: Expression | None) -> None:
        self._exact: set[str] = set()
        self._sounds: set[str] = set()
        self._openings: list[str] = []
        self._loose: list[LooseToken] = []
        self._open: list[re.Pattern[str]] = []
        self._cache: dict[str, frozenset[str]] = {}
        asked = plain_words(expression)
        for word in asked:
            self._sounds.update(sought_sounds(word))
            self._openings += sought_openings(word)
            self._take(word)
        texts = (word.text for word in asked if not word.pattern)
        together = alternatives([part for text in texts for part in text.split()])
        self._forms = {each for found in together if found.field == "name" for each in found.tokens}
        numbers = {each for found in together if found.field != "name" for each in found.tokens}
        self._numbers = _number_patterns(numbers)
        self._letters = _letter_patterns(self._exact | self._forms)

    def _take(self, word: Word) -> None:
        if word.pattern:
            self._open += compiled_patterns(word.text)
            return
        for sequence in variants(word.text):
            self._exact.update(sequence)
            if word.prefix:
                self._loose.append(LooseToken(sequence[-1], True, 0))
            elif word.distance:
                self._loose += [LooseToken(each, False, word.distance) for each in sequence]

    @property
    def needed(self) -> bool:
        """Whether the expression has words that can be marked."""
        return bool(self._exact or self._open)

    def snippet(self, shown: Sequence[str]) -> str | None:
        """The values with matches, cut and marked with <em>; None if there is none."""
        if not self.needed:
            return None
        marked: set[str] = set()
        pieces: list[str] = []
        left = MAX_READ
        for value in shown:
            value = value[:left]
            left -= len(value)
            matches = self.matches(value)
            new = {token for match in matches for token in match.tokens} - marked
            if new:  # a value that shows nothing more than those before is left out
                marked |= new
                pieces.append(_marked(value, matches))
            if left <= 0 or len(pieces) == MAX_PIECES:
                break
        return " … ".join(pieces) or None

    def matches(self, value: str) -> list[Match]:
        """The matches in a value, in order; of two that overlap the longer one."""
        found = [*self._in_words(value), *self._in_patterns(value)]
        found.sort(key=lambda match: (match.start, -match.end))
        matches: list[Match] = []
        for match in found:
            if not matches or match.start >= matches[-1].end:
                matches.append(match)
        return matches

    def _in_words(self, value: str) -> Iterator[Match]:
        known = self._cache
        for word in (ASCII_SHOWN if value.isascii() else SHOWN_WORD).finditer(value):
            matched = known.get(word[0])
            if matched is None:
                matched = known[word[0]] = self._tokens(word[0])
            if matched:
                yield Match(word.start(), word.end(), matched)

    def _in_patterns(self, value: str) -> Iterator[Match]:
        patterns = list(self._numbers)
        if self._letters and _DIVIDED.search(value):
            patterns += self._letters
        if self._forms and len(value) <= LONGEST_NAME:
            written = forms(value, tokens(value)).items()
            patterns += [(form, _letters(each)) for each, form in written if form in self._forms]
        for token, pattern in patterns:
            for found in pattern.finditer(value):
                yield Match(found.start(), found.end(), frozenset({token}))

    def _tokens(self, word: str) -> frozenset[str]:
        """The tokens of the search that a word of a value matches."""
        folded, heard = _read(word)
        matched = folded & self._exact
        if self._loose:
            matched |= {each.token for each in self._loose for one in folded if each.matches(one)}
        if self._open:
            matched |= {one for one in folded for each in self._open if each.fullmatch(one)}
        matched = matched or heard & self._sounds
        if not matched and self._openings:
            begun = (each for each in self._openings if any(s.startswith(each) for s in heard))
            matched = frozenset(begun)
        return matched


@lru_cache(maxsize=50_000)
def _read(word: str) -> tuple[frozenset[str], frozenset[str]]:
    """A word's tokens in every folding, and its normal forms."""
    folded = frozenset(token for sequence in variants(word) for token in sequence)
    heard = frozenset(sound for part in words(word)[0] for sound in sounds(part))
    return folded, heard


Pattern = tuple[str, re.Pattern[str]]
"""What stands for a token of the search in a value, in one or several words."""


def _number_patterns(numbers: Collection[str]) -> list[Pattern]:
    """The patterns of numbers, the longest first."""
    found = [(each, _number(each)) for each in sorted(numbers, key=len, reverse=True)]
    # +7 495 … is dialled as 8 495 … in Russia: what they have in common
    return found + [
        (each, _number(each[-LOCAL_DIGITS:]))
        for each in numbers
        if each.isdigit() and len(each) > LOCAL_DIGITS
    ]


def _letter_patterns(tokens: Collection[str]) -> list[Pattern]:
    """The patterns of tokens that may be abbreviations."""
    short = (each for each in tokens if each.isalpha() and 1 < len(each) <= LONGEST_ABBREVIATION)
    return [(each, _letters(each)) for each in short]


def _number(token: str) -> re.Pattern[str]:
    """A number's letters and digits, whatever stands between them."""
    return re.compile(_BETWEEN.join(map(re.escape, token)) + _AFTER, re.IGNORECASE)


def _letters(written: str) -> re.Pattern[str]:
    """An abbreviation or an organisation form, with or without dots and spaces."""
    letters = [re.escape(letter) for letter in written if letter.isalnum()]
    return re.compile(rf"(?<![^\W_]){_BETWEEN.join(letters)}{_AFTER}", re.IGNORECASE)


def _marked(value: str, matches: Sequence[Match]) -> str:
    begin = 0 if len(value) <= LENGTH else max(0, matches[0].start - BEFORE)
    end = min(len(value), begin + LENGTH)
    parts = ["…"] if begin else []
    at = begin
    for match in matches:
        if match.start >= end:
            break
        parts.append(escape(value[at : match.start]))
        parts.append(f"<em>{escape(value[match.start : match.end])}</em>")
        at = match.end
    parts.append(escape(value[at : max(at, end)]))
    if end < len(value):
        parts.append("…")
    return "".join(parts)
