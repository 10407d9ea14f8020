"""Tables as text: CSV, TSV and the like; how they are written is detected from the beginning."""

from collections.abc import Callable, Iterator

from engine.errors import BadInput
from loaders.intake.source import Source
from loaders.table.csv import BrokenRow, Fault, csv_rows
from loaders.table.dialect import Dialect, dialect_of
from loaders.table.lines import CHUNK, LONGEST_ROW, Lines
from loaders.table.table import Layout, Row, Table, columns_of, fitted, unreadable


def text_table(source: Source, head: bytes, layout: Layout) -> Table:
    """The table in a text that begins with ``head``; raises BadInput where it has no header."""
    dialect = dialect_of(source.name, head, layout)
    lines = Lines(
        chunks(source),
        encoding=dialect.encoding,
        guessed=dialect.guessed,
        end=dialect.end,
        whole=lambda: source.truncated is None,
    )
    columns: list[str] = []
    rows = csv_rows(lines, dialect, explanation(dialect, columns))
    header = next(
        (row for row in rows if row.place >= dialect.header and (row.reason or any(row.cells))),
        Row(1, ()),
    )
    if header.reason:
        raise BadInput(f"{source.name}: its header in row {header.place}: {header.reason}")
    columns += columns_of(source.name, header.cells)
    return Table(
        source.name,
        lambda: dialect.facts(lines.facts(), len(columns)),
        columns,
        lambda: body(rows, lines, columns),
    )


def body(rows: Iterator[Row], lines: Lines, columns: list[str]) -> Iterator[Row]:
    """The rows after the header that are not blank, each with one cell a column or a reason."""
    width = len(columns)
    for row in rows:
        if not row.reason:
            if not row.cells:
                continue
            if len(row.cells) != width:
                if not any(row.cells):
                    continue
                row = fitted(row, columns, pad=False)
            if lines.suspect:
                row = unreadable(row, columns, lines.encoding)
        yield row


def explanation(dialect: Dialect, columns: list[str]) -> Callable[[BrokenRow], str]:
    """How a broken row is explained; ``columns`` are filled once the header was read."""

    def explain(row: BrokenRow) -> str:
        reason = why_broken(row, dialect.quote)
        if row.fault is Fault.TOO_LONG:
            return reason
        at = dialect.whole_cells(row.text)
        return f"column {columns[at]!r}: {reason}" if at < len(columns) else reason

    return explain


def why_broken(row: BrokenRow, quote: str) -> str:
    """Why a row cannot be read, in words of the table."""
    reasons = {
        Fault.TOO_LONG: f"longer than {LONGEST_ROW:,} characters",
        Fault.TOO_FAR: f"a {quote} that is opened here is never closed",
        Fault.UNCLOSED: f"a {quote} that is opened here is never closed",
        Fault.AFTER_QUOTE: (
            f"text after a closing {quote}: a {quote} inside of a quoted cell must be doubled"
        ),
        Fault.LINE_END: (
            "a carriage return in a cell without quotes, where other lines end otherwise"
        ),
    }
    return reasons.get(row.fault, f"cannot be read: {row.error}")


def chunks(source: Source) -> Iterator[bytes]:
    """The source's bytes, as far as they can be read."""
    with source.reading() as stream:
        while data := stream.read(CHUNK):
            yield data
