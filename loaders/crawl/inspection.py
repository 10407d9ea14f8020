"""Checks a new version before it is loaded: reads all of it once, and writes nothing.

A crawl must not replace a good version by an error page, an empty file or half a download.
"""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from engine.errors import ClewError
from engine.spool import full_disk_explained
from loaders.crawl.acquisition import Acquired
from loaders.crawl.catalog import Entry
from loaders.format.registry import format_of
from loaders.intake.intake import Intake, ParseResult
from loaders.intake.seen import Seen
from loaders.load.load import BATCH
from loaders.load.report import Report


def inspect(entry: Entry, acquired: Acquired) -> None:
    """Raises ClewError if this cannot be a version of the dataset."""
    paths = [str(path) for path in acquired.paths]
    intake = Intake(entry.name, paths, mapping=entry.mapping)
    report = Report()
    with full_disk_explained():
        format_ = format_of(intake, "delta" if acquired.changes_only else entry.source.format)
        count_refused(format_.read(intake), report, changes_only=acquired.changes_only)
    report.close(intake)
    if report.truncated:
        raise ClewError(f"what came is not whole: {report.truncated}")
    if not report.read and not acquired.changes_only:
        raise ClewError("what came is empty")
    if report.refused_count > report.read * entry.source.max_refused:
        counts, one = f"{report.refused_count:,} of {report.read:,}", report.refused[0]
        first = f"{Path(one.source).name}:{one.line}: {one.reason}"
        raise ClewError(f"{counts} entities would be refused; the first: {first}")


def count_refused(readings: Iterator[ParseResult], report: Report, *, changes_only: bool) -> None:
    """Count in a report what a load would refuse; several changes may name one id."""
    entities = entities_of(readings, report)
    with Seen() as seen:
        while batch := list(islice(entities, BATCH)):
            if changes_only:
                continue
            firsts = seen.classify([(id_, checksum) for _, _, id_, checksum in batch])
            for (source, place, id_, _), first in zip(batch, firsts, strict=True):
                if first is False:
                    report.repeat(source, place, id_, same=False)


def entities_of(
    readings: Iterator[ParseResult], report: Report
) -> Iterator[tuple[str, int, str, str]]:
    """Source, place, id and checksum of each entity; a reading that has none is refused."""
    for reading in readings:
        report.read += 1
        if reading.entity is not None:
            yield reading.source, reading.place, reading.entity.id, reading.entity.checksum
        elif not reading.gone:
            report.refuse(reading.source, reading.place, reading.reason)
