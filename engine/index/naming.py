"""The keys by which names are found in a text: tokens of the field ``naming``.

A text is read word by word, and looks up whether there is a name with these words. A word counts
by its sound, so that ``Путин``, ``Putin`` and ``Πούτιν`` are one; between a script that leaves out
vowels, or whose letters are syllables, and the others it counts by its consonants. The first
letters of a key say what it is:

- ``2`` two words of a person's name, in order of the alphabet, whatever stands between them;
- ``i`` one word of a person's name and the first letter of another: ``V. Putin``;
- ``o`` the first two words of an organisation's name, without its legal forms, and ``w`` all of
  them, in order;
- ``1`` the word of a name that has only one;
- ``h`` a name in Chinese characters, which a text does not divide into words;
- ``x2``, ``xo``, ``xw`` the same by the consonants of names in an alphabet, ``y2``, ``yo``, ``yw``
  by those of names in all other scripts.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import combinations, permutations

from engine.entity import Entity, full_names, schema_of
from engine.index.folding import CONJUNCTIONS, SHOWN_WORD, normal
from engine.index.form import forms
from engine.index.letter import own_script, variants_of
from engine.index.skeleton import skeletons
from engine.index.sound import sounds

NAMED = ("LegalEntity", "Vessel", "Airplane")
"""Records of these schemata, and of those that extend them, are looked for in texts."""
MOST_WORDS, MOST_WAYS = 6, 3
"""Words of a name that have keys; the ways to read a word, or a name."""
LONGEST_WHOLE = 8
"""Words of an organisation's name of which its key is made; a longer one is found by as many."""
SHORTEST_CLASSES = 5
"""Consonants that two words must have together to be found by them alone."""
SHORTEST_CHINESE, LONGEST_CHINESE = 2, 8
MOST_KEYS = 300
PARTICLES = frozenset(
    {
        *("al", "el", "ul", "the", "of", "de", "la", "le", "les", "du", "des", "del", "della"),
        *("di", "da", "do", "dos", "das", "der", "die", "den", "van", "von", "zu", "bin", "ben"),
        *("ibn", "bint", "abu", "ter", "ten", "af", "for", "für", "in", "on", "a", "an", "ال"),
        *CONJUNCTIONS,
    }
)
"""Words of names that tell nothing, and may be left out."""
_CHINESE = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3005-\u3007]")
_NOT_ALPHABETIC = re.compile(
    "[\u0370-\u03ff\u1f00-\u1fff\u1100-\u11ff\u3040-\u30ff\u31f0-\u31ff\uac00-\ud7a3\uff66-\uff9f]"
)
_APOSTROPHES = re.compile("['\u2018\u2019`\u00b4\u2032]")


@dataclass(frozen=True, slots=True, eq=False)
class Sound:
    """How one word is compared with another: one object for each word (``heard``)."""

    word: str
    """The word in lower case, in its own script."""
    tokens: frozenset[str]
    """Its forms in ASCII."""
    ways: tuple[str, ...]
    """Its normal forms; of a short word its tokens."""
    classes: tuple[str, ...]
    """Its consonants."""
    letters: frozenset[str]
    """What it may begin with, in ASCII."""
    own: bool
    """Whether it is of a script that keeps its letters, and is written without vowels."""
    alphabetic: bool
    """Whether its letters are read in one customary way: Latin, Cyrillic, Armenian, Georgian.

    Greek writes the names of others by their sound, and has no letter for many of these."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word where it stands in a text."""

    start: int
    end: int
    text: str
    sound: Sound

    @property
    def is_particle(self) -> bool:
        """Whether it tells nothing."""
        return self.sound.word in PARTICLES


@lru_cache(maxsize=100_000)
def heard(text: str) -> Sound:
    """A word as it is written, for comparing."""
    word = _APOSTROPHES.sub("", normal(text))
    tokens = tuple(dict.fromkeys("".join(way) for way in variants_of(word))) or (word,)
    ways = sounds(word)[:MOST_WAYS] or tokens[:MOST_WAYS]
    own = own_script(word)
    alphabetic = not (own or _NOT_ALPHABETIC.search(word) or _CHINESE.search(word))
    letters = frozenset(each[:1] for each in (ways if own else tokens))
    classes = skeletons(word)[:MOST_WAYS]
    return Sound(word, frozenset(tokens), ways, classes, letters, own, alphabetic)


def tokens_of(text: str) -> list[Token]:
    """The words of a text, each with its place."""
    return [
        Token(match.start(), match.end(), match[0], heard(match[0]))
        for match in SHOWN_WORD.finditer(text)
    ]


def is_chinese(text: str) -> bool:
    """Whether a word has Chinese characters, and so may be several words."""
    return _CHINESE.search(text) is not None


@cache
def is_named(schema: str) -> bool:
    """Whether records of a schema are looked for in texts."""
    return schema_of(schema).is_a("Person") or not schema_of(schema).names.isdisjoint(NAMED)


@cache
def kinds_of(schema: str) -> tuple[bool, bool]:
    """Whether a schema's names may be those of a person, and of an organisation or a thing."""
    return schema in ("Person", "LegalEntity"), schema != "Person"


