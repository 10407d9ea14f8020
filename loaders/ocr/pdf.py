"""PDFs, page by page: opened with the reason why one cannot be, and read where there is text."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw

from engine.document import PageReading, Reason
from loaders.ocr.failure import Unreadable
from loaders.ocr.page import Instruction, read_page

MOST_PAGES = 100_000
"""Pages of one file, at most."""


@contextmanager
def opened_pdf(path: Path, password: str | None = None) -> Iterator[pdfium.PdfDocument]:
    """A PDF for a block; raises Unreadable with the reason why it cannot be read."""
    if path.stat().st_size == 0:
        raise Unreadable(Reason.EMPTY, "it is empty")
    try:
        pdf = pdfium.PdfDocument(path, password=password)
    except pdfium.PdfiumError as error:
        raise refusal(error, password) from None
    try:
        pages = len(pdf)
        if pages == 0:
            raise Unreadable(Reason.CORRUPT, "it has no pages")
        if pages > MOST_PAGES:
            raise Unreadable(
                Reason.TOO_LARGE,
                f"it has {pages:,} pages: at most {MOST_PAGES:,} are read",
            )
        pdf.init_forms()
        yield pdf
    finally:
        pdf.close()


def refusal(error: pdfium.PdfiumError, password: str | None) -> Unreadable:
    """Why a PDF cannot be opened."""
    if error.err_code == raw.FPDF_ERR_PASSWORD:
        which = "another password than this" if password else "a password"
        return Unreadable(Reason.ENCRYPTED, f"it is encrypted, and needs {which}")
    if error.err_code == raw.FPDF_ERR_SECURITY:
        return Unreadable(Reason.ENCRYPTED, "it is encrypted in a way that is not known")
    return Unreadable(Reason.CORRUPT, "it is no PDF, or it is damaged")


@contextmanager
def page_of(pdf: pdfium.PdfDocument, number: int) -> Iterator[pdfium.PdfPage]:
    """A page by its number from 1, with its annotations and filled fields as part of it."""
    try:
        page = pdf[number - 1]
        if raw.FPDFPage_GetAnnotCount(page.raw) > 0 and page.formenv:
            page.flatten()
            page.close()
            page = pdf[number - 1]
    except pdfium.PdfiumError:
        raise Unreadable(Reason.CORRUPT, f"page {number} is damaged") from None
    try:
        yield page
    finally:
        page.close()


def read_pdf_page(
    path: Path, number: int, how: Instruction, password: str | None = None
) -> PageReading:
    """Read one page of a PDF; raises Unreadable or LanguageMissing. For another process, too."""
    with opened_pdf(path, password) as pdf, page_of(pdf, number) as page:
        return read_page(page, number, how)


def pdf_pages(path: Path, password: str | None = None) -> int:
    """How many pages a PDF has; raises Unreadable."""
    with opened_pdf(path, password) as pdf:
        return len(pdf)
