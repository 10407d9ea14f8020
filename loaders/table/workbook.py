"""Tables in XLSX files: openpyxl reads them row by row.

A formula is the value that was worked out when the file was saved, and told as lost where none was: programs that
only write files work nothing out. Merged cells have their value in the first of them. python-calamine is faster, but
lays a sheet out in memory from corner to corner, and two cells in opposite corners end the process.
"""

import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError

from openpyxl import load_workbook
from openpyxl.utils.cell import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser

from engine.errors import BadInput
from loaders.table.spreadsheet import MOST_ROWS, Sheet
from loaders.table.table import MOST_COLUMNS, Lost, Row, text_of

TROUBLES = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    OSError,
    EOFError,
)
"""What openpyxl raises for files that are not as they should be."""
ERRORS = frozenset(
    ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#GETTING_DATA")
)
"""What a cell shows whose formula went wrong: no value."""


@contextmanager
def xlsx_sheets(name: str, path: Path) -> Iterator[list[Sheet]]:
    """Every sheet of a workbook, to be read in this block; raises BadInput."""
    # given as a stream, as openpyxl takes no file whose name does not end in .xlsx
    with path.open("rb") as stream:
        try:
            book = load_workbook(stream, read_only=True, data_only=True, keep_links=False)
        except TROUBLES as error:
            raise BadInput(f"{name} cannot be read as XLSX: {error}") from None
        with closing(book):
            yield [
                Sheet(str(sheet.title), sheet.sheet_state != "visible", partial(xlsx_rows, name, sheet))
                for sheet in book.worksheets
            ]


def xlsx_rows(name: str, sheet: Any) -> Iterator[Row]:
    """Every row of a sheet that is not empty; raises BadInput where it is broken."""
    book = sheet.parent
    try:
        with sheet._get_source() as source:
            # openpyxl's own rows keep silent of what is lost
            parser = Cells(
                source,
                sheet._shared_strings,
                data_only=True,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )
            for number, found in parser.parse():
                if number > MOST_ROWS:
                    raise BadInput(f"{name}: sheet {sheet.title!r} has more than {MOST_ROWS:,} rows")
                row = row_of(number, found)
                if any(row.cells) or row.lost:
                    yield row
    except TROUBLES as error:
        raise BadInput(f"{name}: sheet {sheet.title!r} is broken: {error}") from None


def row_of(number: int, found: list[dict[str, Any]]) -> Row:
    """A row of these cells, as openpyxl gives them; what is lost of it is told."""
    cells = [""] * min(max((cell["column"] for cell in found), default=0), MOST_COLUMNS)
    lost: list[Lost] = []
    for cell in found:
        value, at = cell["value"], cell["column"] - 1
        if value is None or at >= MOST_COLUMNS:
            continue
        why = value if type(value) is Why else f"it shows {value}" if value in ERRORS else ""
        if why:
            lost.append(Lost(at, why, f"{get_column_letter(at + 1)}{number}"))
        else:
            cells[at] = text_of(value)
    return Row(number, cells, lost=lost)


class Why(str):
    """Stands for a cell's value: why there is none."""


UNSAVED = Why("a formula whose value was not saved")


class Cells(WorkSheetParser):
    """openpyxl's reader of a sheet, telling a formula without a value from an empty cell."""

    def parse_cell(self, element: Element) -> dict[str, Any]:
        """A cell's place and value."""
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None and element.find(FORMULA_TAG) is not None:
            # an empty text is a value, and written so
            empty = element.get("t") == "str" and element.find(VALUE_TAG) is not None
            cell["value"] = None if empty else UNSAVED
        return cell
