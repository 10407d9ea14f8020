"""The interface through which records come in: one load of one dataset.

The caller reads and checks the next batch while one thread writes the batch before it, and another
indexes what is written. Every batch is one transaction, so whatever interrupts a load, the graph
holds whole batches, and loading again finishes it. Until then the dataset says that its load was
interrupted.

A load that may remove records can be held back: then nothing of it is written before it is clear
that most of what the dataset has will stay.
"""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass
from datetime import datetime

from engine.entity import Entity, ordered_checksum
from engine.errors import BadInput
from engine.graph.record.change import Written
from engine.graph.record.row import Prepared, prepared
from engine.graph.record.writer import Writer
from engine.progress import Progress
from engine.shelf import Shelf
from engine.sync.keeper import Keeper

QUEUED = 2
"""Batches that may wait to be written, and as many to be indexed: more would only cost memory."""
LONGEST_TITLE = 500


@dataclass(frozen=True, slots=True)
class Counts:
    """How many records a load added, changed, found unchanged, and removed."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(
            self.added + other.added,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.removed + other.removed,
        )


class Loading:
    """One load of one dataset; a context manager, which ``Engine.loading`` makes.

    ``begin`` or ``hold`` comes first. Then batches are added and records removed, and ``finish``
    ends the load.
    """

    def __init__(self, dataset: str, writer: Writer, keeper: Keeper) -> None:
        self._dataset = dataset
        self._writer = writer
        self._keeper = keeper
        self._counts = Counts()
        self._write_thread = ThreadPoolExecutor(1, "write")
        self._index_thread = ThreadPoolExecutor(1, "index")
        self._writes: deque[Future[Counts]] = deque()
        self._indexings: deque[Future[None]] = deque()
        self._title: str | None = None
        self._shelf: Shelf | None = None
        """What waits to be written, while the load is held back."""
        self._needed = 0
        """So many records must be met that are there before anything is written."""
        self._met = 0

    def __enter__(self) -> "Loading":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait for what has begun; after an error what still waits is dropped."""
        if kind is not None and not issubclass(kind, Exception):
            self._writer.give_up()  # Ctrl-C: the process ends, also while Neo4j is gone
        self._write_thread.shutdown(cancel_futures=True)
        self._index_thread.shutdown(cancel_futures=kind is not None)
        if self._shelf is not None:
            self._shelf.close()

    def is_empty(self) -> bool:
        """Whether the dataset holds no records."""
        return next(self.ids(), None) is None

    def begin(self, title: str | None = None) -> None:
        """Create the dataset if there is none, with this title if one is given.

        From now on the dataset is one whose load was interrupted, until ``finish``. Raises BadInput
        if it is being deleted, or for a title that is too long.
        """
        if title is not None and len(title) > LONGEST_TITLE:
            raise BadInput(f"the title has {len(title):,} characters: at most {LONGEST_TITLE}")
        self._writer.ensure_dataset(self._dataset, title)

    def hold(self, most_removed: float, title: str | None = None) -> None:
        """Begin by and by: as soon as it is clear that no larger part of the records will go.

        Until so many of them were met, or ``release``, what is added waits on disk.
        """
        count = self._writer.count(self._dataset)
        self._needed = count - int(count * most_removed)
        self._title, self._shelf = title, Shelf()

    def ids(self) -> Iterator[str]:
        """The ids of all records that the dataset holds, in code point order."""
        return iter(self._writer.ids(self._dataset))

    def count(self) -> int:
        """How many records the dataset holds; an edge with several ends counts for each."""
        return self._writer.count(self._dataset)

    def held(self, ids: Collection[str]) -> list[str]:
        """Those of these ids that the dataset holds."""
        return list(self._writer.checksums(self._dataset, ids)) if ids else []

    def add(self, entities: Sequence[Entity], *, new: bool = False) -> None:
        """Write a batch of records; what is there with the same content is left alone.

        With ``new`` the caller knows that none of them is there, and none is looked up. Waits while
        too many batches are queued, and raises what went wrong with one of them.
        """
        if not entities:
            return
        self._settle(QUEUED)
        if new:
            # Rows are prepared in the caller's thread, while the other one waits for Neo4j.
            self._writes.append(self._write_thread.submit(self._create, prepared(entities)))
        else:
            self._writes.append(self._write_thread.submit(self._update, entities))

    def wait(self) -> None:
        """Wait until all that was added is written, or held; raises what went wrong with it."""
        self._settle(1)

    def release(self) -> None:
        """Write what is held back; nothing is any more."""
        self.wait()
        self._counts += self._write_thread.submit(self._release).result()

    def remove(self, ids: Collection[str]) -> None:
        """Remove these records, all of which are there, once all that was added is written.

        Readers lose them all at once, unless they are more than fit into one transaction.
        """
        self.wait()
        if ids:
            self._writer.remove(ids)
            self._counts += Counts(removed=len(ids))

    def counts(self) -> Counts:
        """What became of all that was added and removed so far, once it is written."""
        self.wait()
        return self._counts

    def finish(self, updated: datetime | None, progress: Progress | None = None) -> None:
        """Bring the index up to date, and note that the load has ended.

        ``updated`` is as of when the dataset is, None where that is not known. Raises BadInput if
        the dataset has been deleted meanwhile.
        """
        self.wait()
        # A batch that could not be indexed is no error here: ``follow`` reads it from the graph.
        wait_for(self._indexings)
        self._writer.dataset_loaded(self._dataset, updated)
        self._keeper.follow(progress)

    def _update(self, batch: Sequence[Entity]) -> Counts:
        """Write what is new or differs from what is there. Runs in the writing thread."""
        before = self._writer.checksums(self._dataset, [entity.id for entity in batch])
        entities = [each for each in batch if differs(each, before.get(each.id))]
        existing = {entity.id for entity in entities if entity.id in before}
        counts = Counts(unchanged=len(batch) - len(entities))
        self._met += len(before)
        if self._shelf is not None and self._met < self._needed:
            if entities:
                self._shelf.put(entities, existing)
            return counts
        return counts + self._release() + self._write(entities, existing)

    def _release(self) -> Counts:
        """Write what was held back so far. Runs in the writing thread."""
        shelf, self._shelf, counts = self._shelf, None, Counts()
        if shelf is not None:
            self.begin(self._title)
            with shelf:
                for entities, existing in shelf:
                    counts += self._write(entities, existing)
        return counts

    def _write(self, entities: Sequence[Entity], existing: Collection[str]) -> Counts:
        if entities:
            self._queue_for_index(self._writer.write(entities, existing))
        return Counts(len(entities) - len(existing), len(existing))

    def _create(self, batch: Prepared) -> Counts:
        """Write records none of which is there. Runs in the writing thread."""
        self._queue_for_index(self._writer.put(batch, ()))
        return Counts(added=len(batch.rows))

    def _queue_for_index(self, written: Written) -> None:
        """Let the index take what was written, once few enough transactions wait for it."""
        while len(self._indexings) >= QUEUED:
            self._indexings.popleft().result()
        self._indexings.append(self._index_thread.submit(self._keeper.take, written))

    def _settle(self, limit: int) -> None:
        """Wait until fewer batches than this are queued, and count those that are written."""
        while self._writes and (len(self._writes) >= limit or self._writes[0].done()):
            self._counts += self._writes.popleft().result()


def differs(entity: Entity, checksum: str | None) -> bool:
    """Whether a record is another than the one with this checksum; None where there is none."""
    return checksum is None or checksum not in (entity.checksum, ordered_checksum(entity))
