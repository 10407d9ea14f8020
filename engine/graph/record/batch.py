"""What one write transaction does to records, statement by statement, and what it leaves to tidy up at its end."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from engine.entity import (
    LITERAL_TYPES,
    Entity,
    edge_schemata,
    literal_ids,
    relationship_type,
    schema_of,
)
from engine.graph.connection import Transaction
from engine.graph.convert import entity_of
from engine.graph.cypher import alternatives, branches, labels, quoted
from engine.graph.record import row as rows
from engine.graph.record.change import Change

TYPES = tuple(sorted(edge_schemata()))
SHARED = alternatives(sorted(kind.upper() for kind in LITERAL_TYPES))
STEP = 2_000
"""Records that one statement of a removal takes."""
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
        return [
            entity_of(row["properties"]) for row in self._tx.run("node_properties", {"ids": ids})
        ]

    def places(self, ids: Sequence[str]) -> dict[str, dict[str, Place]]:
        """Where the relationships of the edges with these ids are, by Neo4j's id of each."""
        found: defaultdict[str, dict[str, Place]] = defaultdict(dict)
        if ids:
            for row in self._tx.run(
                "edge_ends", {"ids": ids}, branches=branches("edge_ends_branch", TYPES)
            ):
                found[row["id"]][row["element"]] = (row["type"], row["source"], row["target"])
        return dict(found)

    def delete_edges(self, places: Iterable[Mapping[str, Place]]) -> None:
        """Delete edges, each given by its places."""
        elements: list[str] = []
        for found in places:
            self.lonely.update(
                end for _, source, target in found.values() for end in (source, target)
            )
            elements += found
        for group in slices(elements, STEP):
            self._tx.run("edge_delete", {"elements": group})

    def drop_links(self, links: Mapping[str, Collection[tuple[str, str]]]) -> None:
        """Delete single relationships that entity-typed properties were: those named no longer."""
        pairs = (
            (kind, (id_, target)) for id_, targets in links.items() for kind, target in targets
        )
        for kind, group in grouped(pairs).items():
            found = [{"source": source, "target": target} for source, target in group]
            self._tx.run("link_drop", {"rows": found}, type=quoted(kind))
            self.lonely.update(target for _, target in group)

    def isolate(self, schemata: Mapping[str, str]) -> None:
        """Delete the relationships that records have by themselves: to those they name, and to shared values."""
        for schema, group in grouped((schema, id_) for id_, schema in schemata.items()).items():
            if types := rows.link_types(schema):
                found = self._tx.run("link_delete", {"ids": group}, types=alternatives(types))
                self.lonely.update(row["target"] for row in found)
        shared = [
            row["literal"]
            for row in self._tx.run("literal_detach", {"ids": list(schemata)}, types=SHARED)
        ]
        if shared:
            self._tx.run("literal_sweep", {"ids": shared})

    def retire(self, schemata: Mapping[str, str]) -> None:
        """Make stubs of isolated records, given by id with their schemata; those left alone go in the end."""
        for schema, group in grouped((schema, id_) for id_, schema in schemata.items()).items():
            self._tx.run("node_retire", {"ids": group}, old=schema_labels(schema))
        self.lonely.update(schemata)

    def put_nodes(
        self, new: rows.Prepared, old: Mapping[str, Entity], state: Mapping[str, str | None]
    ) -> None:
        """Create new records, fill stubs and replace old versions."""
        fresh: list[tuple[str, rows.Row]] = []
        stubs: list[tuple[str, rows.Row]] = []
        replaced: list[tuple[tuple[str, str], rows.Row]] = []
        for node in new.nodes.values():
            row = self._revised(new.rows[node.id])
            if node.id in old:
                replaced.append(((old[node.id].schema, node.schema), row))
            else:
                (stubs if node.id in state else fresh).append((node.schema, row))
        for schema, group in grouped(fresh).items():
            self._tx.run("node_create", {"rows": group}, labels=schema_labels(schema))
        for schema, group in grouped(stubs).items():
            self._tx.run("node_fill", {"rows": group}, labels=schema_labels(schema))
        for (before, after), group in grouped(replaced).items():
            self._tx.run(
                "node_replace",
                {"rows": group},
                old=schema_labels(before),
                labels=schema_labels(after),
            )

    def _revised(self, row: rows.Row) -> rows.Row:
        row["_revision"] = self._revision
        return row

    def _connect(self, name: str, kind: str, group: Sequence[rows.Row]) -> None:
        """Create relationships. Only where fewer than asked for were made are ends looked for, and stubs put there."""
        [done] = self._tx.run(name, {"rows": group}, type=quoted(kind))
        if done["made"] < len(group):
            ends = {end for row in group for end in (row["source"], row["target"])}
            missing = ends - self.state(ends).keys()
            self._tx.run("stub_create", {"rows": [rows.stub_row(id_) for id_ in sorted(missing)]})
            late = [row for row in group if row["source"] in missing or row["target"] in missing]
            self._tx.run(name, {"rows": late}, type=quoted(kind))

    def put_links(
        self, links: Mapping[str, Iterable[tuple[str, str]]], datasets: Mapping[str, Entity]
    ) -> None:
        """Create the relationships that entity-typed properties are."""
        pairs = (
            (kind, {"source": id_, "target": target, "dataset": datasets[id_].dataset})
            for id_, targets in links.items()
            for kind, target in targets
        )
        for kind, group in grouped(pairs).items():
            self._connect("link_create", kind, group)

    def put_edges(self, new: rows.Prepared, stay: Collection[str]) -> None:
        """Create edges, a relationship for each pair of ends, but for those that ``stay`` where they are."""
        found: list[tuple[str, rows.Row]] = []
        for edge in new.edges.values():
            if edge.id in stay:
                continue
            properties = self._revised(new.rows[edge.id])
            kind = relationship_type(edge.schema)
            found += (
                (kind, {"source": source, "target": target, "properties": properties})
                for source, target in new.pairs[edge.id]
            )
        for kind, group in grouped(found).items():
            self._connect("edge_create", kind, group)

    def replace_edges(self, new: rows.Prepared, stay: Iterable[str]) -> None:
        """Give edges whose places stay the same their new properties."""
        found = (
            (relationship_type(new.edges[id_].schema), self._revised(new.rows[id_])) for id_ in stay
        )
        for kind, group in grouped(found).items():
            self._tx.run("edge_replace", {"rows": group}, type=quoted(kind))

    def remove(self, ids: Sequence[str]) -> int:
        """Take records out and note that they are gone; how many there were.

        A seek in an index gets slower with each entry of it that its own transaction has deleted. So all is read
        before anything goes; first all that connects the records goes, last those that nothing refers to.
        """
        gone: dict[str, list[str]] = {}
        schemata: dict[str, str] = {}
        places: list[dict[str, Place]] = []
        alone: dict[str, str] = {}
        for group in slices(ids, STEP):
            old = {record.id: record for record in self.records(group)}
            edges = self.places([id_ for id_ in group if id_ not in old])
            gone.update({id_: literal_ids(record) for id_, record in old.items()})
            gone.update((id_, []) for id_ in edges)
            schemata.update((id_, record.schema) for id_, record in old.items())
            places += edges.values()
        for group in slices(gone, STEP):
            self.bury({id_: gone[id_] for id_ in group})
        self.delete_edges(places)
        for group in slices(schemata, STEP):
            self.isolate({id_: schemata[id_] for id_ in group})
        for group in slices(schemata, STEP):
            found = self._tx.run("node_alone", {"ids": group})
            alone.update((row["id"], row["element"]) for row in found)
        for group in slices(schemata.keys() - alone.keys(), STEP):
            self.retire({id_: schemata[id_] for id_ in group})
        self.lonely -= alone.keys()
        self.sweep()
        for group in slices(alone.values(), STEP):
            self._tx.run("node_delete", {"elements": group})
        return len(gone)

    def release(self, id_: str, dataset: str, keys: Sequence[str]) -> None:
        """Note values that a record holds no longer, though it is there."""
        if keys:
            known = self._released.get(id_, (dataset, []))[1]
            self._released[id_] = (dataset, [*known, *keys])

    def revive(self, ids: Iterable[str]) -> None:
        """Forget that these records were gone, but not which values went with them."""
        for row in self._tx.run("tombstone_delete", {"ids": list(ids)}):
            self.release(row["id"], row["dataset"], row["keys"])

    def bury(self, gone: Mapping[str, Sequence[str]]) -> None:
        """Note ids that are gone, each with the values that it held."""
        found = [
            {"id": id_, "dataset": id_.split(":", 1)[0], "keys": list(keys)}
            for id_, keys in gone.items()
        ]
        self._tx.run("tombstone_set", {"rows": found, "revision": self._revision})

    def sweep(self) -> None:
        """Delete the stubs that are left alone."""
        for group in slices(sorted(self.lonely), STEP):
            self._tx.run("stub_sweep", {"ids": group})
        self.lonely.clear()

    def tidy(self) -> list[Change]:
        """Delete the stubs that are left alone, and write down the values let go; those as changes."""
        self.sweep()
        found = [
            (RELEASED + id_, dataset, sorted(set(keys)))
            for id_, (dataset, keys) in self._released.items()
        ]
        if found:
            told = [{"id": id_, "dataset": dataset, "keys": keys} for id_, dataset, keys in found]
            self._tx.run("tombstone_release", {"rows": told, "revision": self._revision})
        return [Change(self._revision, id_, None, keys) for id_, _, keys in found]


