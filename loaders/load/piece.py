"""Some lines of a source, checked and encoded for the import in whichever process is free."""

import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field

from engine.entity import Entity
from engine.offline import Block, Slot
from loaders.format.ftm import lines as readings_of
from loaders.intake.source import Line, lines
from loaders.load.oddity import Oddities


@dataclass
class Piece:
    """Consecutive lines of a source, in the role of a source of their own."""

    name: str
    lines_before: int
    data: bytes
    alone: bool
    """Whether these are the first lines of the first source."""
    truncated: str | None = None

    def lines(self) -> Iterator[Line]:
        """Its lines, in order, with their numbers in the source."""
        return lines(io.BytesIO(self.data), self.lines_before)


@dataclass
class Encoded:
    """What became of a piece; the lists are parallel, one entry an entity."""

    source: str
    block: Block
    read: int = 0
    identities: list[tuple[str, str]] = field(default_factory=list)
    """The id and the checksum of each entity."""
    places: list[int] = field(default_factory=list)
    """The line of each entity."""
    refused: list[tuple[int, str]] = field(default_factory=list)
    truncated: str | None = None
    oddities: Oddities = field(default_factory=Oddities)


def encode(dataset: str, piece: Piece, slot: Slot, without: Collection[int] = ()) -> Encoded:
    """Check a piece and encode its entities, but for those on the lines ``without``."""
    read = 0
    identities: list[tuple[str, str]] = []
    places: list[int] = []
    refused: list[tuple[int, str]] = []
    entities: list[Entity] = []
    oddities = Oddities()
    for reading in readings_of(piece, dataset, piece.alone):
        read += 1
        if reading.entity is None:
            refused.append((reading.place, reading.reason))
            continue
        oddities.look(reading.entity, piece.name, reading.place)
        identities.append((reading.entity.id, reading.entity.checksum))
        places.append(reading.place)
        if reading.place not in without:
            entities.append(reading.entity)
    block = slot.encode(entities)
    return Encoded(piece.name, block, read, identities, places, refused, piece.truncated, oddities)
