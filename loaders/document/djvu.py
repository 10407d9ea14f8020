"""DjVu by the programs of DjVuLibre, page by page: xberg's reader of it kills its process.

A page with a text layer is read from that; one without is drawn and read by OCR.
"""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import replace

from engine.document import PageKind, PageReading, Reason
from loaders.document.paged import pages
from loaders.document.part import Asked, Facts, Part, Unreadable, clean
from loaders.ocr.failure import Unreadable as UnreadablePage
from loaders.ocr.image import read_image_page
from loaders.ocr.page import Instruction

MISSING = "reading it needs DjVuLibre: install the package djvulibre-bin and retry"


def read_djvu(asked: Asked, media_type: str) -> Iterator[Part]:
    """Its pages."""
    counted = printed(["djvused", "-e", "n", str(asked.path)]).strip()
    if not re.fullmatch(r"\d{1,6}", counted):
        raise Unreadable(Reason.CORRUPT, f"it cannot be read as DjVu: {counted[:100]}")
    yield Facts("Pages", media_type)

    def page(number: int, how: Instruction) -> PageReading:
        text = printed(["djvutxt", f"--page={number}", str(asked.path)]).strip("\f\n ")
        if text:
            why = "it has a text layer"
            return PageReading(number, clean(text), PageKind.TEXT, why, engine="djvutxt")
        return drawn(asked, number, how)

    yield from pages(asked, int(counted), page)


def drawn(asked: Asked, number: int, how: Instruction) -> PageReading:
    """A page as OCR reads its image; raises Unreadable of a page, or LanguageMissing."""
    image = asked.folder / "page.tiff"
    try:
        printed(["ddjvu", "-format=tiff", f"-page={number}", str(asked.path), str(image)])
        return replace(read_image_page(image, 1, how), number=number)
    except Unreadable as error:
        raise UnreadablePage(error.reason, error.detail) from None
    finally:
        image.unlink(missing_ok=True)


def printed(command: list[str]) -> str:
    """What a program of DjVuLibre prints; raises Unreadable."""
    try:
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL)
    except FileNotFoundError:
        raise Unreadable(Reason.UNSUPPORTED, MISSING) from None
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise Unreadable(Reason.CORRUPT, f"it cannot be read as DjVu: {(said or ['?'])[0][:200]}")
    return done.stdout.decode("utf-8", "replace")
