"""Puts the files that come out of a file into the folder of its reading, as far as they may."""

from collections.abc import Iterable
from contextlib import ExitStack

from engine.document import Reason
from engine.place import steps_of
from loaders.document.part import Asked, Member, Unreadable

BOMB = "more comes out of it than may come out of a file of its size: it may be a bomb"


class Folder:
    """The members of one file. They are written under numbers: their names never become paths."""

    def __init__(self, asked: Asked) -> None:
        self._folder = asked.folder
        self._members = asked.budget.members
        self._bytes = asked.budget.inflated
        self._count = 0

    def add(self, path: str, blocks: Iterable[bytes]) -> Member:
        """Write a member; raises Unreadable where that is more than may come out of the file."""
        self._count += 1
        if self._count > self._members:
            raise Unreadable(Reason.TOO_LARGE, "more files are in it than may come out of one file")
        file = f"member-{self._count}"
        with (self._folder / file).open("wb") as target, ExitStack() as on_error:
            on_error.callback((self._folder / file).unlink)
            for block in blocks:
                self._bytes -= len(block)
                if self._bytes < 0:
                    raise Unreadable(Reason.TOO_LARGE, BOMB)
                target.write(block)
            on_error.pop_all()
        *folders, name = steps_of(path) or [f"{self._count}"]
        return Member(file, name, tuple(folders))
