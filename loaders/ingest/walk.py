"""Which files are to be brought in, and where each is among them."""

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.errors import BadInput


@dataclass(frozen=True, slots=True)
class Found:
    """A file on this machine."""

    file: Path
    path: str
    """Where it is among what is brought in: it begins with the name of the folder that was named.
    """
    size: int
    modified: int
    """In nanoseconds of the epoch."""


def walk(paths: Sequence[Path]) -> Iterator[Found]:
    """Every regular file in these files and folders, in order; raises BadInput.

    Symbolic links, devices, sockets and pipes are left out; a path that is named itself may be a
    link. What cannot be looked at is left out too: ``unreadable`` names it.
    """
    for path in paths:
        try:
            real = path.resolve(strict=True)
            info = real.stat()
        except OSError as error:
            raise BadInput(f"{path} cannot be read: {error.strerror}") from None
        if stat.S_ISREG(info.st_mode):
            yield Found(real, named(real.name), info.st_size, info.st_mtime_ns)
        elif stat.S_ISDIR(info.st_mode):
            yield from inside(real, named(real.name or "files"))
        else:
            raise BadInput(f"{path} is neither a file nor a folder")


def inside(folder: Path, path: str) -> Iterator[Found]:
    """The files in a folder, each folder's before those of the folders in it."""
    waiting = [(folder, path)]
    while waiting:
        folder, path = waiting.pop()
        try:
            entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
        except OSError:
            continue
        folders: list[tuple[Path, str]] = []
        for entry in entries:
            place = f"{path}/{named(entry.name)}"
            if entry.is_dir(follow_symlinks=False):
                folders.append((Path(entry.path), place))
            elif entry.is_file(follow_symlinks=False):
                info = entry.stat(follow_symlinks=False)
                yield Found(Path(entry.path), place, info.st_size, info.st_mtime_ns)
        waiting += reversed(folders)


def named(name: str) -> str:
    """A file's name as text: names in no encoding are kept as far as they can be."""
    return os.fsencode(name).decode("utf-8", "replace")
