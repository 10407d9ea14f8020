"""The StoredFile nodes: the state of each file, and the queue of those that wait."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any

from engine.document import Reason, State, StateCount, StoredFile
from engine.graph.connection import LONG_TIMEOUT, Connection
from engine.graph.document.revision import RevisionNodes

BATCH = 2_000
"""Files that one transaction writes or deletes."""
LISTS = ("languages", "kept", "within")
"""The fields of a file that are lists in the graph."""


class FileNodes:
    """The files that the graph knows."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline
        self._revisions = RevisionNodes(connection, deadline)

    def save(self, files: Sequence[StoredFile]) -> None:
        """Write files down, all of them or none."""
        if files:
            rows = [row_of(file) for file in files]
            self._connection.write("file_save", {"rows": rows}, timeout=LONG_TIMEOUT)

    def named(self, ids: Collection[str]) -> dict[str, StoredFile]:
        """Those of these files that there are, by their ids."""
        found = self._read("file_by_id", {"ids": list(ids)}, self._seconds)
        return {file.id: file for file in found}

    def waiting(self, dataset: str, busy: Collection[str], limit: int) -> list[StoredFile]:
        """Some files that wait to be read and are not ``busy``."""
        parameters = {"dataset": dataset, "busy": list(busy), "limit": limit}
        return self._read("file_waiting", parameters)

    def queue(self) -> list[str]:
        """The datasets in which files wait."""
        return [row["dataset"] for row in self._connection.read("file_queue")]

    def listed(
        self,
        dataset: str,
        states: Collection[State],
        reasons: Collection[Reason] | None,
        after: str,
        limit: int,
    ) -> list[StoredFile]:
        """Files of a dataset after an id, in order; with ``reasons`` only those with one."""
        parameters = {
            "dataset": dataset,
            "states": [str(state) for state in states],
            "reasons": None if reasons is None else [str(reason) for reason in reasons],
            "after": after,
            "limit": limit,
        }
        return self._read("file_list", parameters, self._seconds)

    def counts(self, datasets: Collection[str]) -> dict[str, list[StateCount]]:
        """How many files of each dataset are in which state; nothing of one without files."""
        parameters = {"among": list(datasets), "states": [str(state) for state in State]}
        counts: dict[str, list[StateCount]] = {}
        for row in self._connection.read("file_count", parameters, timeout=self._seconds):
            reason = Reason(row["reason"]) if row["reason"] else None
            count = StateCount(State(row["state"]), reason, row["count"])
            counts.setdefault(row["dataset"], []).append(count)
        return counts

    def retry(self, dataset: str, reasons: Collection[Reason]) -> int:
        """Let files wait again that failed for one of these reasons; how many."""
        parameters = {"dataset": dataset, "reasons": [str(reason) for reason in reasons]}
        rows = self._connection.write("file_retry", parameters, timeout=LONG_TIMEOUT)
        return int(rows[0]["count"])

    def spent(self, root: str) -> tuple[int, int]:
        """How many files came out of a file that was brought in, and how many bytes."""
        row = self._connection.read("file_spent", {"root": root}, timeout=LONG_TIMEOUT)[0]
        return row["members"], row["bytes"]

    def inside(self, ids: Collection[str]) -> list[str]:
        """The ids of the files that were directly in these."""
        rows = self._connection.read("file_inside", {"ids": list(ids)}, timeout=LONG_TIMEOUT)
        return [row["id"] for row in rows]

    def parts(self, document: str) -> list[str]:
        """The ids of the records that were made from one document, but for its own."""
        bounds = {"after": f"{document}-", "end": f"{document}."}  # `.` comes after `-`
        rows = self._connection.read("document_part", bounds, timeout=LONG_TIMEOUT)
        return [row["id"] for row in rows]

    def replies(self, dataset: str) -> Iterator[tuple[str, list[str]]]:
        """The id of each mail that answers others of its dataset, and the ids of those."""
        rows = self._connection.read("file_reply", {"dataset": dataset}, timeout=LONG_TIMEOUT)
        return ((row["id"], row["answered"]) for row in rows)

    def ids(self, dataset: str) -> list[str]:
        """The ids of some files of a dataset: none where it has none (any more)."""
        parameters = {"dataset": dataset, "limit": BATCH}
        return [row["id"] for row in self._connection.read("file_ids", parameters)]

    def forget(self, ids: Sequence[str]) -> set[str]:
        """Delete what is known of files; the archived files that they referred to."""
        self._revisions.forget(ids)
        rows = self._connection.write("file_forget", {"ids": list(ids)}, timeout=LONG_TIMEOUT)
        return {sha256 for row in rows for sha256 in row["hashes"]}

    def referred(self, hashes: Collection[str]) -> set[str]:
        """Those of these archived files that any file refers to."""
        parameters = {"hashes": list(hashes)}
        rows = self._connection.read("file_referring", parameters, timeout=LONG_TIMEOUT)
        return {row["hash"] for row in rows}

    def _read(
        self, name: str, parameters: Mapping[str, Any], seconds: float = LONG_TIMEOUT
    ) -> list[StoredFile]:
        rows = self._connection.read(name, parameters, timeout=seconds)
        return [file_of(row["properties"]) for row in rows]


def row_of(file: StoredFile) -> dict[str, Any]:
    """A file as properties of a node; what is None or empty is left out."""
    values = asdict(file)
    del values["updated"]
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in values.items()
        if value is not None and value != ()
    }


def file_of(properties: Mapping[str, Any]) -> StoredFile:
    """The file that has these properties in the graph."""
    values = dict(properties)
    values["state"] = State(values["state"])
    if "reason" in values:
        values["reason"] = Reason(values["reason"])
    for name in LISTS:
        values[name] = tuple(values.get(name, ()))
    values["updated"] = values["updated"].to_native()
    return StoredFile(**values)
