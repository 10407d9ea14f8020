"""What proves a reading: the image of a page with words marked, and a PDF that can be searched.

They are made where files are read, because the same libraries open the same hostile files.
"""

from pathlib import Path

import pypdfium2 as pdfium
from PIL import Image, ImageDraw, ImageOps

from engine.document import PagePicture, Reason, bundled_pages
from loaders.document import djvu
from loaders.document.paged import opened
from loaders.document.part import PICTURE, SEARCHABLE, Asked, Unreadable
from loaders.ocr.failure import Unreadable as UnreadablePage
from loaders.ocr.image import opened_image
from loaders.ocr.pdf import opened_pdf, page_of
from loaders.ocr.picture import DAMAGED
from loaders.ocr.searchable import write_searchable

PDF, DJVU = "application/pdf", "image/vnd.djvu"
TALLEST = 8
"""The height of an image in widths, at most: a strip is drawn smaller."""
MARK, EDGE = (255, 214, 0, 96), (214, 120, 0, 255)
"""The colours of a marked word: its box, which lets the letters through, and the box's edge."""
AROUND = 2
"""Pixels between a word and the edge of its box."""
TURNS = {
    90: Image.Transpose.ROTATE_270,
    180: Image.Transpose.ROTATE_180,
    270: Image.Transpose.ROTATE_90,
}


def make_proof(asked: Asked, media_type: str) -> None:
    """Make what was asked for and put it into the folder; raises Unreadable."""
    try:
        if asked.picture is not None:
            image = drawn(asked, media_type, asked.picture)
            marked(image, asked.picture).save(asked.folder / PICTURE, "PNG")
        elif asked.bundle is not None:
            searchable(asked, media_type, asked.bundle)
    except UnreadablePage as error:
        raise Unreadable(error.reason, error.detail) from None


def drawn(asked: Asked, media_type: str, picture: PagePicture) -> Image.Image:
    """The image of a page, upright, as wide as is asked; raises Unreadable, UnreadablePage."""
    if media_type == PDF:
        return pdf_page(asked, picture)
    if media_type == DJVU:
        return djvu_page(asked, picture)
    if not media_type.startswith("image/"):
        raise Unreadable(Reason.UNSUPPORTED, f"there are no page images of {media_type}")
    with opened_image(asked.path) as image:
        try:
            image.seek(picture.number - 1)
            image.draft("RGB", (picture.width, picture.width))  # a large JPEG, unpacked smaller
            upright = on_white(ImageOps.exif_transpose(image))
        except DAMAGED as error:
            raise Unreadable(Reason.CORRUPT, f"the image is damaged: {error}") from None
        upright = turned(upright, picture.rotation)
        across, down = resolution(image, picture.rotation)
    return scaled(upright, picture.width, down / across)


def on_white(image: Image.Image) -> Image.Image:
    """An image in colour; what is transparent is white, as paper is."""
    if image.mode not in ("RGBA", "LA", "PA") and "transparency" not in image.info:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    paper = Image.new("RGBA", layer.size, (255, 255, 255, 255))
    return Image.alpha_composite(paper, layer).convert("RGB")


def resolution(image: Image.Image, rotation: int) -> tuple[float, float]:
    """Dots an inch across and down: a fax has lines of half the height."""
    try:
        across, down = (float(value) for value in image.info.get("dpi", (1, 1)))
    except (TypeError, ValueError):
        return 1.0, 1.0
    if across <= 1 or down <= 1 or 0.9 < across / down < 1.1 or not 0.2 < across / down < 5:
        return 1.0, 1.0
    return (down, across) if rotation in (90, 270) else (across, down)


def pdf_page(asked: Asked, picture: PagePicture) -> Image.Image:
    """A page of a PDF."""
    password, _ = opened(asked)
    with opened_pdf(asked.path, password) as pdf, page_of(pdf, picture.number) as page:
        width, height = page.get_size()
        if picture.rotation in (90, 270):
            width, height = height, width
        if width <= 0 or height <= 0:
            raise Unreadable(Reason.CORRUPT, f"page {picture.number} has no size")
        scale = min(picture.width / width, TALLEST * picture.width / height)
        bitmap: pdfium.PdfBitmap = page.render(scale=scale, may_draw_forms=True)
        image: Image.Image = bitmap.to_pil().convert("RGB")
        whole = (round(width * scale) or 1, round(height * scale) or 1)  # PDFium rounds up
        across = whole if picture.rotation not in (90, 270) else whole[::-1]
        image = image.crop((0, 0, *across))
    return turned(image, picture.rotation)


def djvu_page(asked: Asked, picture: PagePicture) -> Image.Image:
    """A page of a DjVu file, by DjVuLibre."""
    within = (picture.width, TALLEST * picture.width)
    with Image.open(djvu.drawn(asked, picture.number, "ppm", within)) as image:
        return image.convert("RGB")


def turned(image: Image.Image, rotation: int) -> Image.Image:
    """Turned clockwise by a multiple of 90 degrees."""
    return image.transpose(TURNS[rotation]) if rotation in TURNS else image


def scaled(image: Image.Image, width: int, stretch: float) -> Image.Image:
    """As wide as is asked; ``stretch`` is what a dot is wide in parts of what it is high."""
    height = round(width * image.height / image.width / stretch)
    if height > TALLEST * width:
        width, height = max(1, round(width * TALLEST * width / height)), TALLEST * width
    return image.resize((width, max(1, height)), Image.Resampling.LANCZOS)


def marked(image: Image.Image, picture: PagePicture) -> Image.Image:
    """The image with boxes around what is marked."""
    if not picture.boxes:
        return image
    layer = Image.new("RGBA", image.size, (0, 0, 0, 0))
    pen = ImageDraw.Draw(layer)
    for left, top, right, bottom in picture.boxes:
        box = (
            min(left, right) * image.width - AROUND,
            min(top, bottom) * image.height - AROUND,
            max(left, right) * image.width + AROUND,
            max(top, bottom) * image.height + AROUND,
        )
        pen.rectangle(box, fill=MARK, outline=EDGE)
    return Image.alpha_composite(image.convert("RGBA"), layer).convert("RGB")


def searchable(asked: Asked, media_type: str, bundle: Path) -> None:
    """The pages of a file with the words that were read under them."""
    is_pdf = media_type == PDF
    if not is_pdf and (not media_type.startswith("image/") or media_type == DJVU):
        raise Unreadable(Reason.UNSUPPORTED, f"no searchable PDF can be made of {media_type}")
    password = opened(asked)[0] if is_pdf else None
    with bundle.open("rb") as source:
        readings = {each.number: each for each in bundled_pages(source)}
    write_searchable(asked.path, is_pdf, readings, asked.folder / SEARCHABLE, password)
