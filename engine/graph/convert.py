"""How what Neo4j answers becomes values: records, shared values and relationships."""

from collections.abc import Mapping
from typing import Any

from engine.entity import Entity, Literal, Node, Relationship
from engine.errors import ServerUnavailable

LITERAL = "literal:"
"""How the id of every shared value starts."""


def check_present(mapping: Mapping[str, Any]) -> None:
    """Raises ServerUnavailable for what was deleted between being found and being read: nothing is left of it then."""
    if not mapping:
        raise ServerUnavailable("The graph changed while this was read: ask again")


def entity_of(mapping: Mapping[str, Any]) -> Entity:
    """The record that a node's or an edge's properties tell: every list is a property of FtM's.

    Raises ServerUnavailable where none are left.
    """
    check_present(mapping)
    properties = {name: value for name, value in mapping.items() if isinstance(value, list)}
    checksum = mapping["_checksum"]
    return Entity(
        mapping["id"],
        mapping["dataset"],
        mapping["schema"],
        mapping["caption"],
        properties,
        checksum,
    )


def node_of(mapping: Mapping[str, Any], dataset: str = "") -> Node:
    """The record or shared value that a node is; ``dataset`` is the one through which a value was found."""
    if mapping and mapping["id"].startswith(LITERAL):
        return Literal(mapping["id"], mapping["type"], mapping["value"], dataset)
    return entity_of(mapping)


def relationship_of(
    kind: str, source: str, target: str, properties: Mapping[str, Any]
) -> Relationship:
    """A relationship from its type, the ids of its ends, and its properties."""
    check_present(properties)
    dataset = properties["dataset"]
    if "schema" in properties:
        return Relationship(properties["id"], kind, dataset, source, target, entity_of(properties))
    return Relationship(f"{source}|{kind}|{target}", kind, dataset, source, target)
