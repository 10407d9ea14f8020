"""Brings files into a dataset, and reads all that wait there, on all processors.

The states of files in the graph are the queue: whoever is killed goes on where they were. A file is
read, its records are written, and then its state and the files that were in it are noted in one
transaction. What is read twice has the same ids and the same content, so nothing is there twice.
"""

import os
import shutil
import time
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from queue import SimpleQueue

from engine.access import Access
from engine.dataset import check_name
from engine.document import Reason, State, StoredFile
from engine.engine import Engine
from engine.entity import Entity
from engine.errors import NotFound
from engine.loading import Loading
from engine.place import document_id, folders_of
from engine.progress import Progress, Ticker
from loaders.document.box import Box, boxes
from loaders.document.limit import DEPTH, Budget, budget
from loaders.document.part import Asked
from loaders.document.sandbox import Ending
from loaders.ingest.arrival import Arrival
from loaders.ingest.conversion import Conversion, folder_record
from loaders.ingest.report import Report
from loaders.ingest.split import is_later_volume, lacked, stored_volumes, wait_again
from loaders.ingest.thread import link_threads

BATCH = 2_000
"""Records that are written together at most."""
LETTERS = 5_000_000
"""Characters of their texts: passages of long texts have 50,000 each."""
FLUSH = 2.0
"""Seconds after which what was read is written, however little it is."""
STOP_INTERVAL = 0.5
"""Seconds between two looks whether to stop."""
AHEAD = 200
"""Files that are looked up at a time."""


@dataclass(frozen=True)
class Reading:
    """A file that was read: what was found is in the folder."""

    file: StoredFile
    folder: Path
    ending: Ending


def ingest(
    engine: Engine,
    paths: Sequence[Path],
    dataset: str,
    *,
    title: str | None = None,
    languages: Sequence[str] = (),
    passwords: Sequence[str] = (),
    retry: Collection[Reason] = (),
    progress: Progress = print,
    stopped: Callable[[], bool] = lambda: False,
) -> Report:
    """Bring files and folders into a dataset, and read whatever waits in it.

    With ``retry`` files that were not read, or not wholly, for these reasons are read again. Ends
    early, and well, where ``stopped`` says so. Raises BadInput, ClewError, and EngineInUse where
    another process is at work on the dataset.
    """
    check_name(dataset)
    start, report = time.monotonic(), Report()
    cut = dataset in engine.interrupted()
    with engine.loading(dataset) as loading:
        loading.begin(title)
        arrival = Arrival(engine.documents, dataset, tuple(languages), report)
        arrival.take(paths, progress)
        if retry:
            engine.documents.retry(dataset, retry)
        known = (*passwords, *engine.documents.take_passwords(dataset))
        work = Work(engine, loading, dataset, known, report, progress)
        if work.run(stopped):
            link_threads(engine, loading, dataset)
            progress("Bringing the index up to date")
            loading.finish(datetime.now(UTC), progress)
        engine.documents.release(work.unneeded | arrival.unneeded)
        if cut:  # what it archived may have changed since, so that nobody will refer to it
            engine.documents.sweep()
    report.seconds = time.monotonic() - start
    return report


