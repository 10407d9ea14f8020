"""What a form of export is: it takes content, and writes it to where the data goes."""

from contextlib import AbstractContextManager
from typing import BinaryIO, Protocol

from engine.errors import BadInput
from engine.export.content import Content


class Target(Protocol):
    """Where data goes: one file or stream, or a folder or .zip of several files."""

    several: bool
    """Whether there may be more than one file."""

    def member(self, name: str) -> AbstractContextManager[BinaryIO]:
        """A file of this name, to be written as a stream; the name counts where there may be several."""


class Form(Protocol):
    """One form that data can be exported in."""

    name: str
    """What ``--format`` calls it."""
    graph: bool
    """Whether it holds nodes and arrows rather than records."""

    def write(self, content: Content, target: Target) -> list[str]:
        """Write all of it; what a person must be told of what the form cannot hold. Raises BadInput."""


def one_file(target: Target, what: str, count: int) -> None:
    """Raises BadInput where more files are needed than the target takes."""
    if count > 1 and not target.several:
        raise BadInput(f"these are {count} {what}, a file each: give -o FILE.zip or -o FOLDER/")
