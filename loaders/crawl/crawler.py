"""One crawl: fetch what is new, look whether it can be what it should, load it, and write down what became of it.

A crawl that fails leaves the old version whole: nothing is written before all of the new one is here and was
read once. What it fetched stays in the data folder until it is loaded, and a broken download goes on from there.
"""

import hashlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

import orjson

from engine.engine import Engine
from engine.errors import BadInput, ClewError
from engine.progress import Ticker
from engine.run import Outcome, Run
from engine.spool import full_disk_explained
from loaders.crawl.catalog import Entry, Source
from loaders.crawl.delta import newer
from loaders.crawl.due import next_run
from loaders.crawl.fetch import Fetched, fetch
from loaders.crawl.program import run_loader, run_program
from loaders.format.registry import format_of
from loaders.intake.address import masked, without_query
from loaders.intake.download import FileVersion
from loaders.intake.http import FetchFailed
from loaders.intake.intake import Intake, Reading
from loaders.intake.seen import Seen
from loaders.load.load import BATCH, load
from loaders.load.report import Report

TOLD = 2000
"""Characters of what is told of a crawl."""
Say = Callable[[str], None]


@dataclass(frozen=True)
class Obtained:
    """What was fetched: the files in order, what tells this version from others, and whether they are changes only.

    Changes have no checksum: none of theirs could be compared with that of a full version.
    """

    paths: list[Path]
    size: int
    checksum: str | None
    mark: FileVersion | None = None
    delta: bool = False


