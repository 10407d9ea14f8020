"""Takes files into the archive and into the queue; those that are there already are skipped."""

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path

from engine.document import State, StoredFile
from engine.documents import Documents
from engine.place import document_id
from engine.progress import Progress, Ticker
from loaders.ingest.report import Report
from loaders.ingest.walk import Found, walk

BATCH = 200
"""Files that are taken together."""


class Arrival:
    """Files on their way into one dataset."""

    def __init__(
        self,
        documents: Documents,
        dataset: str,
        languages: tuple[str, ...],
        report: Report,
    ) -> None:
        self._documents = documents
        self._dataset = dataset
        self._languages = languages
        self._report = report
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
            self._documents.save(new)

    def _taken(self, id_: str, found: Found, known: StoredFile | None) -> StoredFile | None:
        """The file as it is to be noted; None where nothing of it has changed."""
        languages = self._languages or (known.languages if known is not None else ())
        now = (found.size, found.modified, languages)
        if known is not None and (known.size, known.modified, known.languages) == now:
            return None
        try:
            with found.file.open("rb") as source:
                file = self._documents.brought(
                    self._dataset, found.path, source, languages, known, found.modified
                )
        except OSError as error:
            self._report.skipped.append(f"{found.file}: {error.strerror}")
            return None
        self._report.new += known is None or file.state is State.WAITING
        if known is not None and known.sha256 != file.sha256:
            self.unneeded.add(known.sha256)
        return file


def in_groups(found: Iterator[Found], size: int) -> Iterator[list[Found]]:
    """The files in groups of this size; the last may be smaller."""
    while group := list(islice(found, size)):
        yield group
