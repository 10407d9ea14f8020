"""The keys of a record's names, by which records are candidates for being the same.

A key is one token of the field ``key``, whose first letter says what it is:

- ``c`` a word's consonants in classes, and ``o`` its opening, the first letters;
- ``b`` all letters of a name in order of the alphabet: names of which words are joined, divided
  or in another order have the same; ``s`` all its consonant classes;
- ``h`` the first half of a name's letters, and ``t`` the second: one of them has no error if there
  is one error;
- ``d`` a word with one of its letters left out: two words have one in common where a letter is
  added, left out or another one, or two letters are exchanged;
- ``p`` the consonant classes of two words in a row;
- ``n`` a person's first or last word with the initial of the other: ``V. Petrow``;
- ``i`` the initials of an organisation's words, and ``y`` what is written in several ways in the
  names of organisations (``Int'l``);
- ``l`` how many letters a name has.

Legal forms and articles are left out.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise

from rigour.names import Name, NameTypeTag, analyze_names
from rigour.names.symbol import SymbolCategory

from engine.index.folding import CONJUNCTIONS, fold
from engine.index.form import forms
from engine.index.letter import own_script, variants_of
from engine.index.skeleton import skeletons

OPENING = 4
"""Letters of an opening; a shorter word has none."""
SHORTEST_SKELETON = 2
SHORTEST_NAME, SHORTEST_CLASSES = 3, 3
"""Letters or classes of a name that has a key as a whole."""
SHORTEST_LINE = 8
"""Letters of a name that is divided into halves."""
FEWEST_INITIALS = 3
SHORTEST_TYPED, LONGEST_TYPED = 5, 20
"""Letters of words that are looked up with a letter wrong."""
MOST_LETTERS = 40
LONGEST_NAME = 300
_ARTICLES = frozenset(
    {"al", "el", "the", "of", "de", "la", "le", "der", "die", "das", *CONJUNCTIONS}
)
_TWO_NAMES = re.compile(r"(?<=\w{3})\s*/\s*(?=\w{3})")
_JOINED = frozenset({"al", "el", "ul"})
_ONES = [
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    "nineteen",
]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
_UNIT = ["", *_ONES[1:10]]
_SYMBOLS = frozenset({SymbolCategory.SYMBOL, SymbolCategory.NUMERIC, SymbolCategory.LOCATION})


@dataclass
class Keys:
    """The keys of one name or several."""

    words: dict[str, set[str]] = field(default_factory=dict)
    """Those of each word, by the word."""
    whole: set[str] = field(default_factory=set)
    """Those of names as a whole."""
    lengths: set[int] = field(default_factory=set)
    lines: set[str] = field(default_factory=set)
    """The letters of each name."""

    def all(self) -> list[str]:
        """What an entry has."""
        of_words = {key for keys in self.words.values() for key in keys}
        halves = {key for line in self.lines for key in halves_of(line)}
        typed = {f"d{each}" for word in self.words for each in shortened(word)}
        lengths = {f"l{length}" for length in self.lengths}
        return sorted(of_words | self.whole | halves | typed | lengths)


def keys_of(names: Iterable[str], organization: bool) -> Keys:
    """The keys of a record's names."""
    keys = Keys()
    for name in names:
        for part in (name, *_TWO_NAMES.split(name)) if "/" in name else (name,):
            _add(keys, part[:LONGEST_NAME], organization)
    return keys


def _add(keys: Keys, name: str, organization: bool) -> None:
    """Add the keys of one name."""
    folded = fold(name.replace("%", " percent "))
    if not folded.sequences:
        return
    words = list(folded.words)
    if organization:
        keys.whole.update((*_letters(words), *_symbols(name)))
        words, places = _without_forms(name, words, folded.sequences[0])
        keys.whole.update(_letters([word for word in words if word not in places]))
    telling = [word for word in words if word not in _ARTICLES] or words
    of_names = _initials(telling) if organization else _shortened(telling)
    keys.whole.update((*_letters(words), *of_names, *_consonants(telling)))
    for word in telling:
        keys.words.setdefault(word, set()).update(word_keys(word))
    if not _JOINED.isdisjoint(words):
        _add_joined(keys, words)
    line = "".join(_latin(word) for word in telling)
    keys.lengths.add(min(len(line), MOST_LETTERS))
    if len(line) >= SHORTEST_LINE:
        keys.lines.add(line)


