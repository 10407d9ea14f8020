"""Which characters are letters of a word, which are nothing, and how a letter is written in ASCII.

Two kinds of scripts: Latin, Cyrillic, Greek, Georgian, Armenian and those of East Asia are written
in Latin letters; words in any other script keep their own letters, since their Latin forms lose
what tells two names apart. Such a word becomes the code points of its letters, which are ASCII too.
"""

import re
import sys
import unicodedata
from functools import lru_cache

from normality import ascii_text

LETTER = r"[^\W_]"
_BLOCK = 0x30000
"""Marks and letters above this code point do not exist."""
_MARKS = "".join(
    chr(code)
    for code in range(min(_BLOCK, sys.maxunicode))
    if unicodedata.category(chr(code))[0] == "M"
)


def _ranges(characters: str) -> str:
    """Sorted characters as the inside of a regular expression's brackets."""
    parts: list[list[int]] = []
    for code in map(ord, characters):
        if parts and code == parts[-1][1] + 1:
            parts[-1][1] = code
        else:
            parts.append([code, code])
    return "".join(f"{chr(low)}-{chr(high)}" for low, high in parts)


MARKS = _ranges(_MARKS)
"""Every combining mark, for the inside of brackets."""
INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e"
    "\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufff8\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)
"""Unicode's default-ignorable code points: nobody sees or types them."""
COMPATIBLE = re.compile("[\ufb00-\ufdff\ufe70-\ufefc\uff00-\uffef]")
"""Presentation forms: letters that Unicode has for old character sets."""
POINTS = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a"
    "\u0640\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u0730-\u074a"
    "\u08d3-\u08ff\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]"
)
"""Marks that a word may be written with or without: accents that are no part of a letter, the
points of Arabic, Hebrew and Syriac, the Arabic stroke that stretches a word."""
OWN_SCRIPT = re.compile(
    "[\u0590-\u109f\u1200-\u1c8f\u1cc0-\u1cff\u2c00-\u2c5f\u2d30-\u2ddf\ua000-\ua63f\ua6a0-\ua6ff"
    "\ua800-\ua95f\ua980-\uab2f\uab70-\uabff\U00010000-\U0001afff\U0001b130-\U0001ffff]"
)
_ARABIC = str.maketrans("أإآٱىیۍېئکڪةۀەہھؤ", "ااااييييي" + "ككهههههو")
"""Letters of Arabic that one language or keyboard has in the place of another's."""
FIRST = str.maketrans(
    {
        **{"ғ": "g", "қ": "k", "ң": "n", "ә": "a", "ө": "o", "ұ": "u", "ү": "u", "һ": "h"},
        **{"җ": "j", "ҳ": "h", "ҷ": "j", "ҹ": "j", "ў": "u", "і": "i", "ӊ": "n", "ҥ": "n"},
        **{"ғ": "g", "ӣ": "i", "ӯ": "u", "ҡ": "k", "ҙ": "z", "ҫ": "s", "ѳ": "f", "ѣ": "e"},
    }
)
"""Letters that the transliteration does not know."""
SECOND = str.maketrans(
    {
        **{"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe", "đ": "dj", "ð": "dh"},
        **{"þ": "t", "ß": "s", "ə": "e", "æ": "a", "œ": "o", "ł": "w", "ı": "y", "ñ": "ny"},
        **{"х": "kh", "ё": "e", "ц": "ts", "э": "e", "ю": "yu", "я": "ya", "й": "y", "ї": "i"},
        **{"щ": "shch", "ъ": "", "ь": "", "ы": "y", "ж": "zh", "ч": "ch", "ш": "sh", "є": "ye"},
        **{"η": "e", "υ": "u", "β": "b", "χ": "h", "ή": "e", "ύ": "u"},
    }
)
"""The second of two customary ways to write a letter; the first is the transliteration's."""
THIRD = str.maketrans({"ð": "th", "ß": "sz", "þ": "p"})
_THREE_WAYS = frozenset("ðßþ")
_TWO_WAYS = re.compile("[äöüåøđðþßəæœłıñхёцэюяйїєщъьыжчшηυβχήύ]|^е")
_SEVERAL_WAYS = re.compile("[äöüåøđðþßəæœłıñ]")
_BREAK = re.compile("[^a-z0-9]+")
_EAST_ASIAN = re.compile(
    "[\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0002ffff]"
)
MOST_VARIANTS = 6

Variant = tuple[str, ...]
"""A word's tokens: one, or one for each Chinese character."""


@lru_cache(maxsize=20_000)
def _plain(letter: str) -> str:
    """A letter's form in ASCII where the transliteration has none: that of the letter it is made
    of, or its code point."""
    name = unicodedata.name(letter, "")
    made_of = name.split(" WITH ")[0]
    if made_of != name:
        try:
            found = _BREAK.sub("", ascii_text(unicodedata.lookup(made_of)).lower())
        except KeyError:
            found = ""
        if found:
            return found
    return f"u{ord(letter):x}"


def _ascii(word: str) -> str:
    """A lower-case word in ASCII, with a space where the transliteration divides it.

    What the transliteration writes that is neither letter nor digit is dropped.
    """
    latin = ascii_text(word.translate(FIRST)).lower()
    if "?" in latin:
        known = (ascii_text(letter).lower() for letter in word.translate(FIRST))
        latin = "".join(
            _plain(letter) if "?" in form else form
            for letter, form in zip(word.translate(FIRST), known, strict=True)
        )
    return latin


def joined(latin: str) -> str:
    """A transliterated word as one token."""
    return _BREAK.sub("", latin)


def romanised(word: str) -> str:
    """A word of any script as one token in Latin letters, without what has none."""
    return joined(ascii_text(word).lower())


def own_script(word: str) -> bool:
    """Whether a word stays in its own script."""
    return OWN_SCRIPT.search(word) is not None


def east_asian(word: str) -> bool:
    """Whether a word has Chinese characters, each of which is read by itself."""
    return _EAST_ASIAN.search(word) is not None


def _mixed(word: str) -> list[str]:
    """A word with each of its letters of two ways written in either way, a few at most."""
    spelt = [""]
    for letter in word:
        ways = list(dict.fromkeys([_BREAK.sub("", _ascii(letter)), letter.translate(SECOND)]))
        if letter in _THREE_WAYS:
            ways.append(letter.translate(THIRD))
        spelt = [before + way for way in ways for before in spelt][: MOST_VARIANTS * 2]
    return spelt


def _latin_variants(word: str) -> list[str]:
    """A word in ASCII, in each way; the first two are the first and second ways of all letters."""
    found = [joined(_ascii(word))]
    if _TWO_WAYS.search(word):
        found.append(joined(_ascii(re.sub("^е", "ye", word).translate(SECOND))))
    if len(_SEVERAL_WAYS.findall(word)) > 1 or not _THREE_WAYS.isdisjoint(word):
        found += [joined(_ascii(each)) for each in _mixed(word)]
    return list(dict.fromkeys(filter(None, found)))[:MOST_VARIANTS]


@lru_cache(maxsize=200_000)
def variants_of(word: str) -> tuple[Variant, ...]:
    """A lower-case word's tokens in each way that it is written in ASCII; the first two are the
    first and the second ways of all its letters."""
    if word.isascii():
        return ((word,),)
    if own_script(word):
        return (("".join(f"u{ord(letter):x}" for letter in word.translate(_ARABIC)),),)
    if east_asian(word):
        return (tuple(token for part in _ascii(word).split() if (token := joined(part))),)
    return tuple((each,) for each in _latin_variants(word))
