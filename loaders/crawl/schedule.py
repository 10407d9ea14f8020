"""Which datasets are to be crawled now, and who does it while `clew up` runs."""

import hashlib
import os
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import orjson
from huey import crontab

from engine.engine import Engine
from engine.errors import BadInput, ClewError, EngineInUse
from engine.run import Outcome, Run
from loaders.crawl.catalog import Catalog, Entry, listed_entries, read_catalog
from loaders.crawl.crawler import Crawler
from loaders.crawl.due import next_run
from loaders.crawl.fetch import fetch
from loaders.crawl.queue import Workers, queue
from loaders.intake.address import without_query
from loaders.intake.download import FileVersion, Limits
from loaders.intake.http import FetchFailed

PATIENCE = Limits(silence=30.0, seconds=120.0, size=100 * 1024 * 1024, tries=2)
"""How long somebody else's catalog may take, and how large it may be."""
KEPT = 600.0
"""Seconds for which it is taken as it was, while Clew serves."""
Say = Callable[[str], None]


def entries_of(
    engine: Engine, catalog: Catalog, tell: Say, *, kept: float = 0.0
) -> Iterator[Entry]:
    """Every dataset of a catalog, those of the catalogs that it names too; what cannot be had, or is odd, is told.

    Catalogs of others are taken as they were at most ``kept`` seconds ago.
    """
    yield from catalog.entries
    taken = {entry.name for entry in catalog.entries}
    for listed in catalog.listed:
        try:
            index = index_of(listed.url, engine.settings.downloads, kept)
            found = list(listed_entries(index, listed, catalog.folder, tell))
        except (ClewError, OSError) as error:
            url = without_query(listed.url)
            tell(f"{url} cannot be taken: {str(error).removeprefix(url).lstrip(': ')}")
            continue
        yield from (entry for entry in found if entry.name not in taken)
        taken.update(entry.name for entry in found)


def index_of(url: str, folder: Path, kept: float) -> Any:
    """Somebody else's catalog, as it is or was at most ``kept`` seconds ago; raises ClewError if it cannot be had.

    It stays in the folder, with when it was asked for, so that a server is asked only for what is new.
    """
    folder.mkdir(parents=True, exist_ok=True)
    place = (
        folder / f"{hashlib.sha256(url.encode()).hexdigest()[:24]}.json"
    )  # no dataset has a name like this
    try:
        held = orjson.loads(place.read_bytes())
    except (OSError, orjson.JSONDecodeError):
        held = {"asked": 0.0, "mark": None, "index": None}
    if not 0 <= time.time() - held["asked"] < kept:
        held = {**held, "trouble": None, **_news(url, held["mark"]), "asked": time.time()}
        part = place.with_name(f"{place.name}.{os.getpid()}")
        part.write_bytes(orjson.dumps(held))
        part.replace(place)
    if held["trouble"]:
        raise FetchFailed(held["trouble"])
    return held["index"]


def _news(url: str, known: dict[str, Any] | None) -> dict[str, Any]:
    """What there is to be noted of a catalog: what it is by now, if that is not known, or what the trouble is."""
    try:
        with TemporaryDirectory(prefix="clew-") as folder:
            found = fetch(
                url, Path(folder) / "index.json", PATIENCE, FileVersion(**known) if known else None
            )
            return (
                {"mark": asdict(found.version), "index": parsed(found.path.read_bytes(), url)}
                if found
                else {}
            )
    except ClewError as error:
        return {"trouble": str(error)}


def parsed(data: bytes, url: str) -> Any:
    """JSON as it came; raises BadInput."""
    try:
        return orjson.loads(data)
    except orjson.JSONDecodeError:
        raise BadInput(f"{without_query(url)} is not JSON") from None


def latest(engine: Engine, entry: Entry) -> Run | None:
    """The last crawl of a dataset."""
    return next(iter(engine.runs(entry.name, 1)), None)