def naming_keys(entity: Entity) -> list[str]:
    """The keys of a record's names."""
    if not is_named(entity.schema):
        return []
    person, thing = kinds_of(entity.schema)
    found: dict[str, None] = {}
    for name in full_names(entity):
        found.update(dict.fromkeys(_keys(name, person, thing)))
        if len(found) > MOST_KEYS:
            break
    return sorted(found)[:MOST_KEYS]


def _keys(name: str, person: bool, thing: bool) -> Iterator[str]:
    if is_chinese(name):
        letters = chinese(name)
        if len(letters) >= SHORTEST_CHINESE:
            yield "h" + letters[:LONGEST_CHINESE]
        return
    words = name_words(name, thing)
    if len(words) < 2:  # none, where a name is of signs alone
        yield from (f"1{way}" for word in words for way in word.ways)
        return
    if thing:
        yield from opening_keys(words[0], words[1])
        yield from whole_keys(words)
    if person:
        for one, other in combinations(words[:MOST_WORDS], 2):
            yield from pair_keys(one, other)
        for one, other in permutations(words[:MOST_WORDS], 2):
            yield from initial_keys(one, other.letters)


def chinese(name: str) -> str:
    """The letters of a name in Chinese characters, without what divides them."""
    return "".join(filter(str.isalnum, normal(name)))


@lru_cache(maxsize=20_000)
def name_words(name: str, organization: bool) -> tuple[Sound, ...]:
    """The words of a name that tell something; of an organisation's without its legal forms."""
    words = [heard(match[0]) for match in SHOWN_WORD.finditer(name)]
    if organization:
        written = forms(name, [word.word for word in words])
        legal = {part for form in written for part in re.findall(r"\w+", form)}
        words = [word for word in words if word.word not in legal] or words
    return tuple([word for word in words if word.word not in PARTICLES] or words)


def pair_keys(one: Sound, other: Sound) -> Iterator[str]:
    """The keys of two words of a person's name."""
    yield from _pair_sounds(one, other)
    kind = _kind(one, other)
    for left, right in _pair_classes(one, other):
        yield f"{kind}2" + " ".join(sorted((left, right)))


def searched_pair(one: Sound, other: Sound) -> Iterator[str]:
    """The keys that two words of a text look up in the names of persons."""
    yield from _pair_sounds(one, other)
    kinds = _searched_kinds(one, other)
    for left, right in _pair_classes(one, other):
        pair = f"{left} {right}" if left <= right else f"{right} {left}"
        yield from [f"{kind}2{pair}" for kind in kinds]


def _pair_sounds(one: Sound, other: Sound) -> Iterator[str]:
    for left in one.ways:
        for right in other.ways:
            yield f"2{left} {right}" if left <= right else f"2{right} {left}"


def _pair_classes(one: Sound, other: Sound) -> Iterator[tuple[str, str]]:
    for left in one.classes:
        for right in other.classes:
            if len(left) + len(right) >= SHORTEST_CLASSES:
                yield left, right


def _kind(*words: Sound) -> str:
    """Whether the names with these words are all in alphabets (x), or not (y)."""
    return "x" if all(word.alphabetic for word in words) else "y"


def _searched_kinds(*words: Sound) -> str:
    """Which names a text looks up by consonants: in an alphabet by their sounds alone."""
    return "y" if _kind(*words) == "x" else "xy"


def initial_keys(word: Sound, letters: Iterable[str]) -> Iterator[str]:
    """The keys of a word of a person's name beside the first letter of another one."""
    for way in word.ways:
        if len(way) > 1:
            yield from (f"i{way} {letter}" for letter in letters)


def opening_keys(one: Sound, other: Sound) -> Iterator[str]:
    """The keys of the first two words of an organisation's name."""
    yield from _opening(one, other, _kind(one, other))


def searched_opening(one: Sound, other: Sound) -> Iterator[str]:
    """The keys that two words of a text look up in the names of organisations."""
    yield from _opening(one, other, _searched_kinds(one, other))


def _opening(one: Sound, other: Sound, kinds: str) -> Iterator[str]:
    for left in one.ways:
        for right in other.ways:
            yield f"o{left} {right}"
    for left, right in _pair_classes(one, other):
        yield from (f"{kind}o{left} {right}" for kind in kinds)


def whole_keys(words: Sequence[Sound]) -> Iterator[str]:
    """The keys of all words of an organisation's name."""
    yield from _whole(words, _kind(*words))


def searched_whole(words: Sequence[Sound]) -> Iterator[str]:
    """The keys that words in a row of a text look up in the names of organisations."""
    yield from _whole(words, _searched_kinds(*words))


def _whole(words: Sequence[Sound], kinds: str) -> Iterator[str]:
    words = words[:LONGEST_WHOLE]
    for way in range(min(MOST_WAYS, max(len(word.ways) for word in words))):
        yield "w" + _digest([word.ways[min(way, len(word.ways) - 1)] for word in words])
    if not all(word.classes for word in words):
        return
    for way in range(min(MOST_WAYS, max(len(word.classes) for word in words))):
        classes = [word.classes[min(way, len(word.classes) - 1)] for word in words]
        if sum(map(len, classes)) >= SHORTEST_CLASSES:
            yield from (f"{kind}w{_digest(classes)}" for kind in kinds)


def _digest(words: Iterable[str]) -> str:
    return hashlib.blake2b(" ".join(words).encode(), digest_size=7).hexdigest()
