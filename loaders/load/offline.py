"""Filling an empty data folder: read and checked in several processes, imported by Neo4j itself, indexed meanwhile.

What it makes is what ``load`` makes. Until the import is done nothing is there; then all of it is, but for what no
file could carry (``column``): where there is such, Neo4j is started at the end, and an ordinary transaction writes it.
Otherwise the first start is whoever uses it next. Changes (``Delta``) have nothing here that they could change.
"""

import tempfile
import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from engine.dataset import check_name
from engine.engine import Engine
from engine.entity import Entity
from engine.errors import BadInput
from engine.graph.record.column import Page
from engine.index.filler import Part, packed, unpacked
from engine.metadata import checked
from engine.server.home import home_of
from engine.server.worker import Workers
from engine.settings import Settings
from engine.sync.bulk import Bulk, begun
from loaders.format.delta import Delta
from loaders.format.ftm import Ftm
from loaders.format.registry import format_of
from loaders.intake.intake import Format, Intake, Reading
from loaders.intake.progress import Meter, Silence
from loaders.intake.seen import Seen
from loaders.load.load import BATCH, BATCH_BYTES, Report
from loaders.load.piece import Made, Piece, lined, make

WAITING = 2
"""Pieces that each process may be ahead."""


def fill(
    settings: Settings,
    crew: Workers,
    sources: Sequence[str],
    dataset: str,
    *,
    title: str | None = None,
    format: str | None = None,
    mapping: Path | None = None,
    progress: Callable[[str], None] | None = None,
    meter: Meter | None = None,
) -> Report:
    """Make an empty data folder hold what the sources say. Raises BadInput, EngineInUse, ClewError."""
    check_name(dataset)
    title = checked({"title": title})["title"]
    begun_at = time.monotonic()
    meter = meter or Silence()
    say = progress or meter.message
    intake = Intake(dataset, sources, mapping=mapping, meter=meter)
    with closing(intake), tempfile.TemporaryFile(dir=home_of(settings).data) as odd:
        form = format_of(intake, format)
        if isinstance(form, Delta):
            raise BadInput(
                f"{intake.names[0]} tells changes to a dataset: load them without --offline"
            )
        with begun(settings, crew, say) as bulk, Seen(Path(bulk.folder, "seen")) as seen:
            filling = Filling(bulk, crew, seen, intake, odd)
            filling.take(form)
            if bulk.counts:
                say("Putting together what is shared")
                bulk.complete(dataset, title, filling.as_of())
                bulk.make(say)
        spent = time.monotonic() - begun_at
        if filling.is_left():
            with Engine.open(settings, progress=say) as engine:
                begun_at = time.monotonic()
                filling.finish(engine, title, say)
                spent += time.monotonic() - begun_at
    filling.report.seconds = spent
    return filling.report


class Filling:
    """What is read on its way into a new graph."""

    def __init__(
        self, bulk: Bulk, crew: Workers, seen: Seen, intake: Intake, odd: IO[bytes]
    ) -> None:
        self.report = Report()
        self._bulk = bulk
        self._crew = crew
        self._seen = seen
        self._intake = intake
        self._odd = odd

    def take(self, form: Format) -> None:
        """Take all that is read, FollowTheMoney's own lines in many processes at a time."""
        if isinstance(form, Ftm):
            self._take_pieces()
        else:
            self._take_readings(form.read(self._intake))
        self.report.end(self._intake)

    def _take_pieces(self) -> None:
        waiting: deque[tuple[Piece, int, Future[Made]]] = deque()
        for piece in pieces(self._intake):
            revision = self._bulk.next_revision()
            waiting.append((piece, revision, self._made(piece, revision)))
            while len(waiting) > WAITING * self._crew.size:
                self._put_piece(*waiting.popleft())
        while waiting:
            self._put_piece(*waiting.popleft())

    def _made(self, piece: Piece, revision: int, without: Collection[int] = ()) -> Future[Made]:
        return self._crew.checking.submit(
            make, self._intake.dataset, piece, revision, self._bulk.folder, without
        )

    def _put_piece(self, piece: Piece, revision: int, future: Future[Made]) -> None:
        """Sort out what was given twice, and put down the rest."""
        made = future.result()
        self.report.read += made.read
        for place, reason in made.refused:
            self.report.refuse(made.source, place, reason)
        self._intake.ended(made.source, made.truncated)
        again: set[int] = set()
        for (id_, _), place, first in zip(
            made.told, made.places, self._seen.sort(made.told), strict=True
        ):
            if not first:
                again.add(place)
                self.report.again(made.source, place, id_, same=first is None)
        if again:
            made = self._made(piece, revision, again).result()
        self.report.added += len(made.told) - len(again)
        self._put(made.page, made.documents)

    def _take_readings(self, readings: Iterator[Reading]) -> None:
        batch: list[tuple[Reading, Entity]] = []
        size = 0
        for reading in readings:
            self.report.read += 1
            size += reading.size
            if reading.entity is not None:
                batch.append((reading, reading.entity))
            else:
                self.report.refuse(reading.source, reading.place, reading.reason)
            if len(batch) >= BATCH or size >= BATCH_BYTES:
                self._put_batch(batch)
                batch, size = [], 0
        self._put_batch(batch)

    def _put_batch(self, batch: list[tuple[Reading, Entity]]) -> None:
        found = self._seen.sort([(entity.id, entity.checksum) for _, entity in batch])
        for (reading, entity), first in zip(batch, found, strict=True):
            if not first:
                self.report.again(reading.source, reading.place, entity.id, same=first is None)
        fresh = [entity for (_, entity), first in zip(batch, found, strict=True) if first]
        self.report.added += len(fresh)
        self._put(*lined(fresh, self._bulk.next_revision(), self._bulk.folder))

    def _put(self, page: Page, documents: Part) -> None:
        """Put down a page; what is in no file is kept for the end."""
        if page.odd:
            self._odd.write(packed(page.odd) + b"\n")
        self._bulk.add(page, documents)
        self._intake.advance(self.report.read)

    def as_of(self) -> datetime | None:
        """When the dataset was brought up to date: now, unless what was read is not all of it."""
        return datetime.now(UTC) if self.report.truncated is None and self.report.added else None

    def is_left(self) -> bool:
        """Whether there is anything that takes ordinary transactions."""
        return bool(not self._bulk.counts or self._odd.tell())

    def finish(self, engine: Engine, title: str | None, say: Callable[[str], None]) -> None:
        """Do in the ordinary way what is left, in the graph that is there now."""
        dataset = self._intake.dataset
        engine.writer.ensure_dataset(dataset, title)
        self._odd.seek(0)
        for line in self._odd:
            engine.tell(engine.writer.write(unpacked(line), ()))
        if at := self.as_of():
            engine.writer.dataset_updated(dataset, at)
        engine.follow(say)


def pieces(intake: Intake) -> Iterator[Piece]:
    """The lines of every source, in pieces that one process takes at a time."""
    for number, source in enumerate(intake.sources()):
        for before, data in source.blocks():
            yield Piece(source.name, before, data, alone=number == 0 and before == 0)
