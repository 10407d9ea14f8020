"""The work of a process that builds a new index, from entries that other processes wrote to files.

Making entries is most of the work, and can be shared; only one process can write an index.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import orjson

from engine.entity import Entity
from engine.errors import ClewError
from engine.index.entry import entry
from engine.index.index import Index


@dataclass(frozen=True)
class Part:
    """Some bytes of a file."""

    file: str = ""
    offset: int = 0
    size: int = 0


NICENESS = 10
"""Indexing gives way to the processes that check entities and import: they take longer."""
_open: list[Index] = []
"""The index that this process builds, if one was begun."""


def begin(folder: str) -> None:
    """Begin an empty index in a folder; from now on this process gives way to others."""
    os.nice(NICENESS)
    _open.append(Index.open(Path(folder), write=True))


def fill(part: Part) -> int:
    """Index the entries in a part of a file, none of which is there yet; how many they were."""
    with open(part.file, "rb") as file:
        file.seek(part.offset)
        return _index().add_entries(file.read(part.size))


def finish(revision: int) -> None:
    """Commit the index at a revision, and close it."""
    _index().commit(revision)
    _open.pop().close()


def drop() -> None:
    """Close an index that is not finished, if there is one: its folder is written to no more."""
    while _open:
        _open.pop().close()


def append_entries(
    entities: Iterable[tuple[Entity, list[str]]], revision: int, folder: str
) -> Part:
    """Append the entries of entities with their shared values' ids to this process's own file."""
    with open(f"{folder}/entries-{os.getpid()}", "ab") as file:
        offset = file.tell()
        lines = b"".join(entry(entity, shared, revision) + b"\n" for entity, shared in entities)
        return Part(file.name, offset, file.write(lines))


def packed(entities: list[Entity]) -> bytes:
    """Entities as bytes, to be put into a file."""
    return orjson.dumps(
        [(e.id, e.dataset, e.schema, e.caption, e.properties, e.checksum) for e in entities]
    )


def unpacked(data: bytes) -> list[Entity]:
    """Entities out of such bytes."""
    return [Entity(*fields) for fields in orjson.loads(data)]


def _index() -> Index:
    if not _open:
        raise ClewError("no index was begun")
    return _open[-1]
