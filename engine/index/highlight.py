"""Which words of a hit were found: compared folded, shown as they are written, whatever their script."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from rigour.text import levenshtein

from engine.index.folding import WORD, variants
from engine.index.query import Expression, plain_words

BEFORE, LENGTH = 60, 240
MOST_READ = 20_000
PIECES = 3


@dataclass(frozen=True)
class Sought:
    """A token that was asked for, and how closely it must be met."""

    token: str
    prefix: bool
    distance: int


class Highlighter:
    """Marks what an expression asks for."""

    def __init__(self, found: Expression | None) -> None:
        self.whole: set[str] = set()
        self.loose: list[Sought] = []
        self.known: dict[str, frozenset[str]] = {}
        for word in plain_words(found):
            for tokens in variants(word.text):
                self.whole.update(tokens)
                if word.prefix or (word.distance and len(tokens) == 1):
                    self.loose.append(Sought(tokens[-1], word.prefix, word.distance))

    def snippet(self, shown: Sequence[str]) -> str | None:
        """The values in which something was found, cut and marked with <em>; None if there is none."""
        if not self.whole:
            return None
        met: set[str] = set()
        pieces: list[str] = []
        left = MOST_READ
        for value in shown:
            value = value[:left]
            left -= len(value)
            marks = self._marks(value)
            new = {token for _, _, found in marks for token in found} - met
            if new:
                met |= new
                pieces.append(_marked(value, [(start, end) for start, end, _ in marks]))
            if left <= 0 or len(pieces) == PIECES:
                break
        return " … ".join(pieces) or None

    def _marks(self, value: str) -> list[tuple[int, int, frozenset[str]]]:
        marks = []
        for match in WORD.finditer(value):
            found = self._met(match[0])
            if found:
                marks.append((match.start(), match.end(), found))
        return marks

    def _met(self, word: str) -> frozenset[str]:
        found = self.known.get(word)
        if found is None:
            folded = {token for tokens in variants(word) for token in tokens}
            loose = {each.token for each in self.loose for token in folded if _meets(token, each)}
            found = self.known[word] = frozenset((folded & self.whole) | loose)
        return found


def _meets(token: str, sought: Sought) -> bool:
    if sought.prefix:
        return token.startswith(sought.token)
    if abs(len(token) - len(sought.token)) > sought.distance:
        return False
    swapped = 1 if sorted(token) == sorted(sought.token) else 0
    return levenshtein(token, sought.token) <= sought.distance + swapped


def _marked(value: str, marks: list[tuple[int, int]]) -> str:
    begin = 0 if len(value) <= LENGTH else max(0, marks[0][0] - BEFORE)
    end = min(len(value), begin + LENGTH)
    parts = ["…"] if begin else []
    at = begin
    for start, stop in marks:
        if start >= end:
            break
        parts.append(escape(value[at:start]))
        parts.append(f"<em>{escape(value[start:stop])}</em>")
        at = stop
    parts.append(escape(value[at : max(at, end)]))
    if end < len(value):
        parts.append("…")
    return "".join(parts)
