"""Images as OCR wants them: grey, upright by their own mark, at a resolution that reads well.

What is too large is refused before it is unpacked.
"""

import struct
import zlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pypdfium2 as pdfium
from PIL import Image, ImageFilter, ImageOps

from engine.document import Reason
from loaders.ocr.failure import Unreadable
from loaders.ocr.layer import Box, PageContent

Image.MAX_IMAGE_PIXELS = None
"""Pillow's own limit warns and refuses at other sizes; ``check`` is ours."""
MOST_PIXELS = 250_000_000
"""Pixels of an image that is unpacked."""
READ_PIXELS = 40_000_000
"""Pixels of an image that is read: an A3 page at 450 dpi; a larger one is scaled down."""
LONGEST = 30_000
"""Pixels that Tesseract takes in one direction, at most 32,767."""
DPI = 300
"""Resolution at which drawn pages are read."""
LEAST_DPI, MOST_DPI = 150, 400
"""A scan between these is read as it is; one outside of them is scaled to 300 dpi."""
ENLARGED = 3.0
"""How much an image is enlarged at most: what is not there does not come by enlarging."""
SMALL = 1_000
"""Pixels of the longer side below which an image is a small one, to be enlarged."""
WHITE = 255
ORIENTATION_MARK = 0x0112
"""The EXIF tag by which a camera says how it was held."""
DAMAGED = (
    OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error, KeyError, IndexError,
    TypeError, AttributeError, NotImplementedError, ZeroDivisionError, OverflowError, RuntimeError,
)  # fmt: skip
"""What the decoders of a damaged image raise; each format has its own."""
TILT = 5.0
"""Degrees of skew that are looked for to either side."""
TILTED = 0.4
"""Degrees from which an image is straightened."""


