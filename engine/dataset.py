"""A dataset as a pure value: what is known of it, when it is due, and whether it is late."""

import calendar
import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from engine.errors import BadInput

NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,99}")
RESERVED = frozenset({"literal"})
"""Ids of shared values begin with it, where others begin with their dataset."""
GRACE_PART = 4
"""A dataset is overdue when it is later than a quarter of its period …"""
MAX_GRACE = timedelta(days=7)
"""… or than a week."""


class Frequency(StrEnum):
    """How often a source publishes: FtM's ``coverage.frequency``."""

    UNKNOWN = "unknown"
    NEVER = "never"
    HOURLY = "hourly"
    DAILY = "daily"
    WEEKLY = "weekly"
    MONTHLY = "monthly"
    ANNUALLY = "annually"


class ExportPolicy(StrEnum):
    """Who, of those who may read a dataset, may also take all of it as a file."""

    EVERYONE = "everyone"
    REGISTERED = "registered"
    MEMBERS = "members"
    NOBODY = "nobody"


class Visibility(StrEnum):
    """Who may read a dataset without a grant."""

    PUBLIC = "public"
    """Everybody."""
    REGISTERED = "registered"
    """Whoever has signed in."""
    RESTRICTED = "restricted"
    """Nobody: a new dataset is restricted until it is published."""


SPANS = {
    Frequency.HOURLY: timedelta(hours=1),
    Frequency.DAILY: timedelta(days=1),
    Frequency.WEEKLY: timedelta(days=7),
}
MONTHS = {Frequency.MONTHLY: 1, Frequency.ANNUALLY: 12}


@dataclass(frozen=True)
class SchemaCount:
    """How many entities of one schema a dataset holds."""

    schema: str
    count: int


@dataclass(frozen=True)
class Publisher:
    """Who publishes a dataset."""

    name: str
    url: str | None = None
    country: str | None = None


@dataclass(frozen=True)
class Dataset:
    """A dataset by name, with what is known of it and how much it holds."""

    name: str
    title: str
    entity_count: int = 0
    schemata: list[SchemaCount] = field(default_factory=list)
    summary: str | None = None
    publisher: Publisher | None = None
    url: str | None = None
    license: str | None = None
    countries: list[str] = field(default_factory=list)
    languages: list[str] = field(default_factory=list)
    """Those that its documents are in (ISO 639-3), where they do not tell themselves."""
    category: str | None = None
    maintainer: str | None = None
    frequency: Frequency = Frequency.UNKNOWN
    coverage_start: str | None = None
    coverage_end: str | None = None
    export_policy: ExportPolicy = ExportPolicy.EVERYONE
    visibility: Visibility = Visibility.RESTRICTED
    is_investigation: bool = False
    """Whether people fill it by hand (``engine.investigation``), and no load does."""
    last_updated: datetime | None = None
    load_began: datetime | None = None
    """When the load began that has not ended, if there is one: it runs, or was interrupted."""

    @property
    def next_expected(self) -> datetime | None:
        """When the next version is due; None if none is, or if it was never loaded."""
        return next_expected(self.last_updated, self.frequency)

    def overdue(self, now: datetime) -> bool:
        """Whether the next version should have come by now, with some grace."""
        return overdue(self.last_updated, self.frequency, now)

    def late_by(self, now: datetime) -> timedelta | None:
        """How long ago the next version was due, if this one is overdue and was ever loaded."""
        due = self.next_expected
        return now - due if due is not None and self.overdue(now) else None


def check_name(name: str) -> str:
    """The name, if a dataset may have it; raises BadInput."""
    if not NAME.fullmatch(name) or name in RESERVED:
        raise BadInput(
            f"{name[:100]!r} cannot name a dataset: small letters, digits and _ only, "
            f"at most 100, and not {' or '.join(sorted(RESERVED))}"
        )
    return name


def next_expected(last_updated: datetime | None, frequency: Frequency) -> datetime | None:
    """One period after the last update, None where nothing is due.

    Months and years go by the calendar: one month after 31 January is 28 February.
    """
    if last_updated is None:
        return None
    if frequency in SPANS:
        return last_updated + SPANS[frequency]
    if frequency not in MONTHS:
        return None
    years, month = divmod(last_updated.month - 1 + MONTHS[frequency], 12)
    year = last_updated.year + years
    day = min(last_updated.day, calendar.monthrange(year, month + 1)[1])
    return last_updated.replace(year=year, month=month + 1, day=day)


def overdue(last_updated: datetime | None, frequency: Frequency, now: datetime) -> bool:
    """Whether a version is later than its grace allows; one that never came is, if one is due."""
    if frequency in (Frequency.UNKNOWN, Frequency.NEVER):
        return False
    due = next_expected(last_updated, frequency)
    if last_updated is None or due is None:
        return True
    return now > due + min((due - last_updated) / GRACE_PART, MAX_GRACE)
