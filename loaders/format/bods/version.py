"""Which statement of a record is the newest? All are kept on disk, so that memory stays flat.

A record is known by its key. Of several statements of one key the one with the latest date counts,
of one date the later in the file. Where statements replace others by name (BODS before 0.4, where
each has a key of its own), the whole chain is one record: its last statement says what it is, and
its first one's key stays its key, so that an update changes the record and makes no new one.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from typing import Any, NamedTuple

from engine.spool import Spool
from loaders.format.bods.party import text

KINDS = {
    "entityStatement": "entity",
    "personStatement": "person",
    "ownershipOrControlStatement": "relationship",
    "entity": "entity",
    "person": "person",
    "relationship": "relationship",
}
"""What kind of record a statement's type stands for."""
LONGEST_CHAIN = 1_000
"""Statements that replace one another, followed from one of them; a longer chain is cut in two."""


class Version(NamedTuple):
    """One statement of a record: the record's key, and where the statement stands."""

    key: str
    date: str
    place: int
    source: str
    body: bytes


class Versions:
    """The statements of one load; close it when done."""

    def __init__(self) -> None:
        self._replacing = False
        self._spool = Spool(cache_mb=32)
        self._versions = self._spool.table(
            "version", "key TEXT, date TEXT, place INTEGER, source TEXT, body BLOB"
        )
        self._replaced = self._spool.table("replaced", "old TEXT, new TEXT")

    def close(self) -> None:
        """Let go of all statements."""
        self._spool.close()

    def put(self, version: Version, replaces: Iterable[str] = ()) -> None:
        """One statement, and the keys of those that it replaces."""
        self._versions.add(version, len(version.body))
        for old in replaces:
            self._replacing = True
            self._replaced.add((old, version.key))

    def settle(self) -> None:
        """All are put: what follows may be asked from now on."""
        self._spool.query("CREATE INDEX version_key ON version (key, date)")
        self._spool.query("CREATE INDEX replaced_old ON replaced (old)")
        self._spool.query("CREATE INDEX replaced_new ON replaced (new)")

    def newest(self) -> Iterator[Version]:
        """The newest statement of every record, under the record's key."""
        rows = self._spool.query(
            "SELECT key, date, place, source, body FROM version ORDER BY key, date, rowid"
        )
        for key, versions in groupby(map(Version._make, rows), key=lambda version: version.key):
            *_, last = versions
            if not self._replacing or self._end(key, forward=True) == key:
                yield last._replace(key=self.record(key))

    def earlier(self, key: str) -> list[Version]:
        """The statements of a record before its newest one, the oldest first.

        ``key`` is the record's key, as ``newest`` gives it.
        """
        keys = [key]
        if self._replacing:
            query = "SELECT new FROM replaced WHERE old = ? ORDER BY rowid DESC LIMIT 1"
            while len(keys) < LONGEST_CHAIN:
                row = self._spool.query(query, (keys[-1],)).fetchone()
                if row is None or row[0] in keys:
                    break
                keys.append(row[0])
        query = (
            "SELECT key, date, place, source, body FROM version WHERE key = ? ORDER BY date, rowid"
        )
        return [Version._make(row) for one in keys for row in self._spool.query(query, (one,))][:-1]

    def find(self, key: str) -> bytes | None:
        """The newest statement of the record that a key belongs to."""
        if self._replacing:
            key = self._end(key, forward=True)
        query = "SELECT body FROM version WHERE key = ? ORDER BY date DESC, rowid DESC LIMIT 1"
        row = self._spool.query(query, (key,)).fetchone()
        return None if row is None else row[0]

    def record(self, key: str) -> str:
        """The key of the record that a statement's key belongs to."""
        if not self._replacing:
            return key
        return self._end(self._end(key, forward=True), forward=False)

    def _end(self, key: str, forward: bool) -> str:
        """The last or first key of the chain that a key is in; of a ring, the smallest."""
        query = (
            "SELECT new FROM replaced WHERE old = ? ORDER BY rowid DESC LIMIT 1"
            if forward
            else "SELECT old FROM replaced WHERE new = ? ORDER BY rowid LIMIT 1"
        )
        seen = {key}
        while len(seen) < LONGEST_CHAIN and (row := self._spool.query(query, (key,)).fetchone()):
            key = row[0]
            if key in seen:
                return min(seen)
            seen.add(key)
        return key


def kind_of(statement: Mapping[str, Any]) -> str:
    """Whether a statement is of an entity, a person or a relationship; empty for none of them."""
    return KINDS.get(text(statement.get("recordType")) or text(statement.get("statementType")), "")


def details_of(statement: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a statement says: its ``recordDetails``, or before 0.4 what stands beside its id."""
    details = statement.get("recordDetails", statement)
    return details if isinstance(details, dict) else {}


def end_key(end: Any) -> str:
    """The key that an end of a relationship names; empty where it names none."""
    if isinstance(end, dict):
        return text(end.get("describedByEntityStatement")) or text(
            end.get("describedByPersonStatement")
        )
    return text(end)
