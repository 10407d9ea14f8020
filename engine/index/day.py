"""Dates as numbers that can be compared, yyyymmdd: ``2019`` is from 20190101 to 20191231.

Each month has 31 days here: the indexes on disk hold such numbers.
"""

import re
from contextlib import suppress
from datetime import datetime
from functools import lru_cache

from engine.partial_date import is_written_as_date, leading_date, required_date

Days = tuple[int, int]
"""A first day and a last one."""
FIRST, LAST = 0, 99991231
LENGTH = 12
"""Characters that are read: no date is longer, and the next character shows whether it is one."""

FORMS = {
    **dict.fromkeys(("%d %B %Y", "%d %b %Y", "%B %d %Y", "%b %d %Y"), "%Y-%m-%d"),
    **dict.fromkeys(("%B %Y", "%b %Y"), "%Y-%m"),
    "%d.%m.%Y": "%Y-%m-%d",
    "%d/%m/%Y": "%Y-%m-%d",
    "%m/%d/%Y": "%Y-%m-%d",
}
"""How dates are often written, and how FtM writes them."""


def written_dates(text: str) -> list[str]:
    """The dates, as FtM writes them, that a text may mean which FtM does not read: ``6 May 2023``.

    English names of months are known; ``3/4/2023`` may be two days.
    """
    bare = re.sub(r"(?<=\d)(?:st|nd|rd|th)\b|,|(?<=[^\W\d])\.|(?<=\d)\.(?=\s+[^\W\d])", "", text)
    bare = re.sub(r"(?<=[./])\s+", "", bare)
    found = []
    for form, ours in FORMS.items():
        with suppress(ValueError):
            found.append(datetime.strptime(bare, form).strftime(ours))
    return list(dict.fromkeys(found))


def days(value: str) -> Days | None:
    """The first and the last day that a stored value may mean; None if it is no date."""
    return _days(value[:LENGTH])


@lru_cache(maxsize=50_000)
def _days(value: str) -> Days | None:
    date = leading_date(value)
    return None if date is None else days_of(date.text)


def days_of(date: str) -> Days:
    """The first and the last day of a date as FtM writes it."""
    year, month, day = (*map(int, date.split("-")), 0, 0)[:3]
    start = year * 10000
    return start + (month or 1) * 100 + (day or 1), start + (month or 12) * 100 + (day or 31)


def day_after(day: int) -> int:
    """The day after one: after 20191231 comes 20200101, as dates sort with their year and month."""
    month, number = day // 100, day % 100
    if number < 31:
        return day + 1
    return (month + 1) * 100 + 1 if month % 100 < 12 else (month // 100 + 1) * 10000 + 101


def day_before(day: int) -> int:
    """The day before one: before 20200101 comes 20191231."""
    month, number = day // 100, day % 100
    if number > 1:
        return day - 1
    return (month - 1) * 100 + 31 if month % 100 > 1 else (month // 100 - 1) * 10000 + 1231


def asked_days(text: str) -> Days | None:
    """The days that a search asks for; None for what is not written as a date.

    Raises BadInput for a date that does not exist. A year is a bound also where FtM has no such
    date: ``date:[2010 TO 9999]``.
    """
    if len(text) == 4 and text.isascii() and text.isdecimal():
        return days_of(text)
    return days_of(required_date(text)) if is_written_as_date(text) else None
