"""The sheets of a spreadsheet, and where on each the table begins."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

from engine.errors import BadInput
from loaders.intake.wording import counted
from loaders.table.table import (
    Layout,
    Row,
    Table,
    columns_of,
    currency_column,
    fitted,
    nearest,
    unreadable,
)

MOST_ROWS = 1_048_576
"""Rows of the longest sheet that is read: a spreadsheet's own limit."""


@dataclass(frozen=True)
class Sheet:
    """One sheet: its name, whether it is hidden, and its rows that are not empty."""

    name: str
    hidden: bool
    rows: Callable[[], Iterator[Row]]

    def table(self, source: str, kind: str, layout: Layout, asked: Collection[str] = ()) -> Table:
        """The table on it; raises BadInput where there is none.

        The currencies of its columns are columns of their own where they are among those ``asked``.
        """
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
        wanted = {at: currency_column(column) for at, column in enumerate(columns)}
        wanted = {at: column for at, column in wanted.items() if column in asked}
        table = [*columns, *wanted.values()]
        return Table(name, lambda: facts, table, lambda: body(rows, columns, list(wanted)))


def body(rows: Iterator[Row], columns: list[str], monetary: Sequence[int]) -> Iterator[Row]:
    """The rows below the header; a short one is whole, as spreadsheets leave out empty cells.

    The currencies of the columns with the numbers ``monetary`` follow the cells.
    """
    for row in rows:
        row = row if row.reason else fitted(row, columns, pad=True)
        row = row if row.reason else unreadable(row, columns, "Unicode")
        if monetary and not row.reason:
            currencies = [row.currencies.get(at, "") for at in monetary]
            row = row._replace(cells=[*row.cells, *currencies])
        yield row


def check_names(source: str, sheets: Sequence[Sheet], names: Sequence[str]) -> None:
    """Raise BadInput for a name that no sheet has."""
    known = [sheet.name for sheet in sheets]
    for name in names:
        if name not in known:
            there = ", ".join(map(repr, known))
            raise BadInput(
                f"{source} has no sheet {name!r}{nearest(name, known) or '.'} Its sheets: {there}"
            )
