"""Loads a dataset: reads its sources, checks every entity, and makes the graph hold what they say.

An entity that is there with the same content is left alone, and what the sources no longer name is
removed at the end, unless they may be incomplete. Writing and indexing go on in other threads while
the next batch is read and checked (``engine.loading``).

A wrong file must not wipe a dataset: a load that would remove more of it than the settings allow,
or that found nothing to load, stops before it changes anything.
"""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from engine.dataset import check_name
from engine.engine import Engine
from engine.entity import Entity
from engine.loading import Counts, Loading
from engine.place import is_of_file
from engine.spool import full_disk_explained
from loaders.format.delta import Delta
from loaders.format.registry import format_of
from loaders.intake.intake import Intake, ParseResult
from loaders.intake.meter import Meter
from loaders.intake.seen import Seen
from loaders.load.report import Report

BATCH = 4000
"""Entities in one transaction."""
BATCH_BYTES = 4 * 1024 * 1024
"""Bytes of source lines after which a batch is full, however few entities it has."""
GC_THRESHOLD = 50_000
"""New objects after which Python looks for cycles among them."""


@dataclass(frozen=True, slots=True)
class Located:
    """An entity, and the line or row of a source where it stands."""

    entity: Entity
    source: str
    line: int


def load(
    engine: Engine,
    sources: Sequence[str],
    dataset: str,
    *,
    title: str | None = None,
    keep: bool = False,
    accept_removals: bool = False,
    format: str | None = None,
    mapping: Path | None = None,
    progress: Callable[[str], None] | None = None,
    meter: Meter | None = None,
    claimed: bool = False,
) -> Report:
    """Make the dataset hold what the sources say; with ``keep`` nothing is removed.

    A load that would remove too much changes nothing, and its report says why it ``stopped``; with
    ``accept_removals`` it goes on. Sources that hold changes (``Delta``) remove what they say is
    gone, and nothing else. Without a ``format`` the beginning of the first source shows it; tables
    need a ``mapping``. With ``claimed`` the caller holds the dataset already. Raises BadInput,
    ClewError, and EngineInUse if another process is at work on the dataset.
    """
    check_name(dataset)
    start = time.monotonic()
    meter = meter or Meter()
    say = progress or meter.message
    intake = Intake(dataset, sources, mapping=mapping, meter=meter)
    with (
        full_disk_explained(),
        engine.loading(dataset, claimed=claimed) as loading,
        closing(intake),
        Seen() as seen,
        rare_collections(),
    ):
        format_ = format_of(intake, format)
        changes_only = isinstance(format_, Delta)
        most = 1.0 if accept_removals else engine.settings.max_removed
        run = Load(loading, dataset, seen, most, title, changes_only=changes_only, keep=keep)
        run.has_files = engine.documents.has_any(dataset)
        run.read(format_.read(intake), intake)
        if run.complete(accept_removals, say):
            say("Bringing the index up to date")
            loading.finish(run.updated(), progress=say)
        run.report.count(loading.counts())
    run.report.seconds = time.monotonic() - start
    return run.report


