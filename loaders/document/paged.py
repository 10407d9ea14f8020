"""PDFs and images, page by page; a page that cannot be read costs only itself."""

from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import replace

import pypdfium2 as pdfium

from engine.document import PageReading, Reason
from loaders.document.limit import SECONDS
from loaders.document.part import Asked, Facts, Part, Problem, Unreadable, clean, still_locked
from loaders.ocr.failure import LanguageMissing
from loaders.ocr.failure import Unreadable as UnreadablePage
from loaders.ocr.file import after
from loaders.ocr.image import image_pages, read_image_page
from loaders.ocr.page import Instruction
from loaders.ocr.pdf import pdf_pages, read_pdf_page

GRACE = 10.0
"""Seconds that a page has less than the whole process: it ends itself before it is ended."""
NAMED = {"title": "Title", "author": "Author", "generator": "Producer"}
"""FtM's properties, and what a PDF calls them."""
Reader = Callable[[int, Instruction], PageReading]


def read_pdf(asked: Asked, media_type: str) -> Iterator[Part]:
    """The pages of a PDF."""
    password, count = opened(asked)
    yield Facts("Pages", media_type, facts_of(asked, password))

    def page(number: int, how: Instruction) -> PageReading:
        return read_pdf_page(asked.path, number, how, password)

    yield from pages(asked, count, page)


def read_image(asked: Asked, media_type: str) -> Iterator[Part]:
    """The pages of an image: mostly one."""
    try:
        count = image_pages(asked.path)
    except UnreadablePage as error:
        raise Unreadable(error.reason, error.detail) from None
    yield Facts("Image" if count == 1 else "Pages", media_type)

    def page(number: int, how: Instruction) -> PageReading:
        return read_image_page(asked.path, number, how)

    yield from pages(asked, count, page)


def opened(asked: Asked) -> tuple[str | None, int]:
    """The password that opens a PDF, and how many pages it has; raises Unreadable."""
    for password in (None, *asked.passwords):
        try:
            return password, pdf_pages(asked.path, password)
        except UnreadablePage as error:
            if error.reason is not Reason.ENCRYPTED:
                raise Unreadable(error.reason, error.detail) from None
    raise still_locked(asked)


def pages(asked: Asked, count: int, page: Reader) -> Iterator[Part]:
    """The pages of a file; the languages of one are tried first with the next."""
    how = Instruction(
        languages=asked.languages,
        cache=asked.cache,
        seconds=SECONDS - GRACE,
        as_image=asked.as_image,
    )
    own = dict(asked.by_page)
    for done, number in enumerate(asked.only or range(1, count + 1)):
        if done == asked.most:
            yield Problem(Reason.PARTIAL, f"only {done:,} of its {count:,} pages are read here")
            return
        if number > count:
            yield Problem(Reason.CORRUPT, f"page {number:,} is not there: it has {count:,} pages")
            continue
        languages = own.get(number, how.languages)
        try:
            reading = page(number, replace(how, languages=languages))
        except UnreadablePage as error:
            if count == 1 and not asked.only:
                raise Unreadable(error.reason, error.detail) from None
            yield Problem(error.reason, f"page {number} of {count:,}: {error.detail}")
        except LanguageMissing as error:
            raise Unreadable(Reason.UNSUPPORTED, str(error)) from None
        else:
            yield reading
            how = how if number in own else after(how, reading)


def facts_of(asked: Asked, password: str | None) -> dict[str, list[str]]:
    """What a PDF says of itself."""
    with (
        suppress(pdfium.PdfiumError),
        closing(pdfium.PdfDocument(asked.path, password=password)) as document,
    ):
        found = document.get_metadata_dict(skip_empty=True)
        return {name: [clean(found[key])] for name, key in NAMED.items() if found.get(key)}
    return {}
