"""PDFs page by page, by pypdfium2: the text that a page has itself."""

from collections.abc import Iterator
from contextlib import closing

import pypdfium2
import pypdfium2.raw as raw

from engine.document import PageKind, PageReading, Reason
from loaders.document.part import Asked, Facts, Part, Problem, Unreadable, clean

ENGINE = f"pdfium {pypdfium2.PDFIUM_INFO}"


def read_pdf(asked: Asked, media_type: str) -> Iterator[Part]:
    """The text layer of each page."""
    with closing(opened(asked)) as document:
        yield Facts("Pages", media_type, facts_of(document))
        empty, count = 0, len(document)
        for number in range(1, count + 1):
            with closing(document[number - 1]) as page, closing(page.get_textpage()) as layer:
                text = clean(layer.get_text_bounded().replace("\r\n", "\n"))
                width, height = page.get_size()
            empty += not text.strip()
            kind = PageKind.TEXT if text.strip() else PageKind.SCAN
            why = "it has a text layer" if text.strip() else "it has no text layer"
            yield PageReading(number, text, kind, why, engine=ENGINE, width=width, height=height)
        if empty:
            yield Problem(Reason.PARTIAL, f"{empty:,} of {count:,} pages have no text layer")


def opened(asked: Asked) -> pypdfium2.PdfDocument:
    """The document; raises Unreadable."""
    for password in (None, *asked.passwords):
        try:
            return pypdfium2.PdfDocument(asked.path, password=password)
        except pypdfium2.PdfiumError as error:
            locked = error.err_code == raw.FPDF_ERR_PASSWORD
            if not locked:
                raise Unreadable(Reason.CORRUPT, f"it cannot be read as PDF: {error}") from None
    given = "none of the passwords fits" if asked.passwords else "it needs a password"
    raise Unreadable(Reason.ENCRYPTED, f"{given}: give one by --password and --retry encrypted")


def facts_of(document: pypdfium2.PdfDocument) -> dict[str, list[str]]:
    """What the document says of itself."""
    found = document.get_metadata_dict(skip_empty=True)
    named = {"title": "Title", "author": "Author", "generator": "Producer"}
    return {name: [clean(found[key])] for name, key in named.items() if found.get(key)}
