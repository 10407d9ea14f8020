"""Excel: one sheet a schema; what exceeds Excel's limits continues elsewhere, and nothing is lost.

After 1,048,576 rows a schema continues in another sheet. A cell holds 32,767 characters: a longer
one is cut, and stands complete, in parts, in the sheet ``Long values``. Every cell is text: none is
run as a formula.
"""

import shutil
import tempfile
from collections.abc import Iterator
from datetime import datetime
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from engine.export.content import Content
from engine.export.format import Target
from engine.export.table import Table, tables

MAX_ROWS = 1_048_576
MAX_CHARACTERS = 32_767
"""As Excel counts them: in UTF-16."""
PART = 16_000
"""Characters that fit into a cell even if each takes two units of UTF-16."""
LONG = "Long values"
CONTINUED = f" … (goes on: sheet {LONG})"
CREATED = datetime(2000, 1, 1)
"""Always the same, so that the same data are the same bytes."""
OPTIONS = {"constant_memory": True, "use_zip64": True}

Part = tuple[str, str, str, str]
"""A part of a long value: sheet, id, column, text."""


class XlsxFormat:
    """A workbook."""

    name = "xlsx"
    graph = False

    def write(self, content: Content, target: Target) -> list[str]:
        """One workbook; notes how many cells were too long."""
        with tables(content.records()) as by_schema, tempfile.TemporaryFile() as book:
            cut = write_workbook(by_schema, book)
            book.seek(0)
            # the target may be a pipe, and xlsxwriter seeks in its file
            with target.member("clew.xlsx") as out:
                shutil.copyfileobj(book, out)
        if not cut:
            return []
        cells = "cell is" if cut == 1 else "cells are"
        limit = f"Excel's {MAX_CHARACTERS:,} characters"
        return [f"{cut:,} {cells} longer than {limit}: see the sheet {LONG}"]


def write_workbook(by_schema: list[Table], out: BinaryIO) -> int:
    """Writes every table's sheets, then the long values; returns how many of these there are."""
    book = xlsxwriter.Workbook(out, OPTIONS)
    book.set_properties({"created": CREATED})
    cut = sum(write_table(book, table) for table in by_schema)
    if cut:
        parts = (part for table in by_schema for part in long_values(table))
        write_rows(book, LONG, ["sheet", "id", "column", "text"], parts)
    book.close()
    return cut


def write_table(book: Workbook, table: Table) -> int:
    """Writes one schema's sheets; returns how many cells were cut."""
    cut = 0

    def rows() -> Iterator[list[str]]:
        nonlocal cut
        for row in table.rows():
            cut += sum(is_long(cell) for cell in row)
            yield [cell[:PART] + CONTINUED if is_long(cell) else cell for cell in row]

    write_rows(book, table.schema, table.columns(), rows())
    return cut


def long_values(table: Table) -> Iterator[Part]:
    """The cells that were cut, complete: in parts, in order."""
    columns = table.columns()
    for row in table.rows():
        for name, cell in zip(columns, row, strict=True):
            if is_long(cell):
                for at in range(0, len(cell), PART):
                    yield table.schema, row[0], name, cell[at : at + PART]


def write_rows(
    book: Workbook, name: str, columns: list[str], rows: Iterator[list[str]] | Iterator[Part]
) -> None:
    """Writes rows under their heading, on as many sheets as they need."""
    sheet, at, number = add_sheet(book, name, columns), 1, 1
    for row in rows:
        if at == MAX_ROWS:
            number += 1
            sheet, at = add_sheet(book, f"{name} ({number})", columns), 1
        for column, cell in enumerate(row):
            if cell:
                sheet.write_string(at, column, cell)
        at += 1


def add_sheet(book: Workbook, name: str, columns: list[str]) -> Worksheet:
    """A sheet with its heading, which stays visible when it is scrolled."""
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for column, title in enumerate(columns):
        sheet.write_string(0, column, title)
    return sheet


def is_long(cell: str) -> bool:
    """Whether the cell does not fit Excel's limit."""
    return len(cell) > PART and len(cell.encode("utf-16-le")) > 2 * MAX_CHARACTERS
