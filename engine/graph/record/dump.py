"""The whole graph as rows, and a graph made of such rows again: what a backup holds."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from neo4j.time import DateTime

from engine.errors import BadInput
from engine.graph.connection import Connection
from engine.graph.cypher import labels, quoted
from engine.graph.migration import migrate
from engine.graph.record.writer import bump

DAY = 24 * 3600.0
BATCH = 5_000
MOMENT = "$moment"
"""The key of a JSON object that stands for a point in time, which JSON has no type for."""
Row = Mapping[str, Any]


class Dump:
    """Reads the whole graph, and restores one into an empty database."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @contextmanager
    def still(self) -> Iterator[int]:
        """No load writes until the block ends, as it holds the lock; the revision of that time."""
        with self._connection.transaction(timeout=DAY) as tx:
            yield bump(tx, 0)

    def nodes(self) -> Iterator[Row]:
        """Every node: its key, labels and properties."""
        for row in self._connection.stream("dump_nodes", timeout=DAY):
            yield {
                "key": row["key"],
                "labels": sorted(row["labels"]),
                "properties": to_json(row["properties"]),
            }

    def relationships(self) -> Iterator[Row]:
        """Every relationship: the keys of its ends, its type and properties."""
        for row in self._connection.stream("dump_relationships", timeout=DAY):
            ends = {"source": row["source"], "target": row["target"]}
            yield {**ends, "type": row["type"], "properties": to_json(row["properties"])}

    def is_empty(self) -> bool:
        """Whether the database holds nothing that a new one does not."""
        return not self._connection.read("restore_empty")

    def restore(self, nodes: Iterable[Row], relationships: Iterable[Row]) -> tuple[int, int]:
        """Restore a graph into an empty database; how many nodes and relationships were made.

        The migrations that it has had are among the nodes; newer ones are applied at the end.
        Raises BadInput for a database that is not empty.
        """
        if not self.is_empty():
            raise BadInput("the database is not empty: restore into an empty one")
        for name in ("restore_clear", "restore_index", "restore_wait"):
            self._connection.write(name)
        nodes_made = self._put(
            "restore_nodes", nodes, lambda row: {"labels": labels(row["labels"])}
        )
        relationships_made = self._put(
            "restore_relationships", relationships, lambda row: {"type": quoted(row["type"])}
        )
        for name in ("restore_finish", "restore_done"):
            self._connection.write(name, timeout=DAY)
        migrate(self._connection)
        return nodes_made, relationships_made

    def _put(self, name: str, rows: Iterable[Row], parts: Callable[[Row], dict[str, str]]) -> int:
        """Write rows in batches of one query each; how many nodes or relationships were made.

        ``parts`` gives the labels or the type of a row: rows that share them share a query.
        """
        waiting: defaultdict[tuple[tuple[str, str], ...], list[Row]] = defaultdict(list)
        count = 0
        for row in rows:
            key = tuple(parts(row).items())
            waiting[key].append({**row, "properties": from_json(row["properties"])})
            if len(waiting[key]) >= BATCH:
                count += self._write(name, waiting.pop(key), dict(key))
        return count + sum(self._write(name, group, dict(key)) for key, group in waiting.items())

    def _write(self, name: str, rows: list[Row], parts: dict[str, str]) -> int:
        return int(self._connection.write(name, {"rows": rows}, timeout=DAY, **parts)[0]["made"])


def to_json(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Properties as a backup has them in JSON."""
    return {
        name: {MOMENT: value.iso_format()} if isinstance(value, DateTime) else value
        for name, value in properties.items()
    }


def from_json(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Properties as the graph has them."""
    return {
        name: DateTime.from_iso_format(value[MOMENT]) if isinstance(value, dict) else value
        for name, value in properties.items()
    }
