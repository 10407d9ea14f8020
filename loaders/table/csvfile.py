"""CSV files of a format that knows the columns by name: ICIJ's and FollowTheMoney's statements.

They are UTF-8, their header is the first row, and their delimiter is a comma, or a semicolon, tab
or bar where that makes more columns of the header.
"""

import csv
from collections.abc import Iterator
from typing import NamedTuple, Protocol

from engine.errors import BadInput
from loaders.intake.source import BOM, LONGEST_LINE
from loaders.table.csv import BrokenRow, Fault, csv_rows
from loaders.table.dialect import Dialect, header_delimiter, told_delimiter
from loaders.table.lines import BROKEN, CHUNK, MARKS, Lines
from loaders.table.table import Row

LONGEST_ROW = 2 * LONGEST_LINE
"""Characters of the longest row, line breaks in its cells included."""


class NamedRow(NamedTuple):
    """The cells by their columns, or the reason why there are none; ``line`` counts from 1."""

    line: int
    size: int
    """Characters."""
    cells: dict[str, str]
    reason: str = ""


class Readable(Protocol):
    """What bytes are read from."""

    def read1(self, size: int, /) -> bytes:
        """The next bytes, as many as are there at once; none at the end."""


class CsvFile:
    """One CSV file, an iterable of its rows; ``cut`` says afterwards that it broke off.

    Raises BadInput for a header that cannot be read.
    """

    def __init__(self, stream: Readable) -> None:
        self.cut: str | None = None
        self._lines = Lines(chunks(stream), encoding="utf-8-sig", longest=LONGEST_ROW)
        told = told_delimiter(self._lines.peek())
        delimiter = told or header_delimiter(self._lines.peek())
        dialect = Dialect(delimiter=delimiter, trimmed=False)
        self._rows = csv_rows(self._lines, dialect, self._explain)
        if told:
            next(self._rows)
        header = next(self._rows, Row(1, ()))
        if header.reason:
            raise BadInput(f"the header cannot be read: {header.reason}")
        if self._not_utf8(1) or any("\0" in name for name in header.cells):
            raise BadInput("the header is not UTF-8: convert the file to UTF-8 first")
        self.columns = [name.strip() for name in header.cells]
        twice = sorted({name for name in self.columns if name and self.columns.count(name) > 1})
        if twice:
            raise BadInput(f"the header has two columns {twice[0]!a}")

    def __iter__(self) -> Iterator[NamedRow]:
        width = len(self.columns)
        for line, cells, reason, *_ in self._rows:
            if not reason and self._lines.suspect:
                reason = self._not_utf8(line)
            if not reason and cells and len(cells) != width:
                reason = self._of_other_width(line, len(cells))
            size = sum(map(len, self._lines.row))
            if reason:
                yield NamedRow(line, size, {}, reason)
            elif cells:
                # rows go on, so what looked like the file's end was none
                self.cut = None
                yield NamedRow(line, size, dict(zip(self.columns, cells, strict=True)))

    def _explain(self, row: BrokenRow) -> str:
        """Why a row cannot be read; an open quote may be where the file broke off."""
        where = f" (lines {row.place:,} to {row.last:,})" if row.last > row.place else ""
        if row.fault in (Fault.TOO_LONG, Fault.TOO_FAR):
            return f"longer than {LONGEST_ROW // 1024 // 1024} MiB"
        if row.fault is Fault.UNCLOSED:
            self.cut = self.cut or f"line {row.place:,} is cut off"
            return f"a quote is opened and never closed{where}"
        return f"not CSV: {row.error}{where}"

    def _not_utf8(self, place: int) -> str:
        """Which byte of the row that was read last is not UTF-8; nothing where all are."""
        for number, line in enumerate(self._lines.row, place):
            if broken := BROKEN.search(line):
                reason = next(why for why, mark in MARKS.items() if mark == broken[0])
                byte = len(line[: broken.start()].encode()) + 1
                return f"not UTF-8: {reason} at byte {byte} of line {number}"
        return ""

    def _of_other_width(self, line: int, count: int) -> str:
        width = len(self.columns)
        if count < width and not self._lines.row[-1].endswith("\n"):
            self.cut = self.cut or f"line {line:,} is cut off"
        return f"{count} cells under a header of {width} columns"


def columns_of(head: bytes) -> list[str]:
    """The columns that the beginning of a file names, if it is CSV; else nothing."""
    first, _, rest = head.removeprefix(BOM).partition(b"\n")
    try:
        told = told_delimiter(first.decode())
        line = (rest.partition(b"\n")[0] if told else first).decode().rstrip("\r")
        delimiter = told or header_delimiter(line)
        cells = next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except (UnicodeDecodeError, csv.Error):
        return []
    return [name.strip() for name in cells]


def chunks(stream: Readable) -> Iterator[bytes]:
    """The stream's bytes; what ends it early is raised after all that came before."""
    while data := stream.read1(CHUNK):
        yield data