def _add_joined(keys: Keys, words: Sequence[str]) -> None:
    """Add the keys of ``al qaida`` as one word."""
    keys.whole.update(_consonants(words))
    for article, word in pairwise(words):
        if article in _JOINED:
            found = {f"c{each}" for each in skeletons(article + word)}
            keys.words.setdefault(word, set()).update(found)


def _without_forms(
    name: str, words: Sequence[str], tokens: Sequence[str]
) -> tuple[list[str], set[str]]:
    """The words of an organisation's name without its legal forms; and those that are a place."""
    legal = {part for form in forms(name, tokens) for part in form.split()}
    left = [word for word in words if word not in legal]
    spans = [span for found in _read(name) for span in found.spans]
    places = {
        part.form
        for span in spans
        if span.symbol.category == SymbolCategory.LOCATION
        for part in span.parts
    }
    return left or list(words), places


def halves_of(line: str, longer: int = 0) -> tuple[str, str]:
    """The keys of both halves of a name's letters, each so many letters longer."""
    half = len(line) // 2 + longer
    return f"h{line[:half]}", f"t{line[-half:]}"


@lru_cache(maxsize=100_000)
def shortened(word: str) -> tuple[str, ...]:
    """A word in each way to write it, without one of its letters; nothing for a short one."""
    tokens = {token for way in variants_of(word) for token in way if may_be_typed(token)}
    return tuple({token[:at] + token[at + 1 :] for token in tokens for at in range(len(token))})


def may_be_typed(token: str) -> bool:
    """Whether a token of a word is looked up with a letter wrong."""
    return SHORTEST_TYPED <= len(token) <= LONGEST_TYPED and token.isalpha()


@lru_cache(maxsize=100_000)
def word_keys(word: str) -> tuple[str, ...]:
    """The keys of one word."""
    found = [f"c{each}" for each in skeletons(word) if len(each) >= SHORTEST_SKELETON]
    latin = _latin(word)
    if len(latin) >= OPENING and not own_script(word):
        found.append("o" + latin[:OPENING])
    return tuple(found)


def _latin(word: str) -> str:
    """A word in Latin letters, in the first way that there is."""
    return "".join(next(iter(variants_of(word)), ()))


def _letters(words: Sequence[str]) -> Iterator[str]:
    letters = "".join(sorted("".join(_number(word) or _latin(word) for word in words)))
    if len(letters) >= SHORTEST_NAME:
        yield "b" + _digest(letters)


def _consonants(words: Sequence[str]) -> Iterator[str]:
    """All consonant classes of a name, and those of each two words in a row."""
    readings = [skeletons(word) or ("",) for word in words]
    for way in range(max(map(len, readings))):
        chosen = [each[min(way, len(each) - 1)] for each in readings]
        for classes in ("".join(chosen), "".join(sorted(chosen))):
            if len(classes) >= SHORTEST_CLASSES:
                yield "s" + _digest(classes)
        if len(chosen) > 2:
            for pair in pairwise(chosen):
                if len("".join(pair)) >= SHORTEST_CLASSES and all(pair):
                    yield "p" + "".join(sorted(pair))


def _initials(words: Sequence[str]) -> Iterator[str]:
    if len(words) >= FEWEST_INITIALS:
        yield "i" + "".join(_latin(word)[:1] for word in words)


def _shortened(words: Sequence[str]) -> Iterator[str]:
    """A person's name with one word and the first letter of another, from either end."""
    if len(words) > 1:
        first, last = _latin(words[0]), _latin(words[-1])
        yield f"n{last}{first[:1]}"
        yield f"n{first}{last[:1]}"


@lru_cache(maxsize=20_000)
def _read(name: str) -> tuple[Name, ...]:
    return tuple(analyze_names(NameTypeTag.ORG, [name], {}))


def _symbols(name: str) -> Iterator[str]:
    for found in _read(name):
        for span in found.spans:
            if span.symbol.category in _SYMBOLS:
                yield f"y{span.symbol.category.value}:{span.symbol.id}"


def _number(word: str) -> str:
    """A number below 100 in English words."""
    if len(word) > 2 or not (word.isascii() and word.isdigit()):
        return ""
    number = int(word)
    return _ONES[number] if number < len(_ONES) else _TENS[number // 10 - 2] + _UNIT[number % 10]


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=5).hexdigest()
