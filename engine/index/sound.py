"""A normal form of names: what one name is in the ways that languages write it in Latin letters.

``Sergei``, ``Sergey`` and ``Сергей`` have one normal form; so do ``Tschernow``, ``Tchernov`` and
``Чернов``. A word has more than one where its letters can be read in several ways: ``ch`` is one
sound in ``Chernov``, another in ``Michail``, a third in ``Chostakovitch``. Two words sound alike if
they have a normal form in common.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import combinations

from engine.index.letter import own_script, romanised, variants_of
from engine.index.romanisation import spellings

SHORTEST = 3
"""Shorter words have no normal form: too many others would have it too."""
MOST_FORMS = 6
MOST_CHARACTERS = 4
"""Chinese words that are longer are no names of people."""

# In a normal form c is the sound of "church", q of "shoe", x of "pleasure".
_CONSONANTS = {
    **dict.fromkeys(("schtsch", "shtsch", "shtch", "shch", "szcz", "stsch", "chtch"), "q"),
    **dict.fromkeys(("ttsch", "ttch", "tsch", "tsh", "tch", "cz", "ch"), "c"),
    **dict.fromkeys(("sch", "sh", "sz"), "q"),
    **dict.fromkeys(("dsch", "dzh", "dsh", "dj"), "j"),
    **{"zh": "x", "kh": "h", "gh": "g", "ph": "f", "th": "t", "ck": "k", "w": "v", "x": "ks"},
    **{"tz": "ts", "tc": "ts", "ts": "ts", "que": "ke", "qui": "ki", "q": "k", "gue": "ge"},
    **{"gui": "gi", "ce": "tse", "ci": "tsi", "cy": "tsi", "c": "k"},
}
_CONSONANT = re.compile("|".join(sorted(_CONSONANTS, key=len, reverse=True)))
Step = tuple[str, re.Pattern[str], str]
"""What is in each word that a step changes (that costs less to ask), what it changes, to what."""
_STEPS: list[Step] = [
    (part, re.compile(pattern), form)
    for part, pattern, form in (
        ("o", "ou|oo", "u"),
        ("e", "(?<=[aeou])e(?=[vf]|nko)", "ie"),
        ("ee", "ee", "i"),
        ("a", "aa|ae", "a"),
        ("oe", "oe", "o"),
        ("ue", "ue", "u"),
        ("", "[ijy]+", "i"),
        ("ie", "ie", "e"),
        ("f", "ff?$", "v"),
        ("io", "io(?=[b-df-hj-np-tv-xz])", "e"),
        ("ov", "(?<=[cqx])ov", "ev"),
        ("ine", "ine$", "in"),
        ("h", "(?<=[aeiou])h$", ""),
        ("r", "(?<=[dt])r$", "er"),
        ("re", "(?<=[a-z]{3}[dt])re$", "er"),
        ("", r"(.)\1+", r"\1"),
    )
]
_OPEN_STEPS = [step for step in _STEPS if "$" not in step[1].pattern]
"""The steps for a word that goes on."""
_CH = re.compile("(?<![tsh])ch(?!tch)")
_KH = re.compile("^x(?=[aeo]|u[^aen])|(?<=[aeiou])x(?=[dgklmnrtvz])|(?<=[aou])x(?=[aiou])")
"""Where ``x`` is the sound of ``kh``, as in Uzbek; Chinese has it before other letters."""
_FRENCH = re.compile("tch|ou|eff$|ine$")
_GERMAN = re.compile("sch|w|j[aeiou]|[aeiouy]j|enko$")
_VIC = re.compile("vic$")
_GERMAN_CHANGES = (
    (re.compile("(?<![tsdc])z(?![h])"), "ts"),
    (re.compile("(?<![st])s(?!ch|[spkt])"), "z"),
    (re.compile("(?<![ts])sch(?!tsch)"), "zh"),
    (re.compile("dj(?=[aeou])"), "di"),
)
_MODIFIERS = re.compile("[\u02b0-\u02ff]")
"""Letters that are no sound of their own, as in Uzbek and Ukrainian."""
_HACEK = str.maketrans(
    {
        **{"š": "sh", "č": "ch", "ž": "zh", "ć": "ch", "ş": "sh", "ș": "sh", "ç": "ch"},
        **{"ţ": "ts", "ț": "ts", "ğ": "gh", "ś": "sh", "ź": "zh", "ż": "zh", "ě": "ie", "ř": "rzh"},
    }
)
_AZERBAIJANI = str.maketrans({"ə": "a", "x": "kh", "c": "j", "q": "g", "ş": "sh", "ç": "ch"})


def _normal(word: str, steps: Sequence[Step] = _STEPS) -> str:
    """The normal form of a word in ASCII letters, in one reading of them."""
    word = _CONSONANT.sub(lambda match: _CONSONANTS[match[0]], word)
    for part, pattern, form in steps:
        if part in word:
            word = pattern.sub(form, word)
    return word


def _readings(word: str) -> list[str]:
    """The ways to read a word's letters, as words that have one reading."""
    found = [_VIC.sub("vich", word)]
    french, german = _FRENCH.search(word), _GERMAN.search(word)
    if _CH.search(word):
        found.append(_CH.sub("kh", word))
        if french:
            found.append(re.sub("(?<![tsh])ch", "sh", word))
    if _KH.search(word):
        found.append(_KH.sub("kh", word))
    if french and "j" in word:
        found.append(word.replace("j", "zh"))
    if german:
        changes = [change for change in _GERMAN_CHANGES if change[0].search(word)]
        bases = list(found)
        for count in range(1, len(changes) + 1):
            for chosen in combinations(changes, count):
                for base in bases:
                    for pattern, form in chosen:
                        base = pattern.sub(form, base)
                    found.append(base)
    return found


