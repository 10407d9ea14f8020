"""Start and end of a relationship, as strings that sort by date, so that Cypher can compare."""

from collections.abc import Iterable

from engine.entity import Entity
from engine.partial_date import leading_date
from engine.question import DateRange

STARTS = ("startDate", "periodStart")
ENDS = ("endDate", "periodEnd")
AFTER_ALL = "~"
"""Sorts after every character of a date: ``2019~`` is after all of 2019."""


def first_moment(value: str) -> str:
    """A start that can be compared: ``2019-4`` is ``2019-04``. What is no date stays as it is."""
    date = leading_date(value)
    return value if date is None or value.startswith(date.text) else date.text


def last_moment(value: str) -> str:
    """The last day of a date: 2019 ends on 2019-12-31. What is no date stays as it is."""
    date = leading_date(value)
    return value if date is None or value.startswith(date.last) else date.last


def values(entity: Entity, names: Iterable[str]) -> list[str]:
    """All values of some properties."""
    return [value for name in names for value in entity.properties.get(name, ()) if value]


def period_of(entity: Entity) -> tuple[str | None, str | None]:
    """The first and last day of an edge; ``date`` counts where it has neither start nor end."""
    starts, ends, days = (values(entity, names) for names in (STARTS, ENDS, ("date",)))
    start = min(map(first_moment, starts + days), default=None)
    end = max(map(last_moment, ends if ends or starts else days), default=None)
    return start, end


def bounds(during: DateRange | None) -> tuple[str | None, str | None]:
    """A range's ``$start`` and ``$end``: ``_end >= $start`` and ``_start <= $end``, where known."""
    if during is None:
        return None, None
    return during.start, during.end + AFTER_ALL if during.end else None
