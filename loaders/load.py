"""Bringing data in: read, check, compare with what is there, write, and remove what is gone.

The main thread reads and checks the next batch while one worker writes the one before. Every batch is one
transaction, so whatever ends a load, whole batches are in the graph, and loading again finishes it.
"""

import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field

from engine.dataset import check_name
from engine.engine import Engine
from engine.entity import Entity, checksum
from engine.errors import BadInput
from loaders.progress import Meter, Silence
from loaders.record import Unreadable, parse, readable_id
from loaders.seen import Seen
from loaders.source import Line, Source

BATCH = 2000
"""Entities in one transaction."""
BATCH_BYTES = 4 * 1024 * 1024
"""Bytes of lines after which a batch is full all the same."""
WAITING = 2
"""Batches that may wait for the writer."""
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
    """What a load did; ``truncated`` says which source ended early, ``kept`` why nothing was removed."""

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
    seconds: float = 0.0

    def refuse(self, source: str, line: int, reason: str) -> None:
        """Count a refusal, and list it while there is room."""
        self.refused_count += 1
        if len(self.refused) < LISTED:
            self.refused.append(Refusal(source, line, reason))


@dataclass(frozen=True, slots=True)
class Given:
    """An entity, its checksum, and where it stands."""

    entity: Entity
    checksum: str
    source: str
    line: int


def load(
    engine: Engine,
    sources: Sequence[str],
    dataset: str,
    *,
    title: str | None = None,
    keep: bool = False,
    progress: Callable[[str], None] | None = None,
    meter: Meter | None = None,
) -> Report:
    """Make the dataset what the sources say; with ``keep`` nothing is removed. Raises BadInput, ClewError."""
    check_name(dataset)
    begun = time.monotonic()
    meter = meter or Silence()
    say = progress or meter.message
    with Seen() as seen, ThreadPoolExecutor(1, "write") as pool:
        loading = Loading(engine, dataset, seen, pool, meter)
        try:
            for name in sources:
                with Source.open(name) as source:
                    if not loading.names:
                        loading.start(title)
                    loading.take(source)
            loading.finish()
        finally:
            pool.shutdown(wait=True, cancel_futures=True)
        report = loading.report
        if not keep and loading.may_remove():
            say("Removing what is gone")
            loading.remove()
        if loading.proves():
            engine.writer.dataset_updated(dataset)
    say("Bringing the index up to date")
    engine.follow(say)
    order = {name: place for place, name in enumerate(loading.names)}
    report.refused.sort(key=lambda refusal: (order[refusal.source], refusal.line))
    report.seconds = time.monotonic() - begun
    return report


class Loading:
    """One load while it runs."""

    def __init__(self, engine: Engine, dataset: str, seen: Seen, pool: ThreadPoolExecutor, meter: Meter) -> None:
        self.report = Report()
        self.names: list[str] = []
        self._writer = engine.writer
        self._dataset = dataset
        self._seen = seen
        self._pool = pool
        self._meter = meter
        self._empty = False
        self._nameless = 0
        self._batch: list[Given] = []
        self._bytes = 0
        self._refused_ids: list[str] = []
        self._waiting: deque[Future[tuple[int, int, int]]] = deque()

    def start(self, title: str | None) -> None:
        """Make the dataset known, and see whether it holds anything yet."""
        self._writer.ensure_dataset(self._dataset, title)
        self._empty = next(iter(self._writer.ids(self._dataset)), None) is None

    def take(self, source: Source) -> None:
        """Read a source to its end, handing full batches to the writer."""
        self.names.append(source.name)
        self._meter.begin(source.name, source.size)
        cut: Line | None = None
        for line in source.lines():
            self._bytes += len(line.data)
            cut = line if self._take(source.name, line) else None
            if len(self._batch) >= BATCH or self._bytes >= BATCH_BYTES:
                self._hand_over()
                self._meter.advance(source.position, self.report.read)
        if cut is not None and source.truncated is None and self.report.read > 1:
            source.truncated = f"line {cut.number} is cut off"
        if source.truncated is not None and self.report.truncated is None:
            self.report.truncated = f"{source.name}: {source.truncated}"
        self._meter.advance(source.position, self.report.read)

    def _take(self, source: str, line: Line) -> bool:
        """Parse one line into the batch; whether it looks cut off: no JSON, and no end of line."""
        self.report.read += 1
        try:
            if line.reason is not None:
                raise BadInput(line.reason)
            entity = parse(self._dataset, line.data)
        except BadInput as error:
            self.report.refuse(source, line.number, str(error))
            name = readable_id(line.data)
            if name is None:
                self._nameless += 1
            else:
                self._refused_ids.append(f"{self._dataset}:{name}")
            return isinstance(error, Unreadable) and not line.data.endswith(b"\n")
        self._batch.append(Given(entity, checksum(entity), source, line.number))
        return False

    def _hand_over(self) -> None:
        """Sort out what was given twice, and let the worker write the rest."""
        self._seen.refused(self._refused_ids)
        known = self._seen.checksums([given.entity.id for given in self._batch])
        fresh: list[Given] = []
        for given in self._batch:
            before = known.get(given.entity.id, "")
            if before == given.checksum:
                self.report.repeated += 1
            elif before:
                name = given.entity.id.partition(":")[2]
                self.report.refuse(given.source, given.line, f"id {name} {AGAIN}")
            else:
                known[given.entity.id] = given.checksum
                fresh.append(given)
        self._seen.add((given.entity.id, given.checksum) for given in fresh)
        self._batch, self._refused_ids, self._bytes = [], [], 0
        if fresh:
            self._settle(WAITING)
            self._waiting.append(self._pool.submit(self._write, fresh))

    def _write(self, batch: list[Given]) -> tuple[int, int, int]:
        """Write what is new or other than before; how many were added, changed and left alone."""
        ids = [given.entity.id for given in batch]
        before = {} if self._empty else self._writer.checksums(self._dataset, ids)
        entities = [g.entity for g in batch if before.get(g.entity.id) != g.checksum]
        existing = {entity.id for entity in entities if entity.id in before}
        if entities:
            self._writer.write(entities, existing)
        return len(entities) - len(existing), len(existing), len(batch) - len(entities)

    def _settle(self, most: int) -> None:
        """Wait until fewer batches than this wait, and count those that are done."""
        while self._waiting and (len(self._waiting) >= most or self._waiting[0].done()):
            added, changed, unchanged = self._waiting.popleft().result()
            self.report.added += added
            self.report.changed += changed
            self.report.unchanged += unchanged

    def finish(self) -> None:
        """Write what is left, and wait until all of it is written."""
        self._hand_over()
        self._settle(1)

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
        gone = [id_ for ids in self._seen.missing(self._writer.ids(self._dataset), BATCH) for id_ in ids]
        self._writer.remove(gone)
        self.report.removed = len(gone)

    def proves(self) -> bool:
        """Whether the dataset is now as of this load: its sources were read to the end, and told something."""
        told = self.report.added + self.report.changed + self.report.unchanged
        return self.report.truncated is None and told > 0
