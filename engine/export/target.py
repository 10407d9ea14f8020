"""Where an export goes: stdout, a file, a ``.zip`` or a folder, either complete or not there.

Until it is complete, it is called ``NAME.part``. It holds no time, so the same data always make the
same bytes.
"""

import gzip
import io
import os
import shutil
import sys
import zipfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from engine.errors import BadInput, ClewError
from engine.export.format import Target

STDOUT = "-"
PART = ".part"


class SingleFile:
    """One stream, whatever its member is called."""

    several = False

    def __init__(self, out: BinaryIO) -> None:
        self._out = out

    @contextmanager
    def member(self, name: str) -> Iterator[BinaryIO]:
        """The one stream; the name is ignored."""
        yield self._out
        self._out.flush()


class Zip:
    """The members of a .zip archive."""

    several = True

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive

    @contextmanager
    def member(self, name: str) -> Iterator[BinaryIO]:
        """A member, compressed, without a date."""
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
    """The target that a path names; an error leaves no file behind. Raises BadInput, ClewError."""
    path = Path(output)
    try:
        if output == STDOUT:
            with stdout() as target:
                yield target
        else:
            with folder(path) if output.endswith("/") or path.is_dir() else file(path) as target:
                yield target
    except BrokenPipeError:  # the reader has closed it
        raise
    except OSError as error:
        name = "stdout" if output == STDOUT else error.filename or output
        raise ClewError(f"{name} cannot be written: {error.strerror or error}") from error


@contextmanager
def stdout() -> Iterator[Target]:
    """Stdout; after an error nothing more is written to it."""
    try:
        yield SingleFile(sys.stdout.buffer)
    except OSError:
        # else Python would flush what is left at exit, and print the error a second time
        with suppress(OSError, io.UnsupportedOperation), open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), sys.stdout.fileno())
        raise


@contextmanager
def folder(path: Path) -> Iterator[Target]:
    """A folder that is new or empty."""
    place = path.resolve() if path.is_symlink() else path
    if place.exists() and any(place.iterdir()):
        raise BadInput(f"the folder {path} is not empty: give a new one")
    part = place.with_name(place.name + PART)
    if part.exists():
        shutil.rmtree(part)
    part.mkdir()
    try:
        yield Folder(part)
        if place.exists():
            place.rmdir()
        part.rename(place)
    finally:
        shutil.rmtree(part, ignore_errors=True)


@contextmanager
def file(path: Path) -> Iterator[Target]:
    """A file, or the file that a link names; a pipe or a device is written to directly."""
    place = path.resolve() if path.is_symlink() else path
    if place.exists() and not place.is_file():
        with place.open("wb") as raw, filled(path, raw) as target:
            yield target
        return
    part = place.with_name(place.name + PART)
    try:
        with part.open("wb") as raw, filled(path, raw) as target:
            yield target
        part.rename(place)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


@contextmanager
def filled(path: Path, raw: BinaryIO) -> Iterator[Target]:
    """The content of a file: an archive if it is called ``.zip``, compressed if ``.gz``."""
    if path.suffix == ".zip":
        with zipfile.ZipFile(raw, "w") as archive:
            yield Zip(archive)
    elif path.suffix == ".gz":
        with gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed:
            yield SingleFile(packed)  # type: ignore[arg-type]  # a BinaryIO in all but name
    else:
        yield SingleFile(raw)
