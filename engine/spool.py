"""Rows put aside on disk while a load or an export runs, so that memory stays flat.

Answers: where do rows wait that do not fit into memory, and can be looked up again?

A spool is an SQLite database of this process alone. Without a path it is SQLite's own temporary
file: in memory while it is small, without a name on disk, and gone with the process however that
ends. Nothing in it outlives a crash, so there is no journal and no syncing, and one transaction
that is never committed. Whoever uses a spool says which tables and queries it has.
"""

import errno
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

from engine.errors import ClewError

SpoolError = sqlite3.Error
"""What a spool raises where its disk fails."""
BATCH = 5_000
"""Rows of one table that wait in memory until they are written together, at most."""
BATCH_BYTES = 16 * 1024 * 1024
"""Bytes of all such rows, at most, as far as their sizes are told."""


class Spool:
    """One temporary database; a context manager. Its file is only this process's."""

    def __init__(self, path: Path | None = None, cache_mb: int = 16) -> None:
        """In a new file of this name, else in a nameless one; ``cache_mb`` stay in memory."""
        self._database = sqlite3.connect(path or "", isolation_level=None)
        self._tables: list[SpoolTable] = []
        self.waiting_bytes = 0
        """Bytes of the rows that wait in memory, of all tables."""
        for pragma in (
            "journal_mode = OFF",
            "synchronous = OFF",
            "temp_store = FILE",  # sorting, too, must not take memory
            f"cache_size = -{cache_mb * 1000}",
        ):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute("BEGIN")

    def __enter__(self) -> "Spool":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of all rows."""
        self._database.close()

    def table(
        self, name: str, columns: str, *, options: str = "", conflict: str = ""
    ) -> "SpoolTable":
        """A new table; ``conflict`` is the ON CONFLICT clause for rows whose key is there."""
        self._database.execute(f'CREATE TABLE "{name}" ({columns}) {options}')
        marks = ", ".join("?" * (columns.count(",") + 1))
        insert = f'INSERT INTO "{name}" VALUES ({marks}) {conflict}'
        self._tables.append(SpoolTable(self, insert))
        return self._tables[-1]

    def query(self, sql: str, parameters: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run a query or a statement; it sees every row that was added before."""
        self.flush()
        return self._database.execute(sql, parameters)

    def write(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Run a statement for each of these rows."""
        self.flush()
        self._database.executemany(sql, rows)

    def flush(self) -> None:
        """Write the rows that wait in memory."""
        self.waiting_bytes = 0
        for table in self._tables:
            if table.waiting:
                self._database.executemany(table.insert, table.waiting)
                table.waiting = []


class SpoolTable:
    """A table of a spool, whose rows are written many at a time."""

    def __init__(self, spool: Spool, insert: str) -> None:
        self._spool = spool
        self.insert = insert
        self.waiting: list[Sequence[Any]] = []

    def add(self, row: Sequence[Any], size: int = 0) -> None:
        """Add one row; tell its ``size`` in bytes where it may be large."""
        self.waiting.append(row)
        self._spool.waiting_bytes += size
        if len(self.waiting) >= BATCH or self._spool.waiting_bytes >= BATCH_BYTES:
            self._spool.flush()

    def extend(self, rows: Iterable[Sequence[Any]]) -> None:
        """Add many rows at once."""
        self._spool.write(self.insert, rows)


@contextmanager
def full_disk_explained() -> Iterator[None]:
    """Raise ClewError, in words for a person, where the disk of the temporary files is full."""
    try:
        yield
    except (sqlite3.OperationalError, OSError) as error:
        if not is_full(error):
            raise
        raise ClewError(
            "the disk of the temporary files (TMPDIR, else /var/tmp or /tmp) is full: make room "
            "there, or set TMPDIR to a folder with more, and do the same again. What was written "
            "so far is whole"
        ) from None


def is_full(error: sqlite3.OperationalError | OSError) -> bool:
    """Whether a disk was full, so that SQLite or the system could not write."""
    if isinstance(error, OSError):
        return error.errno == errno.ENOSPC
    return error.sqlite_errorcode == sqlite3.SQLITE_FULL
