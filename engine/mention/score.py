"""How likely a name in a text means a record, from 0 to 1, and why.

The numbers are set by reason, not fitted. What is common is told by the dataset of the record: how
many of its records have the same words in their names. No other dataset changes a score, so it says
nothing of what its reader may not see.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from engine.index.naming import Sound
from engine.mention.alignment import CLASSES, EXACT, HEARD, Sighting, goes_on
from engine.mention.passage import Passage

WHOLE = {EXACT: 0.95, HEARD: 0.88, CLASSES: 0.7}
"""All words of a name stand there."""
SHORTENED, SHORTENED_ONCE = 0.75, 0.64
"""Some as initials; all but one as initials."""
PART, MORE_OF_PART = 0.5, 0.35
"""Some words are left out; what is added by how much those tell that stand there."""
ONE_WORD, ONE_WORD_HEARD = 0.54, 0.42
IN_CONFLICT, ORDINARY, SHORT, WITHOUT_CAPITALS, LOWER = -0.25, -0.15, -0.15, -0.1, -0.25
"""Other words beside it make another name of it; the text has the word without a capital letter,
too; the words are short; the text has no capital letters; the second of two words has none."""
FEW_CONSONANTS = -0.25
FIRST_OF_SENTENCE, AGAIN = -0.12, 0.05
NAMESAKE, COMMON_WORD = -0.06, -0.08
"""For each doubling of the records of the dataset that have this name, too."""
FEWEST_LETTERS, FEWEST_BESIDE_INITIALS, ONE_WORD_LETTERS, CONSONANTS = 7, 4, 5, 9
HOW = {HEARD: "sounds the same", CLASSES: "the same consonants in another script"}


@dataclass(frozen=True)
class Scored:
    """A score and what it is made of."""

    score: float
    reasons: tuple[str, ...]


def person_score(
    words: Sequence[Sound], found: Sighting, passage: Passage, weight: Callable[[Sound], float]
) -> Scored:
    """How likely a person is meant, by the name alone; ``weight`` tells how much a word tells."""
    full, initials = found.full, len(found.matched) - len(found.full)
    reasons = []
    if not found.missing and not initials:
        score, reason = WHOLE[found.worst], "the whole name"
    elif not found.missing:
        score = SHORTENED if len(full) > 1 else SHORTENED_ONCE
        reason = "with initials"
    else:
        all_, gone = sum(map(weight, words)), sum(map(weight, found.missing))
        score = PART + MORE_OF_PART * (1 - gone / all_ if all_ else 0)
        score = min(score, SHORTENED_ONCE - 0.04) if len(full) == 1 else score
        reason = "without " + " ".join(word.word for word in found.missing)
    reasons.append(reason)
    if found.worst in HOW:
        reasons.append(HOW[found.worst])
        score = min(score, WHOLE[found.worst])
    if found.missing and (conflict := _conflict(found, passage)):
        score += conflict
        reasons.append("beside other names")
    return _in_text(score, reasons, found, passage)


def thing_score(words: Sequence[Sound], found: Sighting, passage: Passage) -> Scored:
    """How likely an organisation or a thing is meant, by a name of several words alone."""
    reasons = ["the whole name"]
    if found.worst in HOW:
        reasons.append(HOW[found.worst])
    scored = _in_text(WHOLE[found.worst], reasons, found, passage, ordinary=len(words) == 2)
    if len(words) == 2 and not passage.may[found.last]:
        return Scored(scored.score + LOWER, (*scored.reasons, "not written as a name"))
    return scored


def word_score(found: Sighting, passage: Passage, again: bool) -> Scored:
    """How likely a record is meant by one word, which is all of its name."""
    at = found.first
    token, how = passage.tokens[at], found.worst
    score = ONE_WORD if how == EXACT else ONE_WORD_HEARD
    reasons = ["a name of one word"]
    if len(token.sound.word) < ONE_WORD_LETTERS or passage.loose[at]:
        score += SHORT
        reasons.append("short" if not passage.loose[at] else "no capital letters")
    if token.sound.word in passage.lower:
        score += 2 * ORDINARY
        reasons.append("an ordinary word of the text")
    if passage.starts_sentence(at):
        score += FIRST_OF_SENTENCE
        reasons.append("begins a sentence")
    if again:
        score += AGAIN
        reasons.append("several times")
    return Scored(score, tuple(reasons))


def for_namesakes(count: int) -> float:
    """What so many records of a dataset take away that this may name as well."""
    return NAMESAKE * math.log2(count)


def for_common_word(count: int) -> float:
    """What so many records of a dataset with this word in their names take away."""
    return COMMON_WORD * math.log2(count) if count > 1 else 0.0


def _in_text(
    score: float,
    reasons: list[str],
    found: Sighting,
    passage: Passage,
    *,
    ordinary: bool = True,
) -> Scored:
    """The score by how the words stand in the text."""
    full = [passage.tokens[at].sound for at in found.full]
    if found.worst == CLASSES and _consonants(full) < CONSONANTS:
        score += FEW_CONSONANTS
        reasons.append("few letters")
    elif found.worst != CLASSES and _are_short(full):
        score += SHORT
        reasons.append("short words")
    if all(passage.loose[at] and passage.tokens[at].sound.alphabetic for at in found.full):
        score += WITHOUT_CAPITALS
        reasons.append("no capital letters")
    elif ordinary and (plain := [word.word for word in full if word.word in passage.lower]):
        score += ORDINARY * len(plain)
        reasons.append("ordinary words of the text: " + " ".join(plain))
    return Scored(score, tuple(reasons))


def _are_short(words: Sequence[Sound]) -> bool:
    fewest = FEWEST_LETTERS if len(words) > 1 else FEWEST_BESIDE_INITIALS
    return sum(len(word.word) for word in words) < fewest


def _consonants(words: Sequence[Sound]) -> int:
    return sum(max(map(len, word.classes), default=0) for word in words)


def _conflict(found: Sighting, passage: Passage) -> float:
    """What a word takes away that may be a name and stands in the words of a name, or beside them.

    Before a name it may be a title.
    """
    taken = {at for at, _ in found.matched}
    inside = (at for at in range(found.first, found.last) if at not in taken)
    if found.conflicts or any(not passage.tokens[at].is_particle for at in inside):
        return IN_CONFLICT
    if goes_on(found.last, found.last + 1, passage):
        return IN_CONFLICT
    return IN_CONFLICT / 2 if goes_on(found.first - 1, found.first - 1, passage) else 0.0
