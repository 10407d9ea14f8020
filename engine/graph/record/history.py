"""What became of records, and when: the times of revisions, what changed, and what is gone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from engine.access import Access
from engine.graph import visibility
from engine.graph.connection import Connection, Deadline
from engine.graph.cypher import alternatives
from engine.graph.record.batch import TYPES


@dataclass(frozen=True)
class Mark:
    """What the graph notes of a record's past."""

    id: str
    revision: int
    added: int
    """The revision under which it was added."""
    notes: str
    """What its last changes were about, as ``change_note`` in write.cypher writes it."""

    def changed(self, since: int) -> list[str] | None:
        """The properties that were changed since a revision; None where that is not known."""
        names: set[str] = set()
        notes = [note.split(" ") for note in self.notes.split(";") if note]
        for revision, *props in notes:
            if int(revision) <= since:
                return sorted(names)
            names.update(props)
        return sorted(names) if len(notes) < MOST_NOTES else None


MOST_NOTES = 10
"""Changes of one record that are noted."""


class History:
    """Reads what became of records, within a deadline of some seconds."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    def revision_before(self, time: datetime) -> int:
        """The last revision that was begun before the second of a time; 0 where none is known."""
        parameters = {"at": int(time.timestamp())}
        rows = self._connection.read("moment_before", parameters, timeout=self._seconds)
        return int(rows[0]["revision"] or 0)

    def times(self, revisions: Sequence[int]) -> dict[int, datetime]:
        """When revisions were written; those of which it is not known are left out."""
        parameters = {"revisions": sorted(set(revisions))}
        rows = self._connection.read("moment_of", parameters, timeout=self._seconds)
        return {row["revision"]: datetime.fromtimestamp(row["at"], UTC) for row in rows}

    def marks(self, ids: Sequence[str], access: Access) -> dict[str, Mark]:
        """What is noted of these records, nodes or edges."""
        deadline = Deadline(self._seconds)
        found: dict[str, Mark] = {}
        rest = list(ids)
        for name, parts in (("mark_node", {}), ("mark_edge", {"types": alternatives(TYPES)})):
            parameters = {"ids": rest, **visibility.parameters(access)}
            if rest:
                rows = self._connection.read(name, parameters, timeout=deadline.left(), **parts)
                for row in rows:
                    found[row["id"]] = Mark(row["id"], row["revision"], row["added"], row["notes"])
            rest = [id_ for id_ in rest if id_ not in found]
        return found

    def gone(
        self, since: int, after: tuple[int, str], first: int, access: Access
    ) -> list[tuple[int, str]]:
        """The (revision, id) of records that were removed since a revision, after a place."""
        parameters = {
            "since": since,
            "at": after[0],
            "id": after[1],
            "first": first,
            **visibility.parameters(access),
        }
        rows = self._connection.read("gone_since", parameters, timeout=self._seconds)
        return [(row["revision"], row["id"]) for row in rows]

    def gone_count(self, since: int, access: Access) -> int:
        """How many records were removed since a revision."""
        parameters = {"since": since, **visibility.parameters(access)}
        rows = self._connection.read("gone_count", parameters, timeout=self._seconds)
        return int(rows[0]["count"])
