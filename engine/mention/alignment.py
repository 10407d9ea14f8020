"""Where the words of one name stand in a passage: together, in any order, some as initials.

A name of a person may stand in any order, with its words left out or shortened; that of an
organisation stands as it is, but for its legal form.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rigour.text import levenshtein

from engine.index.naming import Sound
from engine.mention.passage import Passage

EXACT, HEARD, CLASSES, INITIAL = 1.0, 0.9, 0.75, 0.5
"""How a word of a text matches one of a name: it is the same, sounds the same, has the same
consonants in another script, or is its first letter."""
MOST_DIFFERENT = 0.4
"""The share of letters in which two words of different scripts may differ."""
MOST_SIGHTINGS = 50
"""Places where one name is found in a passage, at most."""
_FINER = {
    **dict.fromkeys("bp", "P"),
    **dict.fromkeys("fvw", "F"),
    **dict.fromkeys("cqxj", "X"),
    **dict.fromkeys("kg", "K"),
    **{letter: letter.upper() for letter in "tdszlrmn"},
}


@dataclass(frozen=True, slots=True)
class Sighting:
    """A name in a passage: from the first of its words to the last."""

    first: int
    last: int
    matched: tuple[tuple[int, float], ...]
    """The words of the passage, and how each matches one of the name."""
    missing: tuple[Sound, ...] = ()
    """The words of the name that do not stand there."""
    conflicts: bool = False
    """Whether other words beside it make another name of it."""

    @property
    def full(self) -> list[int]:
        """The words that stand there in full."""
        return [at for at, how in self.matched if how > INITIAL]

    @property
    def worst(self) -> float:
        """How the word matches that matches least, of those in full."""
        return min(how for _, how in self.matched if how > INITIAL)


@lru_cache(maxsize=100_000)
def likeness(word: Sound, other: Sound) -> float:
    """How a word matches another; 0 where it does not."""
    if word.word == other.word or not word.tokens.isdisjoint(other.tokens):
        return EXACT
    if any(way in other.ways for way in word.ways):
        return HEARD
    if word.alphabetic and other.alphabetic:
        return 0.0
    return CLASSES if _is_near(word, other) else 0.0


def _is_near(word: Sound, other: Sound) -> bool:
    """Whether two words of different scripts have the same consonants, with little difference."""
    if not any(each in other.classes for each in word.classes):
        return False
    if not (word.own or other.own):  # both are written with vowels
        return any(_differ_little(one, two) for one in word.ways for two in other.ways)
    one, two = _finer(word.ways[0]), _finer(other.ways[0])
    most = max(len(one), len(two)) // 6
    return levenshtein(one, two) <= most or levenshtein(*map(_without_f, (one, two))) <= most


@lru_cache(maxsize=50_000)
def _finer(way: str) -> str:
    """The consonants of a normal form, those that scripts tell apart apart."""
    return "".join(_FINER.get(each, "") for each in way)


def _without_f(consonants: str) -> str:
    """Without what one script writes as a vowel: ``v`` and ``w``."""
    return consonants.replace("F", "")


def _differ_little(one: str, other: str) -> bool:
    one, other = one.replace("r", "l"), other.replace("r", "l")
    return levenshtein(one, other) <= MOST_DIFFERENT * max(len(one), len(other))


def found_places(word: Sound, passage: Passage) -> dict[int, float]:
    """Where a word of a name stands in a passage, and how it matches there."""
    keys = {*word.tokens, *word.ways, *word.classes}
    places = {at for key in keys for at in passage.places.get(key, ())}
    return {
        at: how for at in places if (how := likeness(word, passage.tokens[at].sound)) and passage
    }


def persons(words: Sequence[Sound], passage: Passage) -> Iterator[Sighting]:
    """Where a person's name stands in a passage."""
    hits: dict[int, dict[int, float]] = {}
    for number, word in enumerate(words):
        for at, how in found_places(word, passage).items():
            if passage.may[at]:
                hits.setdefault(at, {})[number] = how
    for count, cluster in enumerate(_clusters(hits, passage)):
        if count >= MOST_SIGHTINGS:
            return
        found = _sighting(cluster, words, passage)
        if found is not None:
            yield found


def _clusters(
    hits: dict[int, dict[int, float]], passage: Passage
) -> Iterator[dict[int, tuple[int, float]]]:
    """Words that stand together, each as one of the name: the number of that one, and how."""
    cluster: dict[int, tuple[int, float]] = {}
    for at in sorted(hits):
        used = {number for number, _ in cluster.values()}
        free = {number: how for number, how in hits[at].items() if number not in used}
        if cluster and (not free or not _joins(passage, max(cluster), at)):
            yield cluster
            cluster, free = {}, hits[at]
        number = max(free, key=lambda each: free[each])
        cluster[at] = number, free[number]
    if cluster:
        yield cluster


