"""Reads an image: its words, with the languages and the rotation in which they read best.

An image that reads well is read once. What is tried with one that does not (turning, another
language, straightening, smoothing) is kept only where it reads better.
"""

import time
from dataclasses import replace
from statistics import median

from loaders.ocr.attempt import ATTEMPTS, WITHOUT_WORDS, Case
from loaders.ocr.detection import detect, missing_language, settled
from loaders.ocr.language import LATIN, of_script
from loaders.ocr.picture import Picture
from loaders.ocr.reading import POOR, ImageReading, again, better, detected, once
from loaders.ocr.tesseract import Tesseract, installed

DOUBTFUL = 0.04
"""Share of doubtful words from which a page may also have words in Latin letters."""
ADDED = 0.7
"""Median confidence that words in Latin letters must have in a text of another script."""
ALIKE = frozenset("ABCEHIKMNOPTXYZaceiopxy")
LONG_TEXT = 200
"""Letters from which the language of a whole page may overrule the one that was likely."""


def read_image(
    tesseract: Tesseract, picture: Picture, given: tuple[str, ...], likely: tuple[str, ...]
) -> ImageReading:
    """The words of an image; ``given`` languages are taken as they are, ``likely`` ones are not.

    Raises Unreadable.
    """
    if given or likely:
        first = once(tesseract, picture, given or likely)
    else:
        first = detected(tesseract, picture, detect(tesseract, picture, ()))
    if not given:
        first = in_its_language(tesseract, first)
    last = improved(Case(tesseract, picture, given), first)
    missing = missing_language(last.words, last.languages)
    return replace(last, notes=(*last.notes, missing)) if missing else last


def in_its_language(tesseract: Tesseract, reading: ImageReading) -> ImageReading:
    """The reading, or another where its text is in another language than was likely."""
    texts = [word.text for word in reading.words if word.confidence >= POOR]
    if sum(map(len, texts)) < LONG_TEXT:
        return reading
    languages = settled(reading.words, reading.languages)
    if languages == reading.languages:
        return reading
    other = once(tesseract, reading.picture, languages)
    return better(reading, replace(other, rotation=reading.rotation, notes=reading.notes))


def improved(case: Case, reading: ImageReading) -> ImageReading:
    """The best reading of an image that can be had, starting from a first one."""
    for attempt in ATTEMPTS:
        if reading.is_good or (not reading.words and attempt not in WITHOUT_WORDS):
            continue
        started = time.monotonic()
        if (other := attempt(case, reading)) is not None:
            reading = better(reading, other)
        if case.tesseract.deadline - time.monotonic() < 3 * (time.monotonic() - started):
            break
    return with_latin(case.tesseract, reading, case.given)


def with_latin(tesseract: Tesseract, reading: ImageReading, given: tuple[str, ...]) -> ImageReading:
    """The reading of a page in another script, with the words in Latin letters that it may have.

    Names of companies are often written so in the midst of Russian, Greek or Arabic.
    """
    latin = of_script(LATIN, installed())
    if given or not latin or set(reading.languages) & set(latin):
        return reading
    if reading.doubtful <= DOUBTFUL:
        return reading
    other = again(tesseract, replace(reading, languages=reading.languages + latin[:1]))
    added = [word.confidence for word in other.words if is_latin(word.text)]
    if not added or median(added) < ADDED:
        return reading
    return better(reading, other)


def is_latin(word: str) -> bool:
    """Whether a word is in Latin letters, and not in those that Greek and Cyrillic have too."""
    return len(word) >= 3 and word.isascii() and word.isalpha() and not set(word) <= ALIKE
