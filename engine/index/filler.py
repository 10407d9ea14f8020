"""The work of a process that makes an index anew, out of entities that others put down in a file."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import orjson

from engine.entity import Entity
from engine.errors import ClewError
from engine.index.document import document
from engine.index.index import Index


@dataclass(frozen=True)
class Part:
    """Some bytes of a file."""

    file: str = ""
    offset: int = 0
    size: int = 0


YIELDING = 10
"""How far the process that indexes gives way: what it does can wait, what checks and imports is waited for."""
_open: list[Index] = []
"""The index that this process makes."""


def begin(folder: str) -> None:
    """Make an empty index in a folder; from now on this process gives way to any other."""
    os.nice(YIELDING)
    _open.append(Index.open(Path(folder), write=True))


def fill(part: Part) -> int:
    """Index the documents of a part of a file, none of which is there yet; how many they were."""
    with open(part.file, "rb") as spool:
        spool.seek(part.offset)
        return _index().add_documents(spool.read(part.size))


def finish(revision: int) -> None:
    """Make all of it lasting, at a revision, and let go of it."""
    _index().commit(revision)
    _open.pop().close()


def drop() -> None:
    """Let go of an index that is not finished, if one is begun: nothing is written to its folder any more."""
    while _open:
        _open.pop().close()


def put_down(entities: Iterable[tuple[Entity, list[str]]], folder: str) -> Part:
    """Write the documents of entities with their shared values' ids to this process's own file in a folder."""
    with open(f"{folder}/documents-{os.getpid()}", "ab") as spool:
        offset = spool.tell()
        return Part(
            spool.name, offset, spool.write(b"".join(document(*each) + b"\n" for each in entities))
        )


def packed(entities: list[Entity]) -> bytes:
    """Entities as they stand in a file."""
    return orjson.dumps(
        [(e.id, e.dataset, e.schema, e.caption, e.properties, e.checksum) for e in entities]
    )


def unpacked(data: bytes) -> list[Entity]:
    """Entities as they stood in a file."""
    return [Entity(*fields) for fields in orjson.loads(data)]


def _index() -> Index:
    if not _open:
        raise ClewError("no index was begun")
    return _open[-1]
