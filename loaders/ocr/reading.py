"""What was read in an image: words with their boxes and confidence, and how they came about."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from engine.document import Word
from loaders.ocr.detection import Detected
from loaders.ocr.language import codes_of
from loaders.ocr.picture import Picture
from loaders.ocr.tesseract import AUTO, ReadWord, Tesseract, engine, model

GOOD = 0.85
"""Mean confidence from which nothing else is tried."""
POOR = 0.6
"""Confidence below which a word is doubtful."""
FEW = 5
"""Words below which a page may have been cut into blocks in the wrong way."""


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


def once(tesseract: Tesseract, picture: Picture, languages: tuple[str, ...]) -> ImageReading:
    """An image read with these languages."""
    words = tesseract.words(picture.image, languages, picture.dpi, AUTO)
    return ImageReading(picture, tuple(words), languages)


def detected(tesseract: Tesseract, picture: Picture, found: Detected) -> ImageReading:
    """An image read with the languages and the rotation that were found."""
    reading = once(tesseract, picture.turned(found.rotation), found.languages)
    notes = (found.note,) if found.note else ()
    return replace(reading, rotation=found.rotation, notes=notes)


def again(
    tesseract: Tesseract, reading: ImageReading, picture: Picture | None = None, mode: int = AUTO
) -> ImageReading:
    """The same reading of another image, or with other languages."""
    picture = picture or reading.picture
    words = tesseract.words(picture.image, reading.languages, picture.dpi, mode)
    return replace(reading, picture=picture, words=tuple(words))


def better(one: ImageReading, other: ImageReading) -> ImageReading:
    """The one of two readings in which more was read with more confidence."""
    return other if other.score > one.score else one


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
