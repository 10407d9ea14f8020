"""Which names are surely those of two things, told without aligning them.

Two names of which each has a part that the other lacks are of two things (``engine.match.name``).
Most names that are compared are such names, and it is enough to find one part on each side that
nothing in the other name can be. Parts may be one where they are spelt alike, sound alike, are one
symbol of ``rigour``'s, an initial, or a piece of a longer word. That is a little wider than what
``rigour`` and ``engine.match.name`` pair. What is missed are names with three errors, of which one
divides a word or joins two.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from rigour.names import Name, NamePart, NamePartTag
from rigour.names.symbol import Symbol, SymbolCategory
from rigour.text import levenshtein

EXTRA_WEIGHTS: Mapping[SymbolCategory, float] = {
    SymbolCategory.ORG_CLASS: 0.25,
    SymbolCategory.SYMBOL: 0.5,
    SymbolCategory.NUMERIC: 1.3,
}
"""How much a part counts that has no counterpart: a legal form is often left out."""
STOP_WEIGHT, LEGAL_WEIGHT = 0.35, 0.25
CONFLICT = 0.5
"""From this weight on, parts that each name has alone make two names of them."""
SHORTEST_SOUND = 3
SHORTEST_PIECE = 4
"""Letters of a piece of a longer word that may have a letter wrong."""
FEWEST_ERRORS, LETTERS_AN_ERROR = 2, 2
"""Two words are not one with more errors than this, or than one in so many letters."""
PIECE_LETTERS_AN_ERROR = 3
MASK = 61
"""The bits of a mask of letters."""


class Part:
    """One part of a name: what it may be paired by."""

    __slots__ = ("letters", "size", "sound", "symbols", "weight", "word")

    def __init__(self, part: NamePart, weight: float, symbols: frozenset[Symbol]) -> None:
        self.word = part.comparable
        sound = part.metaphone
        self.sound = sound if sound and len(sound) >= SHORTEST_SOUND else None
        self.symbols = symbols
        self.weight = weight
        self.letters = 0
        """A bit for each letter that the word has."""
        for letter in self.word:
            self.letters |= 1 << ord(letter) % MASK
        self.size = self.letters.bit_count()


class Weighed:
    """A name with what each of its parts counts; made once for all comparisons."""

    def __init__(self, name: Name) -> None:
        self.name = name
        self.weights = _weights(name)
        """What each part counts where it has no counterpart."""
        spans = name.spans
        form = SymbolCategory.ORG_CLASS
        self.legal_forms = frozenset(s.symbol.id for s in spans if s.symbol.category == form)
        symbols: dict[NamePart, set[Symbol]] = {}
        for span in spans:
            if span.symbol.category != SymbolCategory.INITIAL:
                for part in span.parts:
                    symbols.setdefault(part, set()).add(span.symbol)
        self._parts = [
            Part(part, weight, frozenset(symbols.get(part, ())))
            for part, weight in self.weights.items()
        ]
        self._words = frozenset(part.word for part in self._parts)
        self._sounds = frozenset(part.sound for part in self._parts if part.sound)
        self._symbols = frozenset(symbol for each in symbols.values() for symbol in each)

    def has_alone(self, other: "Weighed") -> bool:
        """Whether parts of this name that count enough can be nothing in another name."""
        alone = 0.0
        for part in self._parts:
            if (
                part.word in other._words
                or part.sound in other._sounds
                or not part.symbols.isdisjoint(other._symbols)
                or _is_among(part, other._parts)
            ):
                continue
            alone += part.weight
            if alone >= CONFLICT:
                return True
        return False


def apart(one: Weighed, other: Weighed) -> bool:
    """Whether each of two names has parts that count enough, and that the other lacks."""
    return one.has_alone(other) and other.has_alone(one)


def _is_among(part: Part, others: Sequence[Part]) -> bool:
    word, letters, size = part.word, part.letters, part.size
    for other in others:
        # two words that may be one have at least half of the letters of one of them in common
        common = (letters & other.letters).bit_count() * 2
        if common < size and common < other.size:
            continue
        if _may_be_one(word, other.word):
            return True
    return False


@lru_cache(maxsize=100_000)
def _may_be_one(one: str, other: str) -> bool:
    """Whether two words may be spellings of one, or the shorter one a piece of the other."""
    short, long = (one, other) if len(one) <= len(other) else (other, one)
    size = len(short)
    if size < SHORTEST_PIECE:
        if long.startswith(short) or (size > 1 and long.endswith(short)):
            return True
    elif size < len(long):
        errors = size // PIECE_LETTERS_AN_ERROR
        if short in long or any(
            levenshtein(piece, short, max_edits=errors) <= errors
            for piece in (long[:size], long[-size:])
        ):
            return True
    errors = max(FEWEST_ERRORS, len(long) // LETTERS_AN_ERROR)
    return len(long) - size <= errors and levenshtein(short, long, max_edits=errors) <= errors


def _weights(name: Name) -> dict[NamePart, float]:
    known = {NamePartTag.STOP: STOP_WEIGHT, NamePartTag.LEGAL: LEGAL_WEIGHT}
    weights = {part: known.get(part.tag, 1.0) for part in name.parts}
    for span in name.spans:
        weight = EXTRA_WEIGHTS.get(span.symbol.category)
        if weight is not None and not _is_letter(span.parts, span.symbol):
            for part in span.parts:
                weights[part] = min(weights[part], weight) if weight < 1 else weight
    return weights


def _is_letter(parts: Sequence[NamePart], symbol: Symbol) -> bool:
    """Whether a number is a single letter, as the I of a name."""
    one = parts[0]
    is_number = symbol.category == SymbolCategory.NUMERIC
    return is_number and len(parts) == 1 and not one.numeric and len(one.comparable) < 2
