"""The port through which records fill an empty data folder, by Neo4j's own import and no engine.

Until ``finish`` the data folder stays empty; then it holds everything at once, but for the few
records that no file of the import can carry. Those are left over for ``Engine.loading``.
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO

from engine.dataset import Visibility
from engine.entity import Entity
from engine.graph.dataset.claim import claimed
from engine.graph.record.column import Page, page
from engine.index.filler import Part, append_entries, packed, unpacked
from engine.metadata import checked
from engine.process.worker import Workers
from engine.progress import Progress
from engine.server.home import home_of
from engine.settings import Settings
from engine.sync.bulk import Bulk, new_graph


@dataclass(frozen=True, slots=True)
class Block:
    """Some records, encoded for the import and for the index; only ``Filling.add`` looks inside."""

    page: Page
    entries: Part


@dataclass(frozen=True, slots=True)
class Slot:
    """Where a block of records will be; any process can encode it, so several share the work."""

    revision: int
    folder: str

    def encode(self, entities: Iterable[Entity]) -> Block:
        """Encode records, each of which comes in no other block."""
        encoded = page(entities, self.revision)
        entries = append_entries(encoded.entities, self.revision, self.folder)
        # They are in the folder now: what goes from process to process is kept small.
        encoded.entities = []
        return Block(encoded, entries)


class Filling:
    """One dataset on its way into an empty data folder; ``filling`` makes one.

    Every batch of records is encoded in a ``slot`` of its own, and the blocks are added in order.
    """

    def __init__(
        self,
        bulk: Bulk,
        dataset: str,
        title: str | None,
        visibility: Visibility,
        leftovers: IO[bytes],
        release: Callable[[], None],
    ) -> None:
        """``leftovers`` is an empty temporary file; ``release`` lets go of the data folder."""
        self.folder = bulk.folder
        """A folder for temporary files, on the same disk as the data; removed by ``finish``."""
        self._bulk = bulk
        self._dataset = dataset
        self._title = title
        self._visibility = visibility
        self._leftovers = leftovers
        self._release = release

    def slot(self) -> Slot:
        """The slot of the batch that comes next."""
        return Slot(self._bulk.next_revision(), self.folder)

    def add(self, block: Block) -> None:
        """Take a block; raises ClewError where the disk is full."""
        if block.page.odd:
            self._leftovers.write(packed(block.page.odd) + b"\n")
        self._bulk.add(block.page, block.entries)

    def finish(self, updated: datetime | None, progress: Progress) -> bool:
        """Import everything, and let go of the data folder; ``updated`` is when it was as it is.

        Returns whether that was all: otherwise an engine has to write the ``leftovers``, or, where
        there was nothing to import, to make the dataset known.
        """
        if self._bulk.counts:
            progress("Putting together what is shared")
            self._bulk.complete(self._dataset, self._title, self._visibility, updated)
            self._bulk.build(progress)
        self._release()
        return bool(self._bulk.counts) and not self._leftovers.tell()

    def leftovers(self) -> Iterator[list[Entity]]:
        """The records that could not be imported, in batches."""
        self._leftovers.seek(0)
        return (unpacked(line) for line in self._leftovers)


@contextmanager
def filling(
    settings: Settings,
    workers: Workers,
    dataset: str,
    title: str | None,
    progress: Progress,
    visibility: Visibility = Visibility.RESTRICTED,
) -> Iterator[Filling]:
    """Fill an empty data folder with a dataset, which nobody else may write to meanwhile.

    Raises BadInput where the data folder holds something, or the settings name a server, and
    EngineInUse where another process is at work.
    """
    title = checked({"title": title})["title"]
    home = home_of(settings)
    with ExitStack() as stack:
        stack.enter_context(claimed(home.data, dataset, "loaded"))
        leftovers = stack.enter_context(TemporaryFile(dir=home.data))
        holding = stack.enter_context(ExitStack())
        bulk = holding.enter_context(new_graph(settings, workers, progress))
        yield Filling(bulk, dataset, title, visibility, leftovers, holding.close)
