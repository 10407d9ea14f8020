"""``clew load --offline``: fills an empty data folder by Neo4j's own import, with every processor.

The data folder then holds what ``load`` would have made. Several processes read, check and encode
FollowTheMoney's own lines; other formats are read in this one. Changes (``Delta``) are refused:
an empty data folder has nothing that they could change.
"""

import time
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import Future
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from engine.account import OWNER
from engine.dataset import Visibility, check_name
from engine.engine import Engine
from engine.entity import Entity
from engine.errors import BadInput
from engine.offline import Block, Filling, Slot, filling
from engine.process.worker import Workers
from engine.settings import Settings
from loaders.format.delta import Delta
from loaders.format.ftm import Ftm
from loaders.format.registry import format_of
from loaders.intake.intake import Format, Intake, ParseResult
from loaders.intake.meter import Meter
from loaders.intake.seen import Seen
from loaders.load.load import BATCH, BATCH_BYTES
from loaders.load.piece import Encoded, Piece, encode
from loaders.load.report import Report

NOTHING = "none of what was read can be loaded: nothing has changed"
QUEUED = 2
"""Pieces that wait for each process."""


def fill(
    settings: Settings,
    workers: Workers,
    sources: Sequence[str],
    dataset: str,
    *,
    title: str | None = None,
    format: str | None = None,
    mapping: Path | None = None,
    visibility: Visibility = Visibility.RESTRICTED,
    progress: Callable[[str], None] | None = None,
    meter: Meter | None = None,
) -> Report:
    """Make an empty data folder hold what the sources say, with the processes of the workers.

    Raises ClewError, BadInput where the data folder holds something or nothing can be read, and
    EngineInUse where another process is at work.
    """
    check_name(dataset)
    start = time.monotonic()
    meter = meter or Meter()
    say = progress or meter.message
    intake = Intake(dataset, sources, mapping=mapping, meter=meter)
    with closing(intake):
        format_ = format_of(intake, format)
        if isinstance(format_, Delta):
            raise BadInput(
                f"{intake.names[0]} tells changes to a dataset: load them without --offline"
            )
        with filling(settings, workers, dataset, title, say, visibility) as target:
            with Seen(Path(target.folder, "seen")) as seen:
                run = OfflineLoad(target, workers, seen, intake)
                run.read(format_)
                if run.found_nothing():
                    return run.report
                all_done = target.finish(run.up_to_date_at(), say)
            if not all_done:
                with Engine.open(settings, progress=say) as engine:
                    run.write_leftovers(engine, title, say)
                    engine.directory.publish(OWNER, dataset, visibility)
    run.report.seconds = time.monotonic() - start
    return run.report


class OfflineLoad:
    """One offline load while it runs: gives out work, and keeps apart what comes twice."""

    def __init__(self, target: Filling, workers: Workers, seen: Seen, intake: Intake) -> None:
        self.report = Report()
        self._target = target
        self._workers = workers
        self._seen = seen
        self._intake = intake

    def read(self, format_: Format) -> None:
        """Read everything, and hand it on as encoded blocks."""
        if isinstance(format_, Ftm):
            self._read_in_pieces()
        else:
            self._read_in_batches(format_.read(self._intake))
        self.report.close(self._intake)

    def _read_in_pieces(self) -> None:
        # Pieces are taken in the order of the source, so that of two equal ids the first counts.
        queue: deque[tuple[Piece, Slot, Future[Encoded]]] = deque()
        for piece in pieces(self._intake):
            slot = self._target.slot()
            queue.append((piece, slot, self._submit(piece, slot)))
            while len(queue) > QUEUED * self._workers.size:
                self._take_piece(*queue.popleft())
        while queue:
            self._take_piece(*queue.popleft())

    def _submit(self, piece: Piece, slot: Slot, without: Collection[int] = ()) -> Future[Encoded]:
        return self._workers.checking.submit(encode, self._intake.dataset, piece, slot, without)

    def _take_piece(self, piece: Piece, slot: Slot, future: Future[Encoded]) -> None:
        """Report what was refused or came before, and hand on the rest."""
        encoded = future.result()
        self.report.read += encoded.read
        self.report.oddities.add(encoded.oddities)
        for place, reason in encoded.refused:
            self.report.refuse(encoded.source, place, reason)
        self._intake.ended(encoded.source, encoded.truncated)
        repeated: set[int] = set()
        firsts = self._seen.classify(encoded.identities)
        for (id_, _), place, first in zip(encoded.identities, encoded.places, firsts, strict=True):
            if not first:
                repeated.add(place)
                self.report.repeat(encoded.source, place, id_, same=first is None)
        if repeated:
            # Rare: only now is it known what to leave out, so the piece is encoded once more.
            encoded = self._submit(piece, slot, repeated).result()
        self._add(encoded.block, len(encoded.identities) - len(repeated))

    def _read_in_batches(self, readings: Iterator[ParseResult]) -> None:
        batch: list[tuple[ParseResult, Entity]] = []
        size = 0
        for reading in readings:
            self.report.read += 1
            size += reading.size
            if reading.entity is not None:
                batch.append((reading, reading.entity))
                self.report.oddities.look(reading.entity, reading.source, reading.place)
            else:
                self.report.refuse(reading.source, reading.place, reading.reason)
            if len(batch) >= BATCH or size >= BATCH_BYTES:
                self._take_batch(batch)
                batch, size = [], 0
        self._take_batch(batch)

    def _take_batch(self, batch: list[tuple[ParseResult, Entity]]) -> None:
        entities = []
        firsts = self._seen.classify([(entity.id, entity.checksum) for _, entity in batch])
        for (reading, entity), first in zip(batch, firsts, strict=True):
            if first:
                entities.append(entity)
            else:
                same = first is None
                self.report.repeat(reading.source, reading.place, entity.id, same=same)
        self._add(self._target.slot().encode(entities), len(entities))

    def _add(self, block: Block, count: int) -> None:
        self._target.add(block)
        self.report.added += count
        self._intake.advance(self.report.read)

    def write_leftovers(
        self, engine: Engine, title: str | None, progress: Callable[[str], None]
    ) -> None:
        """Write what could not be imported, by ordinary transactions."""
        with engine.loading(self._intake.dataset, claimed=True) as loading:
            loading.begin(title)
            for entities in self._target.leftovers():
                loading.add(entities, new=True)
            loading.finish(self.up_to_date_at(), progress=progress)

    def found_nothing(self) -> bool:
        """Whether there is no record at all; the report says so then."""
        if not self.report.added:
            self.report.stopped = NOTHING
        return not self.report.added

    def up_to_date_at(self) -> datetime | None:
        """Now, if the sources were read to the end and held something; otherwise None."""
        return datetime.now(UTC) if self.report.truncated is None and self.report.added else None


def pieces(intake: Intake) -> Iterator[Piece]:
    """The lines of every source, cut into pieces that one process takes at a time."""
    for number, source in enumerate(intake.sources()):
        for lines_before, data in source.blocks():
            first = number == 0 and lines_before == 0
            yield Piece(source.name, lines_before, data, alone=first)
