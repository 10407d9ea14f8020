"""Bringing data in: read, check, compare with what is there, write, and remove what is gone.

The main thread reads and checks the next batch while one worker writes the one before, and another indexes what
is written. Every batch is one transaction, so whatever ends a load, whole batches are in the graph, and loading
again finishes it.
"""

import gc
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path

from engine.dataset import check_name
from engine.engine import Engine
from engine.entity import Entity
from engine.graph.record.change import Written
from engine.graph.record.row import Prepared, prepared
from engine.spool import full_disk_explained
from loaders.format.delta import Delta
from loaders.format.registry import format_of
from loaders.intake.intake import Intake, Reading
from loaders.intake.progress import Meter, Silence
from loaders.intake.seen import Seen

BATCH = 4000
"""Entities in one transaction."""
BATCH_BYTES = 4 * 1024 * 1024
"""Bytes of lines after which a batch is full all the same."""
WAITING = 2
"""Batches that may wait for the writer, and for the index."""
GARBAGE = 50_000
"""Objects after which Python looks for cycles among them."""
LISTED = 100
"""Refusals that a report lists."""
AGAIN = "was already given with other content; merge fragments first (ftm aggregate)"


@dataclass(frozen=True)
class Refusal:
    """A line that was not taken, and why."""

    source: str
    line: int
    reason: str


@dataclass
class Report:
    """What a load did; ``truncated`` says which source ended early, ``kept`` why nothing was removed.

    ``notes`` are what the format left out or decided.
    """

    read: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    unchanged: int = 0
    repeated: int = 0
    refused: list[Refusal] = field(default_factory=list)
    refused_count: int = 0
    truncated: str | None = None
    kept: str | None = None
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def refuse(self, source: str, line: int, reason: str) -> None:
        """Count a refusal, and list it while there is room."""
        self.refused_count += 1
        if len(self.refused) < LISTED:
            self.refused.append(Refusal(source, line, reason))

    def again(self, source: str, line: int, id_: str, same: bool) -> None:
        """Count an entity whose id was given before, with the ``same`` content or other."""
        if same:
            self.repeated += 1
        else:
            self.refuse(source, line, f"id {id_.partition(':')[2]} {AGAIN}")

    def end(self, intake: Intake) -> None:
        """All is read: what the intake knows of it, and the refusals in order."""
        self.truncated = intake.truncated
        self.notes = intake.notes
        order = {
            name: place
            for place, name in enumerate(dict.fromkeys(each.source for each in self.refused))
        }
        self.refused.sort(key=lambda refusal: (order[refusal.source], refusal.line))


