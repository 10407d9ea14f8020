"""What some lines of a source say, as files that Neo4j imports: worked out in whichever process has time."""

import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from engine.entity import Entity
from engine.graph.column import Page, page
from engine.index.filler import documents
from loaders.format.ftm import lines
from loaders.source import Line
from loaders.source import lines as taken_apart


@dataclass
class Piece:
    """Some lines of a source that follow one another; ``alone`` where they are its first, and it is the first."""

    name: str
    before: int
    """Lines that come before them."""
    data: bytes
    alone: bool
    truncated: str | None = None

    def lines(self) -> Iterator[Line]:
        """Its lines, in order."""
        return taken_apart(io.BytesIO(self.data), self.before)


@dataclass
class Made:
    """What became of a piece."""

    source: str
    read: int = 0
    told: list[tuple[str, str]] = field(default_factory=list)
    """The id and the checksum of each entity."""
    places: list[int] = field(default_factory=list)
    """Where each stands."""
    refused: list[tuple[int, str]] = field(default_factory=list)
    truncated: str | None = None
    page: Page = field(default_factory=Page)
    documents: bytes = b""
    """The entities' documents, as the index takes them."""


def make(dataset: str, piece: Piece, revision: int, without: Collection[int] = ()) -> Made:
    """What a piece says under a revision, ``without`` the entities at some places."""
    made = Made(piece.name)
    fresh: list[Entity] = []
    for reading in lines(piece, dataset, piece.alone):
        made.read += 1
        if reading.entity is None:
            made.refused.append((reading.place, reading.reason))
            continue
        made.told.append((reading.entity.id, reading.entity.checksum))
        made.places.append(reading.place)
        if reading.place not in without:
            fresh.append(reading.entity)
    made.truncated = piece.truncated
    made.page, made.documents = lined(fresh, revision)
    return made


def lined(entities: list[Entity], revision: int) -> tuple[Page, bytes]:
    """Entities as Neo4j imports them, and as the index takes them."""
    found = page(entities, revision)
    told = documents(found.entities)
    found.entities = []
    return found, told
