"""How text becomes tokens: lower-case letters and digits of ASCII, whatever its script.

Entries and searches are folded by the same functions, so ``Жуков`` and ``Zhukov`` are one token.
Where two romanisations are in use (``Müller`` as Muller or Mueller, ``Хрущёв`` as Hrushchyov or
Khrushchev), a text has a second folding; entries are indexed under both, and a search looks for
either.
"""

import hashlib
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from normality import ascii_text

WORD = re.compile(r"[^\W_]+")
ASCII_WORD = re.compile(r"[a-z0-9]+")
MARK = re.compile("[\u0300-\u036f]")
LONGEST_WORD = 200

_SECOND = str.maketrans(
    {
        **{"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"},
        **{
            "х": "kh",
            "ё": "e",
            "ц": "ts",
            "э": "e",
            "ю": "yu",
            "я": "ya",
            "й": "y",
            "ї": "i",
            "є": "ye",
        },
        **{"щ": "shch", "ъ": "", "ь": "", "ы": "y", "ж": "zh", "ч": "ch", "ш": "sh"},
        **{"η": "e", "υ": "u", "β": "b", "χ": "h", "ή": "e", "ύ": "u"},
    }
)
_SECOND_USED = re.compile("[äöüåøхёцэюяйїєщъьыжчшηυβχήύ]|^е")


def clean(text: str) -> str:
    """The text without what UTF-8 cannot encode (lone surrogates)."""
    return text if text.isascii() else text.encode("utf-8", "ignore").decode()


@lru_cache(maxsize=200_000)
def _fold_word(word: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A lower-case word's tokens in its first folding and in its second."""
    first = tuple(ASCII_WORD.findall(ascii_text(word).lower()))
    if not _SECOND_USED.search(word):
        return first, first
    respelt = re.sub("^е", "ye", word).translate(_SECOND)
    return first, tuple(ASCII_WORD.findall(ascii_text(respelt).lower()))


def words(text: str) -> list[str]:
    """A text's words in lower case, in their own script."""
    lowered = unicodedata.normalize("NFC", clean(text)).lower()
    return WORD.findall(MARK.sub("", lowered))


def variants(text: str) -> list[list[str]]:
    """A text's tokens in each of its foldings; none where nothing in it can be searched."""
    tokenised = (ASCII_WORD.findall(folded.lower()) for folded in foldings(text))
    return [tokens for tokens in tokenised if tokens]


def tokens(text: str) -> list[str]:
    """A text's tokens in its first folding."""
    if text.isascii():
        return ASCII_WORD.findall(text.lower())
    return next(iter(variants(text)), [])


def foldings(text: str) -> list[str]:
    """The text itself where it is ASCII, else its one or two foldings; none if they are empty."""
    if text.isascii():
        return [text]
    first: list[str] = []
    second: list[str] = []
    for word in words(text):
        if word.isascii():
            first.append(word)
            second.append(word)
        else:
            one, two = _fold_word(word[:LONGEST_WORD])
            first.extend(one)
            second.extend(two)
    folded = [" ".join(first)]
    if first != second:
        folded.append(" ".join(second))
    return [text for text in folded if text]


def identifier(text: str) -> str:
    """An identifier without its punctuation: ``DK-12 34`` is DK1234."""
    return "".join(tokens(text)).upper()[:LONGEST_WORD]


def digest(tokens: Sequence[str]) -> str:
    """Stands for all tokens of a text in an exact match; shorter than they are, to index less."""
    return hashlib.blake2b(" ".join(tokens).encode(), digest_size=6).hexdigest()
