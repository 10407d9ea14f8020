"""Tables in XLSX files: openpyxl reads them row by row.

A formula stands for the value that was computed when the file was saved, and is reported as lost
where there is none: programs that only write files compute nothing. Merged cells have their value
in the first of them. python-calamine is faster, but lays a sheet out in memory from corner to
corner, and two cells in opposite corners end the process.
"""

import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import Element, ParseError
from xml.parsers.expat import ExpatError

from openpyxl.reader.excel import ExcelReader
from openpyxl.styles.numbers import BUILTIN_FORMATS, BUILTIN_FORMATS_MAX_SIZE, FORMAT_GENERAL
from openpyxl.utils.cell import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet._reader import FORMULA_TAG, VALUE_TAG, WorkSheetParser
from openpyxl.xml.constants import SHARED_STRINGS, SHEET_MAIN_NS

from engine.errors import BadInput
from loaders.table.archive import INNOCENT_TEXTS, TIGHTEST_TEXTS, check_packing, parser_for
from loaders.table.cell import NumberFormat, number_format
from loaders.table.spreadsheet import MOST_ROWS, Sheet
from loaders.table.table import MOST_COLUMNS, Lost, Row, text_of

FAULTS = (
    zipfile.BadZipFile,
    InvalidFileException,
    ParseError,
    ExpatError,
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
    (
        "#N/A",
        "#REF!",
        "#VALUE!",
        "#DIV/0!",
        "#NAME?",
        "#NULL!",
        "#NUM!",
        "#SPILL!",
        "#CALC!",
        "#GETTING_DATA",
    )
)
"""What a cell shows whose formula went wrong: no value."""
SHOWN = 80
"""Characters that are shown of a cell that cannot be read."""
REMEMBERED = 50_000
"""Texts that are kept to find equal ones, so that each is in memory once."""

# remarks for programmers, with openpyxl's own path; what they say of cells is reported as a loss
warnings.filterwarnings("ignore", category=UserWarning, module=r"openpyxl\.")


@contextmanager
def xlsx_sheets(name: str, path: Path) -> Iterator[list[Sheet]]:
    """Every sheet of a workbook, to be read in this block; raises BadInput."""
    # as a stream, because openpyxl takes no file whose name does not end in .xlsx
    with path.open("rb") as stream:
        try:
            reader = Reader(stream, read_only=True, data_only=True, keep_links=False)
            reader.name = name
            reader.read()
            book = reader.wb
        except FAULTS as error:
            raise BadInput(f"{name} cannot be read as XLSX: {error}") from None
        with closing(book):
            yield [
                Sheet(
                    str(sheet.title),
                    sheet.sheet_state != "visible",
                    partial(xlsx_rows, name, sheet),
                )
                for sheet in book.worksheets
            ]


class Reader(ExcelReader):
    """openpyxl's reader of a workbook, but for the texts that its cells share.

    It takes several times the time and memory for them, and a bomb of them needs only few bytes.
    """

    package: Any
    name = ""

    def read_strings(self) -> None:
        """Read the shared texts; raises BadInput for a bomb, else one of FAULTS."""
        part = self.package.find(SHARED_STRINGS)
        if part is not None:
            check_packing(
                self.name, self.archive.getinfo(part.PartName[1:]), INNOCENT_TEXTS, TIGHTEST_TEXTS
            )
            texts = Texts()
            with self.archive.open(part.PartName[1:]) as stream:
                parser_for(texts).ParseFile(stream)
            self.shared_strings = texts.all


class Texts:
    """A listener to the XML of a workbook's texts; readings of Japanese words are left out."""

    ITEM, TEXT, READING = (f"{SHEET_MAIN_NS}|{name}" for name in ("si", "t", "rPh"))

    def __init__(self) -> None:
        self.all: list[str] = []
        self._known: dict[str, str] = {}
        self._parts: list[str] = []
        self._inside = self._reading = False

    def start(self, tag: str, _: dict[str, str]) -> None:
        """An element begins."""
        if tag == self.TEXT:
            self._inside = not self._reading
        elif tag == self.READING:
            self._reading = True

    def characters(self, data: str) -> None:
        """Text in an element."""
        if self._inside:
            self._parts.append(data)

    def end(self, tag: str) -> None:
        """An element ends."""
        if tag == self.TEXT:
            self._inside = False
        elif tag == self.READING:
            self._reading = False
        elif tag == self.ITEM:
            # "_x005F_" is how Excel escapes an underscore that would begin an escape
            text = "".join(self._parts).replace("x005F_", "")
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self.all.append(self._known.setdefault(text, text))
            self._parts.clear()


