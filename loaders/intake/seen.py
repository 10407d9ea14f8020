"""Which ids a load has met: kept on disk, so that memory stays flat however long the file is."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from types import TracebackType

from engine.spool import Spool

MOST = 10_000
"""Ids asked for in one query: SQLite takes at most 32,766 parameters."""
MEET = """
    INSERT INTO seen VALUES {}
    ON CONFLICT (id) DO UPDATE SET checksum = excluded.checksum WHERE checksum = ''
    RETURNING id
"""


class Seen:
    """The ids met so far, each with the checksum of its entity; empty where that was refused."""

    def __init__(self, path: Path | None = None) -> None:
        """Keep them in a new file of this name, else in one that is gone with this process."""
        self._spool = Spool(path)
        self._spool.table("seen", "id TEXT PRIMARY KEY, checksum TEXT", options="WITHOUT ROWID")
        self._missing = self._spool.table("missing", "id TEXT")

    def __enter__(self) -> "Seen":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._spool.close()

    def checksums(self, ids: Sequence[str]) -> dict[str, str]:
        """The checksum of each of these ids that was met."""
        checksums: dict[str, str] = {}
        for start in range(0, len(ids), MOST):
            part = ids[start : start + MOST]
            marks = ",".join("?" * len(part))
            query = f"SELECT id, checksum FROM seen WHERE id IN ({marks})"
            checksums.update(self._spool.query(query, part))
        return checksums

    def classify(self, entities: Sequence[tuple[str, str]]) -> list[bool | None]:
        """Meet these ids, each with a checksum; say of each whether it is new.

        True is an id met for the first time, False one met before with another checksum, None one
        met before with the same. An id that was refused before is new.
        """
        # of an id that is there several times, the first checksum is the one met
        first = dict(reversed(entities))
        fresh: set[str] = set()
        rows = list(first.items())
        for start in range(0, len(rows), MOST):
            part = rows[start : start + MOST]
            marks = ",".join(["(?,?)"] * len(part))
            values = [value for row in part for value in row]
            fresh.update(id_ for (id_,) in self._spool.query(MEET.format(marks), values))
        if len(fresh) == len(entities):
            return [True] * len(entities)
        known = self.checksums([id_ for id_ in first if id_ not in fresh])
        known |= {id_: first[id_] for id_ in fresh}
        answers: list[bool | None] = []
        for id_, checksum in entities:
            answers.append(True if id_ in fresh else None if known[id_] == checksum else False)
            # the same id again in these entities is met for the second time
            fresh.discard(id_)
        return answers

    def add(self, rows: Iterable[tuple[str, str]]) -> None:
        """Meet these ids, each with the checksum that counts from now on."""
        self._spool.write("INSERT OR REPLACE INTO seen VALUES (?, ?)", rows)

    def refused(self, ids: Iterable[str]) -> None:
        """Meet these ids, which stand on lines that cannot be used."""
        self._spool.write("INSERT OR IGNORE INTO seen VALUES (?, '')", ((id_,) for id_ in ids))

    def missing(self, ids: Iterable[str], size: int) -> Iterator[list[str]]:
        """Those of these ids that were never met, ``size`` at a time; all ids are read first."""
        # what reads the ids is what the caller writes to meanwhile: the two must not be mixed
        source = iter(ids)
        while part := list(islice(source, MOST)):
            known = self.checksums(part)
            self._missing.extend((id_,) for id_ in part if id_ not in known)
        cursor = self._spool.query("SELECT id FROM missing ORDER BY rowid")
        while rows := cursor.fetchmany(size):
            yield [row[0] for row in rows]
