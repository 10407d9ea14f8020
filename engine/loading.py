"""The interface through which records come in: one load of one dataset.

The caller reads and checks the next batch while one thread writes the batch before it, and another
indexes what is written. Every batch is one transaction, so whatever interrupts a load, the graph
holds whole batches, and loading again finishes it.
"""

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import wait as wait_for
from dataclasses import dataclass

from engine.entity import Entity
from engine.errors import BadInput
from engine.graph.record.change import Written
from engine.graph.record.row import Prepared, prepared
from engine.graph.record.writer import Writer
from engine.progress import Progress
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

    def __bool__(self) -> bool:
        """Whether the load met any record at all."""
        return self != Counts()


class Loading:
    """One load of one dataset; a context manager, which ``Engine.loading`` makes.

    ``begin`` comes first. Then batches are added and records removed, and ``finish`` ends the load.
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

    def __enter__(self) -> "Loading":
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        """Wait for what has begun; after an error what still waits is dropped."""
        self._write_thread.shutdown(cancel_futures=True)
        self._index_thread.shutdown(cancel_futures=kind is not None)

    def begin(self, title: str | None = None) -> bool:
        """Create the dataset if there is none, with this title if one is given.

        Returns whether it holds no records. Raises BadInput if it is being deleted, or for a title
        that is too long.
        """
        if title is not None and len(title) > LONGEST_TITLE:
            raise BadInput(f"the title has {len(title):,} characters: at most {LONGEST_TITLE}")
        self._writer.ensure_dataset(self._dataset, title)
        return next(self.ids(), None) is None

    def ids(self) -> Iterator[str]:
        """The ids of all records that the dataset holds, in code point order."""
        return iter(self._writer.ids(self._dataset))

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
        """Wait until all that was added is written; raises what went wrong with it."""
        self._settle(1)

    def remove(self, ids: Collection[str]) -> None:
        """Remove those of these records that are there, once all that was added is written.

        Readers lose them all at once, unless they are more than fit into one transaction.
        """
        self.wait()
        held = self._writer.checksums(self._dataset, ids) if ids else {}
        if held:
            self._writer.remove(list(held))
            self._counts += Counts(removed=len(held))

    def counts(self) -> Counts:
        """What became of all that was added and removed so far, once it is written."""
        self.wait()
        return self._counts

    def finish(self, *, up_to_date: bool, progress: Progress | None = None) -> None:
        """Bring the index up to date; with ``up_to_date`` note that the dataset is as of now.

        Raises BadInput if the dataset has been deleted meanwhile.
        """
        self.wait()
        # A batch that could not be indexed is no error here: ``follow`` reads it from the graph.
        wait_for(self._indexings)
        if up_to_date:
            self._writer.dataset_updated(self._dataset)
        self._keeper.follow(progress)

    def _update(self, batch: Sequence[Entity]) -> Counts:
        """Write what is new or differs from what is there. Runs in the writing thread."""
        before = self._writer.checksums(self._dataset, [entity.id for entity in batch])
        entities = [entity for entity in batch if before.get(entity.id) != entity.checksum]
        existing = {entity.id for entity in entities if entity.id in before}
        if entities:
            self._queue_for_index(self._writer.write(entities, existing))
        return Counts(len(entities) - len(existing), len(existing), len(batch) - len(entities))

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
