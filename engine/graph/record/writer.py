"""Writes records into the graph and removes them; a transaction has one new revision.

Every transaction begins by moving the one counter of revisions, and keeps its lock until it
commits. So writers wait for each other, and revisions are in the order of the commits.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from engine.entity import Entity
from engine.errors import BadInput, MigrationError
from engine.graph.connection import LONG_TIMEOUT, Connection, Transaction
from engine.graph.cypher import branches, quoted
from engine.graph.record import removal
from engine.graph.record.batch import TYPES, Batch, clear_old, grouped, is_settled, slices
from engine.graph.record.change import Written
from engine.graph.record.identity import identities, span
from engine.graph.record.row import Prepared, prepared
from engine.graph.record.shared import SharedValue
from engine.metadata import checked

MAX_REMOVED = 100_000
"""Records that are removed in one transaction at most."""
REMOVED_PER_MIB = 30
"""Records that one transaction removes for each MiB of Neo4j's heap, which holds its changes."""
ASSUMED_HEAP_MIB = 512.0
"""The heap of a server that does not say how large it is."""
UNITS = {"KiB": 1 / 1024, "MiB": 1.0, "GiB": 1024.0, "TiB": 1024.0**2}


def removal_size(heap: str | None) -> int:
    """How many records one transaction removes, by the heap as Neo4j writes it: ``4.00GiB``."""
    size = re.fullmatch(r"([\d.]+) ?([KMGT]iB)", heap or "")
    mib = float(size[1]) * UNITS[size[2]] if size else ASSUMED_HEAP_MIB
    return min(MAX_REMOVED, int(REMOVED_PER_MIB * mib))


