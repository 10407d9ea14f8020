"""Which sheets of a spreadsheet are read, and where on each the table begins."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from engine.errors import BadInput
from loaders.table.table import Layout, Row, Table, columns_of, counted, fitted, nearest, unreadable

MOST_ROWS = 1_048_576
"""Rows of the longest sheet that is read: a spreadsheet's own limit."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, whether people see it, and its rows that are not empty."""

    name: str
    hidden: bool
    rows: Callable[[], Iterator[Row]]

    def table(self, source: str, kind: str, wanted: Layout) -> Table:
        """The table on it; raises BadInput where there is none."""
        name = f"{source}[{self.name}]"
        rows = self.rows()
        after = (row for row in rows if row.place >= wanted.header)
        header = next((row for row in after if row.reason or any(row.cells)), Row(1, ()))
        if header.reason:
            raise BadInput(f"{name}: its header in row {header.place:,}: {header.reason}")
        columns = columns_of(name, header.cells)
        below = f", header in row {header.place:,}" if header.place > 1 else ""
        facts = f"{kind} sheet {self.name!r}{', hidden' if self.hidden else ''}, {counted(len(columns))}{below}"
        return Table(name, lambda: facts, columns, lambda: body(rows, columns))


def body(rows: Iterator[Row], columns: list[str]) -> Iterator[Row]:
    """The rows below the header; empty cells at the end of one are not written down, so that short ones are whole."""
    for row in rows:
        row = row if row.reason else fitted(row, columns, pad=True)
        yield row if row.reason else unreadable(row, columns, "Unicode")


def chosen(
    source: str, sheets: Sequence[Sheet], names: Sequence[str]
) -> tuple[list[Sheet], list[str]]:
    """The sheets of these names, without names all that people see, and the names of the hidden ones left out.

    Raises BadInput for a name that no sheet has.
    """
    known = {sheet.name: sheet for sheet in sheets}
    for name in names:
        if name not in known:
            there = ", ".join(repr(other) for other in known)
            raise BadInput(
                f"{source} has no sheet {name!r}{nearest(name, list(known)) or '.'} Its sheets: {there}"
            )
    if names:
        return [known[name] for name in names], []
    return [sheet for sheet in sheets if not sheet.hidden], [
        sheet.name for sheet in sheets if sheet.hidden
    ]
