"""What one write transaction does to records, query by query, and what it tidies up at its end."""

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
from engine.graph.record.tombstone import Tombstones

TYPES = tuple(sorted(edge_schemata()))
SHARED = alternatives(sorted(kind.upper() for kind in LITERAL_TYPES))
OWN = ("id", "dataset", "schema", "caption")
"""What the graph keeps of a record that is no property of FtM's."""
STEP = 2_000
"""Records that one query of a removal takes."""
Place = tuple[str, str, str]
"""Where a relationship of an edge is: its type and the ids of its ends."""


def grouped(pairs: Iterable[tuple[Any, Any]]) -> Mapping[Any, list[Any]]:
    """Pairs by their first part."""
    groups: defaultdict[Any, list[Any]] = defaultdict(list)
    for key, value in pairs:
        groups[key].append(value)
    return groups


def slices(ids: Iterable[str], size: int) -> Iterator[list[str]]:
    """The ids in lists of at most ``size``, without repetitions inside of a list."""
    rest = iter(ids)
    while group := list(dict.fromkeys(islice(rest, size))):
        yield group


def schema_labels(schema: str) -> str:
    """The labels of a record: its schema and all ancestors."""
    return labels(sorted(ancestor.name for ancestor in schema_of(schema).schemata))


class Batch:
    """One transaction's work on records."""

    def __init__(self, tx: Transaction, revision: int) -> None:
        self._tx = tx
        self._revision = revision
        self._unused: set[str] = set()
        """Ids of nodes that may be stubs which nothing refers to any more."""
        self.tombstones = Tombstones(tx, revision)

    # --- what is there ---

    def state(self, ids: Iterable[str]) -> dict[str, str | None]:
        """The schema of each of these nodes that is there, None for a stub."""
        answer = self._tx.run("node_state", {"ids": list(ids)})
        return {row["id"]: row["schema"] for row in answer}

    def records(self, ids: Sequence[str]) -> list[Entity]:
        """The records with these ids that are nodes, as they are now."""
        if not ids:
            return []
        answer = self._tx.run("node_properties", {"ids": ids})
        return [entity_of(row["properties"]) for row in answer]

    def places(self, ids: Sequence[str]) -> dict[str, dict[str, Place]]:
        """Where the relationships of each of these edges are, by Neo4j's id of each."""
        places: defaultdict[str, dict[str, Place]] = defaultdict(dict)
        if ids:
            union = branches("edge_ends_branch", TYPES)
            for row in self._tx.run("edge_ends", {"ids": ids}, branches=union):
                places[row["id"]][row["element"]] = (row["type"], row["source"], row["target"])
        return dict(places)

    # --- writing ---

    def put_nodes(
        self, new: rows.Prepared, old: Mapping[str, Entity], state: Mapping[str, str | None]
    ) -> None:
        """Create new records, fill stubs and replace old versions."""
        created: list[tuple[str, rows.Row]] = []
        filled: list[tuple[str, rows.Row]] = []
        replaced: list[tuple[tuple[str, str], rows.Row]] = []
        for node in new.nodes.values():
            row = self._revised(new.rows[node.id])
            if node.id in old:
                replaced.append(((old[node.id].schema, node.schema), row))
            else:
                (filled if node.id in state else created).append((node.schema, row))
        # A query names the labels in its text, so there is one for each schema (see write.cypher).
        for schema, group in grouped(created).items():
            self._tx.run("node_create", {"rows": group}, labels=schema_labels(schema))
        for schema, group in grouped(filled).items():
            self._tx.run("node_fill", {"rows": group}, labels=schema_labels(schema))
        for (before, after), group in grouped(replaced).items():
            parts = {"old": schema_labels(before), "labels": schema_labels(after)}
            self._tx.run("node_replace", {"rows": group, "own": OWN}, **parts)

    def put_links(
        self, links: Mapping[str, Iterable[tuple[str, str]]], records: Mapping[str, Entity]
    ) -> None:
        """Create the relationships that entity-typed properties of these records are."""
        pairs = (
            (kind, {"source": id_, "target": target, "dataset": records[id_].dataset})
            for id_, targets in links.items()
            for kind, target in targets
        )
        for kind, group in grouped(pairs).items():
            self._connect("link_create", kind, group)

    def put_edges(self, new: rows.Prepared, stay: Collection[str]) -> None:
        """Create edges, a relationship for each pair of ends, but for those that ``stay``."""
        pairs: list[tuple[str, rows.Row]] = []
        for edge in new.edges.values():
            if edge.id in stay:
                continue
            properties = self._revised(new.rows[edge.id])
            kind = relationship_type(edge.schema)
            pairs += (
                (kind, {"source": source, "target": target, "properties": properties})
                for source, target in new.pairs[edge.id]
            )
        for kind, group in grouped(pairs).items():
            self._connect("edge_create", kind, group)

    def replace_edges(self, new: rows.Prepared, stay: Iterable[str]) -> None:
        """Give edges whose places stay the same their new properties."""
        pairs = (
            (relationship_type(new.edges[id_].schema), self._revised(new.rows[id_])) for id_ in stay
        )
        for kind, group in grouped(pairs).items():
            self._tx.run("edge_replace", {"rows": group, "own": OWN}, type=quoted(kind))

    def _revised(self, row: rows.Row) -> rows.Row:
        row["_revision"] = self._revision
        return row

    def _connect(self, name: str, kind: str, group: Sequence[rows.Row]) -> None:
        """Create relationships, and stubs for ends that have not arrived.

        Ends are looked for only where the query made fewer relationships than it was asked for:
        in most batches all ends are there.
        """
        [answer] = self._tx.run(name, {"rows": group}, type=quoted(kind))
        if answer["made"] == len(group):
            return
        ends = {end for row in group for end in (row["source"], row["target"])}
        missing = ends - self.state(ends).keys()
        self._tx.run("stub_create", {"rows": [rows.stub_row(id_) for id_ in sorted(missing)]})
        late = [row for row in group if row["source"] in missing or row["target"] in missing]
        self._tx.run(name, {"rows": late}, type=quoted(kind))

    # --- deleting ---

    def delete_edges(self, places: Iterable[Mapping[str, Place]]) -> None:
        """Delete edges, each given by its places."""
        elements: list[str] = []
        for of_edge in places:
            self._unused.update(
                end for _, source, target in of_edge.values() for end in (source, target)
            )
            elements += of_edge
        for group in slices(elements, STEP):
            self._tx.run("edge_delete", {"elements": group})

    def delete_links(self, links: Mapping[str, Collection[tuple[str, str]]]) -> None:
        """Delete single relationships that properties were, given by record."""
        pairs = (
            (kind, (id_, target)) for id_, targets in links.items() for kind, target in targets
        )
        for kind, group in grouped(pairs).items():
            ends = [{"source": source, "target": target} for source, target in group]
            self._tx.run("link_drop", {"rows": ends}, type=quoted(kind))
            self._unused.update(target for _, target in group)

    def disconnect(self, schemata: Mapping[str, str]) -> None:
        """Delete the links of records, given by id with their schemata, and those to shared values.

        What others say of them stays: edges, and the links of other records.
        """
        for schema, group in grouped((schema, id_) for id_, schema in schemata.items()).items():
            if types := rows.link_types(schema):
                answer = self._tx.run("link_delete", {"ids": group}, types=alternatives(types))
                self._unused.update(row["target"] for row in answer)
        for name in ("mention_release", "mention_release_text"):
            self._tx.run(name, {"ids": list(schemata)})
        answer = self._tx.run("literal_detach", {"ids": list(schemata)}, types=SHARED)
        if shared := [row["literal"] for row in answer]:
            self._tx.run("literal_sweep", {"ids": shared})

    def make_stubs(self, schemata: Mapping[str, str]) -> None:
        """Make stubs of disconnected records, given by id with their schemata.

        Those that nothing refers to are deleted at the end.
        """
        for schema, group in grouped((schema, id_) for id_, schema in schemata.items()).items():
            self._tx.run("node_retire", {"ids": group}, old=schema_labels(schema))
        self._unused.update(schemata)

    def alone(self, ids: Iterable[str]) -> dict[str, str]:
        """Which of these nodes have no relationship, each with Neo4j's id of it."""
        alone: dict[str, str] = {}
        for group in slices(ids, STEP):
            answer = self._tx.run("node_alone", {"ids": group})
            alone.update((row["id"], row["element"]) for row in answer)
        return alone

    def delete_nodes(self, alone: Mapping[str, str]) -> None:
        """Delete nodes that have no relationship, each given by its id and Neo4j's id of it."""
        self._unused -= alone.keys()
        self._delete_unused()  # looks in the index of ids, which the next deletions make slower
        for group in slices(alone.values(), STEP):
            self._tx.run("node_delete", {"elements": group})

    def _delete_unused(self) -> None:
        """Delete the stubs that nothing refers to any more."""
        for group in slices(sorted(self._unused), STEP):
            self._tx.run("stub_sweep", {"ids": group})
        self._unused.clear()

    def finish(self) -> list[Change]:
        """Delete the stubs that nothing refers to, and write the values that records have lost.

        Answers those values as changes.
        """
        self._delete_unused()
        return self.tombstones.write_released()


