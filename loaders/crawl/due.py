"""When is a dataset to be looked for again? By its schedule, its frequency, and how the last crawl ended."""

from datetime import UTC, datetime, timedelta

from cronsim import CronSim

from engine.dataset import next_expected
from engine.run import Outcome, Run
from loaders.crawl.catalog import Entry

AFTER_FAILURE = timedelta(hours=1)
"""A crawl that failed is tried again then, if its schedule does not come first."""


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
