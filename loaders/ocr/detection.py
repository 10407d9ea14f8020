"""In which languages a page is written, where nobody has said so; and how it is turned.

A strip of the page is read with the languages that are likely. Where that gives words, they say
which language it is. Where it does not, Tesseract's detection of orientation and script is asked,
and the strip is read with the languages of that script. No language is fixed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from statistics import median

import chardet

from loaders.ocr.failure import LanguageMissing
from loaders.ocr.language import leads, missing, named, of_script, script_of
from loaders.ocr.picture import Picture, band
from loaders.ocr.tesseract import AUTO, LINES, Orientation, ReadWord, Tesseract, installed

SURE = 14.0
"""The confidence from which Tesseract's orientation is believed; a lower one is tried."""
STRIP = 260
"""Pixels of the strip that is read first: three lines or more."""
READS = 0.75
"""Median confidence from which a strip was read with a language of its script."""
FEW = 3
"""Words below which a strip says nothing, and the whole page is looked at."""
BEST = 0.9
"""Median confidence from which no other language is tried."""
ENOUGH = 100
"""Letters from which a text says in which language it is."""
CERTAIN = 300
"""Characters from which it says so with certainty."""
HALF = 200
"""Resolution from which half of it is enough to see how a page is turned."""
UPRIGHT = 0.55
"""Median confidence that a strip does not have if it is read upside down."""
CLEARLY = 0.08
"""By how much a language must read better than those before it, which are read more often."""
MOST_TRIED = 12


@dataclass(frozen=True, slots=True)
class Detected:
    """What was found out about a page before it is read."""

    languages: tuple[str, ...]
    """As Tesseract names them."""
    rotation: int
    note: str = ""
    """What a person should know: a script of which no language is installed."""


def detect(tesseract: Tesseract, picture: Picture, likely: tuple[str, ...]) -> Detected:
    """The languages of a page and its rotation; ``likely`` are tried first (Tesseract's names)."""
    there = installed()
    first = likely or leads(there)[:1]
    strip = band(picture, STRIP)
    words = strip_words(tesseract, strip, first)
    if confidence(words) >= READS and len(words) >= FEW:
        return Detected(settled(words, first), 0)
    orientation = orientation_of(tesseract, picture)
    candidates, note = candidates_of(orientation)
    turns = turns_of(orientation, words)
    if len(candidates) == 1 and len(turns) == 1:
        return Detected(candidates, turns[0], note)
    tried = picture if len(words) < FEW else None
    found = best_of(tesseract, picture, tried, turns, candidates)
    return replace(found, note=note)


def candidates_of(orientation: Orientation) -> tuple[tuple[str, ...], str]:
    """The languages that a page may be in, and what to say of its script.

    Where Tesseract is not sure, the script is one of several: each has its first language among the
    candidates.
    """
    there = installed()
    own = of_script(orientation.script, there)
    if orientation.confidence < SURE:
        return tuple(dict.fromkeys((*leads(there)[:1], *own, *leads(there)))), ""
    if not own:
        text = f"its script seems to be {orientation.script}, of which no language is installed"
        return leads(there), text
    return own, ""


def turns_of(orientation: Orientation, words: Sequence[ReadWord]) -> tuple[int, ...]:
    """The rotations that a page may have: one that is sure, or what it seems and as it is.

    ``words`` were read as it is: where half of them seem to be right, it is upright.
    """
    if orientation.confidence >= SURE:
        return (orientation.rotation,)
    if len(words) >= FEW and confidence(words) >= UPRIGHT:
        return (0,)
    return tuple(dict.fromkeys((orientation.rotation, 0)))


def best_of(
    tesseract: Tesseract,
    picture: Picture,
    tried: Picture | None,
    turns: Sequence[int],
    candidates: Sequence[str],
) -> Detected:
    """The rotation and language in which a page reads best, by a strip of it or by ``tried``."""
    best, found = -1.0, Detected(tuple(candidates[:1]), 0)
    for turn in turns:
        strip = tried.turned(turn) if tried else band(picture.turned(turn), STRIP)
        for name in candidates[:MOST_TRIED]:
            words = strip_words(tesseract, strip, (name,), AUTO if tried else LINES)
            sure = confidence(words)
            if sure > best + CLEARLY:
                best, found = sure, Detected(settled(words, (name,)), turn)
            if sure >= BEST:
                return found
    return found


def strip_words(
    tesseract: Tesseract, strip: Picture, languages: tuple[str, ...], mode: int = LINES
) -> list[ReadWord]:
    """The words of a strip with letters in them."""
    words = tesseract.words(strip.image, languages, strip.dpi, mode)
    return [word for word in words if any(sign.isalpha() for sign in word.text)]


def settled(words: Sequence[ReadWord], languages: tuple[str, ...]) -> tuple[str, ...]:
    """The installed languages that words are in, which were read with some of their script."""
    possible = seen(words, languages)
    if set(possible) & set(languages):
        return languages
    return next(((name,) for name in possible if name in installed()), languages)


def seen(words: Sequence[ReadWord], languages: tuple[str, ...]) -> tuple[str, ...]:
    """Tesseract's names of the language that words seem to be in; empty where that is unclear."""
    code = language_of(word.text for word in words)
    try:
        possible = named(code) if code else ()
    except LanguageMissing:
        return ()
    # what chardet does not know it takes for something else, in another script as a rule
    if not possible or script_of(possible[0]) != script_of(languages[0]):
        return ()
    return possible


def missing_language(words: Sequence[ReadWord], languages: tuple[str, ...]) -> str:
    """What to install to read words better; empty where they are in one of the languages."""
    if sum(len(word.text) for word in words) < CERTAIN:
        return ""
    possible = seen(words, languages)
    if not possible or set(possible) & set(installed()):
        return ""
    return f"it seems to be in another language: {missing(possible[0], possible[0])}"


def language_of(words: Iterable[str]) -> str | None:
    """The language of a text as an ISO 639 code; None for a text that is too short to say."""
    text = " ".join(words)
    if sum(1 for sign in text if sign.isalpha()) < ENOUGH:
        return None
    return chardet.detect(text.encode())["language"] or None


def orientation_of(tesseract: Tesseract, picture: Picture) -> Orientation:
    """How a page is turned; a page of a high resolution is looked at in half of it."""
    seen = picture.scaled(0.5) if picture.dpi >= HALF and min(picture.size) >= 1000 else picture
    found = tesseract.orientation(seen.image, seen.dpi)
    if seen is not picture and found.confidence < SURE:
        full = tesseract.orientation(picture.image, picture.dpi)
        return full if full.confidence > found.confidence else found
    return found


def confidence(words: Sequence[ReadWord]) -> float:
    """The median confidence of words; 0 where there are none."""
    return median(word.confidence for word in words) if words else 0.0
