"""Snippets of hits: which words matched, compared folded and shown as they are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from rigour.text import levenshtein

from engine.index.expression import Expression, plain_words
from engine.index.folding import SHOWN_WORD, variants

BEFORE, LENGTH = 60, 240
"""Characters of a piece before its first match, and in all."""
MAX_READ = 20_000
MAX_PIECES = 3


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
        self._loose: list[LooseToken] = []
        self._cache: dict[str, frozenset[str]] = {}
        for word in plain_words(expression):
            for tokens in variants(word.text):
                self._exact.update(tokens)
                if word.prefix or (word.distance and len(tokens) == 1):
                    self._loose.append(LooseToken(tokens[-1], word.prefix, word.distance))

    @property
    def needed(self) -> bool:
        """Whether the expression has words that can be marked."""
        return bool(self._exact)

    def snippet(self, shown: Sequence[str]) -> str | None:
        """The values with matches, cut and marked with <em>; None if there is none."""
        if not self._exact:
            return None
        marked: set[str] = set()
        pieces: list[str] = []
        left = MAX_READ
        for value in shown:
            value = value[:left]
            left -= len(value)
            matches = self._matches(value)
            new = {token for match in matches for token in match.tokens} - marked
            if new:  # a value that shows nothing more than those before is left out
                marked |= new
                pieces.append(_marked(value, matches))
            if left <= 0 or len(pieces) == MAX_PIECES:
                break
        return " … ".join(pieces) or None

    def _matches(self, value: str) -> list[Match]:
        matches = []
        for word in SHOWN_WORD.finditer(value):
            tokens = self._tokens(word[0])
            if tokens:
                matches.append(Match(word.start(), word.end(), tokens))
        return matches

    def _tokens(self, word: str) -> frozenset[str]:
        """The tokens of the search that a word of a value matches."""
        tokens = self._cache.get(word)
        if tokens is None:
            folded = {token for tokens in variants(word) for token in tokens}
            loose = {each.token for each in self._loose for token in folded if each.matches(token)}
            tokens = self._cache[word] = frozenset((folded & self._exact) | loose)
        return tokens


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
