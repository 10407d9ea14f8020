"""The port of documents: their files in the archive, and what became of each.

Loaders use all of it. Readers have ``readable`` and what takes an access: a file that they may not
see is not there for them, neither its state nor its bytes.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO

from engine.access import Access
from engine.archive.archive import Archive, Kept
from engine.document import Reason, State, StateCount, StoredFile
from engine.errors import NotFound
from engine.graph.document.file import FileNodes


class Documents:
    """Files and their states; one for each engine."""

    def __init__(self, reader: FileNodes, nodes: FileNodes, archive: Archive, folder: Path) -> None:
        """``folder`` is where readings put what they find, on the disk of the archive."""
        self._reader = reader
        self._nodes = nodes
        self._archive = archive
        self.folder = folder

    # --- for readers ------------------------------------------------------------------------------

    def readable(self, id: str, access: Access) -> StoredFile:
        """A file that the reader may see; raises NotFound, also for one that they may not."""
        if id.partition(":")[0] in access.datasets and (found := self._reader.named([id])):
            return found[id]
        raise NotFound(f"there is no document {id[:300]!r}, or none that you may read")

    def files(self, ids: Collection[str], access: Access) -> dict[str, StoredFile]:
        """Those of these files that there are and that the reader may see, by their ids."""
        return self._reader.named([id_ for id_ in ids if id_.partition(":")[0] in access.datasets])

    def listed(
        self,
        dataset: str,
        access: Access,
        *,
        states: Collection[State] = tuple(State),
        reasons: Collection[Reason] | None = None,
        after: str = "",
        first: int = 25,
    ) -> list[StoredFile]:
        """Files of a dataset after an id, in the order of their ids; none where it is not there.

        With ``reasons`` only those with one of them.
        """
        if dataset not in access.datasets:
            return []
        return self._reader.listed(dataset, states, reasons, after, first)

    def counts(self, datasets: Collection[str], access: Access) -> dict[str, list[StateCount]]:
        """How many files of each dataset are in which state; only what the reader may see."""
        return self._reader.counts(access.datasets.intersection(datasets))

    def open(self, file: StoredFile) -> IO[bytes]:
        """The bytes of a file that was found for its reader; raises NotFound."""
        return self._archive.open(file.sha256)

    # --- bringing in ------------------------------------------------------------------------------

    def holding(self) -> AbstractContextManager[None]:
        """Nothing that is archived goes while the block runs, which then saves who refers to it."""
        return self._archive.holding()

    def archive(self, source: IO[bytes]) -> Kept:
        """Archive what a stream holds; the caller is ``holding``. Raises ClewError."""
        return self._archive.put(source)

    def path(self, sha256: str) -> AbstractContextManager[Path]:
        """An archived file as a local one for a block; raises NotFound."""
        return self._archive.path(sha256)

    def save(self, files: Sequence[StoredFile]) -> None:
        """Note the state of files, all of them or none."""
        self._nodes.save(files)

    def named(self, ids: Collection[str]) -> dict[str, StoredFile]:
        """Those of these files that there are, by their ids."""
        return self._nodes.named(ids)

    def waiting(self, dataset: str, busy: Collection[str], limit: int) -> list[StoredFile]:
        """Some files that wait to be read and are not ``busy``."""
        return self._nodes.waiting(dataset, busy, limit)

    def queue(self) -> list[str]:
        """The datasets in which files wait."""
        return self._nodes.queue()

    def counted(self, dataset: str, state: State) -> int:
        """How many files of a dataset are in a state."""
        counts = self._nodes.counts([dataset]).get(dataset, [])
        return sum(each.count for each in counts if each.state is state)

    def retry(self, dataset: str, reasons: Iterable[Reason]) -> int:
        """Let files wait again that were not read, or not wholly, for these reasons; how many."""
        return self._nodes.retry(dataset, list(reasons))

    def spent(self, root: str) -> tuple[int, int]:
        """How many files came out of a file that was brought in, and how many bytes."""
        return self._nodes.spent(root)

    def parts(self, document: str) -> list[str]:
        """The ids of the records that were made from one document, but for its own."""
        return self._nodes.parts(document)

    def replies(self, dataset: str) -> Iterator[tuple[str, list[str]]]:
        """The id of each mail that answers others of its dataset, and the ids of those."""
        return self._nodes.replies(dataset)

    # --- letting go -------------------------------------------------------------------------------

    def inside_directly(self, ids: Collection[str]) -> list[str]:
        """The ids of the files that were in these, and in no other one between."""
        return self._nodes.inside(ids)

    def inside(self, ids: Collection[str]) -> list[str]:
        """The ids of all files that were in these, however deep."""
        found: list[str] = []
        around = list(ids)
        while around := self._nodes.inside(around):
            found += around
        return found

    def forget(self, ids: Sequence[str]) -> None:
        """Forget files, and delete from the archive what no other file refers to."""
        with self._archive.clearing():
            hashes = self._nodes.forget(ids)
            self._archive.delete(hashes - self._nodes.referred(hashes))

    def release(self, hashes: Collection[str]) -> None:
        """Delete from the archive what no file refers to (any more)."""
        if hashes:
            with self._archive.clearing():
                self._archive.delete(set(hashes) - self._nodes.referred(hashes))

    def clear(self, dataset: str) -> None:
        """Forget all files of a dataset."""
        while ids := self._nodes.ids(dataset):
            self.forget(ids)
