"""Whether words read as a language: any language, as nobody knows which one a page is in.

Text that a PDF holds may be right on paper and useless as text: its font maps glyphs to nothing,
to private characters, to control characters, or to the wrong letters. Each leaves a trace in the
shapes of words: signs instead of letters, digits inside of words, capitals in the middle, no
vowels.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

VOWELS = frozenset("aeiouyаеёиоуыэюяіїєъαεηιουωæøœəıɛɔɩʋɨʉ")
"""In Latin, Cyrillic and Greek letters, without their marks."""
FRAMED = "()[]{}<>«»„“”\"'‘’‚`.,:;!?…-–—/\\|*•·§#$£€¥%&+=~_^@№°©®†‡¿¡"
"""Signs that stand before and after words."""
INSIDE = frozenset("-–'’.,:/·&@_‐‑+%()#=?")
"""Signs that stand in words, numbers, dates and addresses."""
LONG = 4
"""Letters from which a word is no abbreviation."""
ENOUGH_LETTERS = 60
VOICED = 0.27
"""Share of vowels among letters, at least: 0.35 to 0.5 in languages, 0.15 to 0.25 in ciphers."""
CLEAN = 0.5
"""Share of words that have the shape of a word or a number, at least."""
SPOKEN = 0.5
"""Share of letters and digits among all characters, at least."""
MAPPED = 0.7
"""Share of characters that the font maps to something, at least."""
FEW = 5
"""Characters from which the share of letters says something."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What some words look like, in counts."""

    characters: int = 0
    unmapped: int = 0
    """Characters that stand for nothing: without a mapping, control or private characters."""
    spoken: int = 0
    """Letters, digits and their marks."""
    signs: int = 0
    """Everything else, runs of one sign counted once."""
    letters: int = 0
    words: int = 0
    clean: int = 0
    """Words that look like a word or a number."""
    long: int = 0
    """Letters of long words, in alphabets that write vowels as letters."""
    vowels: int = 0
    """Those of them that are vowels."""

    def problem(self) -> str | None:
        """Why nobody can read this, in a few words; None where it reads as a language."""
        if self.characters and self.unmapped / self.characters > 1 - MAPPED:
            return f"{self.unmapped / self.characters:.0%} of the characters have no meaning"
        weighed = self.spoken + self.signs
        if weighed >= FEW and self.spoken / weighed < SPOKEN:
            return f"{self.signs / weighed:.0%} of the characters are no letters or digits"
        if self.letters >= ENOUGH_LETTERS and self.clean / self.words < CLEAN:
            return f"{1 - self.clean / self.words:.0%} of the words are none in any language"
        if self.long >= ENOUGH_LETTERS and self.vowels / self.long < VOICED:
            return f"only {self.vowels / self.long:.0%} of the letters are vowels"
        return None


def shape_of(words: Iterable[str], unmapped: int = 0) -> Shape:
    """What words look like; ``unmapped`` counts those characters that the font gives no meaning."""
    words = list(words)
    text = "".join(words)
    meaningless = sum(1 for sign in text if is_meaningless(sign))
    spoken = sum(1 for sign in text if is_spoken(sign))
    long = "".join(bare for word in words if is_long(bare := word.strip(FRAMED)))
    return Shape(
        characters=len(text),
        unmapped=min(len(text), max(unmapped, meaningless)),
        spoken=spoken,
        signs=runs(words) - meaningless if meaningless < len(text) else 0,
        letters=sum(1 for sign in text if sign.isalpha()),
        words=len(words),
        clean=sum(1 for word in words if is_clean(word)),
        long=len(long),
        vowels=sum(1 for sign in unicodedata.normalize("NFD", long.lower()) if sign in VOWELS),
    )


def runs(words: Sequence[str]) -> int:
    """How many signs there are, where a row of dots or dashes is one."""
    count = 0
    for word in words:
        before = ""
        for sign in word:
            count += sign != before and not is_spoken(sign)
            before = sign
    return count


@lru_cache(maxsize=4096)
def is_meaningless(sign: str) -> bool:
    """Whether a character says nothing to anybody outside of its font."""
    return sign == "\ufffd" or unicodedata.category(sign) in ("Cc", "Co", "Cn", "Cs")


@lru_cache(maxsize=4096)
def is_spoken(sign: str) -> bool:
    """Whether a character is a letter, a digit or a mark on one."""
    return sign.isalnum() or unicodedata.category(sign)[0] == "M"


def is_clean(word: str) -> bool:
    """Whether this looks like a word, a number, a date or an address."""
    bare = word.strip(FRAMED)
    if not bare:
        return len(word) <= 2 or len(set(word)) == 1
    kinds = {kind(sign) for sign in bare}
    if "picture" in kinds:
        return True  # a whole sentence, without spaces
    if "strange" in kinds:
        return False
    if "digit" in kinds and "letter" in kinds:
        return mixed_well(bare)
    return not odd_capitals(bare)


def mixed_well(word: str) -> bool:
    """Whether letters and digits are together as in A4, 12th, 2013a or a file number."""
    changes = sum(1 for one, other in pairwise(word) if one.isdigit() != other.isdigit())
    return changes <= 1 or any(sign in INSIDE for sign in word)


def odd_capitals(word: str) -> bool:
    """Whether capitals stand in the middle more often than in McDonald or iPhone."""
    inner = [b for a, b in pairwise(word) if a.islower() and b.isupper()]
    return len(inner) > 1


@lru_cache(maxsize=4096)
def kind(sign: str) -> str:
    """``letter``, ``picture`` for Chinese and the like, ``digit``, ``inside`` or ``strange``."""
    if sign.isdigit():
        return "digit"
    if is_spoken(sign):
        if unicodedata.name(sign, "").startswith(("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO")):
            return "picture"
        return "letter"
    known = sign in FRAMED or unicodedata.category(sign)[0] == "P"
    return "inside" if known else "strange"


def is_long(word: str) -> bool:
    """Whether a word is no abbreviation, and in an alphabet with vowels."""
    return len(word) >= LONG and word.isalpha() and all(has_vowels(sign) for sign in word[:3])


@lru_cache(maxsize=4096)
def has_vowels(sign: str) -> bool:
    """Whether the alphabet of a letter writes its vowels as letters."""
    return unicodedata.name(sign, "").split(" ", 1)[0] in ("LATIN", "CYRILLIC", "GREEK")
