"""One crawl of a dataset's source and its outcome: pure values."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

Place = tuple[datetime, str]
"""A crawl's place among those of its dataset: when it started, and its id."""


class Outcome(StrEnum):
    """How a crawl ended, or that it has not."""

    RUNNING = "running"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def succeeded(self) -> bool:
        """Whether the dataset held what its source held when the crawl ran."""
        return self in (Outcome.UPDATED, Outcome.UNCHANGED)


@dataclass(frozen=True)
class Run:
    """One crawl of a dataset's source: when, how it ended, what it changed, which version it saw.

    ``etag``, ``last_modified``, ``checksum`` (SHA-256) and ``version`` are the source's.
    """

    id: str
    dataset: str
    source: str
    started: datetime
    ended: datetime | None = None
    outcome: Outcome = Outcome.RUNNING
    message: str | None = None
    """What went wrong, or what a person should know besides."""
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
    """Identifies how the source was read: its format, its mapping. Another one needs a new load."""
    loads: int = 0
    """How many loads into the dataset had begun by then; if more have, it may be out of date."""
    next_run: datetime | None = None
    """When its source is due to be checked again; None if once was enough."""

    def killed(self) -> "Run":
        """This run, after its process ended without saying how it went."""
        return replace(self, outcome=Outcome.INTERRUPTED, message=self.message or "it was killed")
