"""When is a dataset to be looked for again? And who does it while `clew up` runs: huey, on SQLite or Redis."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import requests
from cronsim import CronSim
from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.consumer import Consumer

from engine.dataset import next_expected
from engine.engine import Engine
from engine.errors import BadInput, ClewError
from engine.run import Outcome, Run
from loaders.catalog import Catalog, Entry, listed_entries, read_catalog
from loaders.crawler import Crawler

AFTER_FAILURE = timedelta(hours=1)
"""A crawl that failed is tried again then, if its schedule does not come first."""
LARGEST = 100 * 1024 * 1024
"""Bytes of somebody else's catalog."""
Say = Callable[[str], None]


def next_run(entry: Entry, last: Run | None) -> datetime | None:
    """When a dataset is due: at once if it never was crawled; None if once was enough."""
    if last is None:
        return datetime.min.replace(tzinfo=UTC)
    if entry.schedule is not None:
        due: datetime | None = next(CronSim(entry.schedule, last.started))
    else:
        due = next_expected(last.started, entry.frequency)
    if last.outcome.proves or last.outcome is Outcome.RUNNING:
        return due
    again = (last.ended or last.started) + AFTER_FAILURE
    return again if due is None else min(due, again)


def entries_of(catalog: Catalog, say: Say) -> Iterator[Entry]:
    """Every dataset of a catalog, those of the catalogs that it names too; one that cannot be had is told."""
    yield from catalog.entries
    own = {entry.name for entry in catalog.entries}
    for listed in catalog.listed:
        try:
            with requests.get(listed.url, timeout=60, stream=True) as response:
                response.raise_for_status()
                index = response.raw.read(LARGEST, decode_content=True)
            found = list(listed_entries(parsed(index, listed.url), listed, catalog.folder))
        except (requests.RequestException, BadInput) as error:
            say(f"{listed.url} cannot be taken: {error}")
            continue
        yield from (entry for entry in found if entry.name not in own)


def parsed(data: bytes, url: str) -> Any:
    """JSON as it came; raises BadInput."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        raise BadInput(f"{url} is not JSON") from None


def latest(engine: Engine, entry: Entry) -> Run | None:
    """The last crawl of a dataset."""
    return next(iter(engine.journal.runs(entry.name, 1)), None)


def due_entries(engine: Engine, catalog: Catalog, now: datetime, say: Say) -> list[Entry]:
    """The datasets that should be crawled now, those that have waited longest first."""
    found = [(next_run(entry, latest(engine, entry)), entry) for entry in entries_of(catalog, say)]
    waiting = [(due, entry.name, entry) for due, entry in found if due is not None and due <= now]
    return [entry for *_, entry in sorted(waiting, key=lambda one: one[:2])]


class Quiet(Consumer):  # type: ignore[misc]  # huey has no types
    """huey's consumer inside our own process, which keeps its own signals."""

    def _set_signal_handlers(self) -> None:
        """None of its own."""


class Scheduler:
    """Looks every minute for what is due, and crawls it, one dataset after the other, while Clew serves."""

    def __init__(self, engine: Engine, say: Say) -> None:
        self._engine = engine
        self._path = engine.settings.catalog
        self._say = say
        self._told = ""
        self._huey = queue(engine)
        self._task = self._huey.task(name="crawl")(self._crawl)
        self._huey.periodic_task(crontab(minute="*"), name="tick")(self.tick)
        self._consumer = Quiet(self._huey, workers=1, periodic=True, check_worker_health=False)

    def start(self) -> None:
        """Begin, with a first look at once."""
        self._huey.flush()  # what an earlier process left is found to be due again
        self._consumer.start()
        self._task("")

    def stop(self) -> None:
        """End; a crawl that is under way ends with the process, and is noted as interrupted."""
        self._consumer.stop()

    def tick(self) -> None:
        """Put what is due into the queue; a trouble is told once."""
        try:
            for entry in self._due():
                self._task(entry.name)
            self._told = ""
        except ClewError as error:
            if str(error) != self._told:
                self._say(f"clew: no crawls: {error}")
            self._told = str(error)

    def _due(self) -> list[Entry]:
        if not self._path.is_file():
            return []
        return due_entries(self._engine, read_catalog(self._path), datetime.now(UTC), self._say)

    def _crawl(self, name: str) -> None:
        """Crawl a dataset if it is still due; without a name, look for what is."""
        if not name:
            self.tick()
            return
        for entry in self._due():
            if entry.name == name:
                run = Crawler(self._engine, lambda _: None).crawl(entry)
                self._say(summary(run))


def queue(engine: Engine) -> Huey:
    """Where jobs wait: in Redis if there is one, else in the data folder."""
    settings = engine.settings
    if settings.redis_url:
        return RedisHuey("clew", url=settings.redis_url)
    return SqliteHuey("clew", filename=str(settings.data / "jobs.sqlite"))


def summary(run: Run) -> str:
    """A crawl in one line."""
    counts = [f"{getattr(run, name):,} {name}" for name in ("read", "added", "changed", "removed", "refused")]
    told = f" ({', '.join(counts)})" if run.outcome is Outcome.UPDATED else ""
    return f"{run.dataset}: {run.outcome}{told}{f': {run.message}' if run.message else ''}"
