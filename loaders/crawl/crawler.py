"""One crawl: acquire what is new, inspect it, load it, and note in the journal how it went.

A crawl that fails leaves the old version as it was: nothing is written before all of the new one is
on this disk and was read once.
"""

import hashlib
import re
import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import orjson

from engine.account import OWNER
from engine.engine import Engine
from engine.errors import ClewError
from engine.progress import Progress
from engine.run import Outcome, Run
from loaders.crawl.acquisition import Acquired, Acquisition
from loaders.crawl.catalog import Entry
from loaders.crawl.due import next_run
from loaders.crawl.inspection import inspect
from loaders.intake.download import FileVersion
from loaders.load.load import load
from loaders.load.report import Report

MESSAGE_LENGTH = 2000
"""Characters of a crawl's message in the journal."""
DATE = re.compile(r"(?<!\d)(19|20)\d\d([-_/.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?!\d)")
"""A day in an address: 20250819, 2025-08-19, 2025/08/19."""
OLD_RUNS = 100
"""How many crawls are looked through for killed ones."""


class Crawler:
    """Crawls datasets into an engine, each at most once at a time."""

    def __init__(self, engine: Engine, progress: Progress) -> None:
        self._engine = engine
        self._progress = progress

    def crawl(self, entry: Entry, *, force: bool = False, accept_removals: bool = False) -> Run:
        """Crawl one dataset; how it went is also in the journal.

        With ``force`` it is loaded even if nothing seems to be new, with ``accept_removals`` also
        if most of the dataset is gone. Raises EngineInUse if the dataset is being loaded, crawled
        or deleted.
        """
        with self._engine.claim(entry.name, "crawled"):
            self._close_killed_runs(entry.name)
            return self._crawl(entry, force, accept_removals)

    def crawl_due(
        self, entry: Entry, *, force: bool = False, accept_removals: bool = False
    ) -> Run | None:
        """Crawl one dataset as ``crawl`` does, if it is due; None if it is not.

        Whoever found it due did so before this crawl claimed it: another process may have crawled
        it since then.
        """
        with self._engine.claim(entry.name, "crawled"):
            self._close_killed_runs(entry.name)
            due = next_run(entry, next(iter(self._engine.runs(entry.name, 1)), None))
            if due is None or due > datetime.now(UTC):
                return None
            return self._crawl(entry, force, accept_removals)

    def _crawl(self, entry: Entry, force: bool, accept_removals: bool) -> Run:
        """Crawl a dataset that is claimed."""
        run = self._begin(entry)
        ended = replace(run, outcome=Outcome.INTERRUPTED)  # by Ctrl-C, say
        try:
            ended = self._update(entry, run, force, accept_removals)
        except ClewError as error:
            ended = failed(run, str(error))
        except OSError as error:
            ended = failed(run, f"{error.strerror}: {error.filename}")
        finally:
            ended = replace(ended, ended=datetime.now(UTC))
            ended = replace(ended, next_run=next_run(entry, ended))
            self._engine.note_run(ended)
        return ended

    def _begin(self, entry: Entry) -> Run:
        now, label = datetime.now(UTC), entry.source.label
        run = Run(uuid.uuid4().hex, entry.name, label, now, recipe=recipes_of(entry)[0])
        # When the next run is due if this one is killed: nobody could note that then.
        run = replace(run, next_run=next_run(entry, run.killed()))
        self._engine.note_run(run)
        return run

    def _close_killed_runs(self, name: str) -> None:
        # we hold the claim, so no run of this dataset can still be under way
        for run in self._engine.runs(name, OLD_RUNS):
            if run.outcome is Outcome.RUNNING:
                self._engine.note_run(run.killed())

    def _update(self, entry: Entry, run: Run, force: bool, accept_removals: bool) -> Run:
        """Bring the dataset up to date; returns the run with its outcome. Raises ClewError."""
        if not self._engine.set_dataset(entry.name, entry.metadata):
            self._engine.directory.publish(OWNER, entry.name, entry.visibility)
        folder = self._engine.settings.downloads / entry.name
        folder.mkdir(parents=True, exist_ok=True)
        acquisition = Acquisition(entry, folder, self._progress)
        last = None if force else self._last_version(run, recipes_of(entry))
        acquired = acquisition.acquire(last)
        if acquired is None or acquired.is_same_as(last):
            ended = self._unchanged(entry, run, last or run)
        else:
            acquired = self._inspected(entry, acquisition, acquired)
            report = self._load(entry, acquired, accept_removals)
            if report.stopped:
                ended = failed(run, f"{report.stopped}{advice(entry, report)}")
            else:
                ended = self._updated(entry, run, acquired, report)
        if acquired is not None:
            acquired.remove_from(folder)
        return ended

    def _last_version(self, run: Run, recipes: Sequence[str]) -> Run | None:
        """The run whose version the dataset holds, if that was read as this run would read it."""
        proof = self._engine.last_success(run.dataset)
        return proof if proof is not None and proof.recipe in recipes else None

    def _inspected(self, entry: Entry, acquisition: Acquisition, acquired: Acquired) -> Acquired:
        """What is to be loaded: where changes are not sound, the full version instead."""
        self._progress(f"{entry.name}: looking at what came")
        try:
            inspect(entry, acquired)
        except ClewError as error:
            if not acquired.changes_only:
                raise
            self._progress(f"{entry.name}: the changes cannot be taken ({error}): taking all of it")
            complete = acquisition.acquire(None)
            assert complete is not None
            return self._inspected(entry, acquisition, complete)
        return acquired

    def _load(self, entry: Entry, acquired: Acquired, accept_removals: bool) -> Report:
        self._progress(f"{entry.name}: loading")
        return load(
            self._engine,
            [str(path) for path in acquired.paths],
            entry.name,
            accept_removals=accept_removals,
            format="delta" if acquired.changes_only else entry.source.format,
            mapping=entry.mapping,
            progress=lambda text: self._progress(f"{entry.name}: {text}"),
            claimed=True,
        )

    def _unchanged(self, entry: Entry, run: Run, last: Run) -> Run:
        return replace(
            run,
            outcome=Outcome.UNCHANGED,
            etag=last.etag,
            last_modified=last.last_modified,
            checksum=last.checksum,
            version=entry.source.version or last.version,
            loads=self._engine.mark_updated(entry.name),
        )

    def _updated(self, entry: Entry, run: Run, acquired: Acquired, report: Report) -> Run:
        version = acquired.file_version or FileVersion("")
        return replace(
            run,
            outcome=Outcome.UPDATED,
            size=acquired.size,
            checksum=acquired.checksum,
            etag=version.etag,
            last_modified=version.last_modified,
            version=entry.source.version,
            loads=self._engine.mark_updated(entry.name),
            read=report.read,
            added=report.added,
            changed=report.changed,
            removed=report.removed,
            refused=report.refused_count,
            message=message_of(report),
        )