@contextmanager
def rare_collections() -> Iterator[None]:
    """Let Python look for cycles less often: records hold none, and it takes 7 % of a load."""
    before = gc.get_threshold()
    gc.set_threshold(GC_THRESHOLD, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


class Load:
    """One load while it runs: collects batches, and keeps apart what must not be written."""

    def __init__(
        self,
        loading: Loading,
        dataset: str,
        seen: Seen,
        most_removed: float,
        title: str | None,
        *,
        changes_only: bool,
        keep: bool,
    ) -> None:
        """``most_removed`` is the part of the dataset that may be removed, from 0 to 1.

        With ``changes_only`` one id may come again and again, and the last time counts.
        """
        self.report = Report()
        self._most_removed = most_removed
        self._title = title
        self._keep = keep
        self.has_files = False
        """Whether the dataset has documents, whose records no source of a load names."""
        self._loading = loading
        self._dataset = dataset
        self._seen = seen
        self._changes_only = changes_only
        self._begun = False
        self._was_empty = False
        self._unreadable_id_count = 0
        self._batch: list[Located] = []
        self._bytes = 0
        self._refused_ids: list[str] = []
        self._deleted: set[str] = set()
        """Ids that changes say are gone, and that no later change names."""

    def read(self, readings: Iterator[ParseResult], intake: Intake) -> None:
        """Read everything, and hand it on batch by batch; returns when all of it is written.

        Where records may be removed, it is only written once most of the dataset was met.
        """
        for reading in readings:
            self._take(reading)
            if len(self._batch) >= BATCH or self._bytes >= BATCH_BYTES:
                self._flush()
                intake.advance(self.report.read)
        self._flush()
        self._loading.wait()
        self.report.close(intake)

    def _begin(self) -> None:
        """Begin to write, now that there is something: sources without a record leave nothing."""
        if self._begun:
            return
        self._begun = True
        self._was_empty = self._loading.is_empty()
        if self._was_empty or self._keep or self._changes_only or self._most_removed == 1:
            self._loading.begin(self._title)
        else:
            self._loading.hold(self._most_removed, self._title)

    def _take(self, reading: ParseResult) -> None:
        """Put an entity into the batch, or note why there is none."""
        self.report.read += 1
        self._bytes += reading.size
        if reading.entity is not None:
            self._batch.append(Located(reading.entity, reading.source, reading.place))
            self.report.oddities.look(reading.entity, reading.source, reading.place)
            self._deleted.discard(reading.entity.id)
        elif reading.gone:
            self._deleted.add(f"{self._dataset}:{reading.id}")
        else:
            self.report.refuse(reading.source, reading.place, reading.reason)
            if reading.id is None:
                self._unreadable_id_count += 1
            else:
                self._refused_ids.append(f"{self._dataset}:{reading.id}")

    def _flush(self) -> None:
        """Hand the batch on, without what must not be written."""
        entities = self._latest() if self._changes_only else self._first_seen()
        if entities:
            self._begin()
        self._batch, self._refused_ids, self._bytes = [], [], 0
        # Changes may name an id in several batches, so theirs are always compared with the graph.
        self._loading.add(entities, new=self._was_empty and not self._changes_only)

    def _first_seen(self) -> list[Entity]:
        """The entities of the batch whose ids are met for the first time; reports the others."""
        # A refused line proves that its id is still in the source, so its record is not removed.
        self._seen.refused(self._refused_ids)
        identities = [(each.entity.id, each.entity.checksum) for each in self._batch]
        entities = []
        for each, fresh in zip(self._batch, self._seen.classify(identities), strict=True):
            if fresh:
                entities.append(each.entity)
            else:
                self.report.repeat(each.source, each.line, each.entity.id, same=fresh is None)
        return entities

    def _latest(self) -> list[Entity]:
        """The last version of each entity in the batch, without those deleted after it."""
        latest = {each.entity.id: each.entity for each in self._batch}
        return [entity for id_, entity in latest.items() if id_ not in self._deleted]

    def complete(self, accept_removals: bool, say: Callable[[str], None]) -> bool:
        """Write what still waits and remove what is gone; False where nothing may change.

        The report then says why. Deletions come last: readers see nothing vanish before all that
        is new is there.
        """
        found_nothing = self._found_nothing()
        if not found_nothing:
            self._begin()
        gone = self._gone(accept_removals or found_nothing)
        if found_nothing:
            self.report.would_remove = len(gone)
            if not (accept_removals and gone):
                self.report.stopped = self._why_nothing()
                return False
            self._begin()
        held = self._size() if gone else 0
        if len(gone) > self._most_removed * held:
            self.report.would_remove = len(gone)
            self.report.stopped = self._too_many(len(gone), held)
            return False
        self._loading.release()
        if gone:
            say("Removing what is gone")
            self._loading.remove(gone)
        return True

    def _found_nothing(self) -> bool:
        """Whether there is no record at all; changes may be none, if none of them was refused."""
        good = self.report.read - self.report.refused_count
        return not good and not (self._changes_only and not self.report.read)

    def _why_nothing(self) -> str:
        lines = self.report.read
        if not lines:
            return "the sources hold no entity: nothing has changed"
        return f"none of the {lines:,} entities that were read can be loaded: nothing has changed"

    def _gone(self, accept_removals: bool) -> list[str]:
        """The ids of the records that are to be removed."""
        if self._changes_only:
            return self._loading.held(sorted(self._deleted))
        if self._keep or not self._may_remove(accept_removals):
            return []
        # the ids of a dataset are read page by page, and nothing is removed meanwhile
        ids = self._loading.ids()
        if self.has_files:
            ids = (id_ for id_ in ids if not is_of_file(id_))
        missing = self._seen.missing(ids, BATCH)
        return [id_ for ids in missing for id_ in ids]

    def _may_remove(self, accept_removals: bool) -> bool:
        """Whether what the sources did not name is gone; if in doubt, the report says why not."""
        if self._was_empty:
            return False
        if self.report.truncated is not None:
            self.report.kept = "a source ended early"
        elif self._unreadable_id_count and not accept_removals:
            self.report.kept = (
                f"the id on {self._unreadable_id_count:,} refused lines cannot be read"
            )
        return self.report.kept is None

    def _size(self) -> int:
        """How many records the dataset had before this load."""
        return self._loading.count() - self._loading.counts().added

    def _too_many(self, gone: int, held: int) -> str:
        """Why the load stops: it would remove so many of the records that the dataset has."""
        counts = self._loading.counts()
        written = (
            f"nothing was removed; {counts.added:,} were added, {counts.changed:,} changed"
            if counts.added or counts.changed
            else "nothing has changed"
        )
        return (
            f"it would remove {gone:,} of the {held:,} records of {self._dataset}, more than the "
            f"part of {self._most_removed:g} that CLEW_MAX_REMOVED allows: {written}"
        )

    def updated(self) -> datetime | None:
        """Now, if the sources were read to the end and held something; otherwise None."""
        is_complete = self.report.truncated is None and self._loading.counts() != Counts()
        return datetime.now(UTC) if is_complete else None
