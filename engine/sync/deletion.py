"""How a dataset goes: at once for readers, then from the graph, the index, and at last its own traces.

The mark on the Dataset node is set first and goes last, so whoever is killed in between leaves a dataset that is
known to be going, and every step may be done again.
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
    """Deletes datasets.

    ``follow`` brings the index, whoever keeps it, up to the graph, ``claim`` holds a dataset, ``clear`` removes what it
    has outside of both.
    """

    def __init__(
        self,
        catalog: Catalog,
        reader: Reader,
        writer: Writer,
        follow: Callable[[], object],
        claim: Claim,
        clear: Callable[[str], None],
    ) -> None:
        self._catalog = catalog
        self._reader = reader
        self._writer = writer
        self._follow = follow
        self._claim = claim
        self._clear = clear

    def resume(self, progress: Progress) -> None:
        """Go on with every deletion that was cut short; one that another process is at is left to it."""
        for name in self._catalog.deleting():
            with suppress(EngineInUse), self._claim(name, "deleted"):
                progress(f"Going on to delete {name}")
                self.finish(name, 0, progress)

    def finish(self, name: str, total: int, progress: Progress) -> int:
        """Delete a dataset that is marked, of about ``total`` records; how many were still there."""
        removed = 0
        for ids in slices(self._writer.ids(name), STEP):
            removed += self._writer.erase(name, ids)
            of = f" of {total:,}" if total >= removed else ""
            progress(f"Deleted {removed:,}{of} records of {name}")
        progress("Bringing the index up to date")
        upto = self._reader.revision()
        self._follow()
        self._catalog.purge(name, upto)
        self._clear(name)
        self._catalog.forget(name)
        return removed
