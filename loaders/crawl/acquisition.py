"""What is new at a source, brought onto this disk: a file, changes to the last version, or nothing.

What is fetched stays in the dataset's folder of downloads until it is loaded, and a broken download
goes on from there.
"""

import hashlib
import uuid
from dataclasses import dataclass
from pathlib import Path

from engine.errors import BadInput
from engine.progress import Progress, Ticker
from engine.run import Run
from loaders.crawl.catalog import Entry, Source
from loaders.crawl.delta import changes_between
from loaders.crawl.fetch import Fetched, fetch
from loaders.crawl.program import run_loader, run_program
from loaders.intake.address import masked, without_query
from loaders.intake.download import FileVersion
from loaders.intake.http import FetchFailed

NAME_LENGTH = 100
"""Characters of a downloaded file's name."""
SHA1_LENGTH = 40
"""Characters of a SHA-1 checksum; one of SHA-256 has 64."""


@dataclass(frozen=True)
class Acquired:
    """A new version of a dataset on this disk."""

    paths: list[Path]
    """Its files, in the order in which they are to be loaded."""
    size: int
    """Bytes of all files."""
    checksum: str | None
    """SHA-256; None for changes, whose checksum says nothing about a full version."""
    file_version: FileVersion | None = None
    """What the web server said of it."""
    changes_only: bool = False
    """Whether these are the changes since the last version, rather than all entities."""

    def is_same_as(self, last: Run | None) -> bool:
        """Whether its bytes are those of the last crawl."""
        return last is not None and self.checksum is not None and self.checksum == last.checksum

    def remove_from(self, folder: Path) -> None:
        """Remove the files that were made or fetched into this folder."""
        for path in self.paths:
            if folder in path.parents:
                path.unlink(missing_ok=True)


class Acquisition:
    """Brings what one source has into the dataset's folder of downloads."""

    def __init__(self, entry: Entry, folder: Path, progress: Progress) -> None:
        self._entry = entry
        self._source = entry.source
        self._folder = folder
        self._progress = progress

    def acquire(self, last: Run | None) -> Acquired | None:
        """The new version; None if the source says that it still is the one of the ``last`` crawl.

        Without a last crawl, all of it is brought. Raises ClewError.
        """
        source = self._source
        if source.path is not None:
            return self._local(self._entry.folder / source.path)
        if source.url is None:
            return self._produced()
        if last is not None and source.version is not None:
            if source.version == last.version:
                return None
            if (changes := self._changes(source.version, last.version)) is not None:
                return changes
        return self._fetched(source.url, last)

    def _local(self, path: Path) -> Acquired:
        if not path.is_file():
            raise BadInput(f"{path} is not there")
        if difference := difference_of(self._source, path):
            raise BadInput(f"{path} {difference}")
        return Acquired([path], path.stat().st_size, checksum_of(path))

    def _produced(self) -> Acquired:
        """What a program or a Python loader prints."""
        for old in self._folder.glob("made*"):
            old.unlink()
        # a name of its own: the program of a killed crawl may still write into the old file
        path = self._folder / f"made-{uuid.uuid4().hex}.ftm.json"
        (run_loader if self._source.command is None else run_program)(self._entry, path)
        return Acquired([path], path.stat().st_size, checksum_of(path))

    def _fetched(self, url: str, last: Run | None) -> Acquired | None:
        known = None
        if last is not None and last.source == self._source.label:
            # at another address the same mark would stand for another file
            known = FileVersion(url, last.etag, last.last_modified)
        fetched = self._fetch(url, filename_of(url), known)
        if fetched is None:
            return None
        if difference := difference_of(self._source, fetched.path):
            fetched.path.unlink()
            raise FetchFailed(f"{without_query(url)} {difference}")
        return Acquired([fetched.path], fetched.size, fetched.checksum, fetched.version)

    def _changes(self, wanted: str, held: str | None) -> Acquired | None:
        """The changes since the held version; None if there are none that lead on from there."""
        if held is None or self._source.delta is None:
            return None
        try:
            index = self._fetch(self._source.delta, "delta.json")
            assert index is not None
            urls = changes_between(index.path.read_bytes(), held, wanted)
            if urls is None:
                return None
            files = [self._fetch(url, f"delta-{n:04}.json") for n, url in enumerate(urls)]
        except FetchFailed as error:
            self._progress(f"{self._entry.name}: no changes to be had ({error}): taking all of it")
            return None
        fetched = [file for file in files if file is not None]
        paths = [file.path for file in fetched]
        return Acquired(paths, sum(file.size for file in fetched), None, changes_only=True)

    def _fetch(self, url: str, name: str, known: FileVersion | None = None) -> Fetched | None:
        ticker = Ticker()

        def report(arrived: int, total: int | None) -> None:
            if ticker.due():
                of = f" of {total:,}" if total else ""
                self._progress(f"{self._entry.name}: fetched {arrived:,}{of} bytes")

        self._progress(f"{self._entry.name}: asking {masked(url)}")
        return fetch(url, self._folder / name, self._source.limits, known, report)


def difference_of(source: Source, path: Path) -> str:
    """What shows that a file is not the one that its source describes; empty if it can be."""
    size = path.stat().st_size
    if source.size not in (None, size):
        return f"is {size:,} bytes long, not {source.size:,}"
    if source.checksum is None:
        return ""
    algorithm = "sha1" if len(source.checksum) == SHA1_LENGTH else "sha256"
    checksum = checksum_of(path, algorithm)
    if checksum == source.checksum.lower():
        return ""
    return f"has the checksum {checksum}, not {source.checksum}"


def checksum_of(path: Path, algorithm: str = "sha256") -> str:
    """The checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def filename_of(url: str) -> str:
    """A file name for what a URL gives; it keeps the ending, which may tell the format."""
    last = url.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    name = "".join(letter if letter.isalnum() or letter in ".-_" else "_" for letter in last)
    return name[-NAME_LENGTH:] or "file"
