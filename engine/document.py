"""Documents as pure values: what became of a file, and what was read on a page.

A *file* is what somebody brought in, or what was in an archive or a mail. Its *state* says whether
it was read; its *reason* says what is wrong where something is. A *page reading* is one page's text
with the proof of it: how it was got, how sure that is, and where each word stands.
"""

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import StrEnum
from heapq import merge
from pathlib import Path
from typing import IO

import orjson

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The time that each member of a bundle has: equal readings make equal files."""


class State(StrEnum):
    """How far a file is."""

    WAITING = "waiting"
    """It is in the archive and was not read yet."""
    READ = "read"
    """All that could be read of it is here; the reason ``partial`` says that this is not all."""
    FAILED = "failed"
    """Nothing of its content could be read; the reason says why."""


class Reason(StrEnum):
    """What is wrong with a file: a closed list, by which failures are counted and tried again."""

    ENCRYPTED = "encrypted"
    """It needs a password that was not given."""
    EMPTY = "empty"
    """It has no bytes."""
    UNSUPPORTED = "unsupported"
    """Clew does not read this kind of file, or a program that reads it is not installed."""
    TIMEOUT = "timeout"
    """A part of it took longer than it may."""
    TOO_LARGE = "too_large"
    """It has more bytes, pixels, members, levels or memory than a file may have."""
    CORRUPT = "corrupt"
    """It is not what it says it is, or it is damaged."""
    CRASHED = "crashed"
    """The program that read it crashed."""
    PARTIAL = "partial"
    """A part of it was read, and a part was not."""


class PageKind(StrEnum):
    """What a page is, as it was decided before it was read."""

    TEXT = "text"
    """It has its text itself."""
    SCAN = "scan"
    """It is an image: all text comes from OCR."""
    MIXED = "mixed"
    """It has text of its own, and images with more."""
    BROKEN = "broken text layer"
    """It has text that nobody can read, so it is read as an image."""
    BLANK = "blank"
    """There is nothing on it."""


@dataclass(frozen=True, slots=True)
class Word:
    """One word and the box around it.

    The box is in parts of the page's width and height, from 0 at the left and the top to 1, on the
    page as it is read: after it was turned by ``PageReading.rotation``.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    confidence: float | None = None
    """From 0 to 1; None where the text is the file's own."""


@dataclass(frozen=True, slots=True)
class PageReading:
    """One page of a document as it was read."""

    number: int
    """From 1."""
    text: str
    kind: PageKind
    why: str
    """Why it was taken for that, in a few words for a person."""
    languages: tuple[str, ...] = ()
    """ISO 639-3 codes: those that OCR was told, or that the text seems to be in."""
    confidence: float | None = None
    """The mean of the words that come from OCR, from 0 to 1; None without OCR."""
    rotation: int = 0
    """Degrees by which the page must be turned clockwise to be upright: 0, 90, 180 or 270."""
    engine: str = ""
    """What read it, with its version: ``pdfium 7543``, ``tesseract 5.3.0``."""
    model: str = ""
    """The version of the engine's language data; empty without OCR."""
    dpi: int | None = None
    """The resolution at which OCR saw it."""
    width: float = 0.0
    height: float = 0.0
    """The size of the page after it was turned: in points of a PDF, in pixels of an image."""
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class PagePicture:
    """How the image of a page is to be drawn."""

    number: int
    width: int
    """In pixels; the height follows."""
    rotation: int = 0
    """As its reading has it."""
    boxes: tuple[tuple[float, float, float, float], ...] = ()
    """What is marked on it: left, top, right and bottom, as those of words."""


