"""The sheets of a spreadsheet, and where on each the table begins."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from engine.errors import BadInput
from loaders.intake.wording import counted
from loaders.table.table import Layout, Row, Table, columns_of, fitted, nearest, unreadable

MOST_ROWS = 1_048_576
"""Rows of the longest sheet that is read: a spreadsheet's own limit."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, whether it is hidden, and its rows that are not empty."""

    name: str
    hidden: bool
    rows: Callable[[], Iterator[Row]]

    def table(self, source: str, kind: str, layout: Layout) -> Table:
        """The table on it; raises BadInput where there is none."""
        name = f"{source}[{self.name}]"
        rows = self.rows()
        after = (row for row in rows if row.place >= layout.header)
        header = next((row for row in after if row.reason or any(row.cells)), Row(1, ()))
        if header.reason:
            raise BadInput(f"{name}: its header in row {header.place:,}: {header.reason}")
        columns = columns_of(name, header.cells)
        hidden = ", hidden" if self.hidden else ""
        below = f", header in row {header.place:,}" if header.place > 1 else ""
        facts = f"{kind} sheet {self.name!r}{hidden}, {counted(len(columns), 'column')}{below}"
        return Table(name, lambda: facts, columns, lambda: body(rows, columns))


def body(rows: Iterator[Row], columns: list[str]) -> Iterator[Row]:
    """The rows below the header; a short one is whole, as spreadsheets leave out empty cells."""
    for row in rows:
        row = row if row.reason else fitted(row, columns, pad=True)
        yield row if row.reason else unreadable(row, columns, "Unicode")


def check_names(source: str, sheets: Sequence[Sheet], names: Sequence[str]) -> None:
    """Raise BadInput for a name that no sheet has."""
    known = [sheet.name for sheet in sheets]
    for name in names:
        if name not in known:
            there = ", ".join(map(repr, known))
            raise BadInput(
                f"{source} has no sheet {name!r}{nearest(name, known) or '.'} Its sheets: {there}"
            )
