"""Fetches one file from a web server onto this disk: only if it is new, and all of it or nothing.

What has arrived so far waits beside the file, with a note of what it is a part of. The next fetch,
also after a crash, goes on from there.
"""

import hashlib
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import BinaryIO

import orjson

from loaders.intake.download import Download, FileVersion, Limits, NotModified
from loaders.intake.http import FetchFailed

Report = Callable[[int, int | None], None]
"""Is called with how many bytes have arrived, and of how many if that is known."""


@dataclass(frozen=True)
class Fetched:
    """A complete file on this disk."""

    path: Path
    version: FileVersion
    size: int
    """Bytes."""
    checksum: str
    """SHA-256."""


def fetch(
    url: str,
    path: Path,
    limits: Limits,
    known: FileVersion | None = None,
    report: Report = lambda *_: None,
) -> Fetched | None:
    """Fetch a URL's file to ``path``; None if it still is the ``known`` version.

    Raises FetchFailed.
    """
    partial = Partial(path, url)
    version = partial.version()
    download = Download(
        url,
        limits,
        start_over=partial.start_over,
        version=version,
        position=0 if version is None else partial.size(),
    )
    try:
        for chunk in download.chunks(known):
            partial.append(chunk)
            report(download.position, download.size)
    except NotModified:
        return None
    except FetchFailed as error:
        partial.close()
        kept = f"; {partial.size():,} bytes are kept" if partial.version() else ""
        raise FetchFailed(f"{error}{kept}") from None
    finally:
        partial.close()
    assert download.version is not None
    return partial.finish(download.version)


class Partial:
    """What has arrived so far, on disk beside the file that it will be."""

    def __init__(self, path: Path, url: str) -> None:
        self._path = path
        self._url = url
        self._data = path.with_name(path.name + ".part")
        self._note = path.with_name(path.name + ".part.json")
        self._file: BinaryIO | None = None

    def size(self) -> int:
        """How many bytes are here."""
        return self._data.stat().st_size if self._data.is_file() else 0

    def version(self) -> FileVersion | None:
        """What they are a part of; None if that cannot be resumed, or is another file."""
        try:
            version = FileVersion(**orjson.loads(self._note.read_bytes()))
        except (OSError, ValueError, TypeError):
            return None
        resumes = version.url == self._url and version.condition() and self.size()
        return version if resumes else None

    def start_over(self, version: FileVersion) -> None:
        """Drop what is here, and note what comes."""
        self.close()
        # in this order: a note must never describe the bytes of another version
        self._data.unlink(missing_ok=True)
        self._note.write_bytes(orjson.dumps(asdict(version)))

    def append(self, chunk: bytes) -> None:
        """Add what arrived."""
        if self._file is None:
            self._file = self._data.open("ab")
        self._file.write(chunk)

    def close(self) -> None:
        """Close the file; what is here stays."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def finish(self, version: FileVersion) -> Fetched:
        """All is here: give the file its name."""
        self.close()
        self._data.touch()  # nothing is appended to an empty file
        with self._data.open("rb") as file:
            checksum = hashlib.file_digest(file, "sha256").hexdigest()
        self._data.replace(self._path)
        self._note.unlink(missing_ok=True)
        return Fetched(self._path, version, self._path.stat().st_size, checksum)
