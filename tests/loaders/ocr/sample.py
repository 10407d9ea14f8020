"""Pages that tests make: images with text, and PDFs with text, images and layers."""

import ctypes
import io
from pathlib import Path

import pypdfium2 as pdfium
import pypdfium2.raw as raw
from PIL import Image, ImageDraw, ImageFont

from loaders.ocr.searchable import as_jpeg

FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")
A4 = (595, 842)
ENGLISH = (
    "The payments were approved by the board of",
    "Meridian Cement in October, although nobody",
    "at the ministry had asked for the contract.",
    "Invoices were sent to a company without any",
    "employees, which belongs to the same family.",
)
RUSSIAN = (
    "Платежи были одобрены советом директоров",
    "компании в октябре, хотя никто в министерстве",
    "не просил об этом договоре. Счета были",
    "направлены в компанию без сотрудников,",
    "которая принадлежит той же самой семье.",
)


def picture(lines: tuple[str, ...] = ENGLISH, size: int = 46) -> Image.Image:
    """Lines of text as a scanner sees them at 300 dpi."""
    font = ImageFont.truetype(FONT, size)
    image = Image.new("L", (1600, 200 + len(lines) * size * 2), 255)
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        draw.text((100, 100 + row * size * 2), line, font=font, fill=0)
    image.info["dpi"] = (300, 300)
    return image


class PdfPage:
    """A PDF of one page that things are put on, one over the other."""

    def __init__(self) -> None:
        self.pdf = pdfium.PdfDocument.new()
        self.page = self.pdf.new_page(*A4)

    def text(self, words: str, top: int = 60, *, hidden: bool = False) -> "PdfPage":
        """A line of text at so many points from the top."""
        item = raw.FPDFPageObj_NewTextObj(self.pdf.raw, b"Helvetica", 12)
        units = (words + "\0").encode("utf-16-le")
        raw.FPDFText_SetText(item, ctypes.cast(units, ctypes.POINTER(ctypes.c_ushort)))
        if hidden:
            raw.FPDFTextObj_SetTextRenderMode(item, raw.FPDF_TEXTRENDERMODE_INVISIBLE)
        raw.FPDFPageObj_Transform(item, 1, 0, 0, 1, 60, A4[1] - top)
        raw.FPDFPage_InsertObject(self.page.raw, item)
        return self

    def codes(self, count: int, to_unicode: bytes) -> "PdfPage":
        """A line of text in a font that maps its codes to characters in this way."""
        font, glyphs = FONT.read_bytes(), b"".join(code.to_bytes(2, "big") for code in range(256))
        handle = raw.FPDFText_LoadCidType2Font(
            self.pdf.raw, as_bytes(font), len(font), to_unicode, as_bytes(glyphs), len(glyphs)
        )
        item = raw.FPDFPageObj_CreateTextObj(self.pdf.raw, handle, 12)
        numbers = [36 + place % 50 for place in range(count)]
        raw.FPDFText_SetCharcodes(item, (ctypes.c_uint32 * count)(*numbers), count)
        raw.FPDFPageObj_Transform(item, 1, 0, 0, 1, 60, 600)
        raw.FPDFPage_InsertObject(self.page.raw, item)
        return self

    def image(self, image: Image.Image, box: tuple[int, int, int, int] = (0, 0, *A4)) -> "PdfPage":
        """An image from the left and bottom, so wide and high, in points."""
        item = pdfium.PdfImage.new(self.pdf)
        item.load_jpeg(as_jpeg(image), inline=True)
        left, bottom, width, height = box
        item.set_matrix(pdfium.PdfMatrix().scale(width, height).translate(left, bottom))
        self.page.insert_obj(item)
        return self

    def save(self, path: Path) -> Path:
        """Write the PDF."""
        self.page.gen_content()
        buffer = io.BytesIO()
        self.pdf.save(buffer)
        path.write_bytes(buffer.getvalue())
        return path


def as_bytes(data: bytes) -> "ctypes.Array[ctypes.c_ubyte]":
    """Bytes as C has them."""
    return (ctypes.c_ubyte * len(data)).from_buffer_copy(data)
