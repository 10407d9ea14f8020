"""Which datasets there are, what is known of each, and which of them are being deleted."""

from collections.abc import Mapping
from typing import Any

from engine.dataset import Dataset, ExportPolicy, Frequency, Publisher, check_name
from engine.errors import BadInput
from engine.graph.connection import LONG_TIMEOUT, Connection
from engine.graph.record.identity import span
from engine.graph.record.tombstone import RELEASED
from engine.graph.record.writer import being_deleted, bump
from engine.metadata import RULES, check_whole, checked

BATCH = 10_000
"""Tombstones that go in one transaction."""


class Catalog:
    """The Dataset nodes of the graph; nested values are flat properties there."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    def datasets(self) -> list[Dataset]:
        """Every dataset by name, without those that are being deleted."""
        return [dataset_of(row) for row in self._rows() if "deleting" not in row]

    def deleting(self) -> list[str]:
        """The names of the datasets that are being deleted."""
        return [row["name"] for row in self._rows() if "deleting" in row]

    def _rows(self) -> list[Mapping[str, Any]]:
        return [
            row["properties"] for row in self._connection.read("dataset_all", timeout=self._seconds)
        ]

    def set(self, name: str, changes: Mapping[str, Any]) -> bool:
        """Change fields of a dataset, which is made if there is none; whether it was there. Raises BadInput."""
        found = checked(changes)
        with self._connection.transaction() as tx:
            bump(tx, 0)
            rows = tx.run("dataset_state", {"names": [check_name(name)]})
            held: Mapping[str, Any] = rows[0]["properties"] if rows else {}
            if "deleting" in held:
                raise being_deleted(name)
            check_whole({**held, **found})
            tx.run("dataset_set", {"name": name, "changes": found})
        return bool(rows)

    def mark(self, name: str) -> None:
        """From now on the dataset is gone for every reader, and nobody writes to it; raises BadInput."""
        with self._connection.transaction() as tx:
            bump(tx, 0)
            if not tx.run("dataset_mark", {"name": name}):
                raise BadInput(
                    f"there is no dataset {name[:100]!r}: `clew dataset list` names them"
                )

    def purge(self, name: str, upto: int) -> None:
        """Delete the tombstones of a dataset up to a revision, once the Clew node tells of it."""
        newest = 0
        for after, end in spans(name):
            parameters = {"after": after, "end": end, "upto": upto}
            found = self._connection.read("tombstone_newest", parameters, timeout=LONG_TIMEOUT)
            newest = max(newest, found[0]["revision"])
        self._connection.write("clew_purge", {"revision": newest})
        for after, end in spans(name):
            parameters = {"after": after, "end": end, "upto": upto, "limit": BATCH}
            while self._connection.write("tombstone_purge", parameters)[0]["count"]:
                pass

    def forget(self, name: str) -> None:
        """Delete the node of a dataset that is being deleted, and the history of its crawls."""
        self._connection.write("dataset_forget", {"name": name})


def spans(name: str) -> list[tuple[str, str]]:
    """The bounds between which the ids of a dataset's tombstones lie: of records, and of values let go."""
    after, end = span(name)
    return [(after, end), (RELEASED + after, RELEASED + end)]


def dataset_of(row: Mapping[str, Any]) -> Dataset:
    """The dataset that a node's properties tell; what it holds is not known here."""
    given = {name: row[name] for name in RULES if name in row}
    name = given.pop("publisher", None)
    url, country = given.pop("publisher_url", None), given.pop("publisher_country", None)
    updated = row.get("last_updated")
    return Dataset(
        row["name"],
        given.pop("title", row["name"]),
        publisher=Publisher(name, url, country) if name else None,
        frequency=Frequency(given.pop("frequency", Frequency.UNKNOWN)),
        export_policy=ExportPolicy(given.pop("export_policy", ExportPolicy.EVERYONE)),
        last_updated=updated.to_native() if updated is not None else None,
        **given,
    )