class Crawler:
    """Crawls datasets into an engine, each at most once at a time."""

    def __init__(self, engine: Engine, say: Say) -> None:
        self._engine = engine
        self._say = say
        self._folder = engine.settings.downloads

    def crawl(self, entry: Entry, *, force: bool = False) -> Run:
        """Crawl one dataset; how it went is also in the journal. Raises EngineInUse if somebody is at work on it.

        With ``force`` it is loaded even if nothing seems to be new.
        """
        folder = self._folder / entry.name
        folder.mkdir(parents=True, exist_ok=True)
        with self._engine.claim(entry.name, "crawled"):
            self._interrupted(entry.name)
            run = Run(
                uuid.uuid4().hex,
                entry.name,
                entry.source.told,
                datetime.now(UTC),
                recipe=recipe(entry),
            )
            run = replace(
                run, next_run=next_run(entry, run.killed())
            )  # should it be, nobody writes that down
            self._engine.note_run(run)
            ended = replace(run, outcome=Outcome.INTERRUPTED)
            try:
                ended = self._crawl(entry, folder, run, force)
            except ClewError as error:
                ended = replace(run, outcome=Outcome.FAILED, message=str(error)[:TOLD])
            except OSError as error:
                ended = replace(
                    run, outcome=Outcome.FAILED, message=f"{error.strerror}: {error.filename}"
                )
            finally:
                ended = replace(ended, ended=datetime.now(UTC))
                ended = replace(ended, next_run=next_run(entry, ended))
                self._engine.note_run(ended)
        return ended

    def _interrupted(self, name: str) -> None:
        """Close what a killed crawl left open: nobody but we holds the dataset."""
        for run in self._engine.runs(name, 100):
            if run.outcome is Outcome.RUNNING:
                self._engine.note_run(run.killed())

    def _crawl(self, entry: Entry, folder: Path, run: Run, force: bool) -> Run:
        self._engine.set_dataset(entry.name, entry.metadata)
        proven = self._engine.last_proof(entry.name)
        last = None if force or proven is None or proven.recipe != run.recipe else proven
        found = self._obtain(entry, folder, last)
        if found is None or (
            last is not None and found.checksum is not None and found.checksum == last.checksum
        ):
            kept, loads = last or run, self._engine.mark_updated(entry.name)
            told = replace(
                run,
                etag=kept.etag,
                last_modified=kept.last_modified,
                checksum=kept.checksum,
                loads=loads,
            )
            return replace(
                told, outcome=Outcome.UNCHANGED, version=entry.source.version or kept.version
            )
        try:
            self._survey(entry, found)
        except ClewError as error:
            if not found.delta:
                raise
            self._say(f"{entry.name}: the changes cannot be taken ({error}): taking all of it")
            whole = self._obtain(entry, folder, None)
            assert whole is not None
            found = whole
            self._survey(entry, found)
        report = self._load(entry, [str(path) for path in found.paths], found.delta)
        loads = self._engine.mark_updated(entry.name)
        for path in found.paths:
            if folder in path.parents:
                path.unlink(missing_ok=True)
        mark = found.mark or FileVersion("")
        run = replace(
            run, outcome=Outcome.UPDATED, size=found.size, checksum=found.checksum, loads=loads
        )
        run = replace(
            run, etag=mark.etag, last_modified=mark.last_modified, version=entry.source.version
        )
        return told_of(run, report)

    def _survey(self, entry: Entry, found: Obtained) -> None:
        """Read all of it once, and write nothing; raises ClewError if it cannot be what it should be."""
        self._say(f"{entry.name}: looking at what came")
        intake = Intake(entry.name, [str(path) for path in found.paths], mapping=mapping_of(entry))
        report = Report()
        with full_disk_explained():
            form = format_of(intake, "delta" if found.delta else entry.source.format)
            look(form.read(intake), report, changes=found.delta)
        report.close(intake)
        if report.truncated:
            raise ClewError(f"what came is not whole: {report.truncated}")
        if not report.read and not found.delta:
            raise ClewError("what came is empty")
        if report.refused_count > report.read * entry.source.max_refused:
            count, one = f"{report.refused_count:,} of {report.read:,}", report.refused[0]
            first = f"{Path(one.source).name}:{one.line}: {one.reason}"
            raise ClewError(f"{count} entities would be refused; the first: {first}")

    def _load(self, entry: Entry, names: list[str], delta: bool) -> Report:
        self._say(f"{entry.name}: loading")
        return load(
            self._engine,
            names,
            entry.name,
            format="delta" if delta else entry.source.format,
            mapping=mapping_of(entry),
            progress=lambda text: self._say(f"{entry.name}: {text}"),
            claimed=True,
        )

    def _obtain(self, entry: Entry, folder: Path, last: Run | None) -> Obtained | None:
        """Bring the new version here; None if the source says that the last one is still it."""
        source = entry.source
        if source.path is not None:
            path = entry.folder / source.path
            if not path.is_file():
                raise BadInput(f"{path} is not there")
            if other := another(source, path):
                raise BadInput(f"{path} {other}")
            return Obtained([path], path.stat().st_size, digest(path))
        if source.url is None:
            return self._made(entry, folder)
        if last is not None and source.version is not None and source.version == last.version:
            return None
        if last is not None and source.delta is not None and source.version is not None:
            changes = self._changes(entry, folder, last)
            if changes is not None:
                return changes
        known = None if last is None else FileVersion(source.url, last.etag, last.last_modified)
        fetched = self._fetch(entry, source.url, folder / filename(source.url), known)
        if fetched is None:
            return None
        if other := another(source, fetched.path):
            fetched.path.unlink()
            raise FetchFailed(f"{without_query(source.url)} {other}")
        return Obtained([fetched.path], fetched.size, fetched.checksum, fetched.version)

    def _fetch(
        self, entry: Entry, url: str, path: Path, known: FileVersion | None = None
    ) -> Fetched | None:
        ticker = Ticker()

        def say(here: int, total: int | None) -> None:
            if ticker.due():
                of = f" of {total:,}" if total else ""
                self._say(f"{entry.name}: fetched {here:,}{of} bytes")

        self._say(f"{entry.name}: asking {masked(url)}")
        return fetch(url, path, entry.source.limits, known, say)

    def _changes(self, entry: Entry, folder: Path, last: Run) -> Obtained | None:
        """The changes since the last version, None if they don't lead on from there."""
        source = entry.source
        if last.version is None or source.delta is None or source.version is None:
            return None
        try:
            index = self._fetch(entry, source.delta, folder / "delta.json")
            assert index is not None
            urls = newer(index.path.read_bytes(), last.version, source.version)
            if urls is None:
                return None
            found = [
                self._fetch(entry, url, folder / f"delta-{n:04}.json") for n, url in enumerate(urls)
            ]
        except FetchFailed as error:
            self._say(f"{entry.name}: no changes to be had ({error}): taking all of it")
            return None
        here = [one for one in found if one is not None]
        return Obtained([one.path for one in here], sum(one.size for one in here), None, delta=True)

    def _made(self, entry: Entry, folder: Path) -> Obtained:
        """What a program or a Python loader tells, in a file that no other crawl writes into."""
        for left in folder.glob("made*"):
            left.unlink()
        path = folder / f"made-{uuid.uuid4().hex}.ftm.json"
        (run_loader if entry.source.command is None else run_program)(entry, path)
        return Obtained([path], path.stat().st_size, digest(path))


