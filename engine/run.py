"""What became of one crawl: a pure value."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

Place = tuple[datetime, str]
"""Where a crawl stands among those of its dataset: when it started, and its id."""


class Outcome(StrEnum):
    """How a crawl ended, or that it has not."""

    RUNNING = "running"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def proves(self) -> bool:
        """Whether the dataset is as its source told it then."""
        return self in (Outcome.UPDATED, Outcome.UNCHANGED)


@dataclass(frozen=True)
class Run:
    """One crawl of a dataset's source: when, how it ended, what it changed, and which version it saw.

    ``message`` says what went wrong, or what else is to be said. ``etag``, ``last_modified``, ``checksum``
    (SHA-256) and ``version`` are the source's; ``recipe`` stands for how it was read.
    """

    id: str
    dataset: str
    source: str
    started: datetime
    ended: datetime | None = None
    outcome: Outcome = Outcome.RUNNING
    message: str | None = None
    read: int = 0
    added: int = 0
    changed: int = 0
    removed: int = 0
    refused: int = 0
    size: int | None = None
    """Bytes that were fetched."""
    etag: str | None = None
    last_modified: str | None = None
    checksum: str | None = None
    version: str | None = None
    recipe: str | None = None
    loads: int = 0
    """How many loads into the dataset had begun when this proved it up to date: with another, it may be no more."""
    next_run: datetime | None = None
    """When its source is to be looked for again; None if once was enough."""

    def killed(self) -> "Run":
        """It, as whoever did it is gone without a word."""
        return replace(self, outcome=Outcome.INTERRUPTED, message=self.message or "it was killed")
