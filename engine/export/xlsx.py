"""Excel: one sheet a schema; what Excel has no room for goes on elsewhere, and nothing is lost.

After 1,048,576 rows a schema goes on in a sheet of its own. A cell holds 32,767 characters: a longer one is
cut, and stands whole, in parts, in the sheet ``Long values``. Every cell is text: none is run as a formula.
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

MOST_ROWS = 1_048_576
MOST_CHARACTERS = 32_767
"""As Excel counts them: in UTF-16."""
PART = 16_000
"""Characters that fit a cell whatever they are."""
LONG = "Long values"
GOES_ON = f" … (goes on: sheet {LONG})"
CREATED = datetime(2000, 1, 1)
"""Always the same, so that the same data are the same bytes."""
OPTIONS = {"constant_memory": True, "use_zip64": True}

Part = tuple[str, str, str, str]


class XlsxForm:
    """A workbook."""

    name = "xlsx"
    graph = False

    def write(self, content: Content, target: Target) -> list[str]:
        """One workbook; says how many cells were too long."""
        with tables(content.records()) as found, tempfile.TemporaryFile() as book:
            cut = write_workbook(found, book)
            book.seek(0)
            with target.member(
                "clew.xlsx"
            ) as out:  # which may be a pipe, and a workbook is written to and fro
                shutil.copyfileobj(book, out)
        return (
            [f"{cut:,} cells are longer than Excel's {MOST_CHARACTERS:,}: see the sheet {LONG}"]
            if cut
            else []
        )


def write_workbook(found: list[Table], out: BinaryIO) -> int:
    """Every table's sheets, then the long values; how many of these there are."""
    book = xlsxwriter.Workbook(out, OPTIONS)
    book.set_properties({"created": CREATED})
    cut = 0
    for table in found:
        cut += write_table(book, table)
    if cut:
        parts = (part for table in found for part in long_values(table))
        write_rows(book, LONG, ["sheet", "id", "column", "text"], parts)
    book.close()
    return cut


def write_table(book: Workbook, table: Table) -> int:
    """One schema's sheets; how many cells were cut."""
    cut = 0

    def rows() -> Iterator[list[str]]:
        nonlocal cut
        for row in table.rows():
            cut += sum(is_long(cell) for cell in row)
            yield [cell[:PART] + GOES_ON if is_long(cell) else cell for cell in row]

    write_rows(book, table.schema, table.columns(), rows())
    return cut


def long_values(table: Table) -> Iterator[Part]:
    """The cells that were cut, whole: in parts, in order."""
    columns = table.columns()
    for row in table.rows():
        for name, cell in zip(columns, row, strict=True):
            if is_long(cell):
                for at in range(0, len(cell), PART):
                    yield table.schema, row[0], name, cell[at : at + PART]


def write_rows(
    book: Workbook, name: str, columns: list[str], rows: Iterator[list[str]] | Iterator[Part]
) -> None:
    """Rows under their heading, on as many sheets as they need."""
    sheet, at, number = begin(book, name, columns), 1, 1
    for row in rows:
        if at == MOST_ROWS:
            number += 1
            sheet, at = begin(book, f"{name} ({number})", columns), 1
        for column, cell in enumerate(row):
            if cell:
                sheet.write_string(at, column, cell)
        at += 1


def begin(book: Workbook, name: str, columns: list[str]) -> Worksheet:
    """A sheet with its heading, which stays in sight."""
    sheet = book.add_worksheet(name)
    sheet.freeze_panes(1, 0)
    for column, title in enumerate(columns):
        sheet.write_string(0, column, title)
    return sheet


def is_long(cell: str) -> bool:
    """Whether Excel would not take it whole."""
    return len(cell) > PART and len(cell.encode("utf-16-le")) > 2 * MOST_CHARACTERS