def _joins(passage: Passage, one: int, other: int) -> bool:
    """Whether two words may belong to one name, with at most one other word between."""
    others = commas = 0
    for at in range(one, other):
        if passage.breaks(at):
            return False
        commas += passage.comma(at)
        if at > one and not passage.tokens[at].is_particle and not passage.is_initial(at):
            others += 1
            if not passage.may[at]:
                return False
    return others <= 1 and commas <= 1


def _sighting(
    cluster: dict[int, tuple[int, float]], words: Sequence[Sound], passage: Passage
) -> Sighting | None:
    """What stands together as a sighting, with its initials; None where it is none."""
    left = dict(enumerate(words))
    for number, _ in cluster.values():
        del left[number]
    matched = {at: how for at, (_, how) in cluster.items()}
    conflicts = _add_initials(matched, left, passage)
    first, last = min(matched), max(matched)
    if not _crosses_comma_well(matched, passage):
        return None
    return Sighting(first, last, tuple(sorted(matched.items())), tuple(left.values()), conflicts)


def _add_initials(matched: dict[int, float], left: dict[int, Sound], passage: Passage) -> bool:
    """Take the initials beside the words of a name and between them; whether one does not fit."""
    conflicts = False
    for at in list(_initials_around(min(matched), max(matched), passage)):
        if at in matched:
            continue
        letters = passage.tokens[at].sound.letters
        fits = (n for n, word in left.items() if not letters.isdisjoint(word.letters))
        number = next(fits, None)
        if number is not None:
            matched[at] = INITIAL
            del left[number]
        elif left:
            conflicts = True
    for number, word in list(left.items()):
        if len(word.word) == 1:  # the record has an initial: what it stands for may be told here
            for at in _beside(min(matched), max(matched), passage):
                if at not in matched and not word.letters.isdisjoint(
                    passage.tokens[at].sound.letters
                ):
                    matched[at] = INITIAL
                    del left[number]
                    break
    return conflicts


def _initials_around(first: int, last: int, passage: Passage) -> Iterator[int]:
    """The initials before, between and after some words."""
    before = first - 1
    found = []
    while before >= 0 and not passage.breaks(before) and passage.is_initial(before):
        found.append(before)
        before -= 1
    yield from reversed(found)
    yield from (at for at in range(first, last) if passage.is_initial(at))
    after = last
    while not passage.breaks(after) and passage.is_initial(after + 1):
        after += 1
        yield after


def _beside(first: int, last: int, passage: Passage) -> Iterator[int]:
    """The words before some, between them and after them."""
    if first and not passage.breaks(first - 1) and not passage.comma(first - 1):
        yield first - 1
    yield from range(first, last + 1)
    if not passage.breaks(last) and not passage.comma(last):
        yield last + 1


def _crosses_comma_well(matched: dict[int, float], passage: Passage) -> bool:
    """Whether a comma in a name is of the name: ``Putin, Vladimir``.

    It parts two names of a list where both go on: ``Ivan Petrov, Maria Sidorova``. Where there
    are no capital letters nothing tells where the first name would begin.
    """
    first, last = min(matched), max(matched)
    for at in range(first, last):
        if not passage.comma(at) or (passage.loose[at] and min(matched.values()) > CLASSES):
            continue
        before = range(passage.run_start(at), at + 1)
        strange = any(
            each not in matched and not passage.tokens[each].is_particle for each in before
        )
        if strange and (passage.loose[at] or goes_on(last, last + 1, passage)):
            return False
    return True


def goes_on(gap: int, at: int, passage: Passage) -> bool:
    """Whether a word may be of the name beside it: only a space stands between (``gap``)."""
    return (
        0 <= at < len(passage.tokens)
        and not passage.breaks(gap)
        and not passage.comma(gap)
        and passage.may[at]
        and not passage.loose[at]
        and not passage.starts_sentence(at)
        and not passage.tokens[at].is_particle
    )


def things(words: Sequence[Sound], passage: Passage) -> Iterator[Sighting]:
    """Where the name of an organisation or a thing stands in a passage, whole and in order."""
    for start, how in sorted(found_places(words[0], passage).items())[:MOST_SIGHTINGS]:
        if not passage.may[start]:
            continue
        matched, at = [(start, how)], start
        for word in words[1:]:
            found = _next(word, at, passage)
            if found is None:
                break
            matched.append(found)
            at = found[0]
        else:
            yield Sighting(start, at, tuple(matched))


def _next(word: Sound, at: int, passage: Passage) -> tuple[int, float] | None:
    """The next word of a name after one, past particles; None where another word stands there."""
    while not passage.breaks(at) and not passage.comma(at):
        at += 1
        how = likeness(word, passage.tokens[at].sound)
        if how:
            return at, how
        if not passage.tokens[at].is_particle:
            return None
    return None
