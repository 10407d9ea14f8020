"""Deletes a dataset: at once for readers, then from the graph, from the index, and from the disk.

The mark on the Dataset node is set first and removed last. Whoever is killed in between leaves a
dataset that is known to be going, and every step can be done again.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, suppress

from engine.errors import EngineInUse
from engine.graph.dataset.catalog import Catalog
from engine.graph.record.batch import STEP, slices
from engine.graph.record.reader import Reader
from engine.graph.record.writer import Writer
from engine.progress import Progress

Claim = Callable[[str, str], AbstractContextManager[None]]


class Deletion:
    """Deletes datasets, also those whose deletion was interrupted."""

    def __init__(
        self,
        catalog: Catalog,
        reader: Reader,
        writer: Writer,
        follow: Callable[[], object],
        claim: Claim,
        clear: Callable[[str], None],
    ) -> None:
        """Work on a graph.

        ``follow`` brings the index up to date, whichever process keeps it; ``claim`` holds a
        dataset; ``clear`` removes what a dataset has outside of graph and index.
        """
        self._catalog = catalog
        self._reader = reader
        self._writer = writer
        self._follow = follow
        self._claim = claim
        self._clear = clear

    def resume(self, progress: Progress) -> None:
        """Finish every deletion that was interrupted, but for those that a process is at."""
        for name in self._catalog.deleting():
            with suppress(EngineInUse), self._claim(name, "deleted"):
                progress(f"Going on to delete {name}")
                self.finish(name, 0, progress)

    def finish(self, name: str, total: int, progress: Progress) -> int:
        """Delete a marked dataset of about ``total`` records (0: unknown); how many there were."""
        removed = 0
        for ids in slices(self._writer.ids(name), STEP):
            removed += self._writer.erase(name, ids)
            of = f" of {total:,}" if total >= removed else ""
            progress(f"Deleted {removed:,}{of} records of {name}")
        progress("Bringing the index up to date")
        revision = self._reader.revision()
        self._follow()
        # The tombstones go only now: an index that had not followed would miss the deletions.
        self._catalog.purge(name, revision)
        self._clear(name)
        self._catalog.forget(name)
        return removed
