"""Reads one page, of a PDF or an image: decides how, and keeps why and how sure that is."""

import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
from PIL import Image
from pypdfium2 import PDFIUM_INFO
from rigour.langs import iso_639_alpha3

from engine.document import PageKind, PageReading, Word
from loaders.ocr.cache import Cache, FolderCache, MemoryCache
from loaders.ocr.decision import NOTABLE, Decision, decide
from loaders.ocr.detection import language_of
from loaders.ocr.failure import LanguageMissing
from loaders.ocr.language import leads, names_of
from loaders.ocr.layer import Box, LayerWord, PageContent, content_of
from loaders.ocr.picture import dpi_of, draw, only, picture_of
from loaders.ocr.reader import read_image
from loaders.ocr.reading import ImageReading, boxed, once, proof, text_of
from loaders.ocr.tesseract import ReadWord, Tesseract, installed

SECONDS = 120.0
"""How long one page may take."""
CERTAIN = 0.6
"""Confidence of a word from which an image beside text holds text."""
HALF = 0.5
"""Share of the page from which its images are what the page is."""
MARGIN = 0.002
"""Parts of the page around a word that are hidden with it."""


@dataclass(frozen=True)
class Instruction:
    """How pages are to be read."""

    languages: tuple[str, ...] = ()
    """Those that were given: ISO 639 codes, or Tesseract's names. Empty: they are detected."""
    likely: tuple[str, ...] = ()
    """Where none were given: those of the page before, to be tried first."""
    cache: Path | None = None
    """The folder in which answers of OCR are kept."""
    seconds: float = SECONDS
    """How long one page may take."""
    as_image: bool = False
    """Whether a page is read as an image though it has text."""

    def tesseract(self) -> Tesseract:
        """What reads images until this page's time is over."""
        cache: Cache = FolderCache(self.cache) if self.cache else MemoryCache()
        return Tesseract(cache, time.monotonic() + self.seconds)

    def names(self) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The languages that were given and those that are likely, as Tesseract names them.

        Raises LanguageMissing for one that was given and is not installed.
        """
        there = installed()
        given = names_of(self.languages, there)
        return given, tuple(name for name in self.likely if name in there)


def read_page(page: pdfium.PdfPage, number: int, how: Instruction) -> PageReading:
    """Read a page of a PDF; raises Unreadable or LanguageMissing."""
    content = content_of(page)
    decision = decide(content)
    if how.as_image and decision.kind is not PageKind.BLANK:
        decision = Decision(PageKind.SCAN, "it was to be read as an image")
    if decision.kind in (PageKind.TEXT, PageKind.BLANK):
        return own_text(content, number, decision)
    picture = draw(page, content, dpi_of(content))
    if decision.kind is not PageKind.MIXED:
        reading = read_image(how.tesseract(), picture, *how.names())
        return from_image(reading, number, decision, content.width, content.height)
    places = [image.box for image in content.images if image.box.area >= NOTABLE]
    words = [grown(word.box) for word in content.words]
    picture = only(picture, places or [Box(0, 0, 1, 1)], words)
    given, likely = how.names()
    own = (*likely, *beside(content.text), *leads(installed()))[:1]
    if sum(place.area for place in places) >= HALF:
        reading = read_image(how.tesseract(), picture, given, own)
    else:  # pictures beside text: its language is theirs, and they are read once
        reading = once(how.tesseract(), picture, given or own)
    return both(content, reading, number, decision)


def beside(text: str) -> tuple[str, ...]:
    """The language of a text as Tesseract names it; empty if it is not known or not installed."""
    code = language_of(text.split())
    try:
        return names_of((code,), installed()) if code else ()
    except LanguageMissing:
        return ()


def read_picture(image: Image.Image, number: int, how: Instruction) -> PageReading:
    """Read an image that was opened with Pillow; raises Unreadable or LanguageMissing."""
    picture = picture_of(image)
    decision = Decision(PageKind.SCAN, "an image")
    reading = read_image(how.tesseract(), picture, *how.names())
    return from_image(reading, number, decision, *picture.size)


def own_text(content: PageContent, number: int, decision: Decision) -> PageReading:
    """A page with the text that it holds."""
    return PageReading(
        number=number,
        text=content.text,
        kind=decision.kind,
        why=decision.why,
        languages=spoken(content.text),
        engine=pdf_engine(),
        width=content.width,
        height=content.height,
        words=tuple(layer_word(word) for word in content.words),
    )


def from_image(
    reading: ImageReading, number: int, decision: Decision, width: float, height: float
) -> PageReading:
    """A page with the text of its image."""
    if reading.rotation in (90, 270):
        width, height = height, width
    values: dict[str, Any] = proof(reading)
    return PageReading(
        number=number,
        text=text_of(reading.words),
        kind=decision.kind,
        why="; ".join((decision.why, *reading.notes)),
        width=width,
        height=height,
        words=boxed(reading),
        **values,
    )


def both(
    content: PageContent, reading: ImageReading, number: int, decision: Decision
) -> PageReading:
    """A page with the text that it holds and that of its images, each word once."""
    layer = [turned(word.box, reading.rotation) for word in content.words]
    width, height = reading.picture.size
    new = [
        word
        for word in reading.words
        if not is_among(
            Box(word.left / width, word.top / height, word.right / width, word.bottom / height),
            layer,
        )
    ]
    if not any(is_certain(word) for word in new):
        return own_text(
            content,
            number,
            Decision(PageKind.TEXT, "text that reads as a language; its images hold no words"),
        )
    page = from_image(
        replace(reading, words=tuple(new)), number, decision, content.width, content.height
    )
    own = tuple(
        replace(layer_word(word), left=box.left, top=box.top, right=box.right, bottom=box.bottom)
        for word, box in zip(content.words, layer, strict=True)
    )
    return replace(
        page,
        text=f"{content.text}\n\n{page.text}",
        words=own + page.words,
        engine=f"{pdf_engine()}, {page.engine}",
    )


def is_certain(word: ReadWord) -> bool:
    """Whether this is a word and no speck."""
    letters = sum(1 for sign in word.text if sign.isalnum())
    return letters >= 3 and word.confidence >= CERTAIN


def is_among(box: Box, others: list[Box]) -> bool:
    """Whether a box is mostly covered by one of the others."""
    return any(box.overlap(other) > 0.5 * box.area for other in others)


def grown(box: Box) -> Box:
    """A box with what its letters may stick out of it."""
    return Box(
        max(0.0, box.left - MARGIN),
        max(0.0, box.top - MARGIN),
        min(1.0, box.right + MARGIN),
        min(1.0, box.bottom + MARGIN),
    )


def turned(box: Box, clockwise: int) -> Box:
    """Where a box is after the page was turned."""
    left, top, right, bottom = box.left, box.top, box.right, box.bottom
    if clockwise == 90:
        return Box(1 - bottom, left, 1 - top, right)
    if clockwise == 180:
        return Box(1 - right, 1 - bottom, 1 - left, 1 - top)
    if clockwise == 270:
        return Box(top, 1 - right, bottom, 1 - left)
    return box


def layer_word(word: LayerWord) -> Word:
    """A word of the PDF itself."""
    box = word.box
    return Word(word.text, box.left, box.top, box.right, box.bottom)


def spoken(text: str) -> tuple[str, ...]:
    """The language that a text seems to be in, as ISO 639-3 has it; empty for a short text."""
    code = language_of(text.split())
    long = iso_639_alpha3(code) if code else None
    return (long,) if long else ()


def pdf_engine() -> str:
    """PDFium with its version."""
    return f"pdfium {PDFIUM_INFO.build}"
