"""Which ids a load has met: kept on disk, so that memory stays flat however long the file is."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType

MOST = 10_000
"""Ids asked for in one statement."""
MEET = (
    "INSERT INTO seen VALUES {} ON CONFLICT (id) DO UPDATE SET checksum = excluded.checksum WHERE checksum = '' "
    "RETURNING id"
)


class Seen:
    """The ids met so far, each with the checksum of what it said, empty if it was refused."""

    def __init__(self, path: Path | None = None) -> None:
        """Keep them in a file of this name, or in one that is gone with this process, however it ends."""
        # an empty name is SQLite's private file, in the folder for temporary files
        self._database = sqlite3.connect(path or "", isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -16000"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute(
            "CREATE TABLE seen (id TEXT PRIMARY KEY, checksum TEXT) WITHOUT ROWID"
        )
        self._database.execute("CREATE TABLE gone (id TEXT)")
        self._database.execute("BEGIN")

    def __enter__(self) -> "Seen":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._database.close()

    def checksums(self, ids: Sequence[str]) -> dict[str, str]:
        """What was met under these ids."""
        found: dict[str, str] = {}
        for start in range(0, len(ids), MOST):
            part = ids[start : start + MOST]
            marks = ",".join("?" * len(part))
            found.update(
                self._database.execute(f"SELECT id, checksum FROM seen WHERE id IN ({marks})", part)
            )
        return found

    def sort(self, told: Sequence[tuple[str, str]]) -> list[bool | None]:
        """Of each id with a checksum: is it met for the first time? Or again, with what it said (None, False)?

        Those met for the first time are met now.
        """
        latest = dict(reversed(told))
        fresh: set[str] = set()
        rows = list(latest.items())
        for start in range(0, len(rows), MOST):
            part = rows[start : start + MOST]
            values = [value for row in part for value in row]
            fresh.update(
                id_
                for (id_,) in self._database.execute(
                    MEET.format(",".join(["(?,?)"] * len(part))), values
                )
            )
        if len(fresh) == len(told):
            return [True] * len(told)
        known = self.checksums([id_ for id_ in latest if id_ not in fresh]) | {
            id_: latest[id_] for id_ in fresh
        }
        found: list[bool | None] = []
        for id_, checksum in told:
            found.append(True if id_ in fresh else None if known[id_] == checksum else False)
            fresh.discard(id_)
        return found

    def add(self, rows: Iterable[tuple[str, str]]) -> None:
        """These ids were met and said what the checksum stands for."""
        self._database.executemany("INSERT OR REPLACE INTO seen VALUES (?, ?)", rows)

    def refused(self, ids: Iterable[str]) -> None:
        """These ids were met, on lines that cannot be used."""
        self._database.executemany(
            "INSERT OR IGNORE INTO seen VALUES (?, '')", ((id_,) for id_ in ids)
        )

    def missing(self, ids: Iterable[str], size: int) -> Iterator[list[str]]:
        """Those of these ids that were never met, at most ``size`` at a time; all are read first."""
        source = iter(ids)
        while part := list(islice(source, MOST)):
            known = self.checksums(part)
            self._database.executemany(
                "INSERT INTO gone VALUES (?)", ((i,) for i in part if i not in known)
            )
        cursor = self._database.execute("SELECT id FROM gone ORDER BY rowid")
        while rows := cursor.fetchmany(size):
            yield [row[0] for row in rows]