def due_entries(
    engine: Engine,
    catalog: Catalog,
    now: datetime,
    say: Say,
    *,
    sole: bool = True,
    kept: float = 0.0,
) -> list[Entry]:
    """The datasets that should be crawled now, those that have waited longest first.

    Where the catalog has another schedule by now, that is written down with the last crawl, for readers; so is,
    for a ``sole`` catalog, that what it does not name has no next crawl.
    """
    waiting, names = [], set()
    troubles: list[str] = []
    for entry in entries_of(engine, catalog, troubles.append, kept=kept):
        names.add(entry.name)
        last = latest(engine, entry)
        due = next_run(entry, last)
        if last is not None:
            plan(engine, last, due)
        if due is not None and due <= now:
            waiting.append((due, entry.name, entry))
    for trouble in troubles:
        say(trouble)
    if sole and not troubles:  # what a catalog names that cannot be had is not known
        access = engine.everybody()
        others = sorted(access.datasets - names)
        for runs in engine.histories(others, access, 1).values():
            for last in runs:
                plan(engine, last, None)
    return [entry for *_, entry in sorted(waiting, key=lambda one: one[:2])]


def plan(engine: Engine, last: Run, due: datetime | None) -> None:
    """Write down when a dataset is due, with its last crawl; one that still runs does so itself."""
    if last.ended is not None and last.next_run != due:
        engine.note_run(replace(last, next_run=due))


class Scheduler:
    """Looks every minute for what is due, and crawls it, one dataset after the other, while Clew serves."""

    def __init__(self, engine: Engine, say: Say) -> None:
        self._engine = engine
        self._path = engine.settings.catalog
        self._say = say
        self._told = ""
        self._troubles: list[str] = []
        self._huey = queue(engine)
        self._task = self._huey.task(name="crawl")(self._crawl)
        self._huey.periodic_task(crontab(minute="*"), name="tick")(self.tick)
        self._workers = Workers(self._huey, self._trouble)

    def start(self) -> None:
        """Begin, with a first look at once."""
        self._huey.flush()  # what an earlier process left is found to be due again
        self._workers.start()
        self._task("")

    def stop(self) -> None:
        """End; a crawl that is under way ends with the process, and is noted as interrupted."""
        self._workers.stop()

    def tick(self) -> None:
        """Put what is due into the queue; a trouble is told once."""
        try:
            for entry in self._due():
                self._task(entry.name)
            self._told = ""
        except ClewError as error:
            self._trouble(str(error))

    def _trouble(self, text: str) -> None:
        if text != self._told:
            self._say(f"clew: no crawls: {text}")
        self._told = text

    def _due(self) -> list[Entry]:
        catalog = (
            read_catalog(self._path) if self._path.is_file() else Catalog([], [], self._path.parent)
        )
        troubles: list[str] = []
        found = due_entries(self._engine, catalog, datetime.now(UTC), troubles.append, kept=KEPT)
        for trouble in troubles:
            if trouble not in self._troubles:
                self._say(f"clew: {trouble}")
        self._troubles = troubles
        return found

    def _crawl(self, name: str) -> None:
        """Crawl a dataset if it is still due and nobody else is at work on it; without a name, look for what is."""
        if not name:
            self.tick()
            return
        for entry in self._due():
            if entry.name == name:
                with suppress(
                    EngineInUse
                ):  # whoever is at it does it, or it is found to be due again
                    self._say(summary(Crawler(self._engine, lambda _: None).crawl(entry)))


def summary(run: Run) -> str:
    """A crawl in one line."""
    counts = [
        f"{getattr(run, name):,} {name}"
        for name in ("read", "added", "changed", "removed", "refused")
    ]
    told = f" ({', '.join(counts)})" if run.outcome is Outcome.UPDATED else ""
    return f"{run.dataset}: {run.outcome}{told}{f': {run.message}' if run.message else ''}"
