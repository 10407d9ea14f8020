"""The index follows the graph by revision, and shared values follow the index.

Both are derived: each starts from the revision that it holds, takes what is newer in commit order and
notes how far it came, so a kill at any moment loses nothing; taking a change twice changes nothing.

Who writes tells what was written, and it is indexed from memory while the next records are written. What was
told is lasting when the index commits; what was not told, or not in order, is read from the graph.
"""

from collections.abc import Callable, Iterator
from itertools import chain, groupby

from engine.entity import literal_ids
from engine.graph.record.change import Change, Written
from engine.graph.record.reader import Reader
from engine.graph.record.writer import Writer
from engine.index.index import Index

CHUNK = 20_000
LITERAL_CAP = 50
"""A value held by more records than this is a hub, and proves nothing: it is not made a node."""


def chunks(changes: Iterator[Change], size: int = CHUNK) -> Iterator[list[Change]]:
    """Changes in lists of about ``size``, cut only between revisions."""
    chunk: list[Change] = []
    for _, revision in groupby(changes, key=lambda change: change.revision):
        chunk.extend(revision)
        if len(chunk) >= size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def shared_ids(change: Change) -> list[str]:
    """The ids of the shared values that a change may have made or unmade."""
    return change.keys if change.entity is None else literal_ids(change.entity)


class Follower:
    """Brings an index, and the graph's Literal nodes, up to the graph's revision."""

    def __init__(self, reader: Reader, writer: Writer, index: Index) -> None:
        self._reader = reader
        self._writer = writer
        self._index = index
        self._told = 0
        """The revision up to which the index has been told everything; it holds it when it commits."""
        self._count = 0
        self._keys: set[str] = set()

    def behind(self) -> bool:
        """Whether the graph holds changes that the index or the shared values lack."""
        revision = self._reader.revision()
        return min(self._index.revision, self._reader.literal_revision()) < revision

    def follow(self, progress: Callable[[int], None] | None = None) -> int:
        """Take all that is newer; the number of changes taken. ``progress`` hears that number as it grows.

        An index that may have missed a deletion, because the tombstone was purged, is made anew from nothing.
        """
        self._settle()
        while True:
            purged = self._reader.purged_revision()
            if 0 < self._index.revision < purged:
                self._index.delete_all()
            taken = self._take(purged, progress)
            if taken is not None:
                return taken

    def tell(self, written: Written) -> None:
        """Take what was just written; if not all before it has been taken, read that from the graph first."""
        before = written.revision - 1
        if not self._count and self._reader.literal_revision() >= self._index.revision:
            self._told = self._index.revision
        if self._told != before:
            self.follow()
            return
        self._count += self._index.add(written.added, new=True) + self._index.add(written.changed)
        self._told = written.revision
        for entity in chain(written.added, written.changed):
            self._keys.update(literal_ids(entity))
        for change in written.released:
            self._keys.update(change.keys)
        if self._count >= CHUNK:
            self._settle()

    def anew(self) -> None:
        """Forget all that the index holds."""
        self._count, self._keys = 0, set()
        self._index.delete_all()

    def _settle(self) -> None:
        """Make lasting what the index was told."""
        if self._count:
            self._index.commit(self._told)
            self._share(self._keys, self._told)
            self._count, self._keys = 0, set()

    def _take(self, purged: int, progress: Callable[[int], None] | None) -> int | None:
        """Take what is newer; None if tombstones were purged meanwhile that this index would have needed."""
        goal = self._reader.revision()
        since = min(self._index.revision, self._reader.literal_revision())
        if since >= goal:
            return 0
        taken = 0
        for chunk in chunks(self._reader.changes(since)):
            if self._missed(purged):
                return None
            latest = {change.id: change for change in chunk}.values()
            self._index.add([change.entity for change in latest if change.entity is not None])
            self._index.remove([change.id for change in latest if change.entity is None])
            revision = chunk[-1].revision
            self._index.commit(revision)
            self._share({key for change in chunk for key in shared_ids(change)}, revision)
            taken += len(chunk)
            if progress is not None:
                progress(taken)
        if self._missed(purged):
            return None
        self._reach(goal)
        return taken

    def _missed(self, purged: int) -> bool:
        """Whether tombstones newer than the index were purged since it was known that there are none."""
        now = self._reader.purged_revision()
        return now > purged and self._index.revision < now

    def _reach(self, goal: int) -> None:
        """Be at a revision whose own changes may have been purged: nothing is left that is newer."""
        if self._index.revision < goal:
            self._index.commit(goal)
        if self._reader.literal_revision() < goal:
            self._writer.set_literals([], goal)

    def _share(self, keys: set[str], revision: int) -> None:
        """Make each value that 2 to LITERAL_CAP records hold a node, and see that no other is one."""
        rows: list[tuple[str, str, str, list[str]]] = []
        linked = self._reader.literals(sorted(keys))
        for key in sorted(keys):
            records: list[str] = []
            if self._index.literal_frequency(key) > 1:
                records = self._index.literal_records(key, LITERAL_CAP + 1)
            if not 2 <= len(records) <= LITERAL_CAP:
                records = []
            if records or key in linked:
                _, kind, value = key.split(":", 2)
                rows.append((key, kind, value, sorted(records)))
        self._writer.set_literals(rows, revision)
