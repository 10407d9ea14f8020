"""Tables in ODS files, read row by row as the XML comes.

The libraries for ODS make the whole sheet in memory, with every repeated cell, so that a file of
7 KB can ask for 17 billion of them. Here a repeated row is one list, and the empty cells that end
a row or a sheet are never made.
"""

import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from xml.parsers.expat import ExpatError

from engine.errors import BadInput
from loaders.table.archive import parser_for
from loaders.table.spreadsheet import MOST_ROWS, Sheet
from loaders.table.table import LONGEST_CELL, MOST_COLUMNS, Row, number_text

CHUNK = 16 * 1024
TABLE = "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
OFFICE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0"
TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
CELLS = frozenset({f"{TABLE}|table-cell", f"{TABLE}|covered-table-cell"})
SPACES = frozenset({f"{TEXT}|s", f"{TEXT}|tab", f"{TEXT}|line-break"})
ERRORS = ("#N/A", "Err:", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?")
"""What the text of a cell begins with whose formula went wrong: no value."""
Attributes = dict[str, str]
Currencies = dict[int, str]
"""The currencies of some cells of a row, by their places."""
RepeatedRow = tuple[Sequence[str], Currencies, int]
"""A row's cells, their currencies, and how often the row stands there."""
PATTERN = re.compile(r"[^.,]*\d[^.,]*")
"""What may be a number with leading zeros, or with something between its digits."""


@contextmanager
def ods_sheets(name: str, path: Path) -> Iterator[list[Sheet]]:
    """Every sheet of a spreadsheet, to be read in this block; raises BadInput."""
    sheets: list[tuple[str, bool]] = []
    for scan in parsed(name, path, None):
        sheets = scan.sheets
    yield [
        Sheet(title, hidden, partial(ods_rows, name, path, number))
        for number, (title, hidden) in enumerate(sheets)
    ]


def ods_rows(name: str, path: Path, number: int) -> Iterator[Row]:
    """The rows that are not empty of the sheet of this number, from 0; raises BadInput."""
    place = 1
    for scan in parsed(name, path, number):
        rows, scan.rows = scan.rows, []
        for cells, currencies, count in rows:
            if cells and place + count - 1 > MOST_ROWS:
                raise BadInput(f"{name} has more than {MOST_ROWS:,} rows")
            if cells:
                for at in range(count):
                    yield Row(place + at, cells, currencies=currencies)
            place += count


def parsed(name: str, path: Path, number: int | None) -> Iterator["Scan"]:
    """What was read so far, after each piece of the file; without a number only the sheets."""
    scan = Scan(number)
    parser = parser_for(scan)
    try:
        with zipfile.ZipFile(path) as archive, archive.open("content.xml") as stream:
            while data := stream.read(CHUNK):
                parser.Parse(data, False)
                yield scan
            parser.Parse(b"", True)
            yield scan
    except (ExpatError, zipfile.BadZipFile, OSError, EOFError, ValueError) as error:
        raise BadInput(f"{name} cannot be read as ODS: {error}") from None


class Scan:
    """A listener to the XML: it collects all sheets, and the rows of the wanted one."""

    def __init__(self, wanted: int | None) -> None:
        self.sheets: list[tuple[str, bool]] = []
        """Their names, and whether they are hidden."""
        self.rows: list[RepeatedRow] = []
        self._wanted = wanted
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._row: list[str] = []
        self._currencies: Currencies = {}
        self._empty = 0
        self._row_count = 1
        self._cell: Attributes | None = None
        self._paragraphs: list[str] = []
        self._size = 0
        self._annotations = 0
        self._starts: dict[str, Callable[[Attributes], None]] = {
            f"{TABLE}|table-row": self._begin_row,
            f"{OFFICE}|annotation": self._begin_annotation,
            f"{TEXT}|p": self._begin_paragraph,
            **dict.fromkeys(CELLS, self._begin_cell),
            **dict.fromkeys(SPACES, lambda _: self.characters(" ")),
        }

    def start(self, tag: str, attributes: Attributes) -> None:
        """An element begins."""
        if tag == f"{TABLE}|table":
            hidden = attributes.get(f"{TABLE}|style-name", "") in self._hidden_styles
            name = attributes.get(f"{TABLE}|name", f"Sheet{len(self.sheets) + 1}")
            self.sheets.append((name, hidden))
        elif tag == f"{STYLE}|style":
            self._style = attributes.get(f"{STYLE}|name", "")
        elif tag == f"{STYLE}|table-properties" and attributes.get(f"{TABLE}|display") == "false":
            self._hidden_styles.add(self._style)
        elif self._inside_wanted() and tag in self._starts:
            self._starts[tag](attributes)

    def _inside_wanted(self) -> bool:
        return self._wanted is not None and len(self.sheets) == self._wanted + 1

    def _begin_row(self, attributes: Attributes) -> None:
        self._row, self._empty, self._row_count = [], 0, repeated(attributes, "rows")
        self._currencies = {}

    def _begin_cell(self, attributes: Attributes) -> None:
        self._cell, self._paragraphs, self._size = attributes, [], 0

    def _begin_annotation(self, _: Attributes) -> None:
        self._annotations += 1

    def _begin_paragraph(self, _: Attributes) -> None:
        if self._cell is not None and not self._annotations:
            self._paragraphs.append("")

    def characters(self, data: str) -> None:
        """Text in an element: kept in a cell's paragraph, as far as a value may be long."""
        if (
            self._cell is not None
            and self._paragraphs
            and not self._annotations
            and self._size <= LONGEST_CELL
        ):
            self._paragraphs[-1] += data
            self._size += len(data)

    def end(self, tag: str) -> None:
        """An element ends."""
        if not self._inside_wanted():
            return
        if tag == f"{OFFICE}|annotation":
            self._annotations -= 1
        elif tag in CELLS:
            self._end_cell()
        elif tag == f"{TABLE}|table-row":
            self.rows.append((self._row, self._currencies, self._row_count))

    def _end_cell(self) -> None:
        """Add the cell's value to the row, as often as it stands there."""
        if self._cell is None:
            return
        count = repeated(self._cell, "columns")
        value = value_of(self._cell, "\n".join(self._paragraphs))
        currency = self._cell.get(f"{OFFICE}|currency", "")
        self._cell = None
        if not value:
            # only counted: a row often ends with 16,000 of them
            self._empty += count
        elif len(self._row) + self._empty < MOST_COLUMNS:
            self._row.extend([""] * self._empty)
            count = min(count, MOST_COLUMNS - len(self._row))
            if currency:
                places = range(len(self._row), len(self._row) + count)
                self._currencies |= dict.fromkeys(places, currency)
            self._row.extend([value] * count)
            self._empty = 0


def repeated(attributes: Attributes, what: str) -> int:
    """How often a row or cell stands there."""
    text = attributes.get(f"{TABLE}|number-{what}-repeated", "1")
    return max(int(text), 1) if text.isdecimal() and len(text) < 10 else 1


def value_of(attributes: Attributes, shown: str) -> str:
    """A cell's value: dates as ISO has them, numbers in full, else the text that it shows.

    A share is a percentage; a number that shows leading zeros keeps them.
    """
    kind = attributes.get(f"{OFFICE}|value-type", "")
    if kind == "date":
        return attributes.get(f"{OFFICE}|date-value", shown).removesuffix("T00:00:00")
    if kind in ("float", "currency", "percentage"):
        try:
            number = float(attributes[f"{OFFICE}|value"])
        except (KeyError, ValueError):
            return shown
        if kind == "percentage":
            return f"{number_text(number * 100)}%"
        return shown.strip() if is_pattern(number, shown) else number_text(number)
    if kind == "boolean":
        return attributes.get(f"{OFFICE}|boolean-value", shown)
    return "" if shown.startswith(ERRORS) else shown


def is_pattern(number: float, shown: str) -> bool:
    """Whether a cell shows a whole number with leading zeros: 00012345, or 001-23-4567."""
    if not PATTERN.fullmatch(shown):
        return False
    digits = "".join(character for character in shown if character in "0123456789")
    return digits.startswith("0") and len(digits) > 1 and float(digits) == abs(number)
