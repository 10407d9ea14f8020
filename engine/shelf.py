"""Batches of records put aside on disk, in order, until it is clear whether they are written."""

from collections.abc import Collection, Iterator, Sequence
from tempfile import TemporaryFile
from types import TracebackType
from typing import IO

import orjson

from engine.entity import Entity

Shelved = tuple[Sequence[Entity], Collection[str]]
"""Records, and the ids of those that replace others."""


class Shelf:
    """A temporary file without a name, gone with this process; a context manager."""

    def __init__(self) -> None:
        self._file: IO[bytes] = TemporaryFile()  # noqa: SIM115  ``close`` ends it

    def put(self, entities: Sequence[Entity], existing: Collection[str]) -> None:
        """Put a batch aside; raises OSError where the disk is full."""
        values = [
            (e.id, e.dataset, e.schema, e.caption, e.properties, e.checksum) for e in entities
        ]
        self._file.write(orjson.dumps([values, sorted(existing)]) + b"\n")

    def __iter__(self) -> Iterator[Shelved]:
        """The batches that were put aside, in order."""
        self._file.seek(0)
        for line in self._file:
            values, existing = orjson.loads(line)
            yield [Entity(*each) for each in values], frozenset(existing)

    def __enter__(self) -> "Shelf":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all batches."""
        self._file.close()
