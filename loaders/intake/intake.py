"""What a load takes in: its sources, one after the other, and what a format reads out of them."""

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

from engine.entity import Entity
from engine.errors import BadInput
from loaders.intake.bundle import ZIP, archive_of, inspected, names_in, why_not
from loaders.intake.meter import Meter
from loaders.intake.source import Source, name_of

DATA = frozenset({".csv", ".tsv", ".json", ".jsonl", ".ijson", ".gz", ".zip"})
"""Endings of the files of a folder that are read first: they tell its format, and no README."""

LISTED = 10
"""Sources that ended early and are named."""


@dataclass(frozen=True, slots=True)
class ParseResult:
    """One entity, or the reason why there is none.

    ``place`` is the number, from 1, of the line or row of ``source`` where it stands; ``size``
    about how many bytes it took; ``id`` the entity's own id where it was refused but its id can be
    read, else None.
    """

    source: str
    place: int
    size: int
    entity: Entity | None = None
    reason: str = ""
    id: str | None = None
    gone: bool = False
    """The source says that the entity with this ``id`` is no more."""


class Intake:
    """The sources of one load, opened when their turn comes; it knows which of them broke off."""

    def __init__(
        self,
        dataset: str,
        names: Sequence[str],
        *,
        mapping: Path | None = None,
        meter: Meter | None = None,
    ) -> None:
        self.dataset = dataset
        sources = [(file, name) for name in names for file in files(name)]
        self.names = [file for file, _ in sources]
        self._sources = [(name_of(file), name_of(name)) for file, name in sources]
        self.mapping = mapping
        self.notes: list[str] = []
        """What a format left out or decided, for people who would miss it otherwise."""
        self.position = 0
        """Bytes read of the source that is open."""
        self._meter = meter or Meter()
        self._opened: dict[str, Source] = {}
        self._looked_at = ""
        """The name of the source that told the format."""
        self._open: Source | None = None
        self._ended: dict[str, str] = {}

    @cached_property
    def called(self) -> dict[str, str]:
        """What each source is called wherever it lies: its name, or its path in a given folder."""
        return distinct_names(self._sources)

    @property
    def truncated(self) -> str | None:
        """Which sources ended early, each with why; None if none did."""
        order = {name_of(name): place for place, name in enumerate(self.names)}
        names = sorted(self._ended, key=lambda name: order.get(name, 0))
        reasons = [self._ended[name] for name in names]
        more = f"; and {len(reasons) - LISTED:,} more" if len(reasons) > LISTED else ""
        return "; ".join(reasons[:LISTED]) + more if reasons else None

    def ended(self, name: str, reason: str | None) -> None:
        """Note that a source ended early, if there is a reason; its first reason counts."""
        if reason is not None:
            self._ended.setdefault(name, f"{name}: {reason}")

    def head(self) -> tuple[str, bytes]:
        """The name and the first bytes, unpacked, of the first source that is not empty.

        An empty one tells nothing of the format of the others. Raises BadInput where the first
        source cannot be opened.
        """
        for number, name in enumerate(self.names):
            try:
                source = Source.open(name)
            except BadInput:
                if number == 0:
                    raise
                continue  # it counts as one that ended early when its turn comes
            if source.head().strip():
                self._looked_at = name
                self._opened[name] = source
                return source.name, source.head()
            if is_remote(name):  # what has come is not asked for again
                self._opened[name] = source
            else:
                source.__exit__()
        return name_of(self.names[0]), b""

    def inside(self) -> list[str]:
        """The names of the files in the source that ``head`` says is a zip archive.

        Raises BadInput where it cannot be read.
        """
        files, self._opened[self._looked_at] = inspected(self._opened[self._looked_at])
        return files

    def sources(self, archives: bool = False) -> Iterator[Source]:
        """Each source, open while it is read; raises BadInput where the first cannot be opened.

        A later one that cannot be opened counts as one that ended early, as what came before it is
        taken in already. So does a zip archive, unless ``archives`` are wanted.
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
        """Show that so many entities are read in all, and how far the open source is read."""
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
    """The source of this name; for a folder every file in it, by name. Raises BadInput."""
    if is_remote(name) or not Path(name).is_dir():
        return [name]
    inside = [
        file for file in Path(name).rglob("*") if file.is_file() and not file.name.startswith(".")
    ]
    if not inside:
        raise BadInput(f"{name} is a folder without files")
    inside.sort(key=lambda file: (file.suffix.lower() not in DATA, file))
    return [str(file) for file in inside]


def is_remote(name: str) -> bool:
    """Whether a source comes from the web or from standard input."""
    return name == "-" or name.startswith(("http://", "https://"))


def distinct_names(sources: Sequence[tuple[str, str]]) -> dict[str, str]:
    """What to call each source, by the end of its path; each comes with the argument it is from.

    Below a folder that was named, that is the path from there. Where several would be called alike,
    so much more of their paths is taken that they are not.
    """
    paths = {file: tuple(absolute(file).split("/")) for file, _ in sources}
    sizes = {
        paths[file]: max(1, len(paths[file]) - len(absolute(name).split("/")))
        for file, name in sources
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


def absolute(name: str) -> str:
    """A path from the root on; a URL as it is."""
    return name if "://" in name else os.path.abspath(name)


class Format(Protocol):
    """One way to write entities down: what a module of ``loaders.format`` has to offer."""

    name: str
    """What ``--format`` calls it."""

    def fits(self, name: str, head: bytes) -> bool:
        """Whether a source is of this format: its name, and its first bytes (128 KiB, unpacked)."""

    def read(self, intake: Intake) -> Iterator[ParseResult]:
        """Every entity of every source; raises BadInput where none can be read at all."""
