"""Reads files on the spot, with all that is in them: their texts by page, and nothing is kept."""

import csv
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.document import PageReading, Reason
from loaders.document.box import Box, boxes
from loaders.document.limit import DEPTH, budget
from loaders.document.part import Asked, Facts, Member, Party, Problem, Rows, Text, parts_in
from loaders.document.sandbox import PARTS
from loaders.ingest.passage import LONGEST, edge
from loaders.ingest.walk import walk

CELLS = "\t"


@dataclass(frozen=True)
class Sheet:
    """The text of one page, or of a passage of a long text or a table."""

    path: str
    """The file, with what it was found in."""
    page: int
    text: str


@dataclass(frozen=True)
class Unread:
    """A file that could not be read, or not wholly."""

    path: str
    reason: Reason
    detail: str


@dataclass(frozen=True)
class _Waiting:
    file: Path
    name: str
    path: str
    depth: int


def skim(
    paths: Sequence[Path], languages: Sequence[str] = (), passwords: Sequence[str] = ()
) -> Iterator[Sheet | Unread]:
    """The texts of files and folders, one file after the other; raises BadInput for no file."""
    found = walk(paths)
    with boxes(1) as opened, tempfile.TemporaryDirectory(prefix="clew-screen-") as folder:
        for number, each in enumerate(found):
            first = _Waiting(each.file, Path(each.path).name, each.path, 0)
            place = Path(folder) / str(number)
            place.mkdir()
            yield from _with_members(opened[0], first, place, (tuple(languages), tuple(passwords)))


def _with_members(
    box: Box, first: _Waiting, folder: Path, told: tuple[tuple[str, ...], tuple[str, ...]]
) -> Iterator[Sheet | Unread]:
    """The texts of a file, and of what is in it, however deep."""
    waiting, count, spent = [first], 0, 0
    size = first.file.stat().st_size
    while waiting:
        file = waiting.pop()
        if file.depth > DEPTH:
            yield Unread(file.path, Reason.TOO_LARGE, f"it lies in more than {DEPTH} other files")
            continue
        place = folder / str(count)
        place.mkdir()
        left = budget(size, count, spent)
        ending = box.read(Asked(file.file, file.name, place, left, *told))
        members: list[_Waiting] = []
        reading = _Reading(file.path, place)
        for part in parts_in(place / PARTS):
            if isinstance(part, Member):
                inner = place / part.file
                path = "/".join((file.path, *part.folders, part.name))
                members.append(_Waiting(inner, part.name, path, file.depth + 1))
                spent += inner.stat().st_size
                continue
            yield from reading.texts(part)
        yield from reading.rest()
        if ending.reason is not None:
            yield Unread(file.path, ending.reason, ending.detail)
        count += 1
        waiting += reversed(members)


class _Reading:
    """What is read of one file, as pages."""

    def __init__(self, path: str, folder: Path) -> None:
        self._path = path
        self._folder = folder
        self._text = ""
        self._page = 0

    def texts(self, part: object) -> Iterator[Sheet | Unread]:
        """The texts of one part of it."""
        match part:
            case PageReading():
                yield Sheet(self._path, part.number, part.text)
            case Text():
                self._text += part.text
                yield from self._passages()
            case Party():
                self._text += f"{part.name} {part.email}\n\n"
            case Facts():
                title = part.properties.get("title", []) + part.properties.get("subject", [])
                self._text += "".join(f"{each}\n\n" for each in dict.fromkeys(title))
            case Rows():
                with (self._folder / part.file).open(encoding="utf-8", newline="") as lines:
                    for cells in csv.reader(lines):
                        self._text += CELLS.join(cells) + "\n"
                        yield from self._passages()
            case Problem():
                yield Unread(self._path, part.reason, part.detail)

    def _passages(self) -> Iterator[Sheet]:
        while len(self._text) > LONGEST:
            end = edge(self._text, 0)
            yield self._passage(self._text[:end])
            self._text = self._text[end:]

    def rest(self) -> Iterator[Sheet]:
        """The end of its text."""
        if self._text.strip():
            yield self._passage(self._text)

    def _passage(self, text: str) -> Sheet:
        self._page += 1
        return Sheet(self._path, self._page, text)
