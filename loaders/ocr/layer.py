"""What a page of a PDF holds: words with their fonts and boxes, images and drawn shapes.

Boxes are in parts of the page as it is shown, from 0 at the left and the top to 1.
"""

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2 as pdfium
import pypdfium2.raw as raw

HIDDEN_MODES = (raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP)
WHOLE = 0.85
"""Share of the page from which an image is its background."""
DEPTH = 8
"""How deep forms in forms are looked into."""
MOST_OBJECTS = 200_000
CURVES = 3
"""Curves from which a shape may be a letter; lines and frames have none."""
SCALE = 1_000_000
"""PDFium says where a point is shown in whole pixels: of a page this large."""
HYPHEN = "\ufffe"

Matrix = tuple[float, float, float, float, float, float]
IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in parts of the page."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def area(self) -> float:
        """Its share of the page."""
        return max(0.0, self.right - self.left) * max(0.0, self.bottom - self.top)

    def overlap(self, other: "Box") -> float:
        """The share of the page that both cover."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        ).area


@dataclass(frozen=True, slots=True)
class LayerWord:
    """A word that the PDF itself holds."""

    text: str
    box: Box
    font: str
    unmapped: int
    """How many of its characters the font gives no meaning."""


@dataclass(frozen=True, slots=True)
class PageImage:
    """An image on a page."""

    box: Box
    width: int
    height: int
    """Its size in pixels."""

    @property
    def pixels(self) -> int:
        """How many pixels it has."""
        return self.width * self.height


@dataclass(frozen=True)
class PageContent:
    """What a page holds."""

    width: float
    height: float
    """Its size in points as it is shown."""
    text: str
    """The text that can be seen, with its lines."""
    words: tuple[LayerWord, ...]
    """Its words."""
    hidden: int
    """Characters that are drawn invisibly, or that an image covers."""
    images: tuple[PageImage, ...]
    shapes: int
    """Drawn shapes with curves, as letters are where they are drawn."""
    strokes: int
    """Everything else that is drawn: lines, frames, shadings."""


@dataclass(frozen=True, slots=True)
class _Object:
    """One object of a page, and when it is drawn."""

    order: int
    kind: int
    handle: Any
    matrix: Matrix
    """How its coordinates become the page's: forms have coordinates of their own."""


def content_of(page: pdfium.PdfPage) -> PageContent:
    """What a page holds; annotations and filled form fields count if the page was flattened."""
    objects = list(_objects(page))
    images = [(found, _image(page, found)) for found in objects if _is_image(found)]
    cover = max(
        (
            found.order
            for found, image in images
            if image.box.area >= WHOLE and not raw.FPDFPageObj_HasTransparency(found.handle)
        ),
        default=-1,
    )
    orders = {_address(found.handle): found.order for found in objects}
    text, words, hidden = _text(page, orders, cover)
    paths = [found for found in objects if found.kind == raw.FPDF_PAGEOBJ_PATH]
    shapes = sum(1 for found in paths if _is_curved(found.handle))
    shadings = sum(1 for found in objects if found.kind == raw.FPDF_PAGEOBJ_SHADING)
    width, height = page.get_size()
    return PageContent(
        width,
        height,
        text,
        tuple(words),
        hidden,
        tuple(image for _, image in images),
        shapes,
        len(paths) - shapes + shadings,
    )


def _is_image(found: _Object) -> bool:
    return bool(found.kind == raw.FPDF_PAGEOBJ_IMAGE)


def _address(handle: Any) -> int | None:
    return ctypes.cast(handle, ctypes.c_void_p).value


def _objects(page: pdfium.PdfPage) -> Iterator[_Object]:
    """All objects in the order in which they are drawn, those in forms too."""
    count = 0
    pending: list[tuple[Any, int, Matrix]] = [
        (raw.FPDFPage_GetObject(page.raw, index), 0, IDENTITY)
        for index in reversed(range(raw.FPDFPage_CountObjects(page.raw)))
    ]
    while pending and count < MOST_OBJECTS:
        handle, depth, matrix = pending.pop()
        kind = raw.FPDFPageObj_GetType(handle)
        count += 1
        yield _Object(count, kind, handle, matrix)
        if kind == raw.FPDF_PAGEOBJ_FORM and depth < DEPTH:
            inner = _times(_matrix(handle), matrix)
            pending += (
                (raw.FPDFFormObj_GetObject(handle, index), depth + 1, inner)
                for index in reversed(range(raw.FPDFFormObj_CountObjects(handle)))
            )


def _matrix(handle: Any) -> Matrix:
    """The matrix of a form."""
    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(handle, found):
        return IDENTITY
    return found.a, found.b, found.c, found.d, found.e, found.f


def _times(one: Matrix, other: Matrix) -> Matrix:
    """The matrix that does what one does and then what the other does."""
    a, b, c, d, e, f = one
    p, q, r, s, t, u = other
    return (
        a * p + b * r,
        a * q + b * s,
        c * p + d * r,
        c * q + d * s,
        e * p + f * r + t,
        e * q + f * s + u,
    )


