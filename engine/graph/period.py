"""When a relationship held, so that plain comparison of strings answers "during" with FtM's partial dates."""

import calendar
from collections.abc import Iterable

from engine.entity import Entity
from engine.walk import DateRange

STARTS = ("startDate", "periodStart")
ENDS = ("endDate", "periodEnd")
AFTER_ALL = "~"
"""Sorts after every character of a date: ``2019~`` is after all of 2019."""


def last_moment(date: str) -> str:
    """The last day that a partial date covers: 2019 ends on 2019-12-31."""
    if len(date) == 4:
        return f"{date}-12-31"
    if len(date) == 7 and date[:4].isdecimal() and date[5:].isdecimal():
        year, month = int(date[:4]), int(date[5:])
        if 1 <= month <= 12 and year > 0:
            return f"{date}-{calendar.monthrange(year, month)[1]:02}"
    return date


def values(entity: Entity, names: Iterable[str]) -> list[str]:
    """All values of some properties."""
    return [value for name in names for value in entity.properties.get(name, ()) if value]


def period_of(entity: Entity) -> tuple[str | None, str | None]:
    """The first and last day of an edge; ``date`` is a single day where neither start nor end is told."""
    starts, ends, days = (values(entity, names) for names in (STARTS, ENDS, ("date",)))
    start = min(starts + days, default=None)
    end = max(map(last_moment, ends if ends or starts else days), default=None)
    return start, end


def bounds(during: DateRange | None) -> tuple[str | None, str | None]:
    """A range's ``$start`` and ``$end``: ``_end >= $start`` and ``_start <= $end``, where known."""
    if during is None:
        return None, None
    return during.start, during.end + AFTER_ALL if during.end else None
