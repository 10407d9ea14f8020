"""Volumes: an archive that was cut into several files, which are read together, as one.

Their names tell that: ``x.7z.001``, ``x.7z.002`` …; ``x.part1.rar``, ``x.part2.rar`` …; ``x.rar``,
``x.r00`` …; ``x.z01``, ``x.z02`` …, ``x.zip``. One of them, the *head*, is read with all others.
"""

import io
import re
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

MISSING = "if it is not damaged, this volume of it is missing:"
"""Stands in a reason before the name of a file that an archive may lack."""
NUMBERED = re.compile(
    r"(?P<stem>.+\.(?:7z|zip|rar|tar|tgz|gz|bz2|xz|zst))\.(?P<number>\d{3,})", re.I
)
PART = re.compile(r"(?P<stem>.+\.part)(?P<number>\d+)(?P<end>\.rar)", re.I)
OLD = re.compile(r"(?P<stem>.+\.)(?P<kind>rar|zip|[r-y]\d\d|z\d\d+)", re.I)


@dataclass(frozen=True)
class Volume:
    """What a file's name says of the volumes of its archive."""

    head: str
    """The name of the one that is read with all others; its own, where it is that."""
    number: int
    """Its place among the others, from 1; 0 for the head."""
    name: Callable[[int], str]
    """The name of each of the others, by its number from 1."""


def volume_of(name: str) -> Volume | None:
    """The volume that a file of this name may be; None for other names.

    Most files that are called .zip or .rar have no other volumes.
    """
    if found := NUMBERED.fullmatch(name):
        stem, number, width = found["stem"], int(found["number"]), len(found["number"])
        if number:
            return Volume(f"{stem}.{1:0{width}}", number - 1, lambda n: f"{stem}.{n + 1:0{width}}")
    if found := PART.fullmatch(name):
        stem, number, end = found["stem"], int(found["number"]), found["end"]
        width = len(found["number"])
        if number:
            first = f"{stem}{1:0{width}}{end}"
            return Volume(first, number - 1, lambda n: f"{stem}{n + 1:0{width}}{end}")
    if found := OLD.fullmatch(name):
        return old_volume(found["stem"], found["kind"])
    return None


def old_volume(stem: str, kind: str) -> Volume | None:
    """The volume of a .zip or .rar whose others have a letter and a number instead."""
    letter, digits, upper = kind[0].lower(), kind[1:], kind[0].isupper()

    def written(text: str) -> str:
        return stem + (text.upper() if upper else text)

    if letter == "z":
        number = int(digits) if digits.isdigit() else 0
        if digits == "00":
            return None
        return Volume(written("zip"), number, lambda n: written(f"z{n:02}"))
    number = (ord(letter) - ord("r")) * 100 + int(digits) + 1 if digits.isdigit() else 0
    return Volume(
        written("rar"),
        number,
        lambda n: written(f"{chr(ord('r') + (n - 1) // 100)}{(n - 1) % 100:02}"),
    )


def in_order(name: str, path: Path, others: Sequence[Path]) -> list[Path]:
    """All volumes in the order in which their bytes follow each other."""
    is_zip = name.lower().endswith(".zip")  # its head has the end of it
    return [*others, path] if is_zip else [path, *others]


class Joined(io.RawIOBase):
    """Several files as one stream of bytes."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self._closing = ExitStack()
        self._files = [self._closing.enter_context(path.open("rb")) for path in paths]
        self._sizes = [file.seek(0, io.SEEK_END) for file in self._files]
        self._at = 0

    def readable(self) -> bool:
        """It can be read …"""
        return True

    def seekable(self) -> bool:
        """… from anywhere."""
        return True

    def tell(self) -> int:
        """The byte that comes next."""
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a byte."""
        start = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: sum(self._sizes)}[whence]
        self._at = max(0, start + offset)
        return self._at

    def readinto(self, buffer: "bytearray | memoryview") -> int:  # type: ignore[override]
        """Read some bytes; how many, 0 at the end."""
        start = 0
        for file, size in zip(self._files, self._sizes, strict=True):
            if self._at < start + size:
                file.seek(self._at - start)
                read = file.readinto(buffer)
                self._at += read
                return int(read)
            start += size
        return 0

    def close(self) -> None:
        """Close all of them."""
        self._closing.close()
        super().close()
