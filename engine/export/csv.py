"""CSV: a file a schema, for spreadsheets and tables of other programs.

A cell that a spreadsheet would run as a formula (one that starts with ``=``, ``+``, ``-`` or ``@``, also in full
width, a tab or a line break, and is no plain number) gets a ``'`` before it, and so does a cell that starts with ``'``:
who takes one leading ``'`` off each cell has the values as they were.
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


class CsvForm:
    """One row a record, one column a property."""

    name = "csv"
    graph = False

    def write(self, content: Content, target: Target) -> list[str]:
        """One file a schema."""
        with tables(content.records()) as found:
            one_file(target, "schemata", len(found))
            for table in found:
                with target.member(f"{table.schema}.csv") as out:
                    write_table(table, out)
        return []


def write_table(table: Table, out: BinaryIO) -> None:
    """One schema's file, as RFC 4180 has it, in UTF-8."""
    text = TextIOWrapper(out, encoding="utf-8", newline="")
    writer = csv.writer(text)
    writer.writerow(table.columns())
    writer.writerows(guarded_rows(table))
    text.detach()


def guarded_rows(table: Table) -> Iterator[list[str]]:
    """The rows, harmless to a spreadsheet."""
    return ([guarded(cell) for cell in row] for row in table.rows())


def guarded(cell: str) -> str:
    """A cell that no spreadsheet runs."""
    return f"'{cell}" if RISKY.match(cell) and not NUMBER.fullmatch(cell) else cell
