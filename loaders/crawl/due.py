"""Decides when a dataset is due: by its schedule, its frequency, and how its last crawl ended."""

from datetime import UTC, datetime, timedelta

from cronsim import CronSim

from engine.dataset import next_expected
from engine.run import Outcome, Run
from loaders.crawl.catalog import Entry

RETRY_AFTER = timedelta(hours=1)
"""How long after a failed crawl the next one is due, if the schedule does not come first."""
AT_ONCE = datetime.min.replace(tzinfo=UTC)


def next_run(entry: Entry, last: Run | None) -> datetime | None:
    """The moment from which on a dataset is due; None if one crawl was enough.

    A dataset that was never crawled is due at once.
    """
    if last is None:
        return AT_ONCE
    if entry.schedule is not None:
        due: datetime | None = next(CronSim(entry.schedule, last.started))
    else:
        due = next_expected(last.started, entry.frequency)
    # A crawl that still runs sets its own next run when it ends.
    if last.outcome.succeeded or last.outcome is Outcome.RUNNING:
        return due
    retry = (last.ended or last.started) + RETRY_AFTER
    return retry if due is None else min(due, retry)
