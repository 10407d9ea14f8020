"""Puts records into the graph and takes them out: each call is one transaction under one new revision.

Every transaction starts with the one counter of revisions, whose lock it keeps until it commits. So writers
come one after the other, and revisions are in commit order.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from engine.entity import Entity
from engine.errors import BadInput, MigrationError
from engine.graph.connection import LONG_TIMEOUT, Connection, Transaction
from engine.graph.cypher import branches, quoted
from engine.graph.record.batch import TYPES, Batch, grouped, replace, settled, slices
from engine.graph.record.change import Written
from engine.graph.record.identity import identities, span
from engine.graph.record.row import Prepared, prepared
from engine.metadata import checked

AT_ONCE = 100_000
"""Records that are removed in one transaction at most."""
PER_MIB = 30
"""Records that are removed in one transaction for each MiB of Neo4j's heap: what it changes is held there."""
HEAP_MIB = 512.0
"""The heap of a server that does not tell it."""
UNITS = {"KiB": 1 / 1024, "MiB": 1.0, "GiB": 1024.0, "TiB": 1024.0**2}


def at_once(heap: str | None) -> int:
    """How many records a removal takes in one transaction, by the heap as Neo4j writes it: ``4.00GiB``."""
    told = re.fullmatch(r"([\d.]+) ?([KMGT]iB)", heap or "")
    return min(AT_ONCE, int(PER_MIB * (float(told[1]) * UNITS[told[2]] if told else HEAP_MIB)))


