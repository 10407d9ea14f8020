"""Tables in SQLite files: what a mapping's tables and joins ask, and nothing else.

The file is opened read-only and as one that does not change. A mapping gives names, never SQL: each is looked up
among the real ones, and only those stand in the statement.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import quote

from engine.errors import BadInput
from loaders.table.table import LONGEST_CELL, Row, Table, nearest, text_of, unreadable

MAGIC = b"SQLite format 3\0"
LONGEST_VALUE = 64 * LONGEST_CELL
"""Bytes of the longest value that SQLite may make."""


@dataclass(frozen=True)
class Selection:
    """What is asked: tables, each with the name that it is called by, the columns joined, the columns wanted."""

    tables: Sequence[tuple[str, str]]
    joins: Sequence[tuple[str, str]]
    columns: Sequence[tuple[str, str]]
    """Each with the place in the mapping that names it."""
    place: str


@contextmanager
def opened(name: str, path: Path) -> Iterator[sqlite3.Connection]:
    """The database, for reading only; raises BadInput, also for what goes wrong in the block."""
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        raise BadInput(
            f"{name} has changes that are not written into it yet ({log.name}): close what writes it"
        )
    uri = f"file:{quote(str(path.resolve()))}?mode=ro&immutable=1"
    try:
        with closing(sqlite3.connect(uri, uri=True, isolation_level=None)) as database:
            database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, LONGEST_VALUE)
            database.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
            database.execute("PRAGMA trusted_schema = OFF")
            yield database
    except sqlite3.Error as error:
        raise BadInput(f"{name} cannot be read as SQLite: {error}") from None


def columns_in(database: sqlite3.Connection) -> dict[str, list[str]]:
    """Every table and view, with its columns."""
    names = [
        row[0]
        for row in database.execute(
            "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
        )
    ]
    return {
        name: [row[0] for row in database.execute("SELECT name FROM pragma_table_info(?)", (name,))]
        for name in names
    }


def selected(name: str, database: sqlite3.Connection, asked: Selection) -> Table:
    """The table that answers what is asked; raises BadInput for a name that is not there."""
    known = columns_in(database)
    tables = list(asked.tables)
    if not tables:
        if len(known) != 1:
            there = ", ".join(sorted(known)) or "none"
            raise BadInput(
                f"{asked.place} must say which tables of {name} it means; there are {there}"
            )
        tables = [(next(iter(known)),) * 2]
    for table, _ in tables:
        if table not in known:
            there = ", ".join(sorted(known)) or "none"
            raise BadInput(
                f"{name} has no table {table!r}, which {asked.place} names{nearest(table, list(known)) or '.'} "
                f"Its tables: {there}"
            )
    named = f"{name}[{', '.join(dict.fromkeys(table for table, _ in tables))}]"
    found: dict[str, str] = {}
    for table, alias in tables:
        for column in known[table]:
            term = f"{quoted(alias)}.{quoted(column)}"
            found.setdefault(f"{alias}.{column}", term)
            found.setdefault(column, term)
    joins = [(found.get(left), found.get(right)) for left, right in asked.joins]
    all_names = [
        *asked.columns,
        *((end, f"{asked.place}.joins") for join in asked.joins for end in join),
    ]
    facts = f"SQLite, {' joined with '.join(table for table, _ in tables)}"
    answer = Table(named, lambda: facts, list(found), lambda: iter(()))
    answer.check(all_names)
    check_joined(asked, tables, found)
    columns = list(dict.fromkeys(column for column, _ in asked.columns))
    text = (
        f"SELECT {', '.join(found[column] for column in columns)} "
        f"FROM {', '.join(f'{quoted(table)} AS {quoted(alias)}' for table, alias in tables)}"
    )
    if joins:
        text += f" WHERE {' AND '.join(f'{left} = {right}' for left, right in joins)}"
    return Table(named, lambda: facts, columns, partial(rows, name, database, text, columns))


def check_joined(
    asked: Selection, tables: Sequence[tuple[str, str]], found: dict[str, str]
) -> None:
    """Refuse tables that no join ties together: every row would meet every row."""
    group = {quoted(alias): {quoted(alias)} for _, alias in tables}
    for join in asked.joins:
        left, right = (
            group[next(a for a in group if found[end].startswith(a + "."))] for end in join
        )
        left |= right
        for alias in left:
            group[alias] = left
    apart = next(
        (alias for _, alias in tables if group[quoted(alias)] != group[quoted(tables[0][1])]), None
    )
    if apart is not None:
        raise BadInput(
            f"{asked.place}: no join ties {apart} to {tables[0][1]}, so every row would meet every row"
        )


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def rows(name: str, database: sqlite3.Connection, text: str, columns: list[str]) -> Iterator[Row]:
    """The answer's rows, numbered from 1; raises BadInput where the file is broken."""
    try:
        for place, values in enumerate(database.execute(text), 1):
            cells = [text_of(value) for value in values]
            yield unreadable(Row(place, cells), columns, "UTF-8")
    except sqlite3.Error as error:
        raise BadInput(f"{name} cannot be read as SQLite: {error}") from None
