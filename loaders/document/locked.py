"""Locked .7z and .rar files by the programs of The Unarchiver: libarchive cannot decrypt them.

``lsar`` tests a password and lists the files, and ``unar`` writes them one after the other into a
pipe, so that nothing comes onto the disk that the budget does not allow.
"""

import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

import orjson

from engine.document import Reason
from loaders.document.member import Folder
from loaders.document.part import Asked, Member, Unreadable, still_locked
from loaders.document.program import ended
from loaders.document.volume import volume_of

BLOCK = 128 * 1024
"""Bytes that are unpacked at a time."""
MISSING = "unlocking it needs The Unarchiver: install the package unar and retry"


def unlocked_members(asked: Asked) -> Iterator[Member]:
    """The files of a locked archive; raises Unreadable where no password fits."""
    path = beside_volumes(asked)
    for password in asked.passwords:
        if not fits(path, password):
            continue
        files = files_of(path, password)
        yield from unpacked(asked, path, password, files)
        return
    raise still_locked(asked)


def beside_volumes(asked: Asked) -> Path:
    """The archive beside its other volumes, which the programs look for by their names."""
    volume = volume_of(asked.name)
    if volume is None or not asked.volumes:
        return asked.path
    folder = asked.folder / "volumes"
    folder.mkdir(exist_ok=True)
    names = [asked.name, *map(volume.name, range(1, len(asked.volumes) + 1))]
    for name, path in zip(names, (asked.path, *asked.volumes), strict=True):
        (folder / name).symlink_to(path)
    return folder / asked.name


def fits(path: Path, password: str) -> bool:
    """Whether a password opens all that is in an archive; raises Unreadable without the program."""
    command = ["lsar", "-t", "-p", password, str(path)]
    return ended(command, MISSING, Reason.ENCRYPTED).returncode == 0


def files_of(path: Path, password: str) -> list[dict[str, Any]]:
    """The files of an archive, without folders and links; raises Unreadable."""
    command = ["lsar", "-j", "-p", password, str(path)]
    done = ended(command, MISSING, Reason.ENCRYPTED)
    with suppress(orjson.JSONDecodeError, KeyError, TypeError):
        return [
            entry
            for entry in orjson.loads(done.stdout)["lsarContents"]
            if not entry.get("XADIsDirectory") and not entry.get("XADIsLink")
        ]
    raise Unreadable(Reason.CORRUPT, "what is in it cannot be listed")


def unpacked(
    asked: Asked, path: Path, password: str, files: list[dict[str, Any]]
) -> Iterator[Member]:
    """The files, cut out of the one stream in which they come; raises Unreadable."""
    if not files:
        return
    folder = Folder(asked)
    numbers = [str(entry["XADIndex"]) for entry in files]
    command = ["unar", "-q", "-o", "-", "-p", password, "-i", str(path), *numbers]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL) as program:
        assert program.stdout is not None
        try:
            for count, entry in enumerate(files):
                name = str(entry.get("XADFileName", ""))
                blocks = part_of(program.stdout, int(entry["XADFileSize"]), count)
                yield folder.add(name, blocks)
        finally:
            program.kill()


def part_of(stream: IO[bytes], size: int, count: int) -> Iterator[bytes]:
    """The next bytes of a stream; raises Unreadable where they are missing."""
    while size:
        block = stream.read(min(size, BLOCK))
        if not block:
            raise Unreadable(Reason.PARTIAL, f"{count:,} files came out of it, then its end")
        size -= len(block)
        yield block
