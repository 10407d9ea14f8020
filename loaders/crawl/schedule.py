"""Which datasets are to be crawled now, and who does it while `clew up` runs.

When a dataset is due is decided in ``due``.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from huey import crontab

from engine.engine import Engine
from engine.errors import ClewError, EngineInUse
from engine.progress import Progress
from engine.run import Outcome, Run
from loaders.crawl.catalog import Catalog, Entry, read_catalog
from loaders.crawl.crawler import Crawler
from loaders.crawl.due import next_run
from loaders.crawl.queue import Workers, queue
from loaders.crawl.remote_catalog import entries_of

MAX_AGE = 600.0
"""Seconds for which a catalog of others is taken as it was, while Clew serves."""


def last_run(engine: Engine, entry: Entry) -> Run | None:
    """The last crawl of a dataset; None if there was none."""
    return next(iter(engine.runs(entry.name, 1)), None)


def due_entries(
    engine: Engine,
    catalog: Catalog,
    now: datetime,
    report: Progress,
    *,
    sole: bool = True,
    max_age: float = 0.0,
) -> list[Entry]:
    """The datasets that are due now, those that have waited longest first.

    Where the catalog has another schedule by now, that is noted with the last crawl, for readers.
    So is, for a ``sole`` catalog, that a dataset which it does not name has no next crawl.
    """
    waiting, names = [], set()
    troubles: list[str] = []
    for entry in entries_of(engine, catalog, troubles.append, max_age=max_age):
        names.add(entry.name)
        last = last_run(engine, entry)
        due = next_run(entry, last)
        if last is not None:
            note_next_run(engine, last, due)
        if due is not None and due <= now:
            waiting.append((due, entry.name, entry))
    for trouble in troubles:
        report(trouble)
    if sole and not troubles:  # else a dataset may be in a catalog that could not be had
        access = engine.owner_access()
        others = sorted(access.datasets - names)
        for runs in engine.histories(others, access, 1).values():
            for last in runs:
                note_next_run(engine, last, None)
    return [entry for *_, entry in sorted(waiting, key=lambda one: one[:2])]


def note_next_run(engine: Engine, last: Run, due: datetime | None) -> None:
    """Note with a dataset's last crawl when it is due; a crawl under way does so when it ends."""
    if last.ended is not None and last.next_run != due:
        engine.note_run(replace(last, next_run=due))


class Scheduler:
    """Crawls what is due while Clew serves: looks every minute, one dataset after the other."""

    def __init__(self, engine: Engine, report: Progress) -> None:
        """Raises BadInput or ClewError where the queue's Redis cannot be used."""
        self._engine = engine
        self._path = engine.settings.catalog
        self._report = report
        self._last_failure = ""
        self._reported: list[str] = []
        self._huey = queue(engine)
        self._task = self._huey.task(name="crawl")(self._crawl)
        self._huey.periodic_task(crontab(minute="*"), name="tick")(self.tick)
        self._workers = Workers(self._huey, self._report_failure)

    def start(self) -> None:
        """Start, with a first look at once."""
        self._huey.flush()  # what an earlier process left here is still due
        self._workers.start()
        self._task("")

    def stop(self) -> None:
        """Stop; a crawl under way ends with the process, and is noted as interrupted."""
        self._workers.stop()

    def tick(self) -> None:
        """Put what is due into the queue."""
        try:
            for entry in self._due():
                self._task(entry.name)
            self._last_failure = ""
        except ClewError as error:
            self._report_failure(str(error))

    def _report_failure(self, text: str) -> None:
        """Report what keeps all crawls from running; not each minute again."""
        if text != self._last_failure:
            self._report(f"clew: no crawls: {text}")
        self._last_failure = text

    def _due(self) -> list[Entry]:
        # read anew each time, as its owner may change it while Clew serves
        catalog = Catalog([], [], self._path.parent)
        if self._path.is_file():
            catalog = read_catalog(self._path)
        troubles: list[str] = []
        now = datetime.now(UTC)
        entries = due_entries(self._engine, catalog, now, troubles.append, max_age=MAX_AGE)
        for trouble in troubles:
            if trouble not in self._reported:
                self._report(f"clew: {trouble}")
        self._reported = troubles
        return entries

    def _crawl(self, name: str) -> None:
        """The job: crawl a dataset if it still is due; without a name, look for what is due.

        It may have been crawled meanwhile, by another process with the same queue.
        """
        if not name:
            self.tick()
            return
        for entry in self._due():
            if entry.name == name:
                # it is being crawled elsewhere, or loaded, and then the next tick finds it due
                with suppress(EngineInUse):
                    run = Crawler(self._engine, lambda _: None).crawl_due(entry)
                    if run is not None:
                        self._report(summary(run))


def summary(run: Run) -> str:
    """A crawl in one line."""
    names = ("read", "added", "changed", "removed", "refused")
    counts = [f"{getattr(run, name):,} {name}" for name in names]
    changes = f" ({', '.join(counts)})" if run.outcome is Outcome.UPDATED else ""
    message = f": {run.message}" if run.message else ""
    return f"{run.dataset}: {run.outcome}{changes}{message}"
