"""A searchable PDF: the pages as they are, with the words that were read under them, invisibly.

The words are written with the font without glyphs that Tesseract brings for this: a code of two
bytes is a letter of UTF-16, so that any script can be searched and copied.
"""

import ctypes
import io
import re
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image

from engine.document import PageKind, PageReading, Reason, Word
from loaders.ocr.failure import Unreadable
from loaders.ocr.image import opened_image
from loaders.ocr.pdf import opened_pdf
from loaders.ocr.tesseract import data

POINTS = 72
SCAN_DPI = 200
"""Dots an inch of an image that does not say how large it is: about A4 for a usual scan."""
WIDTH = 0.5
"""How wide every glyph of the font is, in parts of its size."""
TO_UNICODE = b"""/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def
/CMapName /Adobe-Identify-UCS def
/CMapType 2 def
1 begincodespacerange
<0000> <FFFF>
endcodespacerange
1 beginbfrange
<0000> <FFFF> <0000>
endbfrange
endcmap
CMapName currentdict /CMap defineresource pop
end
end
"""
CODES = 65536


def write_searchable(
    source: Path, is_pdf: bool, readings: Mapping[int, PageReading], target: Path,
    password: str | None = None,
) -> None:  # fmt: skip
    """Write a PDF with the pages of a PDF or an image, those in ``readings`` with their words.

    Pages that were not read stay as they are. Raises Unreadable.
    """
    if is_pdf:
        with opened_pdf(source, password) as pdf:
            add_words(pdf, readings)
            pdf.save(target)
        return
    pdf = pdfium.PdfDocument.new()
    with opened_image(source) as image:
        add_images(pdf, image, readings)
    read = (reading for _, reading in sorted(readings.items()))
    add_words(pdf, dict(enumerate(read, 1)))
    pdf.save(target)
    pdf.close()


def add_images(pdf: pdfium.PdfDocument, image: Image.Image, numbers: Iterable[int]) -> None:
    """A page for each frame of an image that was read, as large as it says it is."""
    for number in sorted(numbers):
        image.seek(number - 1)
        across = float(image.info.get("dpi", (SCAN_DPI,))[0] or SCAN_DPI)
        across = across if across >= POINTS else SCAN_DPI
        width, height = (side * POINTS / across for side in image.size)
        page = pdf.new_page(width, height)
        picture = pdfium.PdfImage.new(pdf)
        picture.load_jpeg(as_jpeg(image), inline=True)
        picture.set_matrix(pdfium.PdfMatrix().scale(width, height))
        page.insert_obj(picture)
        page.gen_content()
        page.close()


def as_jpeg(image: Image.Image) -> io.BytesIO:
    """An image as a JPEG that looks the same."""
    buffer = io.BytesIO()
    plain = image if image.mode in ("L", "RGB") else image.convert("RGB")
    plain.save(buffer, "JPEG", quality=90)
    buffer.seek(0)
    return buffer


def add_words(pdf: pdfium.PdfDocument, readings: Mapping[int, PageReading]) -> None:
    """Put the words of OCR on their pages, where nobody sees them, and turn the pages upright."""
    font = glyphless(pdf)
    for number, reading in readings.items():
        read = [word for word in reading.words if word.confidence is not None]
        if not read:
            continue
        page = pdf[number - 1]
        if reading.kind is PageKind.SCAN:
            remove_text(page)
        for word in read:
            insert(pdf, page, font, word, reading.rotation)
        page.set_rotation((page.get_rotation() + reading.rotation) % 360)
        page.gen_content()
        page.close()


def glyphless(pdf: pdfium.PdfDocument) -> Any:
    """The font without glyphs, in a document."""
    try:
        font = (data()[0] / "pdf.ttf").read_bytes()
    except OSError:
        raise Unreadable(
            Reason.UNSUPPORTED, "Tesseract's font pdf.ttf is missing: install tesseract-ocr again"
        ) from None
    glyphs = b"\0\1" * CODES
    loaded = raw.FPDFText_LoadCidType2Font(
        pdf.raw,
        (ctypes.c_uint8 * len(font)).from_buffer_copy(font),
        len(font),
        TO_UNICODE,
        (ctypes.c_uint8 * len(glyphs)).from_buffer_copy(glyphs),
        len(glyphs),
    )
    if not loaded:
        raise Unreadable(Reason.UNSUPPORTED, "PDFium does not take Tesseract's font pdf.ttf")
    return loaded


