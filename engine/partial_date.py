"""Which texts are dates: a year, a month or a day, as FtM has them. One rule for all.

Only the coverage of a dataset is read by FtM's own field type, which ``prefixdate`` decides too.

``prefixdate``, which FtM's own date type is made of, decides what exists: years from 1000 to 2999,
months from 1 to 12, days that the month has. As there, ``2019-4`` is a date and means ``2019-04``:
Clew keeps entities as they come, so a value that FtM would have padded may be in the graph, and
must be found there.

Unlike there, a text that only begins like a date is none: ``2019-2020`` is not 2019, nor is
``2019-W7``. The time behind a day is ignored, so no time zone moves a value to another day.
"""

import calendar
import re
from dataclasses import dataclass
from functools import lru_cache

import prefixdate

from engine.errors import BadInput

DATE = re.compile(r"(\d{4}(?:-\d{1,2}(?:-\d{1,2})?)?)(?=\Z|[T ])", re.ASCII)
TIME = re.compile(r"[T ]\d{1,2}(:\d{1,2}(:\d{1,2}([.,]\d+)?)?)?(Z|[+-]\d\d(:?\d\d)?)?", re.ASCII)
PLAUSIBLE = range(1500, 2100)
"""Years of what registers record; others are typing errors, or mean that a date is unknown."""
CACHED = 100_000
"""Distinct dates that are remembered: prefixdate takes 30 µs for one, and most dates recur."""


@dataclass(frozen=True, slots=True)
class PartialDate:
    """A year, a month or a day that exists."""

    text: str
    """As FtM writes it: ``2019``, ``2019-04``, ``2019-04-30``."""

    @property
    def first(self) -> str:
        """The first day that it covers: ``2019-01-01`` of 2019."""
        return self.text + "-01-01"[len(self.text) - len("2019") :]

    @property
    def last(self) -> str:
        """The last day that it covers: ``2019-12-31`` of 2019."""
        if len(self.text) == len("2019"):
            return f"{self.text}-12-31"
        if len(self.text) == len("2019-04"):
            year, month = map(int, self.text.split("-"))
            return f"{self.text}-{calendar.monthrange(year, month)[1]}"
        return self.text

    @property
    def plausible(self) -> bool:
        """Whether a register is likely to mean it."""
        return int(self.text[:4]) in PLAUSIBLE


def leading_date(value: str) -> PartialDate | None:
    """The date in a stored value; a time or a remark may follow it, as in ``2019 ca.``."""
    match = DATE.match(value)
    return None if match is None else _existing(match[1])


def parse_date(text: str) -> PartialDate | None:
    """The date that a text is, with nothing else in it; a day may have a time."""
    return leading_date(text) if is_written_as_date(text) else None


def required_date(text: str) -> str:
    """A date in a question, as FtM writes it; raises BadInput for one that does not exist."""
    date = parse_date(text)
    if date is None:
        raise BadInput(
            f"{text[:100]!r} is not a date: give a year, a month or a day from 1000 to 2999 "
            "that exists, such as 2019, 2019-04 or 2019-04-30"
        )
    return date.text


def is_written_as_date(text: str) -> bool:
    """Whether a text is written as a date is, even if the date does not exist."""
    match = DATE.match(text)
    if match is None:
        return False
    rest = text[match.end() :]
    return not rest or (match[1].count("-") == 2 and TIME.fullmatch(rest) is not None)


@lru_cache(CACHED)
def _existing(text: str) -> PartialDate | None:
    """The date, or None if there is no such date."""
    known = prefixdate.parse(text).text
    # prefixdate drops a part that is zero: it reads 2019-00 as 2019
    return None if known is None or known.count("-") != text.count("-") else PartialDate(known)