class Work:
    """Reads the files of one dataset that wait, until none does."""

    def __init__(
        self,
        engine: Engine,
        loading: Loading,
        dataset: str,
        passwords: tuple[str, ...],
        report: Report,
        progress: Progress,
    ) -> None:
        self._documents = engine.documents
        self._pages = engine.pages
        known = engine.dataset(dataset, Access(frozenset({dataset})))
        self._languages = tuple(known.languages) if known is not None else ()
        self._loading = loading
        self._dataset = dataset
        self._passwords = passwords
        self._report = report
        self._progress = progress
        self._folder = engine.documents.folder.resolve() / dataset
        self._cache = engine.settings.ocr_cache.resolve() / dataset
        self._boxes: SimpleQueue[Box] = SimpleQueue()
        self._holding = ExitStack()
        self._entities: dict[str, Entity] = {}
        self._letters = 0
        self._files: list[StoredFile] = []
        self._volumes: list[StoredFile] = []
        """Volumes of split archives that were read; perhaps their heads were read without them."""
        self._busy: set[str] = set()
        """The files that are being read, and those whose states are not saved yet."""
        self._now: dict[str, str | None] = {}
        """Files in others that changed while they waited, and to what; None: they are gone."""
        self._folders: set[str] = set()
        """The folders around files whose records were made."""
        self._number = 0
        self._ticker = Ticker()
        self._flushed = time.monotonic()
        self.unneeded: set[str] = set()
        """Archived files that something referred to before."""

    def run(self, stopped: Callable[[], bool]) -> bool:
        """Read all that waits; False where it was ``stopped`` before."""
        if not self._documents.waiting(self._dataset, (), 1):
            return True
        shutil.rmtree(self._folder, ignore_errors=True)  # of one that was killed
        self._folder.mkdir(parents=True)
        count = os.cpu_count() or 1
        try:
            with ThreadPoolExecutor(count, "read") as pool, boxes(count) as opened:
                for box in opened:
                    self._boxes.put(box)
                with self._holding:
                    return self._read(pool, 2 * count, stopped)
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def _read(self, pool: ThreadPoolExecutor, most: int, stopped: Callable[[], bool]) -> bool:
        active: set[Future[Reading]] = set()
        waiting: list[StoredFile] = []
        while True:
            if not waiting and len(active) < most:
                waiting = self._documents.waiting(self._dataset, self._busy, AHEAD)[::-1]
            while waiting and len(active) < most:
                file = waiting.pop()
                self._busy.add(file.id)
                active.add(pool.submit(self._reading, file, self._next_folder()))
            if not active:
                self._flush()
                if not self._documents.waiting(self._dataset, (), 1):
                    return True
                continue
            done, active = wait(active, STOP_INTERVAL, FIRST_COMPLETED)
            if stopped():
                return False
            self._take_all(done)
            self._tell(len(active) + len(waiting))

    def _take_all(self, done: Iterable[Future[Reading]]) -> None:
        """Take what was read, and write it where that is enough, or has waited long enough."""
        for future in done:
            self._take(future.result())
        if len(self._entities) >= BATCH or time.monotonic() - self._flushed > FLUSH:
            self._flush()

    def _next_folder(self) -> Path:
        self._number += 1
        return self._folder / str(self._number)

    def _reading(self, file: StoredFile, folder: Path) -> Reading:
        """Read one file; runs in a thread."""
        folder.mkdir()
        if file.depth > DEPTH:
            ending = Ending(Reason.TOO_LARGE, f"it lies in more than {DEPTH} other files")
            return Reading(file, folder, ending)
        left = self._budget(file)
        box = self._boxes.get()
        try:
            with ExitStack() as opened:
                path = opened.enter_context(self._documents.path(file.sha256))
                others = [
                    opened.enter_context(self._documents.path(each.sha256)).resolve()
                    for each in stored_volumes(self._documents, file)
                ]
                asked = Asked(
                    path.resolve(),
                    file.name,
                    folder,
                    left,
                    file.languages or self._languages,
                    self._passwords,
                    self._cache,
                    by_page=self._by_page(file) if file.bundle is not None else (),
                    volumes=tuple(others),
                )
                ending = box.read(asked)
            self._report.networkless &= box.networkless
        except NotFound as error:  # or it is gone meanwhile, with the file that it was in
            ending = Ending(Reason.CORRUPT, str(error))
        finally:
            self._boxes.put(box)
        return Reading(file, folder, ending)

    def _by_page(self, file: StoredFile) -> tuple[tuple[int, tuple[str, ...]], ...]:
        """The languages in which somebody had single pages of a file read."""
        orders = self._pages.orders_of(file.id)
        return tuple((each.number, each.languages) for each in orders if each.languages)

    def _budget(self, file: StoredFile) -> Budget:
        """What may come out of a file, after all that came out of what was brought in with it."""
        if not file.depth:
            return budget(file.size)
        root = self._documents.named([file.root])[file.root]
        return budget(root.size, *self._documents.spent(file.root))

    def _take(self, reading: Reading) -> None:
        """Archive what was read, and add its records to those that will be written."""
        if self._now.get(reading.file.id, reading.file.sha256) != reading.file.sha256:
            self._busy.discard(reading.file.id)
            shutil.rmtree(reading.folder, ignore_errors=True)
            return
        if not self._files and not self._entities:
            self._holding.enter_context(self._documents.holding())
        file = reading.file
        corrected = self._pages.corrected(file) if file.bundle is not None else {}
        conversion = Conversion(file, reading.folder, reading.ending, self._documents, corrected)
        ids: set[str] = set()
        for entity in chain(self._folder_records(reading.file), conversion.entities()):
            ids.add(entity.id)
            self._entities[entity.id] = entity
            self._letters += sum(map(len, entity.properties.get("bodyText", ())))
            if len(self._entities) >= BATCH or self._letters >= LETTERS:
                self._write()
        outcome = conversion.outcome
        self._files.append(outcome.file)
        self._files += self._new_children(outcome.children)
        self._report.count(outcome.file)
        if reading.file.schema is not None:  # it was read before: perhaps there was more in it
            self.unneeded |= {*reading.file.kept, *filter(None, [reading.file.bundle])}
            self._remove_stale(reading.file, ids, outcome.children)
        self._volumes += [file] if is_later_volume(file) else []
        shutil.rmtree(reading.folder, ignore_errors=True)

    def _folder_records(self, file: StoredFile) -> list[Entity]:
        """The records of the folders in which it was brought in, if they were not made yet."""
        records: list[Entity] = []
        for depth, (path, name) in enumerate(() if file.depth else folders_of(file.path)):
            if path not in self._folders:
                self._folders.add(path)
                id_ = document_id(path)
                records.append(folder_record(self._dataset, id_, name, file.within[:depth]))
        return records

    def _new_children(self, children: list[StoredFile]) -> list[StoredFile]:
        """The files that are not there yet with the same content."""
        known = self._documents.named([child.id for child in children]) if children else {}
        new: list[StoredFile] = []
        for child in children:
            before = known.get(child.id)
            if before is None:
                self._now.pop(child.id, None)
                new.append(child)
            elif (before.sha256, before.languages) != (child.sha256, child.languages):
                self.unneeded.add(before.sha256)
                self._now[child.id] = child.sha256
                old = replace(child, schema=before.schema, bundle=before.bundle)
                new.append(replace(old, kept=before.kept))
        return new

    def _remove_stale(
        self, file: StoredFile, ids: set[str], children: Sequence[StoredFile]
    ) -> None:
        """Remove what an earlier reading found and this one did not."""
        self._write()
        stay = {child.id for child in children}
        gone = [id_ for id_ in self._documents.inside_directly([file.id]) if id_ not in stay]
        gone += self._documents.inside(gone)
        stale = [id_ for id_ in self._documents.parts(file.id) if id_ not in ids]
        for id_ in gone:
            stale += [id_, *self._documents.parts(id_)]
        self._loading.remove(self._loading.held(stale))
        self._flush()  # what was just archived has somebody who refers to it before others go
        if gone:
            self._now.update(dict.fromkeys(gone))
            self._documents.forget(gone)

    def _write(self) -> None:
        """Write the records that wait."""
        self._loading.add(list(self._entities.values()))
        self._entities, self._letters = {}, 0

    def _flush(self) -> None:
        """Write the records that wait, and then the states of the files."""
        self._write()
        self._loading.wait()
        self._documents.save(self._files)
        self._busy -= {file.id for file in self._files}
        self._files = []
        if self._volumes:
            self._look_at_heads()
        self._holding.close()
        self._flushed = time.monotonic()

    def _look_at_heads(self) -> None:
        """Let archives wait again that were read before one of their volumes was there."""
        heads = [
            (file, head) for file in self._volumes for head in stored_volumes(self._documents, file)
        ]
        again = {head.id: wait_again(head) for file, head in heads if lacked(head, file)}
        self._documents.save(list(again.values()))
        self._volumes = [file for file, head in heads if head.id in self._busy]

    def _tell(self, left: int) -> None:
        if self._ticker.due():
            rate = self._report.read / max(self._ticker.elapsed, 0.001)
            rest = self._documents.counted(self._dataset, State.WAITING)
            seconds = rest / rate if rate else 0
            self._progress(
                f"Read {self._report.read:,} files ({rate:,.1f}/s), {max(rest, left):,} wait: "
                f"about {spoken(seconds)} left"
            )


def spoken(seconds: float) -> str:
    """A time for a person: ``40 s``, ``12 min``, ``3 h``."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 6000 else f"{seconds / 3600:.0f} h"