class Writer:
    """The one way into the graph."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ensured: set[str] = set()
        """Datasets that were there when this writer began with them."""

    def ensure_dataset(self, name: str, title: str | None = None) -> None:
        """A load begins: see that the dataset is there, with this title if one is given.

        Raises BadInput if it is being deleted.
        """
        given = checked({"title": title})["title"]
        if self._connection.write("dataset_ensure", {"name": name, "title": given})[0]["deleting"]:
            raise being_deleted(name)
        self._ensured.add(name)

    def dataset_updated(self, name: str, at: datetime | None = None) -> int:
        """Note that a dataset is as of now (or ``at``); how many loads into it have begun by now.

        Raises BadInput if it has been deleted meanwhile.
        """
        found = self._connection.write(
            "dataset_updated", {"name": name, "at": at or datetime.now(UTC)}
        )
        if not found:
            raise being_deleted(name)
        return int(found[0]["loads"])

    def ids(self, dataset: str) -> Iterator[str]:
        """The ids of all records of a dataset, in code point order."""
        return (id_ for id_, _ in identities(self._connection, dataset))

    def checksums(self, dataset: str, ids: Collection[str]) -> dict[str, str]:
        """The checksum of each of these records that is there."""
        parameters: dict[str, Any] = {"ids": list(ids), "dataset": dataset}
        found = self._connection.read("node_checksums", parameters, timeout=LONG_TIMEOUT)
        result = {row["id"]: row["checksum"] for row in found}
        parameters["ids"] = [id_ for id_ in ids if id_ not in result]
        types = self._edge_types(dataset) if parameters["ids"] else ()
        if types:
            part = branches("edge_checksums_branch", types)
            edges = self._connection.read(
                "edge_checksums", parameters, timeout=LONG_TIMEOUT, branches=part
            )
            result.update((row["id"], row["checksum"]) for row in edges)
        return result

    def _edge_types(self, dataset: str) -> tuple[str, ...]:
        """The relationship types that a dataset has edges of: far fewer than there are."""
        after, end = span(dataset)
        part = branches("edge_present_branch", TYPES)
        parameters = {"after": after, "end": end}
        found = self._connection.read(
            "edge_present", parameters, timeout=LONG_TIMEOUT, branches=part
        )
        return tuple(sorted(row["type"] for row in found))

    def write(self, entities: Sequence[Entity], existing: Collection[str]) -> Written:
        """Write records, replacing the ``existing`` ones; what this changed."""
        return self.put(prepared(entities), existing)

    def put(self, new: Prepared, existing: Collection[str]) -> Written:
        """Write records that were made ready, replacing the ``existing`` ones; what this changed."""
        latest = new.entities()
        with self._connection.transaction() as tx:
            revision, tombstones = self._begin(tx, {entity.dataset for entity in latest.values()})
            batch = Batch(tx, revision)
            state = batch.state({*new.nodes, *existing})
            old = {
                e.id: e
                for e in batch.records([id_ for id_ in latest if state.get(id_) is not None])
            }
            places = batch.places([id_ for id_ in latest if id_ in existing and id_ not in old])
            stay = {id_ for id_, found in places.items() if settled(new, id_, found)}
            batch.delete_edges(found for id_, found in places.items() if id_ not in stay)
            fresh = replace(batch, old, new)
            batch.put_nodes(new, old, state)
            batch.replace_edges(new, stay)
            batch.put_edges(new, stay)
            batch.put_links(fresh, new.nodes)
            if tombstones:
                batch.revive(id_ for id_ in latest if id_ not in existing)
            released = batch.tidy()
        known = {*existing, *old}
        added = [entity for id_, entity in latest.items() if id_ not in known]
        return Written(revision, added, [latest[id_] for id_ in latest.keys() & known], released)

    def _begin(self, tx: Transaction, names: Collection[str]) -> tuple[int, bool]:
        """The new revision, that of before where nothing is written, and whether any record is noted as gone.

        Raises BadInput if a dataset is being deleted, or was since this writer began with it.
        """
        found = moved(tx.run("clew_begin", {"by": 1 if names else 0, "names": sorted(names)}))
        for name in names:
            if name in found["deleting"] or (name in self._ensured and name not in found["live"]):
                raise being_deleted(name)
        return int(found["revision"]), bool(found["tombstones"])

    def remove(self, ids: Iterable[str]) -> int:
        """Take records out, in one transaction as long as ``at_once`` allows; the revision under which they are gone.

        More go in several transactions of that size.
        """
        found = self._connection.read(
            "setting", {"name": "server.memory.heap.max_size"}, timeout=LONG_TIMEOUT
        )
        size = at_once(found[0]["value"] if found else None)
        revision = 0
        for group in slices(ids, size):
            revision, _ = self._remove(group)
        return revision

    def erase(self, dataset: str, ids: Sequence[str]) -> int:
        """Take records out of a dataset as long as it is being deleted; how many there were."""
        return self._remove(ids, dataset)[1]

    def _remove(self, ids: Sequence[str], deleting: str | None = None) -> tuple[int, int]:
        removed = 0
        with self._connection.transaction() as tx:
            revision = bump(tx, 1)
            if deleting is None or is_deleting(tx, deleting):
                batch = Batch(tx, revision)
                removed = batch.remove(ids)
                batch.tidy()
            if not removed:
                revision = bump(tx, -1)
        return revision, removed

    def set_literals(self, rows: Sequence[tuple[str, str, str, list[str]]], revision: int) -> None:
        """Link each shared value with exactly these records; one that fewer than two hold goes.

        ``revision`` is that of the records which this was worked out from.
        """
        kept = [row for row in rows if len(row[3]) > 1]
        dropped = [row[0] for row in rows if len(row[3]) < 2]
        with self._connection.transaction() as tx:
            tx.run("clew_literal", {"revision": revision})
            if dropped:
                tx.run("literal_delete", {"ids": dropped})
            found = (
                (kind, {"id": id_, "type": kind, "value": value, "records": records})
                for id_, kind, value, records in kept
            )
            for kind, group in grouped(found).items():
                tx.run("literal_set", {"rows": group}, type=quoted(kind.upper()))
            if kept:
                tx.run("literal_sweep", {"ids": [row[0] for row in kept]})


def bump(tx: Transaction, by: int) -> int:
    """Move the counter of revisions, whose lock is now ours; raises MigrationError without one."""
    return int(moved(tx.run("clew_bump", {"by": by}))["revision"])


def moved(found: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The counter as it was answered; raises MigrationError if it was not there."""
    if not found:
        raise MigrationError("this database has not been migrated: run `clew migrate`")
    return found[0]


def is_deleting(tx: Transaction, dataset: str) -> bool:
    """Whether a dataset is being deleted."""
    return any(
        "deleting" in row["properties"] for row in tx.run("dataset_state", {"names": [dataset]})
    )


def being_deleted(name: str) -> BadInput:
    """The error for who writes to a dataset that is going."""
    return BadInput(
        f"the dataset {name} is being deleted, or has been since this load began: `clew dataset delete {name}` goes on "
        "with it, should nobody be at it; when it is gone, load it anew"
    )
