"""The archive as a folder: ``ab/cd/abcd….`` without an extension, so that nothing runs or opens."""

import fcntl
import hashlib
import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from engine.archive.archive import SHA256, Archive, Kept, checked
from engine.errors import ClewError, NotFound

BLOCK = 1024 * 1024
"""Bytes that are read and written at a time."""


class FolderArchive(Archive):
    """An archive in a folder of this machine, which is made when the first file comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, source: IO[bytes]) -> Kept:
        """Archive what a stream holds; see Archive."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with NamedTemporaryFile(dir=self._incoming(), delete=False) as part:
                try:
                    kept = copied(source, part)
                    self._keep(Path(part.name), kept.sha256)
                finally:
                    Path(part.name).unlink(missing_ok=True)
        except OSError as error:
            raise ClewError(f"the archive cannot be written: {error.strerror or error}") from None
        return kept

    def _incoming(self) -> Path:
        """The folder of files whose hash is not known yet."""
        folder = self._folder / "incoming"
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder

    def _keep(self, part: Path, sha256: str) -> None:
        target = self._place(sha256)
        if target.exists():
            return
        target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part.replace(target)
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)  # the name, too, must survive a power cut
        finally:
            os.close(folder)

    def has(self, sha256: str) -> bool:
        """Whether there is such a file."""
        return self._place(sha256).is_file()

    def open(self, sha256: str) -> IO[bytes]:
        """Its bytes; raises NotFound."""
        try:
            return self._place(sha256).open("rb")
        except FileNotFoundError:
            raise missing(sha256) from None

    @contextmanager
    def path(self, sha256: str) -> Iterator[Path]:
        """It as a local file for a block; raises NotFound."""
        if not self.has(sha256):
            raise missing(sha256)
        yield self._place(sha256)

    def delete(self, hashes: Collection[str]) -> None:
        """Delete these files, and folders that get empty."""
        for sha256 in hashes:
            place = self._place(sha256)
            place.unlink(missing_ok=True)
            for folder in (place.parent, place.parent.parent):
                try:
                    folder.rmdir()
                except OSError:  # it holds others, or was never there
                    break

    def hashes(self) -> Iterator[str]:
        """Every file that there is."""
        for path in self._folder.glob("??/??/*"):
            if SHA256.fullmatch(path.name):
                yield path.name

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Nothing is deleted while the block runs."""
        with self._locked(fcntl.LOCK_SH):
            yield

    @contextmanager
    def clearing(self) -> Iterator[None]:
        """Nothing is archived while the block runs; what kills left behind is removed."""
        with self._locked(fcntl.LOCK_EX):
            for path in self._incoming().iterdir():
                path.unlink(missing_ok=True)
            yield

    @contextmanager
    def _locked(self, kind: int) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (self._folder / "lock").open("ab") as file:
            fcntl.flock(file, kind)  # let go of when the file is closed, also by a kill
            yield

    def _place(self, sha256: str) -> Path:
        name = checked(sha256)
        return self._folder / name[:2] / name[2:4] / name


def copied(source: IO[bytes], target: IO[bytes]) -> Kept:
    """Copy a stream onto the disk, and what it holds."""
    sha256, sha1, size = hashlib.sha256(), hashlib.sha1(usedforsecurity=False), 0
    while block := source.read(BLOCK):
        sha256.update(block)
        sha1.update(block)
        size += len(block)
        target.write(block)
    target.flush()
    os.fsync(target.fileno())
    return Kept(sha256.hexdigest(), sha1.hexdigest(), size)


def missing(sha256: str) -> NotFound:
    """The error for a file that is not there."""
    return NotFound(f"the archive holds no file {sha256}")
