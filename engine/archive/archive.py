"""Files by the SHA-256 of their content, each kept once, whoever brought it in and how often.

``Archive`` is all that the rest of Clew knows of it; a folder keeps them for now (``folder.py``).
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from engine.errors import BadInput

SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Kept:
    """A file as the archive has it."""

    sha256: str
    sha1: str
    """FollowTheMoney's ``contentHash``."""
    size: int
    """Bytes."""


class Archive(ABC):
    """Files by their SHA-256.

    Whoever archives a file and then refers to it does both inside of ``holding``, and whoever
    deletes what nothing refers to looks and deletes inside of ``clearing``: these two wait for
    each other, so that no file goes that somebody is about to refer to.
    """

    @abstractmethod
    def put(self, source: IO[bytes]) -> Kept:
        """Archive what a stream holds, from where it is to its end; raises ClewError.

        It is on disk when this returns. Content that is there already is not written again.
        """

    @abstractmethod
    def has(self, sha256: str) -> bool:
        """Whether there is such a file."""

    @abstractmethod
    def open(self, sha256: str) -> IO[bytes]:
        """Its bytes; raises NotFound."""

    @abstractmethod
    def path(self, sha256: str) -> AbstractContextManager[Path]:
        """It as a local file for a block, which must not be changed; raises NotFound."""

    @abstractmethod
    def delete(self, hashes: Collection[str]) -> None:
        """Delete these files, as far as they are there; the caller is ``clearing``."""

    @abstractmethod
    def hashes(self) -> Iterator[str]:
        """Every file that there is, in no order."""

    @abstractmethod
    def holding(self) -> AbstractContextManager[None]:
        """Nothing is deleted while the block runs; any number of processes may be in it."""

    @abstractmethod
    def clearing(self) -> AbstractContextManager[None]:
        """Nothing is archived while the block runs; waits until no other process holds."""


def checked(sha256: str) -> str:
    """The hash, if it is one: nothing else becomes a part of a path. Raises BadInput."""
    if not SHA256.fullmatch(sha256):
        raise BadInput(f"{sha256[:100]!r} is no SHA-256: 64 hexadecimal digits in small letters")
    return sha256
