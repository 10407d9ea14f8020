"""When a dataset is due: by its schedule, its frequency, and how the last crawl ended."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from engine.run import Outcome, Run
from loaders.catalog import Entry, Source
from loaders.due import next_run
from loaders.schedule import summary


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def entry(frequency: str = "unknown", schedule: str | None = None) -> Entry:
    return Entry("d", Source(path="x"), Path("."), {"frequency": frequency}, schedule)


def run(started: str, outcome: Outcome = Outcome.UPDATED, ended: str | None = None) -> Run:
    return Run("1", "d", "x", at(started), at(ended or started), outcome)


@pytest.mark.parametrize(
    ("entry", "last", "due"),
    [
        (entry(), None, "0001-01-01"),
        (entry(), run("2026-01-31"), None),
        (entry("never"), run("2026-01-31"), None),
        (entry("hourly"), run("2026-01-31T10:20"), "2026-01-31T11:20"),
        (entry("daily"), run("2026-01-31T10:20"), "2026-02-01T10:20"),
        (entry("monthly"), run("2026-01-31"), "2026-02-28"),
        (entry("annually"), run("2028-02-29"), "2029-02-28"),
        (entry("daily", "30 3 * * 1"), run("2026-11-24T10:00"), "2026-11-30T03:30"),
        (entry("monthly"), run("2026-01-31", Outcome.FAILED, "2026-01-31T00:05"), "2026-01-31T01:05"),
        (entry(), run("2026-01-31", Outcome.INTERRUPTED), "2026-01-31T01:00"),
        (entry("hourly", "15 * * * *"), run("2026-01-31T10:10", Outcome.FAILED), "2026-01-31T10:15"),
        (entry("daily"), run("2026-01-31", Outcome.UNCHANGED), "2026-02-01"),
    ],
)
def test_next_run(entry: Entry, last: Run | None, due: str | None) -> None:
    assert next_run(entry, last) == (None if due is None else at(due))


def test_a_crawl_in_one_line() -> None:
    told = Run("1", "d", "x", at("2026-01-31"), outcome=Outcome.UPDATED, read=1200, added=1000, refused=3, message="m")
    assert summary(told) == "d: updated (1,200 read, 1,000 added, 0 changed, 0 removed, 3 refused): m"
    assert summary(run("2026-01-31", Outcome.UNCHANGED)) == "d: unchanged"
