"""Reads the pages of one file on all cores: each page in another process, which may crash or hang.

Within ingest, a whole file is read in a process of its own, and this is not used.
"""

import os
import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from typing import Self

from engine.document import PageReading, Reason
from engine.process.worker import end_with
from loaders.ocr.detection import language_of
from loaders.ocr.failure import Unreadable
from loaders.ocr.image import image_pages, read_image_page
from loaders.ocr.language import names_of
from loaders.ocr.page import Instruction
from loaders.ocr.pdf import pdf_pages, read_pdf_page
from loaders.ocr.tesseract import available, installed

HEAD = 1024
"""Bytes in which a PDF says that it is one."""
GRACE = 20
"""Seconds that a process has beyond a page's time, before it is ended from outside."""


@dataclass(frozen=True)
class PagedFile:
    """A PDF or an image whose pages can be read."""

    path: Path
    pages: int
    is_pdf: bool
    password: str | None = None

    def read(self, number: int, how: Instruction) -> PageReading:
        """Read one page in this process; raises Unreadable or LanguageMissing."""
        if self.is_pdf:
            return read_pdf_page(self.path, number, how, self.password)
        return read_image_page(self.path, number, how)


@dataclass(frozen=True, slots=True)
class FailedPage:
    """A page that could not be read."""

    number: int
    reason: Reason
    detail: str


Outcome = PageReading | FailedPage
"""What came of a page."""


def paged_file(path: Path, password: str | None = None) -> PagedFile:
    """A file that is a PDF or an image, by its content; raises Unreadable with the reason."""
    if not path.is_file():
        raise Unreadable(Reason.UNSUPPORTED, "it is no file")
    with path.open("rb") as file:
        is_pdf = b"%PDF-" in file.read(HEAD)
    if is_pdf or (path.suffix.lower() == ".pdf" and path.stat().st_size):
        return PagedFile(path, pdf_pages(path, password), True, password)
    return PagedFile(path, image_pages(path), False)


def read_pages(
    file: PagedFile, numbers: Sequence[int], how: Instruction, processes: int | None = None
) -> Iterator[Outcome]:
    """Read pages in their order, several at a time; raises LanguageMissing before any is read.

    Pages that begin later are first tried in the languages in which the ones before them are.
    """
    if how.languages:
        names_of(how.languages, installed())
    available()
    language_of(["warm"] * 50)  # what is loaded now need not be loaded by each process
    size = min(processes or os.cpu_count() or 1, len(numbers))
    with Readers(file, how, size) as readers:
        done: dict[int, Outcome] = {}
        waiting = list(numbers)
        for number in numbers:
            while number not in done:
                while waiting and readers.is_free:
                    readers.begin(waiting.pop(0))
                done |= readers.finished()
            yield done.pop(number)


class Readers:
    """Processes that read pages of one file."""

    def __init__(self, file: PagedFile, how: Instruction, size: int) -> None:
        self._file = file
        self._how = how
        self._size = size
        self._pool = pool_of(size)
        self._running: dict[Future[Outcome], int] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    @property
    def is_free(self) -> bool:
        """Whether a process has nothing to do."""
        return len(self._running) < self._size

    def begin(self, number: int) -> None:
        """Have a page read."""
        future = self._pool.submit(read_one, self._file, number, self._how)
        self._running[future] = number

    def finished(self) -> dict[int, Outcome]:
        """Wait for pages that are read, by their numbers."""
        finished, _ = wait(self._running, return_when=FIRST_COMPLETED)
        if any(isinstance(future.exception(), BrokenProcessPool) for future in finished):
            numbers, self._running = sorted(self._running.values()), {}
            self._pool.shutdown()
            self._pool = pool_of(self._size)
            return {number: alone(self._file, number, self._how) for number in numbers}
        pages = {self._running.pop(future): future.result() for future in finished}
        for page in pages.values():
            self._how = after(self._how, page)
        return pages


def pool_of(size: int) -> ProcessPoolExecutor:
    """Processes that read pages, and end with this one."""
    context = get_context("fork")
    return ProcessPoolExecutor(size, context, initializer=end_with, initargs=(os.getpid(),))


def read_one(file: PagedFile, number: int, how: Instruction) -> Outcome:
    """Read a page in a process of its own, which ends itself where that takes too long."""
    signal.alarm(int(how.seconds) + GRACE)
    try:
        return file.read(number, how)
    except Unreadable as error:
        return FailedPage(number, error.reason, error.detail)
    except MemoryError:
        return FailedPage(number, Reason.TOO_LARGE, "reading it takes more memory than there is")
    finally:
        signal.alarm(0)


def alone(file: PagedFile, number: int, how: Instruction) -> Outcome:
    """Read a page that may be the one at which a process ended, with no other beside it."""
    started = time.monotonic()
    with pool_of(1) as pool:
        try:
            return pool.submit(read_one, file, number, how).result()
        except BrokenProcessPool:
            if time.monotonic() - started >= how.seconds + GRACE:
                return FailedPage(number, Reason.TIMEOUT, "it took longer than a page may take")
            return FailedPage(number, Reason.CRASHED, "the program that read it crashed")


def after(how: Instruction, page: Outcome) -> Instruction:
    """How to read on after a page: its languages are likely for the next ones."""
    if how.languages or isinstance(page, FailedPage) or not page.languages:
        return how
    there = available()
    likely = tuple(name for name in page.languages if name in there)
    return replace(how, likely=likely) if likely else how