@lru_cache(maxsize=200_000)
def sounds(word: str) -> tuple[str, ...]:
    """A lower-case word's normal forms; none of a short word, or one with a digit."""
    return _forms(word, _STEPS)


def openings(word: str) -> tuple[str, ...]:
    """What the normal forms of words that begin with these lower-case letters begin with."""
    return _forms(word, _OPEN_STEPS)


def _forms(word: str, steps: Sequence[Step]) -> tuple[str, ...]:
    if len(word) < SHORTEST and word.isascii():
        return ()
    word = _MODIFIERS.sub("", word)
    spelt = [word] if word.isascii() else spellings(word) or _latin(word)
    forms = (
        _normal(reading, steps)
        for each in spelt
        if each.isascii() and each.isalpha() and len(each) >= SHORTEST
        for reading in _readings(each)
    )
    return tuple(list(dict.fromkeys(form for form in forms if form))[:MOST_FORMS])


def _latin(word: str) -> list[str]:
    """A word with letters outside of ASCII, in ASCII."""
    if own_script(word):
        return _romanised(word)
    ways = variants_of(word)
    if ways and len(ways[0]) > 1:  # Chinese: a given name is written as one word
        parts = ways[0][:MOST_CHARACTERS]
        return ["".join(parts), "".join(parts[1:]), "".join(parts[:2]), "".join(parts[2:])]
    found = ["".join(way) for way in ways]
    for table in (_HACEK, _AZERBAIJANI if "ə" in word else _HACEK):
        if (respelt := word.translate(table)) != word:
            found += ["".join(way) for way in variants_of(respelt)[:1]]
    return found


def _romanised(word: str) -> list[str]:
    """A word of a script that keeps its letters, as a transliteration writes it.

    Indian scripts end a word in an ``a`` that is not spoken, and rarely written in Latin letters.
    """
    latin = romanised(word)
    if latin.endswith("a") and "\u0900" <= word[-1] <= "\u0dff" and word[-1].isalpha():
        return [latin[:-1], latin]
    return [latin]


@lru_cache(maxsize=200_000)
def other_sounds(word: str) -> tuple[str, ...]:
    """The normal forms of a word that are none of its own tokens: those that an entry needs."""
    own = {token for way in variants_of(word)[:2] for token in way}
    return tuple(form for form in sounds(word) if form not in own)
