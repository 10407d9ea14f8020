"""The port of documents: their files in the archive, and what became of each.

Loaders use all of it. Readers have ``readable`` and what takes an access: a file that they may not
see is not there for them, neither its state nor its bytes.
"""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import IO

import orjson

from engine.access import Access
from engine.archive.archive import Archive, Kept
from engine.document import Reason, State, StateCount, StoredFile
from engine.errors import BadInput, NotFound
from engine.graph.document.file import FileNodes
from engine.place import around, document_id, steps_of

SWEPT = 10_000
"""Archived files that are looked up at a time."""


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

    def content(self, sha256: str) -> IO[bytes]:
        """The bytes of an archived file, of a document that its reader may see; raises NotFound."""
        return self._archive.open(sha256)

    # --- bringing in ------------------------------------------------------------------------------

    def holding(self) -> AbstractContextManager[None]:
        """Nothing that is archived goes while the block runs, which then saves who refers to it."""
        return self._archive.holding()

    def archive(self, source: IO[bytes]) -> Kept:
        """Archive what a stream holds; the caller is ``holding``. Raises ClewError."""
        return self._archive.put(source)

    def brought(
        self,
        dataset: str,
        path: str,
        source: IO[bytes],
        languages: tuple[str, ...] = (),
        known: StoredFile | None = None,
        modified: int | None = None,
    ) -> StoredFile:
        """Archive a file that is brought in, and what is to be saved of it: it waits to be read.

        ``known`` is what was known of the file at this place; where it has the same content and
        languages it does not wait again. The caller is ``holding``.
        """
        kept = self._archive.put(source)
        if known is not None and (known.sha256, known.languages) == (kept.sha256, languages):
            return replace(known, modified=modified)
        id_ = f"{dataset}:{document_id(path)}"
        file = StoredFile(
            id_,
            dataset,
            path.rpartition("/")[2],
            path,
            kept.sha256,
            kept.size,
            kept.sha1,
            id_,
            within=around(dataset, path),
            languages=languages,
            modified=modified,
        )
        if known is None:
            return file
        return replace(file, schema=known.schema, bundle=known.bundle, kept=known.kept)

    def bring(
        self, dataset: str, files: Iterable[tuple[str, IO[bytes]]], languages: tuple[str, ...]
    ) -> list[StoredFile]:
        """Take files, each with its path, into a dataset that there is; they wait to be read.

        Raises BadInput for a path without a name.
        """
        with self._archive.holding():
            taken: dict[str, StoredFile] = {}
            for path, source in files:
                if not (steps := steps_of(path)):
                    raise BadInput(f"{path[:100]!r} names no file")
                known = self._nodes.named([f"{dataset}:{document_id('/'.join(steps))}"])
                before = next(iter(known.values()), None)
                file = self.brought(dataset, "/".join(steps), source, languages, before)
                taken[file.id] = file
            self._nodes.save(list(taken.values()))
        return list(taken.values())

    def keep_passwords(self, dataset: str, passwords: Sequence[str]) -> None:
        """Keep passwords for who reads the dataset next, in a file that only we can read."""
        if passwords:
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = os.open(self._passwords(dataset), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(file, "wb") as target:
                target.write(orjson.dumps(list(passwords)))

    def take_passwords(self, dataset: str) -> tuple[str, ...]:
        """The passwords that were kept; they are no more."""
        with suppress(FileNotFoundError):
            text = self._passwords(dataset).read_bytes()
            self._passwords(dataset).unlink(missing_ok=True)
            return tuple(orjson.loads(text))
        return ()

    def _passwords(self, dataset: str) -> Path:
        return self.folder / f"{dataset}.passwords"

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

    def has_any(self, dataset: str) -> bool:
        """Whether a dataset has files."""
        return bool(self._nodes.ids(dataset))

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

    def sweep(self) -> None:
        """Delete from the archive what no file refers to: somebody was killed before they did."""
        with self._archive.clearing():
            hashes = self._archive.hashes()
            while some := set(islice(hashes, SWEPT)):
                self._archive.delete(some - self._nodes.referred(some))

    def clear(self, dataset: str) -> None:
        """Forget all files of a dataset."""
        while ids := self._nodes.ids(dataset):
            self.forget(ids)
