"""A table: named columns and rows of text, and what was found out to read it, whatever file it came in."""

import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, NamedTuple

from engine.errors import BadInput

MOST_COLUMNS = 16_384
"""Columns of the widest table that is read: a spreadsheet's own limit."""
LONGEST_CELL = 1024 * 1024
"""Characters of the longest cell: the longest value that a property may have."""
UNREADABLE = re.compile("[\0\ud800-\udfff]")
"""What no store takes: NUL, and bytes that are not of the text's encoding."""


class Lost(NamedTuple):
    """A cell that is left empty though something is there: its column's number from 0, why, and what it is called."""

    at: int
    why: str
    name: str


class Row(NamedTuple):
    """One row, and the number that a person finds it by; ``reason`` says why it cannot be used."""

    place: int
    cells: Sequence[str]
    reason: str = ""
    lost: Sequence[Lost] = ()


@dataclass(frozen=True)
class Table:
    """Columns and rows.

    ``name`` is what reports call it, ``facts`` what was found out, best asked for when the rows were read; ``rows``
    can be asked for once.
    """

    name: str
    facts: Callable[[], str]
    columns: list[str]
    rows: Callable[[], Iterator[Row]]

    def check(self, wanted: Sequence[tuple[str, str]]) -> None:
        """Raise BadInput for a column, given with the place that names it, that is not there or there twice."""
        for column, place in wanted:
            count = self.columns.count(column)
            if count == 0:
                known = ", ".join(name or "(no name)" for name in self.columns[:40])
                raise BadInput(
                    f"{self.name} has no column {column!r}, which {place} names{nearest(column, self.columns) or '.'} "
                    f"Its columns: {known}"
                )
            if count > 1:
                raise BadInput(
                    f"{self.name} has {count} columns named {column!r}, and {place} cannot say which: rename one"
                )


@dataclass(frozen=True)
class Layout:
    """How a table is to be read where that is told: the header's row, the text's encoding and delimiter, the sheet."""

    header: int = 0
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""


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
    """The row with one cell a column, or the reason why it has not; with ``pad`` a short one ends in empty cells."""
    place, cells, *_ = row
    width, count = len(columns), len(cells)
    if count > width:
        extra = next((at for at in range(width, count) if cells[at].strip()), None)
        if extra is not None:
            return Row(
                place,
                (),
                f"{counted(count, 'cell')} for {counted(width)}: cell {extra + 1:,} has no column",
            )
        row = row._replace(cells=cells[:width])
    elif count < width:
        if not pad:
            lacking = columns[count] or f"number {count + 1:,}"
            return Row(
                place,
                (),
                f"{counted(count, 'cell')} for {counted(width)}: it ends before column {lacking!r}",
            )
        row = row._replace(cells=[*cells, *[""] * (width - count)])
    return row


def counted(count: int, what: str = "column") -> str:
    """So many, in words."""
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def unreadable(row: Row, columns: Sequence[str], encoding: str) -> Row:
    """The row, or the reason why a cell of it cannot be text."""
    for cell, column in zip(row.cells, columns, strict=False):
        found = UNREADABLE.search(cell)
        if found is not None:
            what = "holds a NUL character" if found[0] == "\0" else f"is not {encoding}"
            return Row(row.place, (), f"column {column!r} {what} (character {found.start() + 1:,})")
        if len(cell) > LONGEST_CELL:
            return Row(
                row.place, (), f"column {column!r} holds more than {LONGEST_CELL:,} characters"
            )
    return row


def text_of(value: Any) -> str:
    """A cell's value as text: a date as ISO has it, a number as it is shown, nothing as an empty text."""
    if type(value) is str:
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return number_text(value)
    if isinstance(value, datetime):
        return (
            value.date().isoformat()
            if value.time() == time()
            else value.isoformat(timespec="seconds")
        )
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return str(value)


def number_text(value: float) -> str:
    """A number with the fifteen digits that a spreadsheet keeps, without an exponent and without ``.0``."""
    if not math.isfinite(value):
        return ""
    text = format(value, ".15g")
    return format(Decimal(text), "f") if "e" in text else text


def nearest(name: str, known: Sequence[str]) -> str:
    """The question whether a name like this one was meant; empty where there is none."""
    folded = {other.casefold(): other for other in known if other}
    found = get_close_matches(name.casefold(), list(folded), 1, 0.6)
    return f"; did you mean {folded[found[0]]!r}?" if found else ""
