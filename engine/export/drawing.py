"""The fields of nodes and relationships in graph formats: the same in all that Gephi opens."""

from collections.abc import Iterable, Iterator
from functools import cache

from engine.entity import Entity, Literal, Node, schema_of
from engine.export.content import MeasuredRelationship
from engine.export.table import joined

Value = str | float
NODE_FIELDS = {
    "schema": "string",
    "dataset": "string",
    "names": "string",
    "country": "string",
    "topics": "string",
    "identifiers": "string",
    "dates": "string",
}
EDGE_FIELDS = {
    "type": "string",
    "schema": "string",
    "dataset": "string",
    "start": "string",
    "end": "string",
    "amount": "double",
    "currency": "string",
    "share": "double",
    "percentage": "string",
}
"""Each field with its type; one that has no value is left out."""
PROPERTY_TYPES = {
    "names": "name",
    "country": "country",
    "topics": "topic",
    "identifiers": "identifier",
    "dates": "date",
}
"""The fields of a node that hold all its values of one of FtM's types."""


@cache
def properties_of_type(schema: str, kind: str) -> tuple[str, ...]:
    """The properties of a schema whose values are of one of FtM's types, by name."""
    properties = schema_of(schema).properties.values()
    return tuple(sorted(p.name for p in properties if p.type.name == kind and not p.stub))


def label(node: Node) -> str:
    """The text beside a node."""
    return node.value if isinstance(node, Literal) else node.caption


def node_values(node: Node) -> dict[str, Value]:
    """A node's fields."""
    if isinstance(node, Literal):
        return {"schema": "Literal", "dataset": node.dataset}
    fields: dict[str, Value] = {"schema": node.schema, "dataset": node.dataset}
    for name, kind in PROPERTY_TYPES.items():
        values = [
            value
            for prop in properties_of_type(node.schema, kind)
            for value in node.properties.get(prop, ())
        ]
        if values:
            fields[name] = joined(list(dict.fromkeys(values)))
    return fields


def edge_label(measured: MeasuredRelationship) -> str:
    """The text beside a relationship: FtM's caption of an edge, else its schema or type."""
    entity = measured.relationship.entity
    if entity is None:
        return measured.relationship.type
    schema = schema_of(entity.schema)
    captions = (entity.first(name) for name in schema.edge_caption)
    return next((caption for caption in captions if caption), schema.name)


def edge_values(measured: MeasuredRelationship) -> dict[str, Value]:
    """A relationship's fields."""
    relationship, entity = measured.relationship, measured.relationship.entity
    fields: dict[str, Value | None] = {"type": relationship.type, "dataset": relationship.dataset}
    if isinstance(entity, Entity):
        fields |= {
            "schema": entity.schema,
            "start": measured.start,
            "end": measured.end,
            "amount": measured.amount,
            "share": measured.share,
        }
        for name in ("currency", "percentage"):
            fields[name] = joined(entity.properties.get(name, ())) or None
    return {name: value for name in EDGE_FIELDS if (value := fields.get(name)) is not None}


def numbered(
    relationships: Iterable[MeasuredRelationship],
) -> Iterator[tuple[str, MeasuredRelationship]]:
    """Each relationship with an id of its own: an edge with several ends is several of them.

    They have one id in the graph; here they are ``id``, ``id#2``, ``id#3``.
    """
    last, count = "", 0
    for measured in relationships:
        id_ = measured.relationship.id
        count = count + 1 if id_ == last else 1
        last = id_
        yield (id_ if count == 1 else f"{id_}#{count}"), measured
