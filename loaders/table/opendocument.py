"""Tables in ODS files, read row by row as the XML comes.

The libraries for ODS make the whole sheet in memory, with every repeated cell, so that a file of 7 KB can ask for
17 billion of them; here a repeated row is one list, and what ends a row or a sheet empty is never made.
"""

import zipfile
from collections.abc import Iterator, Sequence
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
Given = tuple[Sequence[str], int]


@contextmanager
def ods_sheets(name: str, path: Path) -> Iterator[list[Sheet]]:
    """Every sheet of a spreadsheet, to be read in this block; raises BadInput."""
    found: list[tuple[str, bool]] = []
    for scan in parsed(name, path, None):
        found = scan.sheets
    yield [
        Sheet(title, hidden, partial(ods_rows, name, path, number))
        for number, (title, hidden) in enumerate(found)
    ]


def ods_rows(name: str, path: Path, number: int) -> Iterator[Row]:
    """Every row of the sheet of this number, counted from 0, that is not empty; raises BadInput where it is broken."""
    place = 1
    for scan in parsed(name, path, number):
        rows, scan.rows = scan.rows, []
        for cells, count in rows:
            if cells and place + count - 1 > MOST_ROWS:
                raise BadInput(f"{name} has more than {MOST_ROWS:,} rows")
            if cells:
                for at in range(count):
                    yield Row(place + at, cells)
            place += count


def parsed(name: str, path: Path, number: int | None) -> Iterator["Scan"]:
    """What was found so far, after each piece of the file; without a number only the sheets."""
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
    """Where in the XML we are: the sheets met, and the rows of one of them."""

    def __init__(self, wanted: int | None) -> None:
        self.sheets: list[tuple[str, bool]] = []
        self.rows: list[Given] = []
        self._wanted = wanted
        self._hidden_styles: set[str] = set()
        self._style = ""
        self._row: list[str] = []
        self._empty = 0
        self._row_count = 1
        self._cell: dict[str, str] | None = None
        self._paragraphs: list[str] = []
        self._size = 0
        self._inside = 0

    @property
    def _on(self) -> bool:
        return self._wanted is not None and len(self.sheets) == self._wanted + 1

    def start(self, tag: str, given: dict[str, str]) -> None:
        """An element begins."""
        if tag == f"{TABLE}|table":
            hidden = given.get(f"{TABLE}|style-name", "") in self._hidden_styles
            self.sheets.append((given.get(f"{TABLE}|name", f"Sheet{len(self.sheets) + 1}"), hidden))
        elif tag == f"{STYLE}|style":
            self._style = given.get(f"{STYLE}|name", "")
        elif tag == f"{STYLE}|table-properties" and given.get(f"{TABLE}|display") == "false":
            self._hidden_styles.add(self._style)
        elif not self._on:
            return
        elif tag == f"{TABLE}|table-row":
            self._row, self._empty, self._row_count = [], 0, repeated(given, "rows")
        elif tag in (f"{TABLE}|table-cell", f"{TABLE}|covered-table-cell"):
            self._cell, self._paragraphs, self._size = given, [], 0
        elif tag == f"{OFFICE}|annotation":
            self._inside += 1
        elif tag == f"{TEXT}|p" and self._cell is not None and not self._inside:
            self._paragraphs.append("")
        elif tag in (f"{TEXT}|s", f"{TEXT}|tab", f"{TEXT}|line-break"):
            self.characters(" ")

    def characters(self, data: str) -> None:
        """Text in an element; what is no paragraph of a cell is passed over, and so is what nobody could keep."""
        if (
            self._cell is not None
            and self._paragraphs
            and not self._inside
            and self._size <= LONGEST_CELL
        ):
            self._paragraphs[-1] += data
            self._size += len(data)

    def end(self, tag: str) -> None:
        """An element ends."""
        if not self._on:
            return
        if tag == f"{OFFICE}|annotation":
            self._inside -= 1
        elif tag in (f"{TABLE}|table-cell", f"{TABLE}|covered-table-cell"):
            self._take()
        elif tag == f"{TABLE}|table-row":
            self.rows.append((self._row, self._row_count))

    def _take(self) -> None:
        """A cell ended: its value, as often as it stands there."""
        if self._cell is None:
            return
        count, value = (
            repeated(self._cell, "columns"),
            value_of(self._cell, "\n".join(self._paragraphs)),
        )
        self._cell = None
        if not value:
            self._empty += count
        elif len(self._row) + self._empty < MOST_COLUMNS:
            self._row.extend([""] * self._empty)
            self._row.extend([value] * min(count, MOST_COLUMNS - len(self._row)))
            self._empty = 0


def repeated(given: dict[str, str], what: str) -> int:
    """How often a row or cell stands there."""
    text = given.get(f"{TABLE}|number-{what}-repeated", "1")
    return max(int(text), 1) if text.isdecimal() and len(text) < 10 else 1


def value_of(given: dict[str, str], shown: str) -> str:
    """A cell's value: dates as ISO has them, numbers in full, else the text that it shows."""
    kind = given.get(f"{OFFICE}|value-type", "")
    if kind == "date":
        return given.get(f"{OFFICE}|date-value", shown).removesuffix("T00:00:00")
    if kind in ("float", "currency", "percentage"):
        try:
            return number_text(float(given[f"{OFFICE}|value"]))
        except (KeyError, ValueError):
            return shown
    if kind == "boolean":
        return given.get(f"{OFFICE}|boolean-value", shown)
    return (
        "" if shown.startswith(("#N/A", "Err:", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?")) else shown
    )
