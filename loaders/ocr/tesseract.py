"""Tesseract, called through pytesseract: the words of an image, and how it is turned.

Each call runs one process with one thread, on an image in a file that is gone afterwards.
"""

import hashlib
import subprocess
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytesseract
from PIL import Image

from engine.document import Reason
from engine.settings import limit_threads
from loaders.ocr.cache import Cache, Question
from loaders.ocr.failure import Unreadable

AUTO = 3
"""Tesseract's segmentation mode for a whole page."""
LINES = 6
"""Its mode for one block of text."""
SPARSE = 11
"""Its mode for words that stand anywhere."""
ORIENTATION = 0
LEVEL_WORD = 5
TSV_COLUMNS = 12


@dataclass(frozen=True, slots=True)
class ReadWord:
    """A word in an image: its box in pixels, its confidence from 0 to 1, and its line."""

    text: str
    left: int
    top: int
    right: int
    bottom: int
    confidence: float
    block: int
    paragraph: int
    line: int


@dataclass(frozen=True, slots=True)
class Orientation:
    """How an image is turned, as Tesseract sees it."""

    rotation: int
    """Degrees by which it must be turned clockwise to be upright."""
    confidence: float
    script: str
    """``Latin``, ``Cyrillic`` …; empty where Tesseract saw too few characters."""


UNKNOWN = Orientation(0, 0.0, "")


@dataclass(frozen=True)
class Tesseract:
    """Reads images with a deadline, and asks the cache before it works."""

    cache: Cache
    deadline: float
    """When all must be done, as ``time.monotonic()`` counts."""

    def words(
        self, image: Image.Image, languages: tuple[str, ...], dpi: int, mode: int = AUTO
    ) -> list[ReadWord]:
        """The words of an image, in reading order; raises Unreadable."""
        answer = self._ask(image, languages, dpi, mode)
        return parsed(answer)

    def orientation(self, image: Image.Image, dpi: int) -> Orientation:
        """How an image is turned and its script; UNKNOWN where that is unclear."""
        return oriented(self._ask(image, ("osd",), dpi, ORIENTATION))

    def _ask(self, image: Image.Image, languages: tuple[str, ...], dpi: int, mode: int) -> str:
        pixels = image.tobytes()
        digest = hashlib.sha256(repr((image.size, image.mode)).encode())
        digest.update(pixels)
        models = tuple(model(name) for name in languages)
        question = Question(digest.hexdigest(), languages, engine(), models, mode, dpi)
        if (known := self.cache.get(question)) is not None:
            return known
        answer = self._run(portable(image.size, pixels), languages, dpi, mode)
        self.cache.put(question, answer)
        return answer

    def _run(self, image: Sequence[bytes], languages: tuple[str, ...], dpi: int, mode: int) -> str:
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise Unreadable(Reason.TIMEOUT, "the page takes longer to read than a page may")
        limit_threads()
        config = f"--psm {mode} --dpi {dpi}"
        with tempfile.TemporaryDirectory(prefix="clew-ocr-") as folder:
            path = Path(folder, "page.pgm")
            with path.open("wb") as file:
                file.writelines(image)
            try:
                if mode == ORIENTATION:
                    return str(pytesseract.image_to_osd(str(path), config=config, timeout=left))
                text = pytesseract.image_to_data(
                    str(path), lang="+".join(languages), config=config, timeout=left
                )
                return str(text)
            except pytesseract.TesseractNotFoundError:
                raise Unreadable(Reason.UNSUPPORTED, NOT_INSTALLED) from None
            except pytesseract.TesseractError as error:
                if mode == ORIENTATION:
                    return ""  # too few characters
                raise Unreadable(
                    Reason.CRASHED, f"Tesseract ended with an error: {error.message[-200:].strip()}"
                ) from None
            except RuntimeError:  # that is how pytesseract tells a timeout
                raise Unreadable(
                    Reason.TIMEOUT, "the page takes longer to read than a page may"
                ) from None


def portable(size: tuple[int, int], pixels: bytes) -> tuple[bytes, bytes]:
    """The parts of a PGM file: a PNG of a page takes as long as a tenth of reading it."""
    return b"P5\n%d %d\n255\n" % size, pixels


NOT_INSTALLED = (
    "Tesseract is not installed, which reads page images: install the Debian packages "
    "tesseract-ocr and tesseract-ocr-LANGUAGE"
)


def parsed(table: str) -> list[ReadWord]:
    """The words of Tesseract's table."""
    words = []
    for row in table.split("\n")[1:]:
        cells = row.split("\t")
        if len(cells) != TSV_COLUMNS or int(cells[0]) != LEVEL_WORD or not cells[11].strip():
            continue
        block, paragraph, line, _, left, top, width, height = map(int, cells[2:10])
        confidence = max(0.0, float(cells[10])) / 100
        words.append(
            ReadWord(
                cells[11].strip(),
                left,
                top,
                left + width,
                top + height,
                round(confidence, 3),
                block,
                paragraph,
                line,
            )
        )
    return words


def oriented(answer: str) -> Orientation:
    """What Tesseract says about orientation and script."""
    values = dict(line.split(": ", 1) for line in answer.splitlines() if ": " in line)
    try:
        return Orientation(
            int(values["Rotate"]), float(values["Orientation confidence"]), values["Script"]
        )
    except (KeyError, ValueError):
        return UNKNOWN


@cache
def engine() -> str:
    """Tesseract with its version: ``tesseract 5.3.0``; raises Unreadable where there is none."""
    try:
        return f"tesseract {pytesseract.get_tesseract_version()}"
    except (pytesseract.TesseractNotFoundError, SystemExit):
        raise Unreadable(Reason.UNSUPPORTED, NOT_INSTALLED) from None


@cache
def installed() -> tuple[str, ...]:
    """The languages whose data is installed, as Tesseract names them; raises Unreadable."""
    engine()
    return tuple(sorted(set(data()[1]) - {"osd", "equ", "snum"}))


def available() -> tuple[str, ...]:
    """The languages that can be read; none where Tesseract is not installed."""
    try:
        return installed()
    except Unreadable:
        return ()


@cache
def data() -> tuple[Path, list[str]]:
    """The folder with Tesseract's data, and the names of what is in it."""
    listed = subprocess.run(
        [pytesseract.pytesseract.tesseract_cmd, "--list-langs"],
        capture_output=True, text=True, check=True, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    first, *names = (listed.stdout or listed.stderr).splitlines()
    return Path(first.split('"')[1]), [name.strip() for name in names]


@cache
def model(name: str) -> str:
    """The version of a language's data: its name and the start of its checksum."""
    path = data()[0] / f"{name}.traineddata"
    try:
        with path.open("rb") as file:
            return f"{name} {hashlib.file_digest(file, 'sha256').hexdigest()[:12]}"
    except OSError:
        return name
