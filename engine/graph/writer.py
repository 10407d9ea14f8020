"""Puts records into the graph and takes them out: each call is one transaction under one new revision.

Every transaction starts with the one counter of revisions, whose lock it keeps until it commits. So writers
come one after the other, and revisions are in commit order.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from engine.entity import LITERAL_TYPES, Entity, edge_schemata, literal_ids, relationship_type, schema_of
from engine.errors import BadInput, MigrationError
from engine.graph import row as rows
from engine.graph.connection import PATIENCE, Connection, Transaction
from engine.graph.convert import entity_of
from engine.graph.identity import identities, span
from engine.graph.statement import alternatives, branches, labels, quoted
from engine.metadata import checked

TYPES = tuple(sorted(edge_schemata()))
SHARED = alternatives(sorted(kind.upper() for kind in LITERAL_TYPES))
STEP = 2_000
"""Records that one statement of a removal takes."""
AT_ONCE = 100_000
"""Records that are removed in one transaction."""
Place = tuple[str, str, str]
"""Where a relationship of an edge is: its type and the ids of its ends."""
RELEASED = "#"
"""Starts the id of a tombstone that stands for values let go, not for a record; no record's id starts so."""


def grouped(pairs: Iterable[tuple[Any, Any]]) -> Mapping[Any, list[Any]]:
    """Pairs by their first part."""
    groups: defaultdict[Any, list[Any]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups


def slices(ids: Iterable[str], size: int) -> Iterator[list[str]]:
    """The ids in lists of at most ``size``, in each of which one stands once."""
    rest = iter(ids)
    while group := list(dict.fromkeys(islice(rest, size))):
        yield group


def schema_labels(schema: str) -> str:
    """The labels of a record: its schema and all ancestors."""
    return labels(sorted(found.name for found in schema_of(schema).schemata))


class Batch:
    """One transaction's work on records, and what it leaves to tidy up at its end."""

    def __init__(self, tx: Transaction, revision: int) -> None:
        self._tx = tx
        self._revision = revision
        self.lonely: set[str] = set()
        """Ids that may be of stubs which nothing refers to any more."""
        self._released: dict[str, tuple[str, list[str]]] = {}

    def state(self, ids: Iterable[str]) -> dict[str, str | None]:
        """The schema of each node that is there, None for a stub."""
        found = self._tx.run("node_state", {"ids": list(ids)})
        return {row["id"]: row["schema"] for row in found}

    def records(self, ids: Sequence[str]) -> list[Entity]:
        """The node records with these ids, as they are now."""
        if not ids:
            return []
        return [entity_of(row["properties"]) for row in self._tx.run("node_properties", {"ids": ids})]

    def places(self, ids: Sequence[str]) -> dict[str, set[Place]]:
        """Where the relationships of the edges with these ids are, of each edge that is there."""
        found: defaultdict[str, set[Place]] = defaultdict(set)
        if ids:
            for row in self._tx.run("edge_ends", {"ids": ids}, branches=branches("edge_ends", TYPES)):
                found[row["id"]].add((row["type"], row["source"], row["target"]))
        return dict(found)

    def delete_edges(self, places: Mapping[str, set[Place]]) -> None:
        """Delete the edges that have these places."""
        for found in places.values():
            self.lonely.update(end for _, source, target in found for end in (source, target))
        gone = {(kind, id_) for id_, found in places.items() for kind, _, _ in found}
        for kind, group in grouped(gone).items():
            self._tx.run("edge_delete", {"ids": group}, type=quoted(kind))

    def unlink(self, records: Iterable[Entity]) -> None:
        """Delete the relationships that the entity-typed properties of some records are."""
        for schema, ids in grouped((record.schema, record.id) for record in records).items():
            types = rows.link_types(schema)
            if types:
                found = self._tx.run("link_delete", {"ids": ids}, types=alternatives(types))
                self.lonely.update(row["target"] for row in found)

    def drop_links(self, links: Mapping[str, Collection[tuple[str, str]]]) -> None:
        """Delete single relationships that entity-typed properties were: those named no longer."""
        pairs = ((kind, (id_, target)) for id_, targets in links.items() for kind, target in targets)
        for kind, group in grouped(pairs).items():
            found = [{"source": source, "target": target} for source, target in group]
            self._tx.run("link_drop", {"rows": found}, type=quoted(kind))
            self.lonely.update(target for _, target in group)

    def retire(self, records: Sequence[Entity]) -> None:
        """Make stubs of records; those that nothing refers to go when the batch is tidied up."""
        if not records:
            return
        self.unlink(records)
        ids = [record.id for record in records]
        shared = [row["literal"] for row in self._tx.run("literal_detach", {"ids": ids}, types=SHARED)]
        if shared:
            self._tx.run("literal_sweep", {"ids": shared})
        for schema, group in grouped((record.schema, record.id) for record in records).items():
            self._tx.run("node_retire", {"ids": group}, old=schema_labels(schema))
        self.lonely.update(ids)

    def put_nodes(self, nodes: Iterable[Entity], old: Mapping[str, Entity], state: Mapping[str, str | None]) -> None:
        """Create new records, fill stubs and replace old versions."""
        fresh: list[tuple[str, rows.Row]] = []
        stubs: list[tuple[str, rows.Row]] = []
        replaced: list[tuple[tuple[str, str], rows.Row]] = []
        for node in nodes:
            row = rows.node_row(node, self._revision)
            if node.id in old:
                replaced.append(((old[node.id].schema, node.schema), row))
            else:
                (stubs if node.id in state else fresh).append((node.schema, row))
        for schema, group in grouped(fresh).items():
            self._tx.run("node_create", {"rows": group}, labels=schema_labels(schema))
        for schema, group in grouped(stubs).items():
            self._tx.run("node_fill", {"rows": group}, labels=schema_labels(schema))
        for (before, after), group in grouped(replaced).items():
            self._tx.run("node_replace", {"rows": group}, old=schema_labels(before), labels=schema_labels(after))

    def put_stubs(self, ids: Iterable[str]) -> None:
        """Make stubs for ends that have not arrived."""
        missing = [rows.stub_row(id_) for id_ in sorted(ids)]
        if missing:
            self._tx.run("stub_create", {"rows": missing})

    def put_links(self, links: Mapping[str, Iterable[tuple[str, str]]], datasets: Mapping[str, Entity]) -> None:
        """Create the relationships that entity-typed properties are."""
        pairs = (
            (kind, {"source": id_, "target": target, "dataset": datasets[id_].dataset})
            for id_, targets in links.items()
            for kind, target in targets
        )
        for kind, group in grouped(pairs).items():
            self._tx.run("link_create", {"rows": group}, type=quoted(kind))

    def put_edges(self, edges: Iterable[Entity], pairs: Mapping[str, list[tuple[str, str]]]) -> None:
        """Create edges, a relationship for each pair of ends."""
        found: list[tuple[str, rows.Row]] = []
        for edge in edges:
            properties = rows.edge_row(edge, self._revision)
            kind = relationship_type(edge.schema)
            found += (
                (kind, {"source": source, "target": target, "properties": properties})
                for source, target in pairs[edge.id]
            )
        for kind, group in grouped(found).items():
            self._tx.run("edge_create", {"rows": group}, type=quoted(kind))

    def replace_edges(self, edges: Iterable[Entity]) -> None:
        """Give edges whose places stay the same their new properties."""
        found = ((relationship_type(edge.schema), rows.edge_row(edge, self._revision)) for edge in edges)
        for kind, group in grouped(found).items():
            self._tx.run("edge_replace", {"rows": group}, type=quoted(kind))

    def remove(self, ids: Sequence[str]) -> int:
        """Take records out and note that they are gone; how many there were."""
        old = {record.id: record for record in self.records(ids)}
        places = self.places([id_ for id_ in ids if id_ not in old])
        self.delete_edges(places)
        self.retire(list(old.values()))
        gone = {id_: literal_ids(record) for id_, record in old.items()}
        self.bury({**gone, **{id_: [] for id_ in places}})
        return len(old) + len(places)

    def release(self, id_: str, dataset: str, keys: Sequence[str]) -> None:
        """Note values that a record holds no longer, though it is there."""
        if keys:
            known = self._released.get(id_, (dataset, []))[1]
            self._released[id_] = (dataset, [*known, *keys])

    def revive(self, ids: Iterable[str]) -> None:
        """Forget that these records were gone, but not which values went with them."""
        for row in self._tx.run("tombstone_revive", {"ids": list(ids)}):
            self.release(row["id"], row["dataset"], row["keys"])

    def bury(self, gone: Mapping[str, Sequence[str]]) -> None:
        """Note ids that are gone, each with the values that it held."""
        found = [{"id": id_, "dataset": id_.split(":", 1)[0], "keys": list(keys)} for id_, keys in gone.items()]
        self._tx.run("tombstone_bury", {"rows": found, "revision": self._revision})

    def tidy(self) -> None:
        """Delete the stubs that are left alone, and write down the values let go."""
        for group in slices(sorted(self.lonely), STEP):
            self._tx.run("stub_sweep", {"ids": group})
        if self._released:
            found = [
                {"id": RELEASED + id_, "dataset": dataset, "keys": sorted(set(keys))}
                for id_, (dataset, keys) in self._released.items()
            ]
            self._tx.run("tombstone_release", {"rows": found, "revision": self._revision})


class Writer:
    """The one way into the graph."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._ensured: set[str] = set()
        """Datasets that were there when this writer began with them."""

    def ensure_dataset(self, name: str, title: str | None = None) -> None:
        """See that a dataset is there, with this title if one is given; raises BadInput if it is being deleted."""
        given = checked({"title": title})["title"]
        if self._connection.write("dataset_ensure", {"name": name, "title": given})[0]["deleting"]:
            raise being_deleted(name)
        self._ensured.add(name)

    def dataset_updated(self, name: str, at: datetime | None = None) -> None:
        """Note that a dataset is as of now (or ``at``); raises BadInput if it has been deleted meanwhile."""
        if not self._connection.write("dataset_updated", {"name": name, "at": at or datetime.now(UTC)}):
            raise being_deleted(name)

    def ids(self, dataset: str) -> Iterator[str]:
        """The ids of all records of a dataset, in code point order."""
        return (id_ for id_, _ in identities(self._connection, dataset))

    def checksums(self, dataset: str, ids: Collection[str]) -> dict[str, str]:
        """The checksum of each of these records that is there."""
        parameters: dict[str, Any] = {"ids": list(ids), "dataset": dataset}
        found = self._connection.read("node_checksums", parameters, timeout=PATIENCE)
        result = {row["id"]: row["checksum"] for row in found}
        parameters["ids"] = [id_ for id_ in ids if id_ not in result]
        types = self._edge_types(dataset) if parameters["ids"] else ()
        if types:
            part = branches("edge_checksums", types)
            edges = self._connection.read("edge_checksums", parameters, timeout=PATIENCE, branches=part)
            result.update((row["id"], row["checksum"]) for row in edges)
        return result

    def _edge_types(self, dataset: str) -> tuple[str, ...]:
        """The relationship types that a dataset has edges of: far fewer than there are."""
        after, end = span(dataset)
        part = branches("edge_present", TYPES)
        parameters = {"after": after, "end": end}
        found = self._connection.read("edge_present", parameters, timeout=PATIENCE, branches=part)
        return tuple(sorted(row["type"] for row in found))

    def write(self, entities: Sequence[Entity], existing: Collection[str]) -> int:
        """Write records, replacing the ``existing`` ones; the revision under which they now stand."""
        latest = {entity.id: entity for entity in entities}
        nodes = {id_: entity for id_, entity in latest.items() if not schema_of(entity.schema).edge}
        edges = {id_: entity for id_, entity in latest.items() if id_ not in nodes}
        links = {id_: rows.links(node) for id_, node in nodes.items()}
        pairs = {id_: rows.ends(edge) for id_, edge in edges.items()}
        named = {target for targets in links.values() for _, target in targets}
        named.update(end for ends in pairs.values() for pair in ends for end in pair)
        with self._connection.transaction() as tx:
            revision = bump(tx, 1 if latest else 0)
            self._refuse_deleted(tx, {entity.dataset for entity in latest.values()})
            batch = Batch(tx, revision)
            state = batch.state({*latest, *named})
            old = {e.id: e for e in batch.records([id_ for id_ in latest if state.get(id_) is not None])}
            places = batch.places([id_ for id_ in latest if id_ in existing and id_ not in old])
            stay = {id_ for id_, found in places.items() if id_ in edges and found == wanted(edges[id_], pairs[id_])}
            batch.delete_edges({id_: found for id_, found in places.items() if id_ not in stay})
            fresh = replace(batch, old, nodes, links)
            batch.put_nodes(nodes.values(), old, state)
            batch.put_stubs(named - set(state) - set(nodes))
            batch.replace_edges(edges[id_] for id_ in stay)
            batch.put_edges((edge for id_, edge in edges.items() if id_ not in stay), pairs)
            batch.put_links(fresh, nodes)
            batch.revive(id_ for id_ in latest if id_ not in existing)
            batch.tidy()
        return revision

    def _refuse_deleted(self, tx: Transaction, names: Collection[str]) -> None:
        """Raises BadInput if a dataset is being deleted, or was since this writer began with it."""
        found = {row["name"]: row["properties"] for row in tx.run("dataset_state", {"names": sorted(names)})}
        for name in names:
            if "deleting" in found.get(name, ()) or (name in self._ensured and name not in found):
                raise being_deleted(name)

    def remove(self, ids: Iterable[str]) -> int:
        """Take records out, up to AT_ONCE of them in one transaction; the revision under which they are gone.

        More go in several transactions, AT_ONCE in each: what a transaction changes is held in Neo4j's heap.
        """
        revision = 0
        for group in slices(ids, AT_ONCE):
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
                removed = sum(batch.remove(group) for group in slices(ids, STEP))
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
    found = tx.run("clew_bump", {"by": by})
    if not found:
        raise MigrationError("this database has not been migrated: run `clew migrate`")
    return int(found[0]["revision"])


def is_deleting(tx: Transaction, dataset: str) -> bool:
    """Whether a dataset is being deleted."""
    return any("deleting" in row["properties"] for row in tx.run("dataset_state", {"names": [dataset]}))


def being_deleted(name: str) -> BadInput:
    """The error for who writes to a dataset that is going."""
    return BadInput(
        f"the dataset {name} is being deleted, or has been since this load began: wait until `clew dataset delete "
        f"{name}` is done, then load it anew"
    )


def wanted(edge: Entity, pairs: Iterable[tuple[str, str]]) -> set[Place]:
    """Where the relationships of an edge are to be."""
    return {(relationship_type(edge.schema), source, target) for source, target in pairs}


def replace(
    batch: Batch, old: Mapping[str, Entity], nodes: Mapping[str, Entity], links: Mapping[str, list[tuple[str, str]]]
) -> Mapping[str, Iterable[tuple[str, str]]]:
    """Clear away what old versions leave: links, values, and records that now are edges; the links to make.

    What old and new have in common is left alone, so that no reader misses it for a moment.
    """
    before = {id_: rows.links(record) for id_, record in old.items() if id_ in nodes}
    batch.drop_links({id_: set(found) - set(links[id_]) for id_, found in before.items()})
    batch.retire([record for id_, record in old.items() if id_ not in nodes])
    for id_, record in old.items():
        held = literal_ids(nodes[id_]) if id_ in nodes else []
        batch.release(id_, record.dataset, sorted(set(literal_ids(record)) - set(held)))
    return {id_: [link for link in found if link not in before.get(id_, ())] for id_, found in links.items()}
