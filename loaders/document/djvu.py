"""DjVu by the programs of DjVuLibre, page by page: xberg's reader of it kills its process.

A page with a text layer is read from that; one without is drawn and read by OCR.
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from engine.document import PageKind, PageReading, Reason, Word
from loaders.document.paged import pages
from loaders.document.part import Asked, Facts, Part, Unreadable, clean
from loaders.document.program import ended, said
from loaders.ocr.failure import Unreadable as UnreadablePage
from loaders.ocr.image import read_image_page
from loaders.ocr.page import Instruction, spoken

MISSING = "reading it needs DjVuLibre: install the package djvulibre-bin and retry"
SIZE = re.compile(r"width=(\d+) height=(\d+)(?: rotation=([1-3]))?")
ZONE = re.compile(
    rb'\((word|line) (-?\d+) (-?\d+) (-?\d+) (-?\d+) "((?:[^"\\]|\\.)*)"\)', re.DOTALL
)
"""A part of the text layer without parts of its own: its box, from the left and the bottom."""
ESCAPE = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
SIGNS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"f": b"\f", b"v": b"\v", b"a": b"", b"b": b""}
Size = tuple[int, int]


def read_djvu(asked: Asked, media_type: str) -> Iterator[Part]:
    """Its pages."""
    counted = printed(["djvused", "-e", "n", str(asked.path)]).strip()
    if not re.fullmatch(r"\d{1,6}", counted):
        raise Unreadable(Reason.CORRUPT, f"it cannot be read as DjVu: {counted[:100]}")
    yield Facts("Pages", media_type)

    def page(number: int, how: Instruction) -> PageReading:
        text = printed(["djvutxt", f"--page={number}", str(asked.path)]).strip("\f\n ")
        if not text or how.as_image:
            return seen(asked, number, how)
        return own_text(asked.path, number, clean(text))

    yield from pages(asked, int(counted), page)


def own_text(path: Path, number: int, text: str) -> PageReading:
    """A page with the text of its text layer, and the places of its words."""
    layer = printed(["djvutxt", "--detail=word", f"--page={number}", str(path)])
    found = SIZE.search(printed(["djvused", "-e", f"select {number}; size", str(path)]))
    # where the words of a page are that is turned when it is shown, nothing says
    size = (int(found[1]), int(found[2])) if found and not found[3] else (0, 0)
    return PageReading(
        number,
        text,
        PageKind.TEXT,
        "it has a text layer",
        languages=spoken(text),
        engine="djvutxt",
        width=size[0],
        height=size[1],
        words=tuple(words_of(layer.encode(), size)),
    )


def words_of(layer: bytes, size: Size) -> Iterator[Word]:
    """The words of a text layer on a page of this size; none where the size is not known."""
    for zone in ZONE.finditer(layer) if all(size) else ():
        left, low, right, high = (int(side) for side in zone.groups()[1:5])
        words = unescaped(zone[6]).split()
        length = sum(map(len, words)) + len(words) - 1
        at = 0
        for word in words:  # of a line that tells no words, each has its share
            start, end = (left + (right - left) * each / length for each in (at, at + len(word)))
            at += len(word) + 1
            yield Word(
                clean(word),
                share(start, size[0]),
                1 - share(high, size[1]),
                share(end, size[0]),
                1 - share(low, size[1]),
            )


def unescaped(text: bytes) -> str:
    """A string of a text layer as it is meant."""

    def sign(found: re.Match[bytes]) -> bytes:
        name = found[1]
        return bytes([int(name, 8) & 255]) if len(name) == 3 else SIGNS.get(name, name)

    return ESCAPE.sub(sign, text).decode("utf-8", "replace")


def share(place: float, length: int) -> float:
    """A place on a page in parts of its width or height."""
    return min(1.0, max(0.0, place / length))


def seen(asked: Asked, number: int, how: Instruction) -> PageReading:
    """A page as OCR reads its image; raises Unreadable of a page, or LanguageMissing."""
    try:
        image = drawn(asked, number, "tiff")
    except Unreadable as error:
        raise UnreadablePage(error.reason, error.detail) from None
    try:
        return replace(read_image_page(image, 1, how), number=number)
    finally:
        image.unlink()


def drawn(asked: Asked, number: int, kind: str, within: Size | None = None) -> Path:
    """A page as an image in the folder of the reading; raises Unreadable.

    ``kind`` is ``tiff`` or ``ppm``; it is as large as it is, or as large as fits into a size.
    """
    image = asked.folder / f"page.{kind}"
    size = [f"-size={within[0]}x{within[1]}"] if within else []
    printed(["ddjvu", f"-format={kind}", f"-page={number}", *size, str(asked.path), str(image)])
    if not image.exists():
        raise Unreadable(Reason.CORRUPT, f"page {number} cannot be drawn")
    return image


def printed(command: list[str]) -> str:
    """What a program of DjVuLibre prints; raises Unreadable."""
    done = ended(command, MISSING)
    if done.returncode:
        raise Unreadable(Reason.CORRUPT, f"it cannot be read as DjVu: {said(done)}")
    return done.stdout.decode("utf-8", "replace")
