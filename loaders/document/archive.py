"""Archives: the files in them, whatever packed them. Links, devices and the like are left out."""

import re
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import libarchive
from libarchive.exception import ArchiveError

from engine.document import Reason
from loaders.document.locked import unlocked_members
from loaders.document.member import Folder
from loaders.document.part import Asked, Facts, Part, Problem, Unreadable
from loaders.document.volume import MISSING, Joined, in_order, volume_of

BLOCK = 128 * 1024
"""Bytes that are unpacked at a time."""
SPLIT = re.compile(r"\.(?:\d{3,}|part\d+\.rar)$", re.IGNORECASE)
"""Ends the name of an archive that certainly has several volumes."""
LOCKED = re.compile("passphrase|encrypt", re.IGNORECASE)
SINGLE = re.compile(r"\.(gz|bz2|xz|zst|lzma|z|lz4?)$", re.IGNORECASE)
"""What the name of one packed file ends in."""


def read_archive(asked: Asked, media_type: str) -> Iterator[Part]:
    """The files in an archive; with the password that fits, where it needs one."""
    yield Facts("Package", media_type)
    volume = volume_of(asked.name)
    if volume is not None and volume.number:
        if not asked.volumes:
            raise Unreadable(Reason.CORRUPT, f"it is a part of {volume.head}, which is not here")
        return  # what is in it comes out of the head
    yield from unpacked(asked, "all")


def read_packed(asked: Asked, media_type: str) -> Iterator[Part]:
    """The one file that was packed, or the members of the archive that was (.tar.gz)."""
    yield Facts("Package", media_type)
    if is_archive(asked.path):
        yield from unpacked(asked, "all")
    else:
        yield from unpacked(asked, "raw")


def is_archive(path: Path) -> bool:
    """Whether there is an archive in a packed file."""
    try:
        with libarchive.file_reader(str(path)) as archive:
            return any(True for _ in archive)
    except ArchiveError:
        return False


def unpacked(asked: Asked, format_name: str) -> Iterator[Part]:
    """The members; raises Unreadable where no password fits, or none could be unpacked."""
    passwords: tuple[str | None, ...] = (*asked.passwords, None)
    for number, password in enumerate(passwords, 1):
        folder, count = Folder(asked), 0
        try:
            for part in members(asked, folder, format_name, password):
                count += 1
                yield part
            return
        except ArchiveError as error:
            message = str(error.msg or "its end is missing")
            locked = LOCKED.search(message)
            if locked and not count and number < len(passwords):
                continue
            if locked and not count and asked.passwords:
                yield from unlocked_members(asked)
                return
            raise_for(f"{message}{next_volume(asked)}", count)


def next_volume(asked: Asked) -> str:
    """Which file may be missing, where an archive ends early, for a person; empty for none."""
    volume = volume_of(asked.name)
    if volume is None or not (asked.volumes or SPLIT.search(asked.name)):
        return ""
    return f"; {MISSING} {volume.name(len(asked.volumes) + 1)}"


def raise_for(message: str, count: int) -> None:
    """Raise Unreadable for an archive that could be read no further."""
    if LOCKED.search(message):
        how = "give one by --password and --retry encrypted"
        raise Unreadable(Reason.ENCRYPTED, f"it needs a password that fits: {how} ({message})")
    if count:
        raise Unreadable(Reason.PARTIAL, f"{count:,} files came out of it, then: {message}")
    raise Unreadable(Reason.CORRUPT, f"it is damaged, or only a part of an archive: {message}")


def members(asked: Asked, folder: Folder, format_name: str, password: str | None) -> Iterator[Part]:
    """The files of the archive; raises ArchiveError."""
    left_out: list[str] = []
    with opened(asked, format_name, password) as archive:
        for entry in archive:
            name = path_of(entry)
            if format_name == "raw":
                name = SINGLE.sub("", asked.name) or asked.name
            if entry.isdir:
                continue
            if entry.issym or entry.islnk or not entry.isreg:
                left_out.append(name)
                continue
            blocks = Counted(entry.get_blocks(BLOCK))
            yield folder.add(name, blocks)
            if blocks.size < (entry.size or 0):
                short = f"{name} ends after {blocks.size:,} of {entry.size:,} bytes"
                yield Problem(Reason.PARTIAL, short + next_volume(asked))
    if left_out:
        some = ", ".join(left_out[:5])
        yield Problem(Reason.PARTIAL, f"{len(left_out):,} links or devices are left out: {some}")


@contextmanager
def opened(asked: Asked, format_name: str, password: str | None) -> Iterator[Any]:
    """An archive for a block, with all its volumes; raises ArchiveError."""
    if not asked.volumes:
        with libarchive.file_reader(
            str(asked.path), format_name=format_name, passphrase=password
        ) as archive:
            yield archive
        return
    paths = in_order(asked.name, asked.path, asked.volumes)
    with (
        closing(Joined(paths)) as stream,
        libarchive.stream_reader(
            stream, format_name=format_name, block_size=BLOCK, passphrase=password
        ) as archive,
    ):
        yield archive


class Counted:
    """Blocks, and how many bytes they were."""

    def __init__(self, blocks: Iterable[bytes]) -> None:
        self._blocks = blocks
        self.size = 0

    def __iter__(self) -> Iterator[bytes]:
        for block in self._blocks:
            self.size += len(block)
            yield block


def path_of(entry: Any) -> str:
    """The path that an archive gives to a member."""
    path = entry.pathname
    return path.decode("utf-8", "replace") if isinstance(path, bytes) else str(path or "")
