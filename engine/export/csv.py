"""CSV: a file for each schema, for spreadsheets and tables of other programs.

A spreadsheet would run a cell as a formula if it starts with ``=``, ``+``, ``-`` or ``@`` (also in
full width), a tab or a line break. Such a cell gets a ``'`` before it, unless it is a plain number,
and so does a cell that starts with ``'``: remove one leading ``'`` to have the value as it was.
"""

import csv
import re
from collections.abc import Iterator
from io import TextIOWrapper
from typing import BinaryIO

from engine.export.content import Content
from engine.export.format import Target, one_file
from engine.export.table import Table, tables

RISKY = re.compile(r"['=+\-@＝＋－＠\t\r\n]")
NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


class CsvFormat:
    """One row a record, one column a property."""

    name = "csv"
    graph = False

    def write(self, content: Content, target: Target) -> list[str]:
        """One file a schema; raises BadInput where only one file can be written."""
        with tables(content.records()) as by_schema:
            one_file(target, "schemata", len(by_schema))
            for table in by_schema:
                with target.member(f"{table.schema}.csv") as out:
                    write_table(table, out)
        return []


def write_table(table: Table, out: BinaryIO) -> None:
    """Writes one schema's file, as RFC 4180 has it, in UTF-8."""
    text = TextIOWrapper(out, encoding="utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(table.columns())
    writer.writerows(guarded_rows(table))
    text.detach()  # else the wrapper would close the stream, which is not ours


def guarded_rows(table: Table) -> Iterator[list[str]]:
    """The rows, with cells that no spreadsheet runs."""
    return ([guarded(cell) for cell in row] for row in table.rows())


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{cell}" if RISKY.match(cell) and not NUMBER.fullmatch(cell) else cell
