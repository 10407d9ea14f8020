"""FtM's partial dates as days: ``2019`` is all of that year, from 20190101 to 20191231."""

import re
from functools import lru_cache

Span = tuple[int, int]
DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?(?=$|[T ])", re.ASCII)
FIRST, LAST = 0, 99991231
LENGTH = 12
"""Characters that are looked at: no date is longer, and what follows it tells whether it is one."""


def days(text: str) -> Span | None:
    """The first and the last day that a date may mean as yyyymmdd; None if it is no date."""
    return _days(text[:LENGTH])


@lru_cache(maxsize=50_000)
def _days(text: str) -> Span | None:
    match = DATE.match(text)
    if match is None:
        return None
    year, month, day = (int(part) if part else 0 for part in match.groups())
    if month > 12 or day > 31 or (match[2] and not month) or (match[3] and not day):
        return None
    low = year * 10000 + (month or 1) * 100 + (day or 1)
    return low, year * 10000 + (month or 12) * 100 + (day or 31)