class Writer:
    """The one way into the graph."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ensured: set[str] = set()
        """Datasets that were there when this writer began to load into them."""

    def give_up(self) -> None:
        """Wait for a server that is gone no more: this process ends."""
        self._connection.give_up()

    def ensure_dataset(self, name: str, title: str | None = None) -> None:
        """A load begins: create the dataset where there is none, and give it this title, if any.

        Raises BadInput if it is being deleted.
        """
        parameters = {"name": name, "title": checked({"title": title})["title"]}
        if self._connection.write("dataset_ensure", parameters)[0]["deleting"]:
            raise being_deleted(name)
        self._ensured.add(name)

    def dataset_updated(self, name: str, at: datetime | None = None) -> int:
        """Note that a dataset is as of now (or ``at``); how many loads into it have begun.

        Raises BadInput if it has been deleted meanwhile.
        """
        parameters = {"name": name, "at": at or datetime.now(UTC)}
        rows = self._connection.write("dataset_updated", parameters)
        if not rows:
            raise being_deleted(name)
        return int(rows[0]["loads"])

    def dataset_loaded(self, name: str, at: datetime | None) -> None:
        """A load has ended; ``at`` is as of when the dataset is, None where that is not known.

        Raises BadInput if the dataset has been deleted meanwhile.
        """
        if not self._connection.write("dataset_loaded", {"name": name, "at": at}):
            raise being_deleted(name)

    def count(self, dataset: str) -> int:
        """How many records a dataset has, at most: an edge with several ends counts for each."""
        after, end = span(dataset)
        bounds = {"after": after, "end": end}
        nodes = self._connection.read("node_count", bounds, timeout=LONG_TIMEOUT)
        union = branches("edge_count_branch", TYPES)
        edges = self._connection.read("edge_count", bounds, timeout=LONG_TIMEOUT, branches=union)
        return sum(int(row["count"]) for row in (*nodes, *edges))

    def ids(self, dataset: str) -> Iterator[str]:
        """The ids of all records of a dataset, in code point order."""
        return (id_ for id_, _ in identities(self._connection, dataset))

    def checksums(self, dataset: str, ids: Collection[str]) -> dict[str, str]:
        """The checksum of each of these records that is there."""
        parameters: dict[str, Any] = {"ids": list(ids), "dataset": dataset}
        nodes = self._connection.read("node_checksums", parameters, timeout=LONG_TIMEOUT)
        checksums = {row["id"]: row["checksum"] for row in nodes}
        parameters["ids"] = [id_ for id_ in ids if id_ not in checksums]
        types = self._edge_types(dataset) if parameters["ids"] else ()
        if types:
            union = branches("edge_checksums_branch", types)
            edges = self._connection.read(
                "edge_checksums", parameters, timeout=LONG_TIMEOUT, branches=union
            )
            checksums.update((row["id"], row["checksum"]) for row in edges)
        return checksums

    def _edge_types(self, dataset: str) -> tuple[str, ...]:
        """The relationship types that a dataset has edges of: far fewer than there are."""
        after, end = span(dataset)
        union = branches("edge_present_branch", TYPES)
        rows = self._connection.read(
            "edge_present", {"after": after, "end": end}, timeout=LONG_TIMEOUT, branches=union
        )
        return tuple(sorted(row["type"] for row in rows))

    def write(self, entities: Sequence[Entity], existing: Collection[str]) -> Written:
        """Write records, replacing those whose ids are ``existing``; what this changed."""
        return self.put(prepared(entities), existing)

    def put(self, new: Prepared, existing: Collection[str]) -> Written:
        """Write prepared records, replacing those whose ids are ``existing``; what this changed."""
        # where the server went away, the records may be there: nothing of them is created twice
        return self._connection.insist(
            lambda again: self._put(new, new.entities().keys() if again else existing)
        )

    def _put(self, new: Prepared, existing: Collection[str]) -> Written:
        latest = new.entities()
        with self._connection.transaction() as tx:
            datasets = {entity.dataset for entity in latest.values()}
            revision, has_tombstones = self._begin(tx, datasets)
            batch = Batch(tx, revision)
            state = batch.state({*new.nodes, *existing})
            # Old versions are read and cleared away first; what they share with the new ones stays.
            there = [id_ for id_ in latest if state.get(id_) is not None]
            old = {record.id: record for record in batch.records(there)}
            places = batch.places([id_ for id_ in latest if id_ in existing and id_ not in old])
            stay = {id_ for id_, of_edge in places.items() if is_settled(new, id_, of_edge)}
            batch.delete_edges(of_edge for id_, of_edge in places.items() if id_ not in stay)
            new_links = clear_old(batch, old, new)
            batch.put_nodes(new, old, state)
            batch.replace_edges(new, stay)
            batch.put_edges(new, stay)
            batch.put_links(new_links, new.nodes)
            if has_tombstones:  # rare, and else one query less
                batch.tombstones.remove(id_ for id_ in latest if id_ not in existing)
            released = batch.finish()
        known = {*existing, *old}
        added = [entity for id_, entity in latest.items() if id_ not in known]
        return Written(revision, added, [latest[id_] for id_ in latest.keys() & known], released)

    def _begin(self, tx: Transaction, names: Collection[str]) -> tuple[int, bool]:
        """The revision of a write to these datasets, and whether there are any tombstones.

        A write to none needs no new revision. Raises BadInput if a dataset is being deleted, or
        has been since this writer began to load into it.
        """
        # one query for all of it: most writes are small, and each round trip counts
        counter = moved(tx.run("clew_begin", {"by": 1 if names else 0, "names": sorted(names)}))
        gone = self._ensured.difference(counter["live"]).union(counter["deleting"])
        for name in names:
            if name in gone:
                raise being_deleted(name)
        return int(counter["revision"]), bool(counter["tombstones"])

    def remove(self, ids: Iterable[str]) -> int:
        """Remove records; the last revision under which some of them went.

        More than fit into one transaction (``removal_size``) go in several.
        """
        parameters = {"name": "server.memory.heap.max_size"}
        rows = self._connection.read("setting", parameters, timeout=LONG_TIMEOUT)
        size = removal_size(rows[0]["value"] if rows else None)
        revision = 0
        for group in slices(ids, size):
            revision, _ = self._remove(group)
        return revision

    def erase(self, dataset: str, ids: Sequence[str]) -> int:
        """Remove records of a dataset, if it still is being deleted; how many there were."""
        return self._remove(ids, dataset)[1]

    def _remove(self, ids: Sequence[str], deleting: str | None = None) -> tuple[int, int]:
        return self._connection.insist(lambda _: self._remove_once(ids, deleting))

    def _remove_once(self, ids: Sequence[str], deleting: str | None) -> tuple[int, int]:
        removed = 0
        with self._connection.transaction() as tx:
            revision = bump(tx, 1)
            if deleting is None or is_deleting(tx, deleting):
                batch = Batch(tx, revision)
                removed = removal.remove(batch, ids)
                batch.finish()
            if not removed:  # a revision without a change would make every index look again
                revision = bump(tx, -1)
        return revision, removed

    def set_literals(self, values: Sequence[SharedValue], revision: int) -> None:
        """Link each shared value with exactly its records; delete those that nobody can see.

        ``revision`` is that of the records from which the values were worked out.
        """
        self._connection.insist(lambda _: self._set_literals(values, revision))

    def _set_literals(self, values: Sequence[SharedValue], revision: int) -> None:
        kept = [value for value in values if value.is_shared]
        dropped = [value.id for value in values if not value.is_shared]
        with self._connection.transaction() as tx:
            tx.run("clew_literal", {"revision": revision})
            if dropped:
                tx.run("literal_delete", {"ids": dropped})
            by_type = grouped((value.type, value.row()) for value in kept)
            for kind, group in by_type.items():
                tx.run("literal_set", {"rows": group}, type=quoted(kind.upper()))
            if kept:
                tx.run("literal_sweep", {"ids": [value.id for value in kept]})


def bump(tx: Transaction, by: int) -> int:
    """Move the counter of revisions and take its lock; raises MigrationError if there is none."""
    return int(moved(tx.run("clew_bump", {"by": by}))["revision"])


def moved(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    """The one row of a query that moves the counter; raises MigrationError if there is none."""
    if not rows:
        raise MigrationError("this database has not been migrated: run `clew migrate`")
    return rows[0]


def is_deleting(tx: Transaction, dataset: str) -> bool:
    """Whether a dataset is being deleted."""
    rows = tx.run("dataset_state", {"names": [dataset]})
    return any("deleting" in row["properties"] for row in rows)


def being_deleted(name: str) -> BadInput:
    """The error of a write to a dataset that is being deleted."""
    return BadInput(
        f"the dataset {name} is being deleted, or has been since this load began: "
        f"if no process is deleting it, `clew dataset delete {name}` continues; then load it again"
    )