def settled(new: rows.Prepared, id_: str, places: Mapping[str, Place]) -> bool:
    """Whether a record is an edge whose relationships are where they are to be."""
    if id_ not in new.edges:
        return False
    kind = relationship_type(new.edges[id_].schema)
    return sorted(places.values()) == sorted(
        (kind, source, target) for source, target in new.pairs[id_]
    )


def replace(
    batch: Batch, old: Mapping[str, Entity], new: rows.Prepared
) -> Mapping[str, Iterable[tuple[str, str]]]:
    """Clear away what old versions leave: links, values, and records that now are edges; the links to make.

    What old and new have in common is left alone, so that no reader misses it for a moment.
    """
    before = {id_: rows.links(record) for id_, record in old.items() if id_ in new.nodes}
    batch.drop_links(
        {id_: set(found) - set(new.links.get(id_, ())) for id_, found in before.items()}
    )
    if turned := {id_: record.schema for id_, record in old.items() if id_ not in new.nodes}:
        batch.isolate(turned)
        batch.retire(turned)
    for id_, record in old.items():
        held = literal_ids(new.nodes[id_]) if id_ in new.nodes else []
        batch.release(id_, record.dataset, sorted(set(literal_ids(record)) - set(held)))
    return {
        id_: [link for link in found if link not in before.get(id_, ())]
        for id_, found in new.links.items()
    }
