"""Tables in XLSX files: openpyxl reads them row by row.

A formula is the value that was worked out when the file was saved; merged cells have their value in the first of
them. python-calamine is faster, but lays a sheet out in memory from corner to corner, and two cells in opposite
corners end the process.
"""

import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from engine.errors import BadInput
from loaders.table.spreadsheet import MOST_ROWS, Sheet
from loaders.table.table import MOST_COLUMNS, text_of

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


def xlsx_rows(name: str, sheet: Any) -> Iterator[tuple[int, Sequence[str]]]:
    """Every row of a sheet that is not empty, with its number; raises BadInput where it is broken."""
    # what the file says of the sheet's size is often wrong
    sheet.reset_dimensions()
    try:
        for number, values in enumerate(sheet.iter_rows(max_col=None, values_only=True), 1):
            if number > MOST_ROWS:
                raise BadInput(f"{name}: sheet {sheet.title!r} has more than {MOST_ROWS:,} rows")
            if values:
                cells = ["" if value in ERRORS else text_of(value) for value in values[:MOST_COLUMNS]]
                if any(cells):
                    yield number, cells
    except TROUBLES as error:
        raise BadInput(f"{name}: sheet {sheet.title!r} is broken: {error}") from None
