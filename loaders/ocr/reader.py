"""Reads an image: its words, with the languages and the rotation in which they read best.

An image that reads well is read once. What is tried with one that does not (turning, another
language, straightening, smoothing) is kept only where it reads better.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from statistics import median

from engine.document import Word
from loaders.ocr.detection import (
    Detected,
    detect,
    missing_language,
    orientation_of,
    settled,
)
from loaders.ocr.language import LATIN, codes_of, leads, of_script
from loaders.ocr.picture import TILTED, Picture, skew_of, smooth, straight
from loaders.ocr.tesseract import AUTO, SPARSE, ReadWord, Tesseract, engine, installed, model

GOOD = 0.85
"""Mean confidence from which nothing else is tried."""
POOR = 0.6
"""Confidence below which a word is doubtful."""
DOUBTFUL = 0.04
"""Share of doubtful words from which a page may also have words in Latin letters."""
ADDED = 0.7
"""Median confidence that words in Latin letters must have in a text of another script."""
ALIKE = frozenset("ABCEHIKMNOPTXYZaceiopxy")
FEW = 5
"""Words below which a page may have been cut into blocks in the wrong way."""
LONG_TEXT = 200
"""Letters from which the language of a whole page may overrule the one that was likely."""


@dataclass(frozen=True)
class ImageReading:
    """What was read in an image."""

    picture: Picture
    """The image as it was read: upright, and straight."""
    words: tuple[ReadWord, ...]
    languages: tuple[str, ...]
    """As Tesseract names them."""
    rotation: int = 0
    skew: float = 0.0
    """Degrees by which the lines rose to the right before the image was straightened."""
    notes: tuple[str, ...] = ()

    @property
    def score(self) -> float:
        """How much was read, by the confidence of it: what compares two readings of one image."""
        return sum(len(word.text) * max(0.0, word.confidence - 0.3) for word in self.words)

    @property
    def confidence(self) -> float | None:
        """The mean confidence of its words; None without any."""
        if not self.words:
            return None
        return sum(word.confidence for word in self.words) / len(self.words)

    @property
    def doubtful(self) -> float:
        """The share of words that are read with little confidence."""
        if not self.words:
            return 0.0
        return sum(1 for word in self.words if word.confidence < POOR) / len(self.words)

    @property
    def is_good(self) -> bool:
        """Whether nothing else needs to be tried."""
        return len(self.words) >= FEW and (self.confidence or 0.0) >= GOOD


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
    last = improved(tesseract, first, picture, given)
    missing = missing_language(last.words, last.languages)
    return replace(last, notes=(*last.notes, missing)) if missing else last


def once(tesseract: Tesseract, picture: Picture, languages: tuple[str, ...]) -> ImageReading:
    """An image read with these languages."""
    words = tesseract.words(picture.image, languages, picture.dpi, AUTO)
    return ImageReading(picture, tuple(words), languages)


def detected(tesseract: Tesseract, picture: Picture, found: Detected) -> ImageReading:
    """An image read with the languages and the rotation that were found."""
    reading = once(tesseract, picture.turned(found.rotation), found.languages)
    notes = (found.note,) if found.note else ()
    return replace(reading, rotation=found.rotation, notes=notes)


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


def better(one: ImageReading, other: ImageReading) -> ImageReading:
    """The one of two readings in which more was read with more confidence."""
    return other if other.score > one.score else one


Attempt = Callable[[ImageReading], ImageReading | None]
NEED_WORDS = ("in_another_language", "straightened", "smoothed")
"""Attempts that are in vain with an image in which there is nothing that looks like a word."""


def improved(
    tesseract: Tesseract, reading: ImageReading, picture: Picture, given: tuple[str, ...]
) -> ImageReading:
    """The best reading of an image that can be had, starting from a first one."""
    for attempt in attempts(tesseract, picture, given):
        if reading.is_good or (not reading.words and attempt.__name__ in NEED_WORDS):
            continue
        started = time.monotonic()
        other = attempt(reading)
        if other is not None:
            reading = better(reading, other)
        if tesseract.deadline - time.monotonic() < 3 * (time.monotonic() - started):
            break
    return with_latin(tesseract, reading, given)


def attempts(tesseract: Tesseract, picture: Picture, given: tuple[str, ...]) -> Iterator[Attempt]:
    """What can be tried with an image that does not read well."""

    def turned(reading: ImageReading) -> ImageReading | None:
        orientation = orientation_of(tesseract, picture)
        if orientation.rotation == reading.rotation:
            return None
        other = once(tesseract, picture.turned(orientation.rotation), reading.languages)
        return replace(other, rotation=orientation.rotation, notes=reading.notes)

    def in_the_first_language(reading: ImageReading) -> ImageReading | None:
        first = leads(installed())[:1]
        if given or reading.languages == first:
            return None
        return again(tesseract, replace(reading, languages=first))

    def in_another_language(reading: ImageReading) -> ImageReading | None:
        if given:
            return None
        found = detect(tesseract, picture, ())
        if (found.languages, found.rotation) == (reading.languages, reading.rotation):
            return None
        return detected(tesseract, picture, found)

    def straightened(reading: ImageReading) -> ImageReading | None:
        skew = skew_of(reading.picture)
        if abs(skew) < TILTED:
            return None
        other = again(tesseract, reading, straight(reading.picture, skew))
        return replace(other, skew=skew)

    def smoothed(reading: ImageReading) -> ImageReading | None:
        return again(tesseract, reading, smooth(reading.picture))

    def scattered(reading: ImageReading) -> ImageReading | None:
        if len(reading.words) >= FEW:
            return None
        return again(tesseract, reading, reading.picture, SPARSE)

    yield from (
        in_the_first_language,
        turned,
        in_another_language,
        straightened,
        smoothed,
        scattered,
    )


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


def again(
    tesseract: Tesseract, reading: ImageReading, picture: Picture | None = None, mode: int = AUTO
) -> ImageReading:
    """The same reading of another image, or with other languages."""
    picture = picture or reading.picture
    words = tesseract.words(picture.image, reading.languages, picture.dpi, mode)
    return replace(reading, picture=picture, words=tuple(words))


def text_of(words: Sequence[ReadWord]) -> str:
    """Words as text: lines as they are on the page, an empty line between paragraphs."""
    paragraphs = []
    for _, own in groupby(words, key=lambda word: (word.block, word.paragraph)):
        lines = groupby(own, key=lambda word: word.line)
        paragraphs.append("\n".join(" ".join(word.text for word in line) for _, line in lines))
    return "\n\n".join(paragraphs)


def boxed(reading: ImageReading) -> tuple[Word, ...]:
    """Its words with their boxes in parts of the upright image, as it was before straightening."""
    width, height = reading.picture.size
    sine, cosine = math.sin(math.radians(reading.skew)), math.cos(math.radians(reading.skew))

    def edges(word: ReadWord) -> tuple[float, float, float, float]:
        right = (word.left + word.right - width) / 2
        below = (word.top + word.bottom - height) / 2
        across = (cosine * right + sine * below) / width + 0.5
        down = (cosine * below - sine * right) / height + 0.5
        wide = (word.right - word.left) / width / 2
        high = (word.bottom - word.top) / height / 2
        return (
            within(across - wide),
            within(down - high),
            within(across + wide),
            within(down + high),
        )

    return tuple(Word(word.text, *edges(word), word.confidence) for word in reading.words)


def within(edge: float) -> float:
    """An edge of a box, inside of the image."""
    return round(min(1.0, max(0.0, edge)), 5)


def proof(reading: ImageReading) -> dict[str, object]:
    """What a page reading keeps of how it was read."""
    return {
        "languages": codes_of(reading.languages),
        "confidence": reading.confidence,
        "rotation": reading.rotation,
        "engine": engine(),
        "model": ", ".join(model(name) for name in reading.languages),
        "dpi": reading.picture.dpi,
    }
