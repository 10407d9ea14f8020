"""The datasets of the graph: the metadata of each, and which of them are being deleted."""

from collections.abc import Mapping
from typing import Any

from engine.dataset import Dataset, ExportPolicy, Frequency, Publisher, Visibility, check_name
from engine.errors import BadInput
from engine.graph.connection import LONG_TIMEOUT, Connection
from engine.graph.record.identity import span
from engine.graph.record.tombstone import RELEASED
from engine.graph.record.writer import being_deleted, bump
from engine.metadata import FIELDS, check_together, checked

BATCH = 10_000
"""Tombstones that one transaction deletes."""


class Catalog:
    """The Dataset nodes of the graph, in which nested metadata is kept as flat properties."""

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
        """Change metadata of a dataset, and create it where there is none; whether it was there.

        Raises BadInput.
        """
        valid = checked(changes)
        with self._connection.transaction() as tx:
            bump(tx, 0)  # takes the lock: no load begins between the check and the change
            rows = tx.run("dataset_state", {"names": [check_name(name)]})
            before: Mapping[str, Any] = rows[0]["properties"] if rows else {}
            if "deleting" in before:
                raise being_deleted(name)
            check_together({**before, **valid})
            tx.run("dataset_set", {"name": name, "changes": valid})
        return bool(rows)

    def mark(self, name: str) -> None:
        """Mark a dataset as being deleted: it is gone for every reader, and no write succeeds.

        Raises BadInput if there is none.
        """
        with self._connection.transaction() as tx:
            bump(tx, 0)  # waits for the write that is under way, which must not end after this
            if not tx.run("dataset_mark", {"name": name}):
                raise BadInput(
                    f"there is no dataset {name[:100]!r}: `clew dataset list` names them"
                )

    def purge(self, name: str, upto: int) -> None:
        """Delete the tombstones of a dataset up to a revision."""
        # First the counter says up to where tombstones are missing: an index that is older than
        # that must be built anew, also if this process is killed between the two.
        newest = 0
        for after, end in spans(name):
            parameters = {"after": after, "end": end, "upto": upto}
            rows = self._connection.read("tombstone_newest", parameters, timeout=LONG_TIMEOUT)
            newest = max(newest, rows[0]["revision"])
        self._connection.write("clew_purge", {"revision": newest})
        for after, end in spans(name):
            parameters = {"after": after, "end": end, "upto": upto, "limit": BATCH}
            while self._connection.write("tombstone_purge", parameters)[0]["count"]:
                pass

    def forget(self, name: str) -> None:
        """Delete the node of a dataset that is being deleted, its crawls, pairs and runs."""
        while True:
            rows = self._connection.write("candidate_forget", {"name": name, "limit": BATCH})
            if not rows[0]["ids"]:
                break
            # stubs that only these pairs have kept
            self._connection.write("stub_sweep", {"ids": rows[0]["ids"]})
        self._connection.write("xref_run_forget", {"name": name})
        self._connection.write("dataset_forget", {"name": name})


def spans(name: str) -> list[tuple[str, str]]:
    """The bounds of the ids of a dataset's tombstones: of records, and of values they have lost."""
    after, end = span(name)
    return [(after, end), (RELEASED + after, RELEASED + end)]


def dataset_of(row: Mapping[str, Any]) -> Dataset:
    """The dataset that has these properties in the graph; how much it holds is not known here."""
    metadata = {name: row[name] for name in FIELDS if name in row}
    name = metadata.pop("publisher", None)
    url, country = metadata.pop("publisher_url", None), metadata.pop("publisher_country", None)
    updated, began = row.get("last_updated"), row.get("loading")
    return Dataset(
        row["name"],
        metadata.pop("title", row["name"]),
        publisher=Publisher(name, url, country) if name else None,
        frequency=Frequency(metadata.pop("frequency", Frequency.UNKNOWN)),
        export_policy=ExportPolicy(metadata.pop("export_policy", ExportPolicy.EVERYONE)),
        is_investigation=row.get("kind") == "investigation",
        visibility=Visibility(row.get("visibility", Visibility.RESTRICTED)),
        last_updated=updated.to_native() if updated is not None else None,
        load_began=began.to_native() if began is not None else None,
        **metadata,
    )
