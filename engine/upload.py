"""Files that arrive over HTTP: kept in the data folder until all are there, then loaded.

A load begins only when every byte of its sources is on this disk, so an upload that breaks off
changes nothing: it goes on later where it stopped, from any process that has the data folder.
"""

import os
import re
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import orjson

from engine.errors import BadInput, ClewError
from engine.lock import Locked, locked
from engine.secret import hashed

LIFE = 48 * 3600.0
"""Seconds without a new byte after which an upload is deleted."""
MOST_FILES = 100
ROOM = 1024**3
"""Bytes of the disk that uploads leave free."""
ID = re.compile(r"[0-9a-f]{16,64}")
FILE = re.compile(r"[0-9A-Za-z][0-9A-Za-z._ -]{0,99}")


class WrongOffset(ClewError):
    """A part of a file that does not begin where the last one ended; ``size`` says where."""

    def __init__(self, size: int) -> None:
        super().__init__(f"{size:,} bytes are here: go on with offset={size}")
        self.size = size


class TooLarge(ClewError):
    """Files that are larger than uploads may be, or than the disk has room for."""


class Busy(ClewError):
    """An upload that another request is writing to, or loading."""


class Uploads:
    """The uploads of one data folder."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        """``most_bytes`` is the size of the largest upload, all of its files together."""
        self._folder = folder
        self._most_bytes = most_bytes

    def upload(self, account: str, dataset: str, id: str) -> "Upload":
        """An upload of an account into a dataset, whether it has begun or not; raises BadInput.

        Another account, or another dataset, has another upload of the same ``id``.
        """
        if not ID.fullmatch(id):
            raise BadInput("an upload is named by 16 to 64 hexadecimal digits, in small letters")
        name = hashed(f"{account}\n{dataset}\n{id}")[:32]
        return Upload(self._folder / name, self._most_bytes)

    def forget_old(self) -> None:
        """Delete the uploads that nothing was added to for two days."""
        with suppress(FileNotFoundError):
            for path in list(self._folder.iterdir()):
                with suppress(OSError):
                    if time.time() - path.stat().st_mtime <= LIFE:
                        continue
                    if path.is_dir():
                        shutil.rmtree(path)
                    else:
                        path.unlink()


class Upload:
    """Some files on their way into one dataset."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._folder = folder
        self._most_bytes = most_bytes

    def sizes(self) -> dict[str, int]:
        """How many bytes of each file are here."""
        with suppress(FileNotFoundError):
            return {path.name: path.stat().st_size for path in sorted(self._folder.iterdir())}
        return {}

    def path(self, name: str) -> Path:
        """Where a file of this name is; raises BadInput for a name that no file may have."""
        if not FILE.fullmatch(name):
            raise BadInput("a file is named by 1 to 100 letters, digits, blanks and . _ -")
        return self._folder / name

    def paths(self) -> list[Path]:
        """The files, by name."""
        return [self._folder / name for name in self.sizes()]

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else writes to it until the block ends; raises Busy where somebody does."""
        self._folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            with locked(self._folder.with_suffix(".lock"), str(os.getpid()), temporary=True):
                yield
        except Locked:
            raise Busy("this upload is being written to or loaded by another request") from None

    def append(self, name: str, offset: int, part: bytes) -> int:
        """Add bytes at the end of a file, which has ``offset`` bytes by now; its size then.

        The caller holds the upload. Raises WrongOffset, TooLarge, BadInput.
        """
        path, sizes = self.path(name), self.sizes()
        size = sizes.get(name, 0)
        if offset != size:
            raise WrongOffset(size)
        if name not in sizes and len(sizes) >= MOST_FILES:
            raise BadInput(f"an upload has at most {MOST_FILES} files")
        if sum(sizes.values()) + len(part) > self._most_bytes:
            raise TooLarge(f"an upload has at most {self._most_bytes:,} bytes")
        self._folder.mkdir(exist_ok=True, mode=0o700)
        if shutil.disk_usage(self._folder).free - len(part) < ROOM:
            raise TooLarge("the disk of this installation has no room for it")
        with path.open("ab") as file:
            file.write(part)
        return size + len(part)

    def finish(self, report: Mapping[str, Any]) -> None:
        """Delete the files and keep the report of their load."""
        self.delete()
        self._report.write_bytes(orjson.dumps(dict(report)))

    def report(self) -> Mapping[str, Any] | None:
        """The report of the load that is done; None where none is."""
        with suppress(FileNotFoundError):
            found: Mapping[str, Any] = orjson.loads(self._report.read_bytes())
            return found
        return None

    @property
    def _report(self) -> Path:
        return self._folder.with_suffix(".json")

    def delete(self) -> None:
        """Delete all of its files."""
        shutil.rmtree(self._folder, ignore_errors=True)
