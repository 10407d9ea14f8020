"""Tables in SQLite files: what a mapping's tables and joins select, and nothing else.

The file is opened read-only and as one that does not change. A mapping gives names, never SQL:
each is looked up among the real ones, and only those stand in the query.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from followthemoney.util import sanitize_text
from sqlalchemy import create_engine, inspect
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import StaticPool

from engine.errors import BadInput
from loaders.table.table import (
    LONGEST_CELL,
    Row,
    Table,
    key_column,
    nearest,
    text_of,
    unreadable,
)

MAGIC = b"SQLite format 3\0"
LONGEST_VALUE = 64 * LONGEST_CELL
"""Bytes of the longest value that SQLite may make."""
Read = Callable[[Any], str]
"""How a value becomes a cell's text."""


@dataclass(frozen=True)
class Selection:
    """What a query selects: tables with their aliases, the columns joined, the columns named."""

    tables: Sequence[tuple[str, str]]
    joins: Sequence[tuple[str, str]]
    columns: Sequence[tuple[str, str]]
    """Each with the place in the mapping that names it."""
    place: str
    keys: frozenset[str] = frozenset()
    """Columns that are wanted a second time as FollowTheMoney reads them: see ``key_column``."""


@dataclass(frozen=True)
class Column:
    """One column of a table that is selected from: its term in SQL, and where it is declared."""

    term: str
    table: str
    name: str


@contextmanager
def opened(name: str, path: Path) -> Iterator[sqlite3.Connection]:
    """The database, for reading only; raises BadInput, also for what goes wrong in the block."""
    log = path.with_name(path.name + "-wal")
    if log.exists() and log.stat().st_size:
        raise BadInput(
            f"{name} has changes that are not written into it yet ({log.name}): "
            "close what writes it"
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
    query = "SELECT name FROM sqlite_master WHERE type IN ('table', 'view')"
    names = [row[0] for row in database.execute(query)]
    return {
        name: [row[0] for row in database.execute("SELECT name FROM pragma_table_info(?)", (name,))]
        for name in names
    }


def selected(name: str, database: sqlite3.Connection, selection: Selection) -> Table:
    """The table that a query selects; raises BadInput for a name that is not there."""
    known = columns_in(database)
    tables = tables_of(name, selection, known)
    terms = terms_of(tables, known)
    title = f"{name}[{', '.join(dict.fromkeys(table for table, _ in tables))}]"
    facts = f"SQLite, {' joined with '.join(table for table, _ in tables)}"
    joined = [(end, f"{selection.place}.joins") for join in selection.joins for end in join]
    Table(title, lambda: facts, list(terms), lambda: iter(())).check([*selection.columns, *joined])
    check_joined(selection, tables, terms)
    columns = list(dict.fromkeys(column for column, _ in selection.columns))
    keys = [column for column in columns if column in selection.keys]
    query = query_of(tables, [terms[column] for column in [*columns, *keys]])
    query += condition(selection, terms)
    reads = [text_of] * len(columns) + ftm_reads(database, [terms[key] for key in keys])
    columns += map(key_column, keys)
    return Table(
        title, lambda: facts, columns, partial(rows, name, database, query, columns, reads)
    )


def query_of(tables: Sequence[tuple[str, str]], columns: Sequence[Column]) -> str:
    """The query for these columns of these tables, without a condition."""
    names = ", ".join(f"{quoted(table)} AS {quoted(alias)}" for table, alias in tables)
    return f"SELECT {', '.join(column.term for column in columns)} FROM {names}"


def condition(selection: Selection, terms: dict[str, Column]) -> str:
    """What ends the query so that tables are joined; empty where there is one."""
    equal = [f"{terms[left].term} = {terms[right].term}" for left, right in selection.joins]
    return f" WHERE {' AND '.join(equal)}" if equal else ""


def tables_of(
    name: str, selection: Selection, known: dict[str, list[str]]
) -> Sequence[tuple[str, str]]:
    """The tables that a query selects from, each with its alias; raises BadInput."""
    there = ", ".join(sorted(known)) or "none"
    if not selection.tables:
        if len(known) != 1:
            raise BadInput(
                f"{selection.place} must say which tables of {name} it means; there are {there}"
            )
        return [(next(iter(known)),) * 2]
    for table, _ in selection.tables:
        if table not in known:
            raise BadInput(
                f"{name} has no table {table!r}, which {selection.place} names"
                f"{nearest(table, list(known)) or '.'} Its tables: {there}"
            )
    return selection.tables


def terms_of(tables: Sequence[tuple[str, str]], known: dict[str, list[str]]) -> dict[str, Column]:
    """The columns by the names that a mapping may give them: with the table's alias, or without."""
    terms: dict[str, Column] = {}
    for table, alias in tables:
        for name in known[table]:
            column = Column(f"{quoted(alias)}.{quoted(name)}", table, name)
            terms.setdefault(f"{alias}.{name}", column)
            terms.setdefault(name, column)
    return terms


def check_joined(
    selection: Selection, tables: Sequence[tuple[str, str]], terms: dict[str, Column]
) -> None:
    """Refuse tables that no join ties together: every row would meet every row."""
    group = {quoted(alias): {quoted(alias)} for _, alias in tables}
    for join in selection.joins:
        left, right = (
            group[next(a for a in group if terms[end].term.startswith(a + "."))] for end in join
        )
        left |= right
        for alias in left:
            group[alias] = left
    apart = next(
        (alias for _, alias in tables if group[quoted(alias)] != group[quoted(tables[0][1])]), None
    )
    if apart is not None:
        raise BadInput(
            f"{selection.place}: no join ties {apart} to {tables[0][1]}, "
            "so every row would meet every row"
        )


def quoted(name: str) -> str:
    """A name as SQL has it."""
    return '"' + name.replace('"', '""') + '"'


def ftm_reads(database: sqlite3.Connection, columns: Sequence[Column]) -> list[Read]:
    """How FollowTheMoney reads these columns: by their declared types, as SQLAlchemy does.

    A float has three decimals then, a DATETIME a ``T``; so its ids need that too.
    """
    if not columns:
        return []
    engine = create_engine("sqlite://", creator=lambda: database, poolclass=StaticPool)
    reads: list[Read] = []
    try:
        inspector = inspect(engine)
        for column in columns:
            declared = {each["name"]: each["type"] for each in inspector.get_columns(column.table)}
            # the type is a general one, and only the dialect's own knows how SQLite keeps it
            kind = declared[column.name].dialect_impl(engine.dialect)
            process = kind.result_processor(engine.dialect, None)
            reads.append(partial(ftm_text, process))
    except SQLAlchemyError as error:
        raise BadInput(f"the key columns cannot be read as FollowTheMoney does: {error}") from None
    return reads


def ftm_text(process: Callable[[Any], Any] | None, value: Any) -> str:
    """A value as FollowTheMoney's mapping reads it."""
    return sanitize_text(value if process is None else process(value)) or ""


def rows(
    name: str,
    database: sqlite3.Connection,
    query: str,
    columns: list[str],
    reads: Sequence[Read],
) -> Iterator[Row]:
    """The query's rows, numbered from 1; raises BadInput where the file is broken."""
    try:
        for place, values in enumerate(database.execute(query), 1):
            try:
                cells = [read(value) for read, value in zip(reads, values, strict=True)]
            except ValueError as error:
                # SQLAlchemy cannot read what is not of the declared type
                yield Row(place, (), f"a key cannot be read: {error}")
                continue
            yield unreadable(Row(place, cells), columns, "UTF-8")
    except sqlite3.Error as error:
        raise BadInput(f"{name} cannot be read as SQLite: {error}") from None