def xlsx_rows(name: str, sheet: Any) -> Iterator[Row]:
    """Every row of a sheet that is not empty; raises BadInput where it is broken."""
    book, number = sheet.parent, 0
    try:
        with sheet._get_source() as source:
            # openpyxl's own rows do not say what is lost
            parser = Cells(
                source,
                sheet._shared_strings,
                data_only=True,
                epoch=book.epoch,
                date_formats=book._date_formats,
                timedelta_formats=book._timedelta_formats,
            )
            formats = Formats(book)
            for number, cells in parser.parse():
                if number > MOST_ROWS:
                    raise BadInput(
                        f"{name}: sheet {sheet.title!r} has more than {MOST_ROWS:,} rows"
                    )
                row = row_of(number, cells, formats)
                if any(row.cells) or row.lost or row.reason:
                    yield row
    except FAULTS as error:
        after = f" after row {number:,}" if number else ""
        raise BadInput(f"{name}: sheet {sheet.title!r} is broken{after}: {error}") from None


class Formats:
    """The formats of a workbook's numbers, by the number of a cell's style."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._read: dict[int, NumberFormat] = {}

    def of(self, style: int) -> NumberFormat:
        """The format of a style; the general one for a style that is not there."""
        if style not in self._read:
            self._read[style] = number_format(self._code(style))
        return self._read[style]

    def _code(self, style: int) -> str:
        try:
            number = self._book._cell_styles[style].numFmtId
            own = number - BUILTIN_FORMATS_MAX_SIZE
            return str(self._book._number_formats[own] if own >= 0 else BUILTIN_FORMATS[number])
        except (IndexError, KeyError):
            return FORMAT_GENERAL


def row_of(number: int, cells: list[dict[str, Any]], formats: Formats) -> Row:
    """A row of the cells that openpyxl gives: with those that are lost, or why it is useless."""
    texts = [""] * min(max((cell["column"] for cell in cells), default=0), MOST_COLUMNS)
    lost: list[Lost] = []
    currencies: dict[int, str] = {}
    for cell in cells:
        value, at = cell["value"], cell["column"] - 1
        if value is None or at >= MOST_COLUMNS:
            continue
        name = f"{get_column_letter(at + 1)}{number}"
        if type(value) is Unreadable:
            return Row(number, (), f"cell {name} {value}")
        if isinstance(value, NoValue):
            lost.append(Lost(at, value, name))
        elif value in ERRORS:
            lost.append(Lost(at, f"it shows {value}", name))
        elif type(value) in (int, float):
            shape = formats.of(int(cell["style_id"]))
            texts[at] = shape.text(value)
            if currency := shape.currency(value):
                currencies[at] = currency
        else:
            texts[at] = text_of(value)
    return Row(number, texts, lost=lost, currencies=currencies)


class NoValue(str):
    """Stands for a cell's value, and says why there is none."""


class Unreadable(NoValue):
    """The same for a cell that makes its row useless."""


UNSAVED = NoValue("a formula whose value was not saved")
NO_DATE = NoValue("a number that is too large or small for the date that it should be")


class Cells(WorkSheetParser):
    """openpyxl's reader of a sheet, which goes on after a cell that it cannot read.

    It also tells an empty cell from a formula or a date without a value.
    """

    def parse_cell(self, element: Element) -> dict[str, Any]:
        """A cell's place and value; raises nothing."""
        try:
            cell: dict[str, Any] = super().parse_cell(element)
        except FAULTS:
            text = element.findtext(VALUE_TAG) or ""
            return {
                "column": max(self.col_counter, 1),
                "value": Unreadable(f"cannot be read: {text[:SHOWN]!a}"),
            }
        if cell["data_type"] == "e" and element.get("t", "n") == "n":
            cell["value"] = NO_DATE
        elif cell["value"] is None and element.find(FORMULA_TAG) is not None:
            # an empty text is a value, and written so
            empty = element.get("t") == "str" and element.find(VALUE_TAG) is not None
            cell["value"] = None if empty else UNSAVED
        return cell
