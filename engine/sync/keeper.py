"""Who keeps the index up to date: this process, if it may write the index, or else another one.

Only one process can write the index. All others read it, and wait until that one has caught up.
"""

import threading
import time

from engine.errors import ClewError, EngineInUse
from engine.graph.document.page import PageNodes
from engine.graph.record.change import Written
from engine.graph.record.reader import Reader
from engine.graph.record.writer import Writer
from engine.index.index import Index
from engine.progress import Progress, Ticker
from engine.sync.follower import Follower

INDEX_TIMEOUT = 600.0
"""Seconds to wait for another process to bring the index further: a large commit takes long."""
POLL = 0.1
"""Seconds between two looks at the index while waiting."""


class Keeper:
    """Keeps the index up to date in this process, or waits for the process that does."""

    def __init__(self, reader: Reader, writer: Writer, index: Index, pages: PageNodes) -> None:
        self._reader = reader
        self._index = index
        self._follower = Follower(reader, writer, index, pages)
        # A load indexes in a thread of its own, perhaps beside a deletion in another one. The lock
        # is reentrant, as taking a transaction may have to follow first.
        self._following = threading.RLock()

    @property
    def behind(self) -> bool:
        """Whether this process keeps the index, and has to catch up with the graph."""
        return self._index.writable and self._follower.behind()

    def follow(self, progress: Progress | None = None) -> int:
        """Bring the index up to the graph's revision; the number of changes taken.

        Where another process keeps the index, waits until that one has; then the number is 0.
        """
        if not self._index.writable:
            self._wait(progress)
            return 0
        with self._following:
            if progress is None:
                return self._follower.follow()
            return self._follower.follow(lambda count: progress(f"Indexed {count:,} changes"))

    def take(self, written: Written) -> None:
        """Index one transaction from memory, if this process keeps the index.

        It is lasting only after ``follow``, which also finds it in the graph if this is left out.
        """
        if self._index.writable:
            with self._following:
                self._follower.take(written)

    def rebuild(self, progress: Progress) -> int:
        """Empty the index and fill it from the graph; the number of changes taken.

        Raises EngineInUse where another process keeps the index.
        """
        if not self._index.writable:
            raise EngineInUse("another process keeps the index: stop `clew up` first")
        with self._following:
            self._follower.clear()
            return self.follow(progress)

    def _wait(self, progress: Progress | None) -> None:
        goal, ticker = self._reader.revision(), Ticker()
        best, end = -1, 0.0
        # shared values are written after the index: only then is the graph as it will be, too
        while (now := min(self._index.revision, self._reader.literal_revision())) < goal:
            if now > best:
                best, end = now, time.monotonic() + INDEX_TIMEOUT
            if time.monotonic() > end:
                raise ClewError("the process that keeps the index does not bring it up to date")
            if progress is not None and ticker.due():
                progress(f"Waiting for the index: it is at revision {now:,} of {goal:,}")
            time.sleep(POLL)
            self._index.reload()
