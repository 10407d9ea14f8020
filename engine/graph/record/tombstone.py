"""What one write transaction takes from the graph, noted for the indexes that follow it.

A record that is gone leaves a tombstone with the shared values that it held. A record that is
still there, but has lost some of its values, leaves one too, under an id that no record has.
"""

from collections.abc import Iterable, Mapping, Sequence

from engine.graph.connection import Transaction
from engine.graph.record.change import Change

RELEASED = "#"
"""Starts the id of a tombstone that stands for lost values of a record that is still there."""


class Tombstones:
    """The tombstones that one transaction writes, under its revision."""

    def __init__(self, tx: Transaction, revision: int) -> None:
        self._tx = tx
        self._revision = revision
        self._released: dict[str, tuple[str, list[str]]] = {}
        """Of each record that has lost values: its dataset and the ids of those values."""

    def add(self, gone: Mapping[str, Sequence[str]]) -> None:
        """Write that records are gone, each with the ids of the shared values that it held."""
        rows = [
            {"id": id_, "dataset": id_.split(":", 1)[0], "keys": list(keys)}
            for id_, keys in gone.items()
        ]
        self._tx.run("tombstone_set", {"rows": rows, "revision": self._revision})

    def remove(self, ids: Iterable[str]) -> None:
        """Delete the tombstones of records that are back; their values stay lost."""
        for row in self._tx.run("tombstone_delete", {"ids": list(ids)}):
            self.release(row["id"], row["dataset"], row["keys"])

    def release(self, id_: str, dataset: str, keys: Sequence[str]) -> None:
        """Note values that a record has lost; ``write_released`` writes them."""
        if keys:
            known = self._released.get(id_, (dataset, []))[1]
            self._released[id_] = (dataset, [*known, *keys])

    def write_released(self) -> list[Change]:
        """Write all values that were noted as lost; what an index is to know of them."""
        released = [
            (RELEASED + id_, dataset, sorted(set(keys)))
            for id_, (dataset, keys) in self._released.items()
        ]
        if released:
            rows = [{"id": id_, "dataset": name, "keys": keys} for id_, name, keys in released]
            self._tx.run("tombstone_release", {"rows": rows, "revision": self._revision})
        return [Change(self._revision, id_, None, keys) for id_, _, keys in released]