def is_settled(new: rows.Prepared, id_: str, places: Mapping[str, Place]) -> bool:
    """Whether a record is an edge whose relationships are where they are to be."""
    if id_ not in new.edges:
        return False
    kind = relationship_type(new.edges[id_].schema)
    return sorted(places.values()) == sorted(
        (kind, source, target) for source, target in new.pairs[id_]
    )


def clear_old(
    batch: Batch, old: Mapping[str, Entity], new: rows.Prepared
) -> Mapping[str, Iterable[tuple[str, str]]]:
    """Delete what only the old versions have: links, values, and nodes of what now are edges.

    What old and new have in common is not touched, so that no reader misses it for a moment.
    Answers the links that are still to be made.
    """
    before = {id_: rows.links(record) for id_, record in old.items() if id_ in new.nodes}
    batch.delete_links(
        {id_: set(links) - set(new.links.get(id_, ())) for id_, links in before.items()}
    )
    if turned := {id_: record.schema for id_, record in old.items() if id_ not in new.nodes}:
        batch.disconnect(turned)
        batch.make_stubs(turned)
    for id_, record in old.items():
        held = literal_ids(new.nodes[id_]) if id_ in new.nodes else []
        lost = sorted(set(literal_ids(record)) - set(held))
        batch.tombstones.release(id_, record.dataset, lost)
    return {
        id_: [link for link in links if link not in before.get(id_, ())]
        for id_, links in new.links.items()
    }
