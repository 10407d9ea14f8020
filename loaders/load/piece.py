"""What some lines of a source say, as files that Neo4j imports: worked out in whichever process has time."""

import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from engine.entity import Entity
from engine.graph.record.column import Page, page
from engine.index.filler import Part, put_down
from loaders.format.ftm import lines
from loaders.intake.source import Line
from loaders.intake.source import lines as taken_apart


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
    documents: Part = field(default_factory=Part)
    """Where the index finds the entities."""


def make(
    dataset: str, piece: Piece, revision: int, folder: str, without: Collection[int] = ()
) -> Made:
    """What a piece says under a revision, ``without`` the entities at some places; some of it is in the folder."""
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
    made.page, made.documents = lined(fresh, revision, folder)
    return made


def lined(entities: list[Entity], revision: int, folder: str) -> tuple[Page, Part]:
    """Entities as Neo4j imports them, and where the index finds them."""
    found = page(entities, revision)
    documents = put_down(found.entities, folder)
    found.entities = []
    return found, documents
