"""What a load takes in: its sources one after the other, and what a format reads out of them, piece by piece."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from engine.entity import Entity
from engine.errors import BadInput
from loaders.intake.bundle import ZIP, archive_of, looked_into, names_in, why_not
from loaders.intake.progress import Meter, Silence
from loaders.intake.source import Source, name_of

DATA = frozenset({".csv", ".tsv", ".json", ".jsonl", ".ijson", ".gz", ".zip"})
"""Endings of the files of a folder that are read first: what it holds is told by them, not by a README."""

LISTED = 10
"""Sources that ended early and are named."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One entity, or the reason why there is none.

    ``place`` is the number, from 1, of the line or row of ``source`` where it stands; ``size`` about how many
    bytes it took; ``id`` the entity's own id where one that was refused can still be told, else None.
    """

    source: str
    place: int
    size: int
    entity: Entity | None = None
    reason: str = ""
    id: str | None = None
    gone: bool = False
    """Not an entity, but that the one with this ``id`` is no more."""


class Intake:
    """The sources of one load: opened when their turn comes, their progress told, and whether one broke off."""

    def __init__(
        self,
        dataset: str,
        names: Sequence[str],
        *,
        mapping: Path | None = None,
        meter: Meter | None = None,
    ) -> None:
        self.dataset = dataset
        given = [(file, name) for name in names for file in files(name)]
        self.names = [file for file, _ in given]
        self._given = [(name_of(file), name_of(name)) for file, name in given]
        self.mapping = mapping
        self.notes: list[str] = []
        """What a format left out or decided, that people would miss otherwise."""
        self.position = 0
        """Bytes read of the source that is open."""
        self._meter = meter or Silence()
        self._opened: dict[str, Source] = {}
        self._open: Source | None = None
        self._ended: dict[str, str] = {}

    @cached_property
    def called(self) -> dict[str, str]:
        """What each source is called wherever it lies: its name, below a folder that was given its path from there."""
        return told_apart(self._given)

    @property
    def truncated(self) -> str | None:
        """Which sources ended early, each with why; None if none did."""
        order = {name_of(name): place for place, name in enumerate(self.names)}
        told = [
            self._ended[name] for name in sorted(self._ended, key=lambda name: order.get(name, 0))
        ]
        more = f"; and {len(told) - LISTED:,} more" if len(told) > LISTED else ""
        return "; ".join(told[:LISTED]) + more if told else None

    def ended(self, name: str, reason: str | None) -> None:
        """A source ended early, if there is a reason: the first one that it has counts."""
        if reason is not None:
            self._ended.setdefault(name, f"{name}: {reason}")

    def head(self) -> tuple[str, bytes]:
        """The first source's name and its first bytes, unpacked; raises BadInput where it cannot be opened."""
        source = Source.open(self.names[0])
        self._opened[self.names[0]] = source
        return source.name, source.head()

    def inside(self) -> list[str]:
        """The names of the files in the first source, once ``head`` has told that it is a zip archive.

        Raises BadInput where it cannot be read.
        """
        files, self._opened[self.names[0]] = looked_into(self._opened[self.names[0]])
        return files

    def sources(self, archives: bool = False) -> Iterator[Source]:
        """Each source, open while it is read; raises BadInput where the first cannot be opened.

        A later one that cannot be is told as one that ended early: what came before it is taken already. So is a
        zip archive, unless ``archives`` are wanted.
        """
        for number, name in enumerate(self.names):
            try:
                opened = self._opened.pop(name, None) or Source.open(name)
                if not archives:
                    refuse_archive(opened)
            except BadInput as error:
                if number == 0:
                    raise
                self._ended.setdefault(name_of(name), str(error))
                continue
            with opened as source:
                self._open = source
                self._meter.begin(source.name, source.size)
                yield source
                self.advance(0)
                self._open = None
                self.ended(source.name, source.truncated)

    def advance(self, count: int) -> None:
        """So many entities are read in all: tell it, with how far the open source is."""
        if self._open is not None:
            self._meter.advance(self._open.position, count)

    def close(self) -> None:
        """Close what was opened to look at and never read."""
        for source in self._opened.values():
            source.__exit__()


def refuse_archive(source: Source) -> None:
    """Raises BadInput for a source that is a zip archive, and closes it."""
    if source.head().startswith(ZIP):
        with source, archive_of(source) as archive:
            raise BadInput(why_not(source.name, names_in(archive)))


def files(name: str) -> list[str]:
    """The source of this name; for a folder every file in it, in order of their names. Raises BadInput."""
    if name == "-" or name.startswith(("http://", "https://")) or not Path(name).is_dir():
        return [name]
    found = [
        file for file in Path(name).rglob("*") if file.is_file() and not file.name.startswith(".")
    ]
    if not found:
        raise BadInput(f"{name} is a folder without files")
    return [
        str(file)
        for file in sorted(found, key=lambda file: (file.suffix.lower() not in DATA, file))
    ]


def told_apart(given: Sequence[tuple[str, str]]) -> dict[str, str]:
    """The sources, each given with what stood for it, and the end of its path: from there on; of those that would be
    called alike so much more that they are not."""
    paths = {file: tuple(whole(file).split("/")) for file, _ in given}
    sizes = {
        paths[file]: max(1, len(paths[file]) - len(whole(name).split("/"))) for file, name in given
    }
    while True:
        called = {path: "/".join(path[-size:]) for path, size in sizes.items()}
        counts = Counter(called.values())
        alike = [
            path for path, size in sizes.items() if counts[called[path]] > 1 and size < len(path)
        ]
        if not alike:
            return {file: called[path] for file, path in paths.items()}
        for path in alike:
            sizes[path] += 1


def whole(name: str) -> str:
    """A path from the root on; a URL as it is."""
    return name if "://" in name else os.path.abspath(name)


class Format(Protocol):
    """One way to write entities down. A new one is one module with such an object, and one line in ``registry``."""

    name: str
    """What ``--format`` calls it."""

    def fits(self, name: str, head: bytes) -> bool:
        """Whether a source with this name that begins with these bytes (some 64 KiB, unpacked) is of this format."""

    def read(self, intake: Intake) -> Iterator[Reading]:
        """Every entity of every source; raises BadInput where none can be read at all."""
