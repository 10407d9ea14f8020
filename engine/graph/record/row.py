"""How records become rows of the queries that write; ``convert`` goes the other way."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from engine.entity import Entity, link_properties, relationship_type, schema_of
from engine.errors import BadInput
from engine.period import period_of
from engine.share import lowest_share

Row = dict[str, Any]
ID_BYTES = 2000
"""A longer id does not fit Neo4j's indexes."""


def checked(id_: str) -> str:
    """The id, if it can be indexed; raises BadInput."""
    # encoding is slow and ids are many: a character has at most four bytes
    if len(id_) * 4 > ID_BYTES and len(id_.encode("utf-8", "replace")) > ID_BYTES:
        raise BadInput(f"an id may have {ID_BYTES} bytes: {id_[:50]}…")
    return id_


def node_row(entity: Entity) -> Row:
    """All that the graph keeps of a record, but for the revision."""
    row: Row = dict(entity.properties)
    row["id"] = checked(entity.id)
    row["dataset"] = entity.dataset
    row["schema"] = entity.schema
    row["caption"] = entity.caption
    row["_checksum"] = entity.checksum
    return row


def amount_of(entity: Entity) -> float | None:
    """The first amount of an edge that is a number."""
    for text in entity.properties.get("amount", ()):
        try:
            amount = float(text)
        except ValueError:
            continue
        if math.isfinite(amount):  # "nan" and "inf" are numbers to Python
            return amount
    return None


def edge_row(entity: Entity) -> Row:
    """All that the graph keeps of an edge, but for the revision.

    What paths and expansions filter by is kept a second time, as a value that Cypher can compare.
    """
    row = node_row(entity)
    start, end = period_of(entity)
    share = lowest_share(entity.properties.get("percentage", ())).value
    copies = {"_start": start, "_end": end, "_share": share, "_amount": amount_of(entity)}
    row.update((name, value) for name, value in copies.items() if value is not None)
    return row


def ends(entity: Entity) -> list[tuple[str, str]]:
    """The pairs of ids that an edge connects; raises BadInput where an end is missing."""
    schema = schema_of(entity.schema)
    source, target = schema.source_prop, schema.target_prop
    if source is None or target is None:
        raise BadInput(f"{entity.schema} is no edge")
    pairs = dict.fromkeys(
        (checked(a), checked(b))
        for a in entity.references(source.name)
        for b in entity.references(target.name)
    )
    if not pairs:
        raise BadInput(f"{entity.id[:100]} lacks its {source.name} or its {target.name}")
    return list(pairs)


def links(entity: Entity) -> list[tuple[str, str]]:
    """The (relationship type, target) of every entity that a node record names."""
    kinds = link_kinds(entity.schema)
    named = (name for name in entity.properties if name in kinds)
    return list(
        dict.fromkeys(
            (kinds[name], checked(target)) for name in named for target in entity.references(name)
        )
    )


@cache
def link_kinds(schema: str) -> Mapping[str, str]:
    """The relationship type of each property by which a node record may name entities."""
    return {prop.name: relationship_type(prop.name) for prop in link_properties(schema)}


def link_types(schema: str) -> list[str]:
    """The relationship types that a node record of this schema may name entities by."""
    return sorted(set(link_kinds(schema).values()))


def stub_row(id_: str) -> Row:
    """What stands for a record that has not arrived yet."""
    return {"id": id_, "dataset": id_.split(":", 1)[0], "_stub": True}


@dataclass(slots=True)
class Prepared:
    """Records by id, with all that can be computed before a transaction begins."""

    nodes: dict[str, Entity] = field(default_factory=dict)
    edges: dict[str, Entity] = field(default_factory=dict)
    rows: dict[str, Row] = field(default_factory=dict)
    """What the graph keeps of each, but for the revision."""
    links: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """The (relationship type, target) of every entity that a node record names."""
    pairs: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    """The (source, target) ids that each edge connects."""

    def entities(self) -> dict[str, Entity]:
        """All of them by id."""
        return self.nodes | self.edges


def prepared(entities: Iterable[Entity]) -> Prepared:
    """Records prepared for writing; of several with one id the last counts. Raises BadInput."""
    result = Prepared()
    for id_, entity in {entity.id: entity for entity in entities}.items():
        if schema_of(entity.schema).edge:
            result.edges[id_] = entity
            result.rows[id_] = edge_row(entity)
            result.pairs[id_] = ends(entity)
        else:
            result.nodes[id_] = entity
            result.rows[id_] = node_row(entity)
            if targets := links(entity):
                result.links[id_] = targets
    return result
