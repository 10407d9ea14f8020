"""What stands in a CSV file: its columns, and row by row its cells, read as bytes and never whole.

Rows end where the CSV says, also in the middle of a hostile file: a line without end, a quote that is never
closed and bytes that are no UTF-8 cost the row that they stand in, with a reason, and no more memory than a row.
The delimiter is found out from the header: a comma, or a semicolon, tab or bar where that makes more columns of it.
"""

import csv
from collections.abc import Iterator
from itertools import chain
from typing import NamedTuple, Protocol

from engine.errors import BadInput
from loaders.intake.source import BOM, LONGEST_LINE
from loaders.table.text import DELIMITERS

LONGEST_ROW = 2 * LONGEST_LINE
"""Bytes of the longest row, line breaks in its cells included."""


class Row(NamedTuple):
    """The cells by their columns, or the reason why there are none; ``line`` is where it begins, from 1."""

    line: int
    size: int
    cells: dict[str, str]
    reason: str = ""


class Readable(Protocol):
    """What lines of bytes are read from."""

    def readline(self, size: int = -1, /) -> bytes:
        """The next line, or its first bytes."""


class TooLong(Exception):
    """A row that is not read to its end."""


class Texts:
    """The lines of a stream as text; goes on after a row that was too long."""

    def __init__(self, stream: Readable) -> None:
        self.line = 0
        self.size = 0
        self.fault = ""
        self.ended = True
        self._stream = stream

    def __iter__(self) -> "Texts":
        return self

    def __next__(self) -> str:
        data = self._stream.readline(LONGEST_LINE)
        if not data:
            raise StopIteration
        self.line += 1
        self.size += len(data)
        while len(data) >= LONGEST_LINE and not data.endswith(b"\n"):
            self.size = LONGEST_ROW
            data = self._stream.readline(LONGEST_LINE) or b"\n"
        if self.size >= LONGEST_ROW:
            raise TooLong
        self.ended = data.endswith(b"\n")
        try:
            return data.removeprefix(BOM).decode() if self.line == 1 else data.decode()
        except UnicodeDecodeError as error:
            self.fault = f"not UTF-8: {error.reason} at byte {error.start + 1} of line {self.line}"
            return data.decode(errors="replace")

    def begin(self) -> int:
        """A row begins: the line on which it does."""
        self.size, self.fault = 0, ""
        return self.line + 1


class Sheet:
    """One CSV file with a header; ``cut`` says, once its rows are read, that it broke off. Raises BadInput."""

    def __init__(self, stream: Readable) -> None:
        self.cut: str | None = None
        self._texts = Texts(stream)
        self._texts.begin()
        try:
            first = next(self._texts, "")
            texts = chain([first] if first else [], self._texts)
            self._reader = csv.reader(texts, delimiter=delimiter_of(first), strict=True)
            header = next(self._reader, [])
        except (csv.Error, TooLong) as error:
            raise BadInput(f"the header cannot be read: {str(error) or 'it is too long'}") from None
        if self._texts.fault or any("\0" in name for name in header):
            raise BadInput("the header is not UTF-8: convert the file to UTF-8 first")
        self.columns = [name.strip() for name in header]
        twice = sorted({name for name in self.columns if name and self.columns.count(name) > 1})
        if twice:
            raise BadInput(f"the header has two columns {twice[0]!a}")

    def __iter__(self) -> Iterator[Row]:
        width = len(self.columns)
        while True:
            line = self._texts.begin()
            try:
                cells = next(self._reader, None)
            except csv.Error as error:
                yield self._unreadable(line, str(error))
                continue
            except TooLong:
                yield self._refused(line, f"longer than {LONGEST_ROW // 1024 // 1024} MiB")
                continue
            if cells is None:
                return
            if self._texts.fault:
                yield self._refused(line, self._texts.fault)
            elif len(cells) == width:
                yield Row(line, self._texts.size, dict(zip(self.columns, cells, strict=True)))
            elif cells:
                yield self._of_other_width(line, len(cells), width)

    def _refused(self, line: int, reason: str) -> Row:
        return Row(line, self._texts.size, {}, reason)

    def _unreadable(self, line: int, reason: str) -> Row:
        last = self._texts.line
        where = f" (lines {line:,} to {last:,})" if last > line else ""
        if "unexpected end" in reason:
            self.cut = f"line {line:,} is cut off"
            return self._refused(line, f"a quote is opened and never closed{where}")
        return self._refused(line, f"not CSV: {reason}{where}")

    def _of_other_width(self, line: int, count: int, width: int) -> Row:
        if count < width and not self._texts.ended:
            self.cut = f"line {line:,} is cut off"
        return self._refused(line, f"{count} cells under a header of {width} columns")


def columns_of(head: bytes) -> list[str]:
    """The columns that the beginning of a file names, if it is CSV; else nothing."""
    data, _, _ = head.removeprefix(BOM).partition(b"\n")
    try:
        line = data.decode().rstrip("\r")
        return [
            name.strip()
            for name in next(csv.reader([line], delimiter=delimiter_of(line), strict=True), [])
        ]
    except (UnicodeDecodeError, csv.Error):
        return []


def delimiter_of(header: str) -> str:
    """The delimiter that makes the most columns of a header; a comma where none makes more."""

    def width(delimiter: str) -> int:
        try:
            return len(next(csv.reader([header], delimiter=delimiter), []))
        except csv.Error:
            return 0

    return max(DELIMITERS, key=width)
