"""What an export format is: it takes content, and writes it to a target."""

from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

from engine.errors import BadInput
from engine.export.content import Content


class Target(Protocol):
    """Where data goes: one file or stream, or a folder or .zip of several files."""

    several: bool
    """Whether there may be more than one file."""

    def member(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A stream to a file; where there is only one file, its name is ignored."""


class Format(Protocol):
    """A format that data can be exported in."""

    name: str
    """What ``--format`` calls it."""
    graph: bool
    """Whether it holds nodes and relationships rather than records."""

    def write(self, content: Content, target: Target) -> list[str]:
        """Writes the content; returns notes about what the format cannot hold. Raises BadInput."""


def one_file(target: Target, what: str, count: int) -> None:
    """Raises BadInput where more files are needed than the target takes."""
    if count > 1 and not target.several:
        raise BadInput(f"these are {count} {what}, a file each: give -o FILE.zip or -o FOLDER/")
