"""Images, frame by frame: a TIFF may have as many pages as a book."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from PIL import Image, UnidentifiedImageError

from engine.document import PageReading, Reason
from loaders.ocr.failure import Unreadable
from loaders.ocr.page import Instruction, read_picture
from loaders.ocr.picture import check

PAGED = ("TIFF", "MPO", "DCX")
"""Formats whose frames are pages; those of a GIF or a WebP are a film, of which one is enough."""
MOST_FRAMES = 10_000


@contextmanager
def opened_image(path: Path) -> Iterator[Image.Image]:
    """An image for a block, not yet unpacked; raises Unreadable."""
    if path.stat().st_size == 0:
        raise Unreadable(Reason.EMPTY, "it is empty")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of odd metadata, about which nobody can do anything
        try:
            image = Image.open(path)
        except UnidentifiedImageError:
            raise Unreadable(Reason.CORRUPT, "it is no image, or it is damaged") from None
        except (OSError, ValueError, SyntaxError, EOFError) as error:
            raise Unreadable(Reason.CORRUPT, f"it is damaged: {error}") from None
        with image:
            check(*image.size)
            yield image


def image_pages(path: Path) -> int:
    """How many pages an image has; raises Unreadable."""
    with opened_image(path) as image:
        return frames(image)


def frames(image: Image.Image) -> int:
    """How many of an image's frames are pages."""
    if image.format not in PAGED:
        return 1
    return min(MOST_FRAMES, int(getattr(image, "n_frames", 1)))


def read_image_page(path: Path, number: int, how: Instruction) -> PageReading:
    """Read one page of an image; raises Unreadable or LanguageMissing. For another process, too."""
    with opened_image(path) as image:
        try:
            image.seek(number - 1)
        except (EOFError, OSError, ValueError):
            raise Unreadable(Reason.CORRUPT, f"page {number} is damaged") from None
        return read_picture(image, number, how)
