"""What readers find in a file: values that go from the reading process to the one that asked.

They travel as lines of JSON. What is long (members of archives, tables) is a file in the folder of
the reading, which a part names.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from engine.document import PagePicture, PageReading, Reason, packed, unpacked
from engine.place import UNSTORABLE
from loaders.document.limit import Budget


class Unreadable(Exception):
    """Nothing (more) of a file can be read; readers raise it."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Asked:
    """One file that is to be read."""

    path: Path
    name: str
    """What it is called where it was found: only a hint."""
    folder: Path
    """Where members and tables are put."""
    budget: Budget = field(default_factory=Budget)
    languages: tuple[str, ...] = ()
    passwords: tuple[str, ...] = ()
    """Passwords that may fit an encrypted file."""
    cache: Path | None = None
    """The folder in which answers of OCR are kept."""
    only: tuple[int, ...] = ()
    """The pages that are read; empty: all."""
    most: int | None = None
    """How many of them are read at most."""
    as_image: bool = False
    """Whether pages are read as images though they have text."""
    by_page: tuple[tuple[int, tuple[str, ...]], ...] = ()
    """The languages of single pages that are in others than the document."""
    picture: PagePicture | None = None
    """The image of a page to draw (``PICTURE``), instead of reading."""
    volumes: tuple[Path, ...] = ()
    """The other volumes of a split archive, in order; of one that is not its head, the head."""
    bundle: Path | None = None
    """Page readings to make a searchable PDF with (``SEARCHABLE``), instead of reading."""


PICTURE, SEARCHABLE = "page.png", "searchable.pdf"
"""What is put into the folder where it was asked for."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What the file is, and what it says of itself: FtM's schema, and properties of it."""

    schema: str
    media_type: str
    properties: Mapping[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Text:
    """Some of its text, which has no pages; pieces follow each other."""

    text: str


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody who sent or received a mail."""

    role: str
    """The property of the mail that names such people: ``emitters`` or ``recipients``."""
    name: str
    email: str


@dataclass(frozen=True, slots=True)
class Member:
    """A file that was in this one."""

    file: str
    """Its name in the folder of the reading."""
    name: str
    folders: tuple[str, ...] = ()
    """The folders around it inside of this file."""


@dataclass(frozen=True, slots=True)
class Rows:
    """A table: its rows as a CSV file with a header, in UTF-8."""

    file: str
    name: str
    columns: tuple[str, ...]
    count: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something of the file could not be read; the rest was."""

    reason: Reason
    detail: str


Part = Facts | Text | Party | Member | Rows | Problem | PageReading
SIMPLE: Mapping[str, type[Any]] = {
    kind.__name__: kind for kind in (Facts, Text, Party, Member, Rows, Problem)
}


def still_locked(asked: Asked) -> Unreadable:
    """The error for a file that none of the given passwords opens."""
    given = "none of the passwords fits" if asked.passwords else "it needs a password"
    return Unreadable(Reason.ENCRYPTED, f"{given}: give one by --password and --retry encrypted")


def line_of(part: Part) -> bytes:
    """A part as a line."""
    if isinstance(part, PageReading):
        return b'{"PageReading":' + packed(part) + b"}\n"
    return orjson.dumps({type(part).__name__: asdict(part)}) + b"\n"


def parts_in(path: Path) -> Iterator[Part]:
    """The parts that a reading wrote: none where it ended before it wrote any.

    A last line that was cut by a crash is left out.
    """
    if not path.exists():
        return
    with path.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                return
            yield part_of(line)


def part_of(line: bytes) -> Part:
    """The part that was written as this line."""
    (name, values), *_ = orjson.loads(line).items()
    if name == "PageReading":
        return unpacked(orjson.dumps(values))
    if name == "Problem":
        values["reason"] = Reason(values["reason"])
    for key, value in values.items():
        if isinstance(value, list):
            values[key] = tuple(value)
    part: Part = SIMPLE[name](**values)
    return part


def clean(text: str) -> str:
    """The text without what no store takes."""
    return UNSTORABLE.sub("\N{REPLACEMENT CHARACTER}", text)
