"""Start and end of a relationship, as strings that sort by date, and as numbers that do."""

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


def start_code(value: str) -> int | None:
    """A start as a number, yyyymmdd; what it does not say is 0: 2019 is 20190000."""
    return _code(value, 0)


def end_code(value: str) -> int | None:
    """An end as a number, yyyymmdd; what it does not say is 99: 2019 is 20199999."""
    return _code(value, 99)


def _code(value: str, unsaid: int) -> int | None:
    date = leading_date(value)
    if date is None:
        return None
    year, *rest = map(int, date.text.split("-"))
    month, day = (*rest, unsaid, unsaid)[:2]
    return (year * 100 + month) * 100 + day


def date_of(code: int) -> str:
    """The date that a code stands for."""
    year, month, day = code // 10_000, code // 100 % 100, code % 100
    parts = [f"{year:04d}", *(f"{part:02d}" for part in (month, day) if 0 < part < 99)]
    return "-".join(parts)


def codes_of(entity: Entity) -> tuple[int | None, int | None]:
    """The first and the last day of an edge as codes, as ``period_of`` finds them."""
    starts, ends, days = (values(entity, names) for names in (STARTS, ENDS, ("date",)))
    firsts = [code for each in starts + days if (code := start_code(each)) is not None]
    lasts = [
        code for each in (ends if ends or starts else days) if (code := end_code(each)) is not None
    ]
    return min(firsts, default=None), max(lasts, default=None)