@dataclass(frozen=True, slots=True)
class Counts:
    """What became of one batch."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


@dataclass(frozen=True, slots=True)
class Given:
    """An entity, and where it stands."""

    entity: Entity
    source: str
    place: int


def load(
    engine: Engine,
    sources: Sequence[str],
    dataset: str,
    *,
    title: str | None = None,
    keep: bool = False,
    format: str | None = None,
    mapping: Path | None = None,
    progress: Callable[[str], None] | None = None,
    meter: Meter | None = None,
) -> Report:
    """Make the dataset what the sources say; with ``keep`` nothing is removed. Raises BadInput, ClewError.

    Sources that tell changes (``Delta``) do so to what is there: they remove what they name, and nothing else.
    Whoever calls this holds the dataset (``Engine.claim``): two loads at once would undo each other.
    Without a ``format`` the first source's beginning tells it; tables need a ``mapping``.
    """
    check_name(dataset)
    begun = time.monotonic()
    meter = meter or Silence()
    say = progress or meter.message
    intake = Intake(dataset, sources, mapping=mapping, meter=meter)
    with full_disk_explained(), closing(intake), Seen() as seen, few_collections():
        form = format_of(intake, format)
        changing = isinstance(form, Delta)
        loading = Loading(engine, dataset, seen, title, changing=changing)
        with loading:
            loading.take(form.read(intake), intake)
        report = loading.report
        if not keep and not changing and loading.may_remove():
            say("Removing what is gone")
            loading.remove()
        if loading.proves():
            engine.writer.dataset_updated(dataset)
    say("Bringing the index up to date")
    engine.follow(say)
    report.seconds = time.monotonic() - begun
    return report


@contextmanager
def few_collections() -> Iterator[None]:
    """Let Python look for cycles less often: records are many and hold none, and looking takes 7 % of a load."""
    before = gc.get_threshold()
    gc.set_threshold(GARBAGE, *before[1:])
    try:
        yield
    finally:
        gc.set_threshold(*before)


class Loading:
    """One load while it runs; the dataset is made known when something was read."""

    def __init__(
        self, engine: Engine, dataset: str, seen: Seen, title: str | None, *, changing: bool = False
    ) -> None:
        """With ``changing`` one id may be told again and again, and the last time counts."""
        self.report = Report()
        self._engine = engine
        self._writer = engine.writer
        self._dataset = dataset
        self._title = title
        self._seen = seen
        self._changing = changing
        self._writing = ThreadPoolExecutor(1, "write")
        self._indexing = ThreadPoolExecutor(1, "index")
        self._empty = False
        self._nameless = 0
        self._batch: list[Given] = []
        self._bytes = 0
        self._refused_ids: list[str] = []
        self._gone: set[str] = set()
        self._waiting: deque[Future[Counts]] = deque()
        self._told: deque[Future[None]] = deque()

    def __enter__(self) -> "Loading":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait for what was begun; after an error the rest is dropped."""
        self._writing.shutdown(cancel_futures=True)
        self._indexing.shutdown(cancel_futures=kind is not None)

    def take(self, readings: Iterator[Reading], intake: Intake) -> None:
        """Take all that is read, handing full batches to the writer, and wait until all of it is written."""
        first = next(readings, None)
        self._writer.ensure_dataset(self._dataset, self._title)
        self._empty = next(iter(self._writer.ids(self._dataset)), None) is None
        for reading in chain([] if first is None else [first], readings):
            self._take(reading)
            if len(self._batch) >= BATCH or self._bytes >= BATCH_BYTES:
                self._hand_over()
                intake.advance(self.report.read)
        self._hand_over()
        self._settle(1)
        self._drop(sorted(self._gone))
        self.report.end(intake)

    def _take(self, reading: Reading) -> None:
        """Put what was read into the batch, or note why it cannot be used."""
        self.report.read += 1
        self._bytes += reading.size
        if reading.entity is not None:
            self._batch.append(Given(reading.entity, reading.source, reading.place))
            self._gone.discard(reading.entity.id)
            return
        if reading.gone:
            self._gone.add(f"{self._dataset}:{reading.id}")
            return
        self.report.refuse(reading.source, reading.place, reading.reason)
        if reading.id is None:
            self._nameless += 1
        else:
            self._refused_ids.append(f"{self._dataset}:{reading.id}")

    def _hand_over(self) -> None:
        """Let the worker write the batch, without what is not to be written."""
        fresh = self._latest() if self._changing else self._fresh()
        self._batch, self._refused_ids, self._bytes = [], [], 0
        if fresh:
            self._settle(WAITING)
            if self._empty and not self._changing:
                self._waiting.append(self._writing.submit(self._put, prepared(fresh)))
            else:
                self._waiting.append(self._writing.submit(self._compare, fresh))

    def _fresh(self) -> list[Entity]:
        """Of the batch what was not given before; the rest is reported."""
        self._seen.refused(self._refused_ids)
        found = self._seen.sort([(given.entity.id, given.entity.checksum) for given in self._batch])
        for given, first in zip(self._batch, found, strict=True):
            if not first:
                self.report.again(given.source, given.place, given.entity.id, same=first is None)
        return [given.entity for given, first in zip(self._batch, found, strict=True) if first]

    def _latest(self) -> list[Entity]:
        """Of the batch what is told last of each id, but for what is gone after that."""
        latest = {given.entity.id: given.entity for given in self._batch}
        return [entity for id_, entity in latest.items() if id_ not in self._gone]

    def _compare(self, batch: list[Entity]) -> Counts:
        """Write what is new or other than before."""
        before = self._writer.checksums(self._dataset, [entity.id for entity in batch])
        entities = [entity for entity in batch if before.get(entity.id) != entity.checksum]
        existing = {entity.id for entity in entities if entity.id in before}
        if entities:
            self._tell(self._writer.write(entities, existing))
        return Counts(len(entities) - len(existing), len(existing), len(batch) - len(entities))

    def _put(self, batch: Prepared) -> Counts:
        """Write what all is new."""
        self._tell(self._writer.put(batch, ()))
        return Counts(added=len(batch.rows))

    def _tell(self, written: Written) -> None:
        """Let the index take what was written, when it is done with what was before."""
        while len(self._told) >= WAITING:
            self._told.popleft().result()
        self._told.append(self._indexing.submit(self._engine.tell, written))

    def _settle(self, most: int) -> None:
        """Wait until fewer batches than this wait, and count those that are done."""
        while self._waiting and (len(self._waiting) >= most or self._waiting[0].done()):
            counts = self._waiting.popleft().result()
            self.report.added += counts.added
            self.report.changed += counts.changed
            self.report.unchanged += counts.unchanged

    def may_remove(self) -> bool:
        """Whether what was not given is gone; if that is not certain, the report says why."""
        if self._empty:
            return False
        if self.report.truncated is not None:
            self.report.kept = "a source ended early"
        elif self.report.read == 0:
            self.report.kept = "nothing was given"
        elif self._nameless:
            self.report.kept = f"the id on {self._nameless:,} refused lines cannot be read"
        return self.report.kept is None

    def remove(self) -> None:
        """Remove what the dataset held and the sources no longer tell, all of it at once for readers."""
        self._drop(
            [
                id_
                for ids in self._seen.missing(self._writer.ids(self._dataset), BATCH)
                for id_ in ids
            ]
        )

    def _drop(self, ids: list[str]) -> None:
        """Remove those of some records that are there."""
        held = self._writer.checksums(self._dataset, ids) if ids else {}
        if held:
            self._writer.remove(list(held))
            self.report.removed += len(held)

    def proves(self) -> bool:
        """Whether the dataset is now as of this load: its sources were read to the end, and told something."""
        told = self.report.added + self.report.changed + self.report.unchanged + self.report.removed
        return self.report.truncated is None and told > 0
