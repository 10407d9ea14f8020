"""What can be tried with an image that does not read well; each is kept only where more is read."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

from loaders.ocr.detection import detect, orientation_of
from loaders.ocr.language import leads
from loaders.ocr.picture import TILTED, Picture, skew_of, smooth, straight
from loaders.ocr.reading import FEW, ImageReading, again, detected, once
from loaders.ocr.tesseract import LINES, SPARSE, Tesseract, installed

LOW_LETTERS = 24
"""Pixels of the height of words up to which enlarging may help."""


@dataclass(frozen=True)
class Case:
    """An image that is to be read."""

    tesseract: Tesseract
    picture: Picture
    given: tuple[str, ...]
    """The languages that were given."""


Attempt = Callable[[Case, ImageReading], ImageReading | None]
"""Reads an image in another way; None where there is nothing to try."""


def in_the_first_language(case: Case, reading: ImageReading) -> ImageReading | None:
    """In the language that is read most."""
    first = leads(installed())[:1]
    if case.given or reading.languages == first:
        return None
    return again(case.tesseract, replace(reading, languages=first))


def turned(case: Case, reading: ImageReading) -> ImageReading | None:
    """Turned as it seems to be."""
    orientation = orientation_of(case.tesseract, case.picture)
    if orientation.rotation == reading.rotation:
        return None
    other = once(case.tesseract, case.picture.turned(orientation.rotation), reading.languages)
    return replace(other, rotation=orientation.rotation, notes=reading.notes)


def in_another_language(case: Case, reading: ImageReading) -> ImageReading | None:
    """In the languages that are found by looking closer."""
    if case.given:
        return None
    found = detect(case.tesseract, case.picture, ())
    if (found.languages, found.rotation) == (reading.languages, reading.rotation):
        return None
    return detected(case.tesseract, case.picture, found)


def straightened(case: Case, reading: ImageReading) -> ImageReading | None:
    """With its lines level."""
    skew = skew_of(reading.picture)
    if abs(skew) < TILTED:
        return None
    other = again(case.tesseract, reading, straight(reading.picture, skew))
    return replace(other, skew=skew)


def enlarged(case: Case, reading: ImageReading) -> ImageReading | None:
    """Twice as large, where letters are low."""
    if median(word.bottom - word.top for word in reading.words) > LOW_LETTERS:
        return None
    return again(case.tesseract, reading, reading.picture.scaled(2))


def as_one_block(case: Case, reading: ImageReading) -> ImageReading | None:
    """As one block of text, without columns."""
    return again(case.tesseract, reading, reading.picture, LINES)


def smoothed(case: Case, reading: ImageReading) -> ImageReading | None:
    """Without single dots."""
    return again(case.tesseract, reading, smooth(reading.picture))


def scattered(case: Case, reading: ImageReading) -> ImageReading | None:
    """As words that stand anywhere, where there are few."""
    if len(reading.words) >= FEW:
        return None
    return again(case.tesseract, reading, reading.picture, SPARSE)


ATTEMPTS: tuple[Attempt, ...] = (
    in_the_first_language,
    turned,
    in_another_language,
    smoothed,
    straightened,
    enlarged,
    as_one_block,
    scattered,
)
"""In the order in which they are tried: dots must go before they are enlarged."""
WITHOUT_WORDS: tuple[Attempt, ...] = (in_the_first_language, turned, scattered)
"""Those that may help an image in which there is nothing that looks like a word."""
