"""The nodes of investigations, and of what they include; who may do what is asked elsewhere."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from engine.access import Access
from engine.account import Account, Actor
from engine.errors import BadInput
from engine.graph import visibility
from engine.graph.access.audit import actor_name, audited
from engine.graph.connection import Connection
from engine.graph.cypher import alternatives
from engine.graph.record.batch import TYPES
from engine.investigation import MOST_INCLUDED, Inclusion, Investigation


class InvestigationNodes:
    """The investigations that the graph holds."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    def named(self, names: Collection[str]) -> list[Investigation]:
        """Those of these datasets that are investigations, by name."""
        rows = self._connection.read(
            "investigation_list", {"names": sorted(names)}, timeout=self._seconds
        )
        return [investigation_of(row["properties"]) for row in rows]

    def add(self, by: Actor, name: str, title: str, summary: str | None) -> Investigation:
        """Create an investigation, which who opens it may manage."""
        parameters = {
            "name": name,
            "title": title,
            "summary": summary,
            "by": actor_name(by),
            "account": by.name if isinstance(by, Account) else None,
        }
        with audited(self._connection, by, "investigation opened", name) as tx:
            rows = tx.run("investigation_add", parameters)
        return investigation_of(rows[0]["properties"])

    def set(self, by: Actor, name: str, changes: Mapping[str, Any]) -> Investigation:
        """Change title, summary or ``archived``; raises BadInput where it has gone meanwhile."""
        with audited(self._connection, by, "investigation changed", name) as tx:
            rows = tx.run("investigation_set", {"name": name, "changes": changes})
        if not rows:
            raise BadInput(f"there is no investigation {name!r} any more")
        return investigation_of(rows[0]["properties"])

    def include(self, by: Actor, name: str, records: Sequence[str]) -> None:
        """Include records of other datasets; raises BadInput where they would be too many."""
        rows = [
            {"id": f"{name} {record}", "record": record, "dataset": record.partition(":")[0]}
            for record in records
        ]
        with self._connection.transaction() as tx:
            tx.run("inclusion_add", {"rows": rows, "name": name, "by": actor_name(by)})
            if tx.run("inclusion_count", {"name": name})[0]["count"] > MOST_INCLUDED:
                raise BadInput(f"an investigation includes at most {MOST_INCLUDED:,} records")

    def exclude(self, name: str, records: Sequence[str]) -> int:
        """No longer include records; how many were included."""
        ids = [f"{name} {record}" for record in records]
        return int(self._connection.write("inclusion_delete", {"ids": ids})[0]["count"])

    def inclusions(self, name: str, access: Access) -> list[Inclusion]:
        """The included records of datasets that the reader may see, in order of their ids."""
        parameters = {"name": name, **visibility.parameters(access)}
        rows = self._connection.read("inclusion_list", parameters, timeout=self._seconds)
        return [Inclusion(row["record"], row["by"], row["at"].to_native()) for row in rows]

    def including(self, record: str, access: Access) -> list[str]:
        """The names of the investigations that include a record, as far as the reader sees both."""
        parameters = {"record": record, **visibility.parameters(access)}
        parameters["among"] = parameters["datasets"]
        rows = self._connection.read("inclusion_of", parameters, timeout=self._seconds)
        return [row["name"] for row in rows]

    def edges_at(self, record: str, dataset: str) -> list[str]:
        """The ids of a dataset's edges that start or end at a record."""
        rows = self._connection.read(
            "record_edges",
            {"id": record, "dataset": dataset},
            timeout=self._seconds,
            types=alternatives(TYPES),
        )
        return [row["id"] for row in rows]


def investigation_of(values: Mapping[str, Any]) -> Investigation:
    """The investigation that a dataset's properties tell."""
    created = values.get("created")
    return Investigation(
        values["name"],
        values.get("title") or values["name"],
        values.get("summary"),
        bool(values.get("archived")),
        created.to_native() if created is not None else None,
        values.get("created_by"),
    )
