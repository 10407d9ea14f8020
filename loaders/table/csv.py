"""The one CSV reader: rows out of lines, in the middle of a hostile file too.

A row is named by the line on which it begins. A row that cannot be read costs itself alone: its
lines but the first are read again as rows of their own, so that an unclosed quote does not take
the rest of the file with it.
"""

import csv
from collections.abc import Callable, Iterator
from enum import Enum
from typing import NamedTuple

from loaders.table.dialect import Dialect
from loaders.table.lines import TOO_FAR, TOO_LONG, Lines
from loaders.table.table import Row

# Python's own limit is 128 KB a cell; rows are bounded by their lines, and cells when they are used
csv.field_size_limit(1 << 30)


class Fault(Enum):
    """Why a row cannot be read."""

    TOO_LONG = "a line that is too long"
    TOO_FAR = "a quote that is not closed as far as it was followed"
    UNCLOSED = "a quote that is not closed until the end of the file"
    AFTER_QUOTE = "text after a closing quote"
    LINE_END = "a line end in a cell without quotes"
    OTHER = "anything else"


class BrokenRow(NamedTuple):
    """A row that cannot be read: its first and last line's numbers, its text, and why."""

    place: int
    last: int
    text: str
    fault: Fault
    error: str
    """What Python says."""


def csv_rows(lines: Lines, dialect: Dialect, explain: Callable[[BrokenRow], str]) -> Iterator[Row]:
    """Every row; one that cannot be read has the reason that ``explain`` gives."""
    reader = dialect.reader(lines)
    while True:
        place = lines.begin()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            last = place + len(lines.row) - 1
            broken = BrokenRow(place, last, "".join(lines.row), fault_of(error), str(error))
            lines.give_back()
            yield Row(place, (), explain(broken))
            continue
        yield Row(place, cells)


def fault_of(error: csv.Error) -> Fault:
    """What Python's message stands for; it has no other way to tell."""
    text = str(error)
    if text == TOO_LONG:
        return Fault.TOO_LONG
    if text == TOO_FAR:
        return Fault.TOO_FAR
    if "unexpected end" in text:
        return Fault.UNCLOSED
    if "expected after" in text:
        return Fault.AFTER_QUOTE
    if "new-line" in text:
        return Fault.LINE_END
    return Fault.OTHER
