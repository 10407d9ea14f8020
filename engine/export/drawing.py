"""What a drawing of the graph shows of each node and each arrow: the same in every form that Gephi opens."""

from collections.abc import Iterable, Iterator
from functools import cache

from engine.entity import Entity, Literal, Node, schema_of
from engine.export.content import Arrow
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
ARROW_FIELDS = {
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
TYPED = {
    "names": "name",
    "country": "country",
    "topics": "topic",
    "identifiers": "identifier",
    "dates": "date",
}


@cache
def properties_of_type(schema: str, kind: str) -> tuple[str, ...]:
    """The properties of a schema whose values are of one of FtM's types, by name."""
    return tuple(
        sorted(
            p.name
            for p in schema_of(schema).properties.values()
            if p.type.name == kind and not p.stub
        )
    )


def label(node: Node) -> str:
    """What is written beside a node."""
    return node.value if isinstance(node, Literal) else node.caption


def node_values(node: Node) -> dict[str, Value]:
    """A node's fields."""
    if isinstance(node, Literal):
        return {"schema": "Literal", "dataset": node.dataset}
    found: dict[str, Value] = {"schema": node.schema, "dataset": node.dataset}
    for name, kind in TYPED.items():
        values = [
            v
            for prop in properties_of_type(node.schema, kind)
            for v in node.properties.get(prop, ())
        ]
        if values:
            found[name] = joined(list(dict.fromkeys(values)))
    return found


def arrow_label(arrow: Arrow) -> str:
    """What is written beside an arrow: FtM's caption of the edge, else what its schema calls it, else its type."""
    entity = arrow.relationship.entity
    if entity is None:
        return arrow.relationship.type
    schema = schema_of(entity.schema)
    told = (entity.first(name) for name in schema.edge_caption)
    return next((value for value in told if value), schema.name)


def arrow_values(arrow: Arrow) -> dict[str, Value]:
    """An arrow's fields."""
    relationship, entity = arrow.relationship, arrow.relationship.entity
    found: dict[str, Value | None] = {"type": relationship.type, "dataset": relationship.dataset}
    if isinstance(entity, Entity):
        texts = {
            name: joined(entity.properties.get(name, ())) or None
            for name in ("currency", "percentage")
        }
        found |= {
            "schema": entity.schema,
            "start": arrow.start,
            "end": arrow.end,
            "amount": arrow.amount,
        }
        found |= {"share": arrow.share, **texts}
    return {name: value for name in ARROW_FIELDS if (value := found.get(name)) is not None}


def numbered(arrows: Iterable[Arrow]) -> Iterator[tuple[str, Arrow]]:
    """Each arrow with an id of its own: an edge with several ends is several arrows, ``id``, ``id#2``, ``id#3``."""
    last, count = "", 0
    for arrow in arrows:
        id_ = arrow.relationship.id
        count = count + 1 if id_ == last else 1
        last = id_
        yield (id_ if count == 1 else f"{id_}#{count}"), arrow