@dataclass(frozen=True)
class Picture:
    """A grey image and its resolution."""

    image: Image.Image
    dpi: int

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels."""
        return self.image.size

    def turned(self, clockwise: int) -> "Picture":
        """Turned by a multiple of 90 degrees."""
        turns = {
            90: Image.Transpose.ROTATE_270,
            180: Image.Transpose.ROTATE_180,
            270: Image.Transpose.ROTATE_90,
        }
        if clockwise not in turns:
            return self
        return Picture(self.image.transpose(turns[clockwise]), self.dpi)

    def scaled(self, factor: float) -> "Picture":
        """Larger or smaller."""
        if factor == 1:
            return self
        width, height = (max(1, round(side * factor)) for side in self.size)
        return Picture(
            self.image.resize((width, height), Image.Resampling.LANCZOS),
            max(70, round(self.dpi * factor)),
        )


def check(width: int, height: int) -> None:
    """Raises Unreadable for an image that is too large to be unpacked."""
    if width * height > MOST_PIXELS:
        raise Unreadable(
            Reason.TOO_LARGE,
            f"an image of {width:,} x {height:,} pixels: at most {MOST_PIXELS:,} are read",
        )


def picture_of(image: Image.Image) -> Picture:
    """An image that was opened and not yet unpacked, ready to be read; raises Unreadable."""
    check(*image.size)
    try:
        across, down = _resolution(image)
        smaller = _draft(image)
        across, down = across * smaller, down * smaller
        # without a mark, exif_transpose would copy the image for nothing
        marked = image.getexif().get(ORIENTATION_MARK, 1) != 1
        grey = _grey(ImageOps.exif_transpose(image) if marked else image)
    except DAMAGED as error:
        raise Unreadable(Reason.CORRUPT, f"the image is damaged: {error}") from error
    if across and down and not 0.9 < across / down < 1.1:  # a fax has lines of half the height
        larger = max(across, down)
        width, height = grey.size
        size = (round(width * larger / across), round(height * larger / down))
        check(*size)
        grey, across = grey.resize(size), larger
    picture = Picture(grey, round(across) if LEAST_DPI <= across <= 1200 else DPI)
    return picture.scaled(_factor(picture.size, across))


def _draft(image: Image.Image) -> float:
    """Have a large JPEG unpacked in grey and smaller than it is; by which factor."""
    before = image.width
    if image.format == "JPEG" and image.width * image.height > 2 * READ_PIXELS:
        factor = (READ_PIXELS / (image.width * image.height)) ** 0.5
        image.draft("L", (int(image.width * factor), int(image.height * factor)))
    return image.width / before


def _resolution(image: Image.Image) -> tuple[float, float]:
    """Dots an inch across and down, 0 where the image does not say."""
    found: Any = image.info.get("dpi", (0, 0))
    try:
        across, down = (float(value) for value in found)
    except (TypeError, ValueError):
        return 0.0, 0.0
    return (across, down) if across > 1 and down > 1 else (0.0, 0.0)


def _factor(size: tuple[int, int], dpi: float) -> float:
    """By how much an image is scaled before it is read."""
    longer = max(size)
    wanted = 1.0
    if dpi > MOST_DPI and longer * DPI / dpi >= SMALL:
        wanted = DPI / dpi
    elif longer < SMALL:
        wanted = 2.0
    most = (READ_PIXELS / (size[0] * size[1])) ** 0.5
    return min(wanted, float(most), LONGEST / longer)


def _grey(image: Image.Image) -> Image.Image:
    """In shades of grey on white."""
    if image.mode.startswith(("I", "F")):  # 16 bits and more
        values = np.asarray(image).astype(np.float64)
        low, high = float(values.min()), float(values.max())
        scaled = (values - low) * (WHITE / (high - low)) if high > low else values * 0 + WHITE
        return Image.fromarray(scaled.astype(np.uint8), "L")
    if "A" in image.getbands() or "transparency" in image.info:
        image = image.convert("RGBA")
        paper = Image.new("RGBA", image.size, (WHITE,) * 4)
        image = Image.alpha_composite(paper, image)
    return image.convert("L")


def dpi_of(content: PageContent) -> int:
    """The resolution at which a page is drawn: that of its largest image, if that is good."""
    native = 0.0
    largest = max(content.images, key=lambda image: image.box.area, default=None)
    if largest is not None and largest.box.area > 0.5:
        inches = largest.box.area * content.width * content.height / 72**2
        native = (largest.pixels / inches) ** 0.5
    if LEAST_DPI <= native <= MOST_DPI:
        dpi = native
    elif 0 < native < LEAST_DPI:
        dpi = min(DPI, native * ENLARGED)
    else:
        dpi = DPI
    most = (READ_PIXELS / (content.width * content.height)) ** 0.5 * 72
    longest = LONGEST / max(content.width, content.height) * 72
    return max(1, int(min(dpi, most, longest)))


def draw(page: pdfium.PdfPage, content: PageContent, dpi: int) -> Picture:
    """A page of a PDF as an image; raises Unreadable where one of its images is too large."""
    for image in content.images:
        check(image.width, image.height)
    bitmap = page.render(scale=dpi / 72, grayscale=True, may_draw_forms=False)
    return Picture(bitmap.to_pil().convert("L"), dpi)


def only(picture: Picture, kept: list[Box], hidden: list[Box]) -> Picture:
    """The image with everything white outside of some boxes, and inside of others."""
    pixels = np.asarray(picture.image)
    result = np.full_like(pixels, WHITE)
    for box in kept:
        place = _slices(picture, box)
        result[place] = pixels[place]
    for box in hidden:
        result[_slices(picture, box)] = WHITE
    return Picture(Image.fromarray(result, "L"), picture.dpi)


def _slices(picture: Picture, box: Box) -> tuple[slice, slice]:
    width, height = picture.size
    return (
        slice(int(box.top * height), int(box.bottom * height) + 1),
        slice(int(box.left * width), int(box.right * width) + 1),
    )


def band(picture: Picture, height: int) -> Picture:
    """A strip across an image, about that high, that has the most ink in whole lines."""
    width, full = picture.size
    if full <= height:
        return picture
    scale = 8 if min(width, full) > 64 else 1
    dark = (np.asarray(picture.image.reduce(scale)) < 160).mean(axis=1)
    dark = np.where(dark < 0.5, dark, 0.0)  # a black bar is no line of text
    size = max(1, height // scale)
    top = int(np.argmax(np.convolve(dark, np.ones(size), "valid")))
    first, last = _gap(dark, top, -1), _gap(dark, min(top + size, len(dark) - 1), 1)
    box = (0, first * scale, width, min(full, (last + 1) * scale))
    return Picture(picture.image.crop(box), picture.dpi)


def _gap(dark: "np.ndarray[Any, Any]", row: int, step: int) -> int:
    """The next row without ink, within the height of a line; the row itself if there is none."""
    near = range(row, row + step * 10, step)
    return next((at for at in near if 0 <= at < len(dark) and dark[at] < 0.003), row)


def skew_of(picture: Picture) -> float:
    """Degrees by which the lines of an image rise to the right; 0 where that is unclear."""
    factor = max(1, max(picture.size) // 1000)
    small = picture.image.reduce(factor) if factor > 1 else picture.image
    ink = Image.fromarray(((np.asarray(small) < 128) * WHITE).astype(np.uint8), "L")

    def sharpness(angle: float) -> float:
        rows = np.asarray(ink.rotate(-angle), dtype=np.float64).sum(axis=1)
        return float(np.square(np.diff(rows)).sum())

    coarse = max(np.arange(-TILT, TILT + 0.1, 0.5), key=sharpness)
    fine = float(max(np.arange(coarse - 0.4, coarse + 0.45, 0.1), key=sharpness))
    return round(fine, 1) if sharpness(fine) > 1.1 * sharpness(0.0) else 0.0


def straight(picture: Picture, skew: float) -> Picture:
    """The image turned back by its skew, at the same size."""
    turned = picture.image.rotate(-skew, Image.Resampling.BICUBIC, fillcolor=WHITE)
    return Picture(turned, picture.dpi)


def smooth(picture: Picture) -> Picture:
    """The image without single dots."""
    return Picture(picture.image.filter(ImageFilter.MedianFilter(3)), picture.dpi)
