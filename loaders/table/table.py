"""A table: named columns and rows of text, and how it was read, whatever file it came in."""

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from types import MappingProxyType
from typing import Any, NamedTuple

from engine.errors import BadInput
from loaders.intake.wording import counted

MOST_COLUMNS = 16_384
"""Columns of the widest table that is read: a spreadsheet's own limit."""
LONGEST_CELL = 1024 * 1024
"""Characters of the longest cell: the longest value that a property may have."""
LISTED = 40
"""Columns that a message lists."""
ALIKE = 0.6
"""How alike two names are at least for a message to ask whether the other was meant."""
UNREADABLE = re.compile("[\0\ud800-\udfff]")
"""What no store takes: NUL, and bytes that are not of the text's encoding."""


NO_CURRENCIES: Mapping[int, str] = MappingProxyType({})


class Lost(NamedTuple):
    """A cell left empty though something stands in it: its column's number, why, its name."""

    at: int
    why: str
    name: str


class Row(NamedTuple):
    """One row, and the number that a person finds it by; with a ``reason`` it cannot be used."""

    place: int
    cells: Sequence[str]
    reason: str = ""
    lost: Sequence[Lost] = ()
    currencies: Mapping[int, str] = NO_CURRENCIES
    """The currencies that cells show, by their columns' numbers."""


@dataclass(frozen=True)
class Table:
    """Columns and rows; ``name`` is what reports call it.

    ``facts`` says how the table is read, as far as it is read already; ``rows`` can be asked for
    once.
    """

    name: str
    facts: Callable[[], str]
    columns: list[str]
    rows: Callable[[], Iterator[Row]]

    def check(self, names: Sequence[tuple[str, str]]) -> None:
        """Raise BadInput for a column that is not there, or there twice.

        Each comes with the place in the mapping that names it.
        """
        for column, place in names:
            count = self.columns.count(column)
            if count == 0:
                known = ", ".join(name or "(no name)" for name in self.columns[:LISTED])
                raise BadInput(
                    f"{self.name} has no column {column!r}, which {place} names"
                    f"{nearest(column, self.columns) or '.'} Its columns: {known}"
                )
            if count > 1:
                raise BadInput(
                    f"{self.name} has {count} columns named {column!r}, and {place} cannot say "
                    "which: rename one"
                )


@dataclass(frozen=True)
class Layout:
    """How a mapping wants a table read: the header's row, encoding, delimiter and sheet.

    What is empty or 0 is detected.
    """

    header: int = 0
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""


def key_column(name: str) -> str:
    """The name of a database column's second copy, with its cells as FollowTheMoney reads them."""
    return f"$key {name}"


def currency_column(name: str) -> str:
    """The name by which a mapping asks for the currencies that a spreadsheet's column shows."""
    return f"$currency {name}"


def columns_of(name: str, cells: Sequence[str]) -> list[str]:
    """The names in a header; raises BadInput where there are none."""
    columns = [" ".join(cell.split()) for cell in cells]
    while columns and not columns[-1]:
        columns.pop()
    if not columns:
        raise BadInput(f"{name} has no header: there is nothing in it")
    if len(columns) > MOST_COLUMNS:
        raise BadInput(f"{name} has {len(columns):,} columns; at most {MOST_COLUMNS:,}")
    return columns


def fitted(row: Row, columns: Sequence[str], pad: bool) -> Row:
    """The row with one cell a column, or the reason why it has not.

    With ``pad`` a short one gets empty cells; empty cells beyond the columns never count.
    """
    place, cells, *_ = row
    width, count = len(columns), len(cells)
    if count > width:
        extra = next((at for at in range(width, count) if cells[at].strip()), None)
        if extra is not None:
            return Row(
                place,
                (),
                f"{counted(count, 'cell')} for {counted(width, 'column')}: "
                f"cell {extra + 1:,} has no column",
            )
        return row._replace(cells=cells[:width])
    if count < width and not pad:
        lacking = columns[count] or f"number {count + 1:,}"
        return Row(
            place,
            (),
            f"{counted(count, 'cell')} for {counted(width, 'column')}: "
            f"it ends before column {lacking!r}",
        )
    return row._replace(cells=[*cells, *[""] * (width - count)]) if count < width else row


def unreadable(row: Row, columns: Sequence[str], encoding: str) -> Row:
    """The row, or the reason why a cell of it cannot be text."""
    for cell, column in zip(row.cells, columns, strict=False):
        bad = UNREADABLE.search(cell)
        if bad is not None:
            what = "holds a NUL character" if bad[0] == "\0" else f"is not {encoding}"
            return Row(row.place, (), f"column {column!r} {what} (character {bad.start() + 1:,})")
        if len(cell) > LONGEST_CELL:
            return Row(
                row.place, (), f"column {column!r} holds more than {LONGEST_CELL:,} characters"
            )
    return row


def text_of(value: Any) -> str:
    """A cell's value as text: a date as ISO has it, a number in full, nothing as an empty text."""
    if type(value) is str:
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, datetime):
        whole_day = value.time() == time()
        return value.date().isoformat() if whole_day else value.isoformat(timespec="seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return str(value)


def number_text(value: float) -> str:
    """A number with the fifteen digits that a spreadsheet keeps, without exponent or ``.0``."""
    if not math.isfinite(value):
        return ""
    text = format(value, ".15g")
    return format(Decimal(text), "f") if "e" in text else text


def nearest(name: str, known: Sequence[str]) -> str:
    """The question whether a name like this one was meant; empty where there is none."""
    folded = {other.casefold(): other for other in known if other}
    close = get_close_matches(name.casefold(), list(folded), 1, ALIKE)
    return f"; did you mean {folded[close[0]]!r}?" if close else ""
