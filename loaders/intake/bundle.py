"""The files inside a zip archive, with limits on what they unpack to.

An archive that is no file of this machine is copied to one first: its list of files stands at its
end, and a stream cannot go back. A file that unpacks to far more than it was packed to, or to more
than anybody means, is not read.
"""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import cast

from engine.errors import BadInput
from engine.validation import shown
from loaders.intake.source import Source
from loaders.intake.wording import counted

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
"""What a zip archive begins with, and one without files."""
MOST = 8 * 1024**3
"""Bytes of all files that are read of an archive, unpacked."""
SMALL = 64 * 1024**2
"""Bytes up to which it does not matter how well a file was packed."""
MOST_RATIO = 200
"""How many times its packed bytes a larger file may be; tables of text have 5 to 30."""
FEW = 3
"""Files that are named to say what an archive is."""
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError)
"""What reading a zip archive fails with: broken, cut off, packed in an unknown way, locked."""


@contextmanager
def archive_of(source: Source) -> Iterator[zipfile.ZipFile]:
    """The archive that a source is; raises BadInput for one that cannot be read."""
    with source.file() as path:
        try:
            archive = zipfile.ZipFile(path)
        except BROKEN as error:
            raise BadInput(f"{source.name} is not a whole zip archive: {error}") from None
        with archive:
            yield archive


def inspected(source: Source) -> tuple[list[str], Source]:
    """The names of the files in an archive, and the source to read it from afterwards.

    A stream can be read but once, so that the copy made of it takes its place. Raises BadInput
    for an archive that cannot be read.
    """
    with archive_of(source) as archive:
        names = names_in(archive)
        path = Path(str(archive.filename))
        again = Source(source.name, path.open("rb"), path.stat().st_size)
    # a copy has lost its name by now, and is gone when ``again`` is closed
    kept, closed = (source, again) if path.exists() else (again, source)
    closed.__exit__()
    return names, kept


def names_in(archive: zipfile.ZipFile) -> list[str]:
    """The files in an archive."""
    return [info.filename for info in archive.infolist() if not info.is_dir()]


def why_not(name: str, files: list[str]) -> str:
    """Why an archive of this name with these files is not read as it is, and what to do."""
    few = ", ".join(map(shown, files[:FEW])) + (", …" if len(files) > FEW else "")
    inside = f"of {counted(len(files), 'file')}" + (f" ({few})" if files else "")
    return (
        f"{name} is a zip archive {inside}: unpack it and load what is in it, "
        "or say --format icij if it is ICIJ's"
    )


def members(
    archive: zipfile.ZipFile, wanted: Callable[[str], bool]
) -> Iterator[tuple[zipfile.ZipInfo, str]]:
    """The files whose names are wanted, each with why it is not read; empty where it is."""
    total = 0
    for info in archive.infolist():
        if info.is_dir() or not wanted(info.filename):
            continue
        total += info.file_size
        if info.flag_bits & 1:
            yield info, "it is locked with a password"
        elif info.file_size > SMALL and info.file_size > MOST_RATIO * max(info.compress_size, 1):
            sizes = f"{info.file_size:,} bytes from {info.compress_size:,}"
            yield info, f"it unpacks to {sizes}: a zip bomb"
        elif total > MOST:
            yield info, f"the archive unpacks to more than {MOST // 1024**3} GiB"
        else:
            yield info, ""


def opened(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> zipfile.ZipExtFile:
    """A file of the archive; raises BadInput where it cannot be opened. Reading raises BROKEN."""
    try:
        return cast(zipfile.ZipExtFile, archive.open(info))
    except BROKEN as error:
        raise BadInput(f"cannot be unpacked: {error}") from None
