"""Reads files on the spot, with all that is in them: their texts by page, and nothing is kept."""

import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from engine.document import PageReading, Reason
from loaders.document.box import Box, boxes
from loaders.document.limit import DEPTH, budget
from loaders.document.part import Asked, Facts, Member, Party, Problem, Rows, Text, parts_in
from loaders.document.sandbox import PARTS
from loaders.ingest.passage import LONGEST, edge, lines_of
from loaders.ingest.split import Beside, volumes
from loaders.ingest.walk import walk


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


def nothing(_: Sequence[str]) -> Mapping[str, Path]:
    """Nothing is in the same place."""
    return {}


def on_disk(file: Path) -> Beside[Path]:
    """Tells which files are in the same folder as a file on this machine."""
    return lambda names: {
        name: path.resolve() for name in names if (path := file.with_name(name)).is_file()
    }


def among(files: Mapping[str, Path]) -> Beside[Path]:
    """Tells which of some files there are."""
    return lambda names: {name: files[name] for name in names if name in files}


@dataclass(frozen=True)
class Waiting:
    """A file that is to be read."""

    file: Path
    name: str
    path: str
    depth: int = 0
    beside: Beside[Path] = nothing
    """Tells which files are in the same place: among them may be the volumes of an archive."""


@dataclass(frozen=True)
class Told:
    """What is known of all files, and how much of each is read."""

    languages: tuple[str, ...] = ()
    passwords: tuple[str, ...] = ()
    most: int | None = None
    """Pages of a file, at most."""


def skim(
    paths: Sequence[Path], languages: Sequence[str] = (), passwords: Sequence[str] = ()
) -> Iterator[Sheet | Unread]:
    """The texts of files and folders, one file after the other; raises BadInput for no file."""
    found = walk(paths)
    with boxes(1) as opened, tempfile.TemporaryDirectory(prefix="clew-screen-") as folder:
        for number, each in enumerate(found):
            first = Waiting(each.file, Path(each.path).name, each.path, beside=on_disk(each.file))
            place = Path(folder) / str(number)
            place.mkdir()
            told = Told(tuple(languages), tuple(passwords))
            yield from with_members(opened[0], first, place, told)


def with_members(
    box: Box, first: Waiting, folder: Path, told: Told, deadline: float | None = None
) -> Iterator[Sheet | Unread]:
    """The texts of a file, and of what is in it, however deep.

    After the ``deadline``, as ``time.monotonic()`` counts, no other file is begun.
    """
    waiting, count, spent = [first], 0, 0
    size = first.file.stat().st_size
    while waiting:
        file = waiting.pop()
        if deadline is not None and count and time.monotonic() > deadline:
            yield Unread(file.path, Reason.TIMEOUT, "this and what comes after it took too long")
            return
        if file.depth > DEPTH:
            yield Unread(file.path, Reason.TOO_LARGE, f"it lies in more than {DEPTH} other files")
            continue
        place = folder / str(count)
        place.mkdir()
        left = budget(size, count, spent)
        asked = Asked(
            file.file,
            file.name,
            place,
            left,
            told.languages,
            told.passwords,
            most=told.most,
            volumes=tuple(volumes(file.name, file.beside)),
        )
        ending = box.read(asked)
        reading = _Reading(file, place)
        for part in parts_in(place / PARTS):
            yield from reading.texts(part)
        yield from reading.rest()
        if ending.reason is not None:
            yield Unread(file.path, ending.reason, ending.detail)
        count += 1
        spent += sum(member.file.stat().st_size for member in reading.members)
        waiting += reversed(reading.members)


class _Reading:
    """What is read of one file, as pages, and what is in it."""

    def __init__(self, file: Waiting, folder: Path) -> None:
        self._path = file.path
        self._depth = file.depth
        self._folder = folder
        self._places: dict[tuple[str, ...], dict[str, Path]] = {}
        self.members: list[Waiting] = []
        self._text = ""
        self._page = 0

    def texts(self, part: object) -> Iterator[Sheet | Unread]:
        """The texts of one part of it."""
        match part:
            case Member():
                self._add(part)
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
                for line in lines_of(self._folder / part.file):
                    self._text += line
                    yield from self._passages()
            case Problem():
                yield Unread(self._path, part.reason, part.detail)

    def _add(self, part: Member) -> None:
        file = self._folder / part.file
        beside = self._places.setdefault(part.folders, {})
        beside[part.name] = file
        path = "/".join((self._path, *part.folders, part.name))
        self.members.append(Waiting(file, part.name, path, self._depth + 1, among(beside)))

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