@dataclass(frozen=True, slots=True)
class StoredFile:
    """A file of a dataset, with its state: a node of the graph."""

    id: str
    """The id of its record: ``dataset:document-id``."""
    dataset: str
    name: str
    path: str
    """Where it is among what was brought in together: ``leak/mails/box.pst/Inbox/1.eml``."""
    sha256: str
    size: int
    sha1: str
    """FollowTheMoney's ``contentHash``."""
    root: str
    """The id of the file that was brought in; its own, unless it was in another one."""
    parent: str | None = None
    """The id of the file that it was in, if it was in one."""
    within: tuple[str, ...] = ()
    """The ids of the records around it, from the outermost: folders, archives, mails."""
    depth: int = 0
    """How many files are around it."""
    state: State = State.WAITING
    reason: Reason | None = None
    detail: str | None = None
    """What was wrong, in a sentence for a person."""
    schema: str | None = None
    """The FtM schema of its record, once it was read."""
    media_type: str | None = None
    languages: tuple[str, ...] = ()
    """Those that were given for it."""
    pages: int = 0
    """How many pages were read."""
    confidence: float | None = None
    """The mean of all words that come from OCR, from 0 to 1; None without OCR."""
    bundle: str | None = None
    """The SHA-256 of the archived file with its page readings (``PageBundle``), if it has pages.
    """
    kept: tuple[str, ...] = ()
    """The SHA-256 of everything else that was made from it and is archived: its tables as CSV."""
    modified: int | None = None
    """When the file changed where it was found, in nanoseconds of the epoch: to skip it there."""
    message: str | None = None
    """The message id of a mail."""
    reply_to: str | None = None
    """The message id of the mail that it answers."""
    updated: datetime | None = None
    """When its state changed."""


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many files of a dataset are in a state, for a reason if there is one."""

    state: State
    reason: Reason | None
    count: int


class PageBundle:
    """A file with page readings, while it is written: a .zip with a JSON member for each page."""

    def __init__(self, target: Path | IO[bytes]) -> None:
        self._members = zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED)

    def add(self, reading: PageReading) -> None:
        """Write the next page."""
        member = zipfile.ZipInfo(member_name(reading.number), EPOCH)
        member.compress_type = zipfile.ZIP_DEFLATED
        self._members.writestr(member, packed(reading))

    def close(self) -> None:
        """Write the end of it, without which it cannot be read."""
        self._members.close()


def page_bundle(readings: Iterable[PageReading], target: IO[bytes]) -> None:
    """Write page readings into a file."""
    bundle = PageBundle(target)
    for reading in readings:
        bundle.add(reading)
    bundle.close()


def bundled_page(source: IO[bytes], number: int) -> PageReading | None:
    """The reading of one page from such a file; None where it has no such page."""
    with zipfile.ZipFile(source) as bundle:
        try:
            return unpacked(bundle.read(member_name(number)))
        except KeyError:
            return None


def bundled_pages(source: IO[bytes]) -> Iterator[PageReading]:
    """All readings in such a file, by page."""
    with zipfile.ZipFile(source) as bundle:
        numbers = (int(name.removesuffix(".json")) for name in bundle.namelist())
        for number in sorted(numbers):
            yield unpacked(bundle.read(member_name(number)))


def rebundled(
    source: IO[bytes], changed: Mapping[int, PageReading], target: IO[bytes]
) -> tuple[int, float | None]:
    """Write a bundle with some readings more, or in place of others.

    How many readings it has now, and the mean confidence of all words.
    """
    sureness = Sureness()

    def readings() -> Iterator[PageReading]:
        before = bundled_pages(source)
        kept = (each for each in before if each.number not in changed)
        for reading in merge(kept, sorted(changed.values(), key=number_of), key=number_of):
            sureness.add(reading)
            yield reading

    page_bundle(readings(), target)
    return sureness.pages, sureness.mean


def number_of(page: PageReading) -> int:
    """The number of a page."""
    return page.number


@dataclass
class Sureness:
    """How sure OCR is of the pages that come in."""

    pages: int = 0
    words: int = 0
    total: float = 0.0

    def add(self, page: PageReading) -> None:
        """Count the words of a page."""
        self.pages += 1
        for word in page.words:
            if word.confidence is not None:
                self.words += 1
                self.total += word.confidence

    @property
    def mean(self) -> float | None:
        """The mean of all words; None without any that OCR read."""
        return self.total / self.words if self.words else None


def member_name(number: int) -> str:
    """How a page's reading is named in a bundle."""
    return f"{number}.json"


def packed(reading: PageReading) -> bytes:
    """A page reading as JSON."""
    values = asdict(reading)
    values["words"] = [list(word.values()) for word in values["words"]]
    return orjson.dumps(values)


def unpacked(text: bytes) -> PageReading:
    """The page reading that was packed so."""
    values = orjson.loads(text)
    values["words"] = tuple(Word(*word) for word in values["words"])
    values["languages"] = tuple(values["languages"])
    values["kind"] = PageKind(values["kind"])
    return PageReading(**values)
