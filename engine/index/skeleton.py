"""The consonants of a word in classes: what is left of a name in every script.

``محمد`` is written without its vowels, ``Mohammed`` and ``Muhammad`` with others: all three are
``MMT``. Chinese has one sound for l and r, Arabic one letter for b and p, Greek writes d as nt;
so a class holds all consonants that one script or another does not tell apart. Too many names
have the same classes to call them alike; but those that are alike have them.
"""

import re
import unicodedata
from functools import lru_cache
from itertools import product

from engine.index.letter import east_asian, joined, own_script, romanised, variants_of
from engine.index.romanisation import spellings

MOST_SPELLINGS, MOST_SKELETONS = 3, 4
_CLASSES = {
    **dict.fromkeys(("tsch", "dsch", "tch", "tsh", "dzh", "sch", "dj", "tz", "ts", "dz"), "S"),
    **dict.fromkeys(("sh", "zh", "cz", "sz", "s", "z"), "S"),
    **dict.fromkeys(("ce", "ci", "cy"), "S."),
    **{"ck": "K", "kh": "K", "gh": "K", "c": "K", "k": "K", "g": "K", "q": "K", "x": "KS"},
    **{"ph": "F", "f": "F", "v": "F", "th": "T", "dh": "T", "t": "T", "d": "T", "b": "P"},
    **{"p": "P", "l": "L", "r": "L", "m": "M", "n": "N"},
}
_READINGS = {
    **{"ch": ("S", "K"), "j": ("S", "."), "w": ("F", "."), "ge": ("K.", "S."), "gi": ("K.", "S.")}
}
"""Consonants that languages speak in different ways; a vowel is a dot."""
_SOUND = re.compile("|".join(sorted((*_CLASSES, *_READINGS), key=len, reverse=True)) + "|.")
_NASAL = re.compile("ng(?![aeiouy])")
_FIRST_X = re.compile("^x")
_ABD = re.compile("^abd[aeu]l?$")
_DOUBLED = re.compile(r"([A-Z])\1+")
_DIGITS = str.maketrans("013456789", "oieasgtbg")
"""Digits that are written for letters: ``S3rg3i``."""
_KOREAN = re.compile("[\uac00-\ud7a3]")
_ARABIC_ARTICLE = re.compile("^ال(?=..)")
_OF_ARABIC = {"ج": ("j", "g"), "غ": ("g",), "ع": ("",), "و": ("w",)}
_OF_HEBREW = {"ב": ("b", "v"), "פ": ("p", "f"), "ף": ("f",), "ח": ("", "kh"), "ו": ("", "v")}
_OTHER_WAYS = {**_OF_ARABIC, **_OF_HEBREW}
_LETTER_NAME = re.compile(r"(?:LETTER|SYLLABLE)(?: \w+)*? (\w+)$")


@lru_cache(maxsize=200_000)
def skeletons(word: str) -> tuple[str, ...]:
    """The classes of a lower-case word's consonants, in each way to read it, the likeliest first.

    Empty texts are left out; so a word of vowels has none.
    """
    found = (skeleton for latin in _latin(word) for skeleton in _classes(latin))
    return tuple(dict.fromkeys(filter(None, found)))[:MOST_SKELETONS]


def _classes(latin: str) -> list[str]:
    """The classes of a word in ASCII, in each way to read it."""
    sounds = _SOUND.findall(_ABD.sub("abd", _FIRST_X.sub("s", _NASAL.sub("n", latin))))
    ways = {sound: _READINGS[sound] for sound in sounds if sound in _READINGS}
    found = []
    for chosen in product(*ways.values()):  # a word is of one language: it has one reading of each
        reading = {**_CLASSES, **dict(zip(ways, chosen, strict=True))}
        classes = "".join(reading.get(sound, ".") for sound in sounds)
        found.append(_DOUBLED.sub(r"\1", classes).replace(".", ""))
    return found


def _latin(word: str) -> list[str]:
    """A word in Latin letters of ASCII, in a few ways."""
    if word.isascii():
        return [word if word.isalpha() else word.translate(_DIGITS)] if word[0].isalpha() else []
    if own_script(word):
        return _consonants(word)
    if _KOREAN.search(word):
        return ["".join(_NASAL.sub("n", romanised(syllable)) for syllable in word)]
    if east_asian(word):
        return ["".join(way) for way in variants_of(word)[:1]]
    found = spellings(word) or ["".join(way) for way in variants_of(word)]
    return [each for each in found[:MOST_SPELLINGS] if each.isascii()]


def _consonants(word: str) -> list[str]:
    """A word of a script that keeps its letters, in a few ways; Arabic without its article."""
    spelt = [""]
    for letter in _ARABIC_ARTICLE.sub("", word):
        ways = _OTHER_WAYS.get(letter) or (_romanised(letter),)
        spelt = [before + way for way in ways for before in spelt][:MOST_SPELLINGS]
    return spelt


@lru_cache(maxsize=10_000)
def _romanised(letter: str) -> str:
    """A letter in Latin letters; by its name in Unicode where the transliteration has none."""
    latin = romanised(letter)
    if latin:
        return latin
    named = _LETTER_NAME.search(unicodedata.name(letter, ""))
    return joined(named[1].lower()) if named else ""