def failed(run: Run, message: str) -> Run:
    """A run that failed for this reason."""
    return replace(run, outcome=Outcome.FAILED, message=message[:MESSAGE_LENGTH])


def advice(entry: Entry, report: Report) -> str:
    """What to do where a load has stopped because it would remove too much."""
    if not report.would_remove:
        return ""
    return f"; if that is right: clew crawl {entry.name} --accept-removals"


def message_of(report: Report) -> str | None:
    """What else is to be said of a load: the first refusals, and why nothing was removed."""
    notes = [f"{one.source}:{one.line}: {one.reason}" for one in report.refused[:3]]
    notes += [f"nothing was removed, because {report.kept}"] if report.kept else []
    return "; ".join(notes)[:MESSAGE_LENGTH] or None


def recipes_of(entry: Entry) -> list[str]:
    """Checksums of how a source is read: by another recipe the same file is another dataset.

    The last one is of an earlier Clew, which counted the date in the address of a version.
    """
    source, mapping = entry.source, entry.mapping
    content = mapping.read_bytes() if mapping is not None and mapping.is_file() else b""
    exact = source.url or source.label
    place = exact if source.version is None else undated(source.delta or exact, source.version)
    bodies = [orjson.dumps([each, source.format, source.mapping]) for each in (place, exact)]
    return [hashlib.sha256(body + content).hexdigest()[:24] for body in bodies]


def undated(address: str, version: str) -> str:
    """An address without what changes with each version: the version itself, and dates."""
    return DATE.sub("*", address.replace(version, "*") if version else address)
