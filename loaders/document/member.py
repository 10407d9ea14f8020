"""Puts the files that come out of a file into the folder of its reading, as far as they may."""

import re
from collections.abc import Iterable
from contextlib import ExitStack

from engine.document import Reason
from loaders.document.part import Asked, Member, Unreadable, clean

LONGEST_NAME = 255
"""Characters of a member's name, and of each folder around it."""
MOST_FOLDERS = 100
"""Folders around a member."""
BOMB = "more comes out of it than may come out of a file of its size: it may be a bomb"
CONTROL = re.compile(r"[\x00-\x1f\x7f\u202a-\u202e\u2066-\u2069]")
"""Control characters, also those that turn a name around so that it looks like another one."""


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


def steps_of(path: str) -> list[str]:
    """The folders and the name in a path that somebody else wrote; none leads out or upwards."""
    steps = (CONTROL.sub("", step).strip() for step in re.split(r"[/\\]", clean(path)))
    kept = [step[:LONGEST_NAME] for step in steps if step not in ("", ".", "..")]
    if kept and re.fullmatch("[A-Za-z]:", kept[0]):
        kept = kept[1:]
    return kept[:MOST_FOLDERS] + kept[-1:] if len(kept) > MOST_FOLDERS else kept
