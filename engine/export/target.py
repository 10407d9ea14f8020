"""Where an export goes: stdout, a file, a ``.zip`` or a folder; it is there whole, or not at all.

What is not finished is called ``NAME.part``. Nothing tells when it was made, so the same data are the same bytes.
"""

import gzip
import shutil
import sys
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import BinaryIO

from engine.errors import BadInput, ClewError
from engine.export.form import Target

STDOUT = "-"
PART = ".part"


class One:
    """One stream, whatever its member is called."""

    several = False

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    @contextmanager
    def member(self, name: str) -> Iterator[BinaryIO]:
        """The stream."""
        yield self._out
        self._out.flush()


class Zip:
    """The members of a .zip archive."""

    several = True

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    @contextmanager
    def member(self, name: str) -> Iterator[BinaryIO]:
        """A member, compressed, of no date."""
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o644 << 16
        with self._archive.open(info, "w", force_zip64=True) as out:
            yield out  # type: ignore[misc]  # zipfile's stub says IO[bytes]


class Folder:
    """The files of a folder."""

    several = True

    def __init__(self, path: Path) -> None:
        self._path = path

    def member(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A file."""
        return (self._path / name).open("wb")


@contextmanager
def opened(output: str) -> Iterator[Target]:
    """The target that a path names; an error on the way leaves nothing behind. Raises BadInput, ClewError."""
    if output == STDOUT:
        yield One(sys.stdout.buffer)
        return
    path = Path(output)
    try:
        with folder(path) if output.endswith("/") or path.is_dir() else file(path) as target:
            yield target
    except OSError as error:
        raise ClewError(f"{error.filename or output} cannot be written: {error.strerror or error}") from error


@contextmanager
def folder(path: Path) -> Iterator[Target]:
    """A folder that is new or empty."""
    if path.exists() and any(path.iterdir()):
        raise BadInput(f"the folder {path} is not empty: give a new one")
    part = path.with_name(path.name + PART)
    if part.exists():
        shutil.rmtree(part)
    part.mkdir()
    try:
        yield Folder(part)
        if path.exists():
            path.rmdir()
        part.rename(path)
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def file(path: Path) -> Iterator[Target]:
    """A file, an archive if it is called ``.zip``, compressed if ``.gz``."""
    part = path.with_name(path.name + PART)
    try:
        with part.open("wb") as raw:
            if path.suffix == ".zip":
                with zipfile.ZipFile(raw, "w") as archive:
                    yield Zip(archive)
            elif path.suffix == ".gz":
                with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed:
                    yield One(packed)  # type: ignore[arg-type]  # a BinaryIO in all but name
            else:
                yield One(raw)
        part.rename(path)
    finally:
        part.unlink(missing_ok=True)
