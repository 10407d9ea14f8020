"""Takes files into the archive and into the queue; those that are there already are skipped."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from engine.document import StoredFile
from engine.documents import Documents
from engine.entity import Entity
from engine.loading import Loading
from engine.progress import Progress, Ticker
from loaders.ingest.conversion import folder_record
from loaders.ingest.place import around, document_id, folders_of
from loaders.ingest.report import Report
from loaders.ingest.walk import Found, walk

BATCH = 200
"""Files that are taken together."""


class Arrival:
    """Files on their way into one dataset."""

    def __init__(
        self,
        documents: Documents,
        loading: Loading,
        dataset: str,
        languages: tuple[str, ...],
        report: Report,
    ) -> None:
        self._documents = documents
        self._loading = loading
        self._dataset = dataset
        self._languages = languages
        self._report = report
        self._folders: set[str] = set()
        """The folders whose records were written."""
        self.unneeded: set[str] = set()
        """Archived files of versions that others replaced."""

    def take(self, paths: Sequence[Path], progress: Progress) -> None:
        """Take every file in these files and folders; raises BadInput, ClewError."""
        ticker = Ticker()
        for group in in_groups(walk(paths), BATCH):
            self._take_group(group)
            if ticker.due():
                progress(f"Found {self._report.found:,} files, {self._report.new:,} of them new")

    def _take_group(self, group: Sequence[Found]) -> None:
        ids = [f"{self._dataset}:{document_id(each.path)}" for each in group]
        known = self._documents.named(ids)
        self._report.found += len(group)
        with self._documents.holding():
            taken = (
                self._taken(id_, found, known.get(id_))
                for id_, found in zip(ids, group, strict=True)
            )
            new = [file for file in taken if file is not None]
            if new:
                self._loading.add(list(self._folder_records(new)))
                self._loading.wait()
                self._documents.save(new)

    def _taken(self, id_: str, found: Found, known: StoredFile | None) -> StoredFile | None:
        """The file as it is to be noted; None where nothing of it has changed."""
        languages = self._languages or (known.languages if known is not None else ())
        now = (found.size, found.modified, languages)
        if known is not None and (known.size, known.modified, known.languages) == now:
            return None
        try:
            with found.file.open("rb") as source:
                kept = self._documents.archive(source)
        except OSError as error:
            self._report.skipped.append(f"{found.file}: {error.strerror}")
            return None
        if known is not None and (known.sha256, known.languages) == (kept.sha256, languages):
            return replace(known, modified=found.modified)
        self._report.new += 1
        file = StoredFile(
            id_,
            self._dataset,
            found.path.rpartition("/")[2],
            found.path,
            kept.sha256,
            kept.size,
            kept.sha1,
            id_,
            within=around(self._dataset, found.path),
            languages=languages,
            modified=found.modified,
        )
        if known is None:
            return file
        self.unneeded.add(known.sha256)
        return replace(file, schema=known.schema, bundle=known.bundle, kept=known.kept)

    def _folder_records(self, files: Sequence[StoredFile]) -> list[Entity]:
        """The records of the folders around these files that were not written yet."""
        records: list[Entity] = []
        for file in files:
            for depth, (path, name) in enumerate(folders_of(file.path)):
                if path not in self._folders:
                    self._folders.add(path)
                    id_ = document_id(path)
                    records.append(folder_record(self._dataset, id_, name, file.within[:depth]))
        return records


def in_groups(found: Iterator[Found], size: int) -> Iterator[list[Found]]:
    """The files in groups of this size; the last may be smaller."""
    while group := list(islice(found, size)):
        yield group