def remove_text(page: pdfium.PdfPage) -> None:
    """Take away the invisible text of a scan: its words are read anew, and stand there once."""
    for item in list(page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT], max_depth=1)):
        if raw.FPDFTextObj_GetTextRenderMode(item.raw) == raw.FPDF_TEXTRENDERMODE_INVISIBLE:
            page.remove_obj(item)


def insert(
    pdf: pdfium.PdfDocument, page: pdfium.PdfPage, font: Any, word: Word, rotation: int
) -> None:
    """One word, invisible, as wide as it is in the image, and followed by a space."""
    units = as_shown(word.text).encode("utf-16-be", "replace") + b"\0 "
    codes = [int.from_bytes(units[at : at + 2], "big") for at in range(0, len(units), 2)]
    left, bottom, right, top = placed(page, word, rotation)
    turn = (rotation + page.get_rotation()) % 360
    wide, high = (right - left, top - bottom)
    along, across = (wide, high) if turn in (0, 180) else (high, wide)
    if along <= 0 or across <= 0:
        return
    item = raw.FPDFPageObj_CreateTextObj(pdf.raw, font, 1.0)
    raw.FPDFText_SetCharcodes(item, (ctypes.c_uint32 * len(codes))(*codes), len(codes))
    raw.FPDFTextObj_SetTextRenderMode(item, raw.FPDF_TEXTRENDERMODE_INVISIBLE)
    stretch = along / (max(1, len(codes) - 1) * WIDTH)
    raw.FPDFPageObj_Transform(item, *matrix(turn, stretch, across, (left, bottom, right, top)))
    raw.FPDFPage_InsertObject(page.raw, item)


def as_shown(word: str) -> str:
    """A word as its letters stand from left to right: PDFs have Hebrew and Arabic so."""
    if not any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in word):
        return word
    clusters = re.findall(r"[0-9]+|.[\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670]*", word, re.S)
    return "".join(reversed(clusters))


def matrix(
    turn: int, stretch: float, size: float, box: tuple[float, float, float, float]
) -> tuple[float, float, float, float, float, float]:
    """How a text of size 1 at the origin comes into a box, read after the page is turned."""
    left, bottom, right, top = box
    if turn == 90:
        return 0.0, stretch, -size, 0.0, right, bottom
    if turn == 180:
        return -stretch, 0.0, 0.0, -size, right, top
    if turn == 270:
        return 0.0, -stretch, size, 0.0, left, top
    return stretch, 0.0, 0.0, size, left, bottom


def placed(page: pdfium.PdfPage, word: Word, rotation: int) -> tuple[float, float, float, float]:
    """The box of a word on its page: left, bottom, right and top in points."""
    corners = [(word.left, word.top), (word.right, word.bottom)]
    points = [on_page(page, *unturned(x, y, rotation)) for x, y in corners]
    xs, ys = zip(*points, strict=True)
    return min(xs), min(ys), max(xs), max(ys)


def unturned(x: float, y: float, rotation: int) -> tuple[float, float]:
    """Where a point of the upright page was before it was turned clockwise."""
    return {0: (x, y), 90: (y, 1 - x), 180: (1 - x, 1 - y), 270: (1 - y, x)}[rotation]


def on_page(page: pdfium.PdfPage, x: float, y: float) -> tuple[float, float]:
    """A point that is shown there, in the page's own coordinates."""
    size = 1_000_000
    across, up = ctypes.c_double(), ctypes.c_double()
    raw.FPDF_DeviceToPage(
        page.raw, 0, 0, size, size, 0, round(x * size), round(y * size), across, up
    )
    return across.value, up.value
