"""Which files are in what was given: the file itself, or those of a zip archive, each with limits.

An archive is copied to a file without a name first, as its list of files stands at its end and a stream cannot go
back. A file that unpacks to far more than it was packed to, or to more than anybody means, is not read.
"""

import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import IO

from engine.errors import BadInput
from loaders.source import Source

ZIP = b"PK\x03\x04"
MOST = 8 * 1024**3
"""Bytes of an archive, and of everything in it that is read."""
SMALL = 64 * 1024**2
"""Bytes up to which nobody asks how well a file was packed."""
MOST_RATIO = 200
"""How many times the bytes it was packed to a larger file may be; tables of text have 5 to 30."""
PIECE = 1024 * 1024
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)
"""What reading a zip archive fails with: broken, cut off, packed in an unknown way, locked."""


@contextmanager
def archive_of(source: Source) -> Iterator[zipfile.ZipFile]:
    """The archive that a source is; raises BadInput for one that cannot be read."""
    with tempfile.TemporaryFile() as copy:
        with source.reading() as stream:
            while data := stream.read(PIECE):
                copy.write(data)
                if copy.tell() > MOST:
                    raise BadInput(f"{source.name} is larger than {MOST // 1024**3} GiB")
        try:
            archive = zipfile.ZipFile(copy)
        except BROKEN as error:
            raise BadInput(f"{source.name} is not a whole zip archive: {error}") from None
        with archive:
            yield archive


def chosen(archive: zipfile.ZipFile, wanted: Callable[[str], bool]) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    """The files whose names are wanted, in order of the archive, each with why it is not read, or nothing."""
    total = 0
    for info in archive.infolist():
        if info.is_dir() or not wanted(info.filename):
            continue
        total += info.file_size
        if info.flag_bits & 1:
            yield info, "it is locked with a password"
        elif info.file_size > SMALL and info.file_size > MOST_RATIO * max(info.compress_size, 1):
            yield info, f"it unpacks to {info.file_size:,} bytes from {info.compress_size:,}: a zip bomb"
        elif total > MOST:
            yield info, f"the archive unpacks to more than {MOST // 1024**3} GiB"
        else:
            yield info, ""


def opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> IO[bytes]:
    """A file of the archive; raises BadInput where it cannot be opened. Reading raises BROKEN."""
    try:
        return archive.open(info)
    except BROKEN as error:
        raise BadInput(f"cannot be unpacked: {error}") from None