def look(readings: Iterator[Reading], report: Report, *, changes: bool) -> None:
    """Count in a report what a load would refuse; of ``changes`` several may name one id."""
    entities = sound(readings, report)
    with Seen() as seen:
        while batch := list(islice(entities, BATCH)):
            if changes:
                continue
            found = seen.sort([(id_, checksum) for _, _, id_, checksum in batch])
            for (source, place, id_, _), fresh in zip(batch, found, strict=True):
                if fresh is False:
                    report.repeat(source, place, id_, same=False)


def sound(readings: Iterator[Reading], report: Report) -> Iterator[tuple[str, int, str, str]]:
    """Source, place, id and checksum of each entity; what is none is counted."""
    for reading in readings:
        report.read += 1
        if reading.entity is not None:
            yield reading.source, reading.place, reading.entity.id, reading.entity.checksum
        elif not reading.gone:
            report.refuse(reading.source, reading.place, reading.reason)


def told_of(run: Run, report: Report) -> Run:
    """A run with what its load did."""
    said = [f"{refusal.source}:{refusal.line}: {refusal.reason}" for refusal in report.refused[:3]]
    said += [f"nothing was removed, because {report.kept}"] if report.kept else []
    return replace(
        run,
        read=report.read,
        added=report.added,
        changed=report.changed,
        removed=report.removed,
        refused=report.refused_count,
        message="; ".join(said)[:TOLD] or None,
    )


def recipe(entry: Entry) -> str:
    """What stands for how a source is read: another recipe makes something new of the same file."""
    mapping = mapping_of(entry)
    told = mapping.read_bytes() if mapping is not None and mapping.is_file() else b""
    source = entry.source
    body = orjson.dumps([source.url or source.told, source.format, source.mapping])
    return hashlib.sha256(body + told).hexdigest()[:24]


def mapping_of(entry: Entry) -> Path | None:
    """The mapping's file."""
    return None if entry.source.mapping is None else entry.folder / entry.source.mapping


def another(source: Source, path: Path) -> str:
    """What shows that a file is another than the one its source describes; nothing if it can be that one."""
    size = path.stat().st_size
    if source.size not in (None, size):
        return f"is {size:,} bytes long, not {source.size:,}"
    if source.checksum is None:
        return ""
    found = digest(path, "sha1" if len(source.checksum) == 40 else "sha256")
    return (
        ""
        if found == source.checksum.lower()
        else f"has the checksum {found}, not {source.checksum}"
    )


def digest(path: Path, algorithm: str = "sha256") -> str:
    """The checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm).hexdigest()


def filename(url: str) -> str:
    """A name for what a URL gives, which keeps the ending that may tell its format."""
    last = url.split("?")[0].rstrip("/").rsplit("/", 1)[-1]
    return (
        "".join(letter if letter.isalnum() or letter in ".-_" else "_" for letter in last)[-100:]
        or "file"
    )