def _image(page: pdfium.PdfPage, found: _Object) -> PageImage:
    """An image with the box that it has on the page."""
    edges = [ctypes.c_float() for _ in range(4)]
    raw.FPDFPageObj_GetBounds(found.handle, *edges)
    left, bottom, right, top = (edge.value for edge in edges)
    a, b, c, d, e, f = found.matrix
    corners = ((left, bottom), (left, top), (right, bottom), (right, top))
    xs, ys = zip(*((a * x + c * y + e, b * x + d * y + f) for x, y in corners), strict=True)
    width, height = ctypes.c_uint(), ctypes.c_uint()
    raw.FPDFImageObj_GetImagePixelSize(found.handle, width, height)
    box = _box(page, min(xs), min(ys), max(xs), max(ys))
    return PageImage(box, width.value, height.value)


def _box(page: pdfium.PdfPage, left: float, bottom: float, right: float, top: float) -> Box:
    """Where a rectangle of the page's own coordinates is shown."""
    corners = [_shown(page, x, y) for x, y in ((left, bottom), (right, top))]
    xs, ys = zip(*corners, strict=True)
    return Box(*(_within(value) for value in (min(xs), min(ys), max(xs), max(ys))))


def _within(value: float) -> float:
    return round(min(1.0, max(0.0, value)), 5)


def _shown(page: pdfium.PdfPage, x: float, y: float) -> tuple[float, float]:
    left, top = ctypes.c_int(), ctypes.c_int()
    raw.FPDF_PageToDevice(page.raw, 0, 0, SCALE, SCALE, 0, x, y, left, top)
    return left.value / SCALE, top.value / SCALE


def _is_curved(handle: Any) -> bool:
    """Whether a path has as many curves as a letter."""
    curves = 0
    for index in range(min(raw.FPDFPath_CountSegments(handle), 200)):
        segment = raw.FPDFPath_GetPathSegment(handle, index)
        curves += raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_BEZIERTO
        if curves >= CURVES:
            return True
    return False


class _Words:
    """Words as they come together from characters, in the page's own coordinates."""

    def __init__(self, page: pdfium.PdfPage) -> None:
        self._page = page
        self.words: list[LayerWord] = []
        self._letters: list[str] = []
        self._edges: list[tuple[float, float, float, float]] = []
        self._font = ""
        self._unmapped = 0

    def add(self, letter: str, edges: tuple[float, float, float, float], font: str) -> None:
        """Another letter of the word."""
        self._font = self._font or font
        self._letters.append(letter)
        self._edges.append(edges)

    def unmapped(self) -> None:
        """The letter that was just added has no meaning."""
        self._unmapped += 1

    def end(self) -> None:
        """The word is complete."""
        if self._letters:
            lefts, bottoms, rights, tops = zip(*self._edges, strict=True)
            box = _box(self._page, min(lefts), min(bottoms), max(rights), max(tops))
            text = "".join(self._letters)
            self.words.append(LayerWord(text, box, self._font, self._unmapped))
        self._letters, self._edges, self._font, self._unmapped = [], [], "", 0


def _text(
    page: pdfium.PdfPage, orders: dict[int | None, int], cover: int
) -> tuple[str, list[LayerWord], int]:
    """The text that can be seen, its words, and how many characters are hidden."""
    textpage = page.get_textpage()
    words, letters, hidden = _Words(page), [], 0
    seen: dict[int | None, tuple[bool, str]] = {}
    for index in range(textpage.count_chars()):
        letter = _letter(textpage, index)
        handle = raw.FPDFText_GetTextObject(textpage.raw, index)
        address = _address(handle)
        if address is not None and address not in seen:
            covered = orders.get(address, cover + 1) <= cover
            mode = raw.FPDFTextObj_GetTextRenderMode(handle)
            seen[address] = (covered or mode in HIDDEN_MODES, _font(handle))
        invisible, font = seen.get(address, (False, ""))
        if invisible:
            hidden += not letter.isspace()
            continue
        letters.append(letter)
        if letter.isspace():
            words.end()
        elif letter != HYPHEN:
            words.add(letter, _edges(textpage, index), font)
            if raw.FPDFText_HasUnicodeMapError(textpage.raw, index) == 1:
                words.unmapped()
    words.end()
    return _lines("".join(letters)), words.words, hidden


def _lines(text: str) -> str:
    """Text with line breaks of one kind, and words whole that were broken at the end of a line."""
    text = text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")
    return text.replace(f"{HYPHEN}\n", "").replace(HYPHEN, "").strip()


def _letter(textpage: pdfium.PdfTextPage, index: int) -> str:
    """A character as text."""
    number = raw.FPDFText_GetUnicode(textpage.raw, index)
    if raw.FPDFText_IsHyphen(textpage.raw, index) == 1:
        return HYPHEN
    if number == 0 or 0xD800 <= number < 0xE000 or number > 0x10FFFF:
        return "\ufffd"
    return chr(number)


def _font(handle: Any) -> str:
    """The name of a text's font; fonts without a name are told apart by their address."""
    font = raw.FPDFTextObj_GetFont(handle)
    name = ctypes.create_string_buffer(200)
    length = raw.FPDFFont_GetBaseFontName(font, name, 200)
    return name.value.decode("latin-1") if length > 1 else f"font {_address(font)}"


def _edges(textpage: pdfium.PdfTextPage, index: int) -> tuple[float, float, float, float]:
    """The left, bottom, right and top of a character, as high as its line."""
    box = raw.FS_RECTF()
    if raw.FPDFText_GetLooseCharBox(textpage.raw, index, box):
        return box.left, min(box.bottom, box.top), box.right, max(box.bottom, box.top)
    return 0.0, 0.0, 0.0, 0.0
