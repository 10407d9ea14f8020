"""What amounts are worth in one currency: the table of rates that ``CLEW_RATES`` names.

A CSV file with the columns ``currency``, ``date`` and the code of the currency to convert to; each
line says what one unit of a currency was worth in it. A date is a year, a month or a day, and the
most precise one counts. Without a date a rate holds at any time.

Nothing is guessed: an amount whose currency, or whose date, no line covers is not converted.
"""

import csv
import io
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from engine.errors import BadInput
from engine.partial_date import required_date

CODE = re.compile(r"[A-Z]{3}")
UNDATED = 0
"""The day of what has no date; else days are yyyymmdd, with 00 for what is not told."""
WEEK = 7
"""Days for which the rate of a day holds at most: none is published at a weekend."""
LARGEST = 50_000_000
"""Bytes of the longest table."""
LONGEST = 30
"""Characters of a rate."""


@dataclass
class Series:
    """The rates of one currency, by what they hold for."""

    always: Decimal | None = None
    spans: dict[int, Decimal] = field(default_factory=dict)
    """Those of a year (2019) or a month (201904)."""
    days: dict[date, Decimal] = field(default_factory=dict)
    ordered: list[date] = field(default_factory=list)
    """The days in order, once all are there."""

    def at(self, day: int) -> Decimal | None:
        """The rate of a day, month or year, written yyyymmdd; None where no line covers it."""
        if day % 100:
            try:
                wanted = date(day // 10_000, day // 100 % 100, day % 100)
            except ValueError:
                wanted = None
            place = bisect_right(self.ordered, wanted) if wanted else 0
            if wanted and place and (wanted - self.ordered[place - 1]).days < WEEK:
                return self.days[self.ordered[place - 1]]
        return self.spans.get(day // 100) or self.spans.get(day // 10_000) or self.always


@dataclass(frozen=True)
class Rates:
    """A table of rates to one currency."""

    currency: str
    """The currency that amounts are converted to."""
    series: dict[str, Series]

    @classmethod
    def read(cls, setting: str) -> "Rates | None":
        """The table in a file; None where none is set. Raises BadInput, which names the line."""
        if not setting:
            return None
        path = Path(setting)
        try:
            data = path.read_bytes()[: LARGEST + 1]
            text = data.decode("utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(f"CLEW_RATES: {path} cannot be read as UTF-8 text: {error}") from None
        if len(data) > LARGEST:
            raise BadInput(f"CLEW_RATES: {path} is longer than {LARGEST:,} bytes")
        try:
            return parsed(text)
        except (csv.Error, BadInput) as error:
            raise BadInput(f"CLEW_RATES: {path}, {error}") from None

    def of(self, currency: str | None, day: int) -> Decimal | None:
        """What one unit of a currency was worth on a day (yyyymmdd); None where that is unknown."""
        if currency == self.currency:
            return Decimal(1)
        known = self.series.get(currency or "")
        return None if known is None else known.at(day)


def parsed(text: str) -> Rates:
    """The table that a text is; raises BadInput with the number of the line."""
    lines = rows(text)
    number, header = next(lines, (1, []))
    names = [name.strip().lower() for name in header]
    target = header[2].strip().upper() if len(header) == 3 else ""
    if names[:2] != ["currency", "date"] or not CODE.fullmatch(target):
        raise BadInput(
            f"line {number}: the columns must be `currency,date,EUR`, the last of them named by "
            "the currency to convert to"
        )
    series: dict[str, Series] = {}
    told: dict[tuple[str, str], int] = {}
    for number, cells in lines:
        try:
            currency, day, rate = checked(cells, target)
        except BadInput as error:
            raise BadInput(f"line {number}: {error}") from None
        if (before := told.setdefault((currency, day), number)) != number:
            raise BadInput(f"line {number}: line {before} has a rate of {currency} for this date")
        put(series.setdefault(currency, Series()), day, rate)
    if not series:
        raise BadInput("line 2: there is no rate: a line is `GBP,2019,1.14`")
    for each in series.values():
        each.ordered = sorted(each.days)
    return Rates(target, series)


def rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The lines with their numbers, without empty ones."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    for cells in reader:
        if any(cell.strip() for cell in cells):
            yield reader.line_num, cells


def checked(cells: list[str], target: str) -> tuple[str, str, Decimal]:
    """The currency, the date and the rate of a line; raises BadInput."""
    if len(cells) != 3:
        raise BadInput(f"it has {len(cells)} values, not 3: a line is `GBP,2019,1.14`")
    currency, day, text = (cell.strip() for cell in cells)
    currency = currency.upper()
    if not CODE.fullmatch(currency):
        raise BadInput(f"{currency[:20]!r} is no code of a currency, such as GBP")
    if currency == target:
        raise BadInput(f"{currency} is what amounts are converted to: it needs no rate")
    day = required_date(day) if day else ""
    try:
        rate = Decimal(text[:LONGEST])
    except InvalidOperation:
        rate = Decimal(0)
    if not rate.is_finite() or rate <= 0 or len(text) > LONGEST:
        raise BadInput(
            f"{text[:20]!r} is no rate: what one {currency} was worth in {target}, such as 1.14"
        )
    return currency, day, rate


def put(series: Series, day: str, rate: Decimal) -> None:
    """Add the rate of a year, a month, a day, or of any time."""
    if not day:
        series.always = rate
    elif len(day) == 10:
        series.days[date.fromisoformat(day)] = rate
    else:
        series.spans[int(day.replace("-", ""))] = rate
