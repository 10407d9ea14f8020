"""Tables: text files, spreadsheets and databases, each table as a CSV file in UTF-8."""

import csv
import subprocess
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from itertools import chain
from pathlib import Path
from typing import Any

import dbfread
import xlrd

from engine.document import Reason
from engine.errors import BadInput
from loaders.document.part import Asked, Facts, Part, Problem, Rows, Unreadable, clean
from loaders.document.program import ended, said
from loaders.document.text import encoding_of
from loaders.table.database import columns_in, opened, quoted
from loaders.table.dialect import dialect_of
from loaders.table.opendocument import ods_sheets
from loaders.table.spreadsheet import Sheet
from loaders.table.table import Layout, text_of
from loaders.table.workbook import xlsx_sheets

SAMPLE = 256 * 1024
"""Bytes by which is told how a text is written."""
MOST_TABLES = 10_000
"""Tables of one file."""
LONGEST_NAME = 200
"""Characters of the names of columns that are kept, at most."""
NO_MDBTOOLS = "reading it needs mdbtools: install the package mdbtools and retry"
csv.field_size_limit(64 * 1024**2)


def written(asked: Asked, number: int, name: str, rows: Iterable[Sequence[str]]) -> Rows | None:
    """Write a table; None where nothing is in it."""
    file = f"table-{number}.csv"
    count, columns = 0, None
    with (asked.folder / file).open("w", encoding="utf-8", newline="") as target:
        writer = csv.writer(target)
        for row in rows:
            cells = [clean(cell) for cell in row]
            if columns is None:
                columns = tuple(" ".join(cell.split())[:LONGEST_NAME] for cell in cells)
            else:
                count += 1
            writer.writerow(cells)
    return None if columns is None else Rows(file, name, columns, count)


def read_csv(asked: Asked, media_type: str) -> Iterator[Part]:
    """A table that is a text; rows of another width than the header's are kept."""
    with asked.path.open("rb") as file:
        head = file.read(SAMPLE)
    encoding = encoding_of(head)
    dialect = dialect_of(asked.name, head, Layout(encoding=encoding))
    yield Facts("Table", media_type, {"encoding": [encoding]})
    with asked.path.open(encoding=encoding, errors="replace", newline="") as lines:
        rows = dialect.reader((line.replace("\0", "") for line in lines), strict=False)
        if table := written(asked, 1, asked.name, (row for row in rows if row)):
            yield table


def read_xlsx(asked: Asked, media_type: str) -> Iterator[Part]:
    """The sheets of an XLSX file."""
    yield from sheets_of(asked, media_type, xlsx_sheets)


def read_ods(asked: Asked, media_type: str) -> Iterator[Part]:
    """The sheets of an OpenDocument spreadsheet."""
    yield from sheets_of(asked, media_type, ods_sheets)


def sheets_of(
    asked: Asked,
    media_type: str,
    sheets: Callable[[str, Path], AbstractContextManager[list[Sheet]]],
) -> Iterator[Part]:
    """The sheets of a spreadsheet, each as a table."""
    yield Facts("Workbook", media_type)
    try:
        with sheets(asked.name, asked.path) as found:
            for number, sheet in enumerate(found, 1):
                rows = (list(row.cells) for row in sheet.rows() if not row.reason)
                if table := written(asked, number, sheet.name, rows):
                    yield table
    except BadInput as error:
        raise Unreadable(Reason.CORRUPT, str(error)) from None


def read_xls(asked: Asked, media_type: str) -> Iterator[Part]:
    """The sheets of Excel's old format."""
    yield Facts("Workbook", media_type)
    try:
        with (
            asked.path.open("rb") as file,
            xlrd.open_workbook(
                file_contents=file.read(), on_demand=True, ignore_workbook_corruption=True
            ) as book,
        ):
            for number, name in enumerate(book.sheet_names(), 1):
                rows = xls_rows(book.sheet_by_name(name), book.datemode)
                if table := written(asked, number, name, rows):
                    yield table
                book.unload_sheet(name)
    except xlrd.XLRDError as error:
        locked = "encrypted" in str(error).lower()
        reason = Reason.ENCRYPTED if locked else Reason.CORRUPT
        raise Unreadable(reason, f"it cannot be read as XLS: {error}") from None


def xls_rows(sheet: Any, epoch: int) -> Iterator[list[str]]:
    """The rows of a sheet that are not empty."""
    for number in range(sheet.nrows):
        cells = [xls_text(cell, epoch) for cell in sheet.row(number)]
        if any(cells):
            yield cells


def xls_text(cell: Any, epoch: int) -> str:
    """What a cell of Excel's old format shows, as far as it is kept."""
    if cell.ctype == xlrd.XL_CELL_DATE:
        try:
            return text_of(xlrd.xldate_as_datetime(cell.value, epoch))
        except (ValueError, OverflowError):
            return text_of(cell.value)
    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return text_of(bool(cell.value))
    return "" if cell.ctype == xlrd.XL_CELL_ERROR else text_of(cell.value)


def read_sqlite(asked: Asked, media_type: str) -> Iterator[Part]:
    """The tables of an SQLite database."""
    yield Facts("Workbook", media_type)
    try:
        with opened(asked.name, asked.path) as database:
            known: Mapping[str, list[str]] = columns_in(database)
            for number, (name, columns) in enumerate(list(known.items())[:MOST_TABLES], 1):
                # the name was read from the database and is quoted: it cannot be anything else
                found = database.execute(f"SELECT * FROM {quoted(name)}")
                rows = ([text_of(value) for value in row] for row in found)
                if table := written(asked, number, name, chain([columns], rows)):
                    yield table
    except BadInput as error:
        raise Unreadable(Reason.CORRUPT, str(error)) from None


def read_dbf(asked: Asked, media_type: str) -> Iterator[Part]:
    """A table of dBase; what stands in a memo file beside it is missing."""
    yield Facts("Table", media_type)
    table = dbfread.DBF(str(asked.path), ignore_missing_memofile=True, char_decode_errors="replace")
    rows = ([text_of(value) for value in record.values()] for record in table)
    if found := written(asked, 1, asked.name, chain([table.field_names], rows)):
        yield found


def read_access(asked: Asked, media_type: str) -> Iterator[Part]:
    """The tables of a database of Microsoft Access."""
    names = access_tables(asked.path)
    yield Facts("Workbook", media_type)
    for number, name in enumerate(names[:MOST_TABLES], 1):
        file = f"table-{number}.csv"
        with (asked.folder / file).open("wb") as target:
            done = subprocess.run(
                ["mdb-export", "-D", "%Y-%m-%d", "-T", "%Y-%m-%dT%H:%M:%S", str(asked.path), name],
                stdout=target,
                stdin=subprocess.DEVNULL,
            )
        if done.returncode:
            yield Problem(Reason.PARTIAL, f"the table {name!r} could not be read")
            continue
        with (asked.folder / file).open(encoding="utf-8", errors="replace", newline="") as lines:
            rows = csv.reader(lines)
            columns = tuple(next(rows, ()))
            count = sum(1 for _ in rows)
        yield Rows(file, name, columns, count)


def access_tables(path: Path) -> list[str]:
    """The names of the tables of a database of Microsoft Access; raises Unreadable."""
    done = ended(["mdb-tables", "-1", str(path)], NO_MDBTOOLS)
    if done.returncode:
        why = said(done)
        locked = "password" in why.lower() or "encrypt" in why.lower()
        raise Unreadable(Reason.ENCRYPTED if locked else Reason.CORRUPT, f"mdb-tables: {why}")
    return [each for each in done.stdout.decode("utf-8", "replace").splitlines() if each]
