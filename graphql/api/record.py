"""FtM's schemata as GraphQL types, made from its own model.

A schema with descendants is an interface, and an object type ``<Name>Record`` stands for records of exactly
that schema; one without is an object type; an abstract one is an interface only. Every property is a list, as
FtM has it; one that names entities answers them; FtM's reverse properties are connections.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import strawberry
from followthemoney import model
from followthemoney.property import Property as FtmProperty
from followthemoney.schema import Schema
from strawberry.annotation import StrawberryAnnotation
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from api.connection import MAX_OFFSET, PageInfo, cursor_of, offset, place_of, size
from api.entity import Entity, object_name
from api.session import Info
from engine import entity as value

REFERRERS = 10
NONE: list[Any] = []
Namespace = dict[str, Any]


class PropertyField(StrawberryField):
    """A field that answers a property's values as they are."""

    prop: FtmProperty

    def __copy__(self) -> "PropertyField":
        copied = super().__copy__()
        copied.prop = self.prop
        return copied

    def get_result(self, source: value.Entity, info: Any, args: Sequence[Any], kwargs: Any) -> Any:
        """The property's values."""
        return source.properties.get(self.prop.name, NONE)


class LinkField(PropertyField):
    """A field that answers the entities that a property names, as far as they fit the property's range."""

    @property
    def is_basic_field(self) -> bool:
        """False: the session is needed."""
        return False

    def get_result(self, source: value.Entity, info: Info, args: Sequence[Any], kwargs: Any) -> Any:
        """The entities named, read in one batch for the whole page."""
        ids = source.references(self.prop.name)
        return self._entities(ids, info) if ids else NONE

    async def _entities(self, ids: list[str], info: Info) -> list[value.Entity]:
        found = await info.context.nodes.load_many(ids)
        return [node for node in found if isinstance(node, value.Entity) and fits(node, self.prop)]


class ReverseField(LinkField):
    """A field that answers the entities that name this one in a property of theirs."""

    def get_result(self, source: value.Entity, info: Info, args: Sequence[Any], kwargs: Any) -> Any:
        """A page of them, read in one batch for the whole page above."""
        return self._page(source, info, kwargs.get("first"), kwargs.get("after"))

    async def _page(self, source: value.Entity, info: Info, first: int | None, after: str | None) -> "Referrers":
        start, asked = place_of(after, offset) or 0, size(first, REFERRERS)
        reverse = self.prop.reverse
        assert reverse is not None
        load = info.context.referrers(reverse.schema.name, reverse.name, start + asked + 1)
        found = [node for node in await load.load(source.id) if fits(node, self.prop)]
        return Referrers(source.id, self.prop, found, start, asked)


class Referrer:
    """One entity on a page of those that name another one."""

    def __init__(self, cursor: str, node: value.Entity) -> None:
        self.cursor = cursor
        self.node = node


class Referrers:
    """A page of the entities that name another one; ``found`` starts at the first of all."""

    def __init__(self, id_: str, prop: FtmProperty, found: list[value.Entity], start: int, asked: int) -> None:
        self.id = id_
        self.prop = prop
        self.nodes = found[start : start + asked]
        places = range(start + 1, start + len(self.nodes) + 1)
        self.edges = [Referrer(cursor_of(str(n)), node) for n, node in zip(places, self.nodes, strict=True)]
        more = len(found) > start + asked and start + asked <= MAX_OFFSET
        self.page_info = PageInfo.of([edge.cursor for edge in self.edges], more)


async def _referrers_count(root: strawberry.Parent[Referrers], info: Info) -> int | None:
    reverse = root.prop.reverse
    assert reverse is not None
    load = info.context.referrers(reverse.schema.name, reverse.name, MAX_OFFSET + 1)
    found = await load.load(root.id)
    return len(found) if len(found) <= MAX_OFFSET else None


def fits(node: value.Entity, prop: FtmProperty) -> bool:
    """Whether an entity may stand where a property wants one."""
    return prop.range is None or value.schema_of(node.schema).is_a(prop.range)


def _annotation(text: str, namespace: Namespace) -> StrawberryAnnotation:
    return StrawberryAnnotation(text, namespace=namespace)


def _field(prop: FtmProperty, namespace: Namespace) -> PropertyField:
    """A property as a field; ``from`` and the like are no Python names, hence the prefix."""
    kind: type[PropertyField] = PropertyField
    annotation = "list[str]"
    if prop.type.name == "entity":
        target = prop.range.name if prop.range is not None else "Entity"
        kind = ReverseField if prop.stub else LinkField
        annotation = f"{target}Connection" if prop.stub else f"list[{target}]"
    field = kind(
        python_name=f"property_{prop.name}",
        graphql_name=prop.name,
        type_annotation=_annotation(annotation, namespace),
        description=prop.description or None,
    )
    field.prop = prop
    field.arguments = _page_arguments() if prop.stub else []
    return field


def _page_arguments() -> list[StrawberryArgument]:
    return [
        StrawberryArgument("first", None, StrawberryAnnotation(int | None), default=REFERRERS),
        StrawberryArgument("after", None, StrawberryAnnotation(str | None), default=None),
    ]


def _connection(name: str, namespace: Namespace) -> None:
    """The connection and edge types of a schema that reverse properties answer."""
    edge = type(
        f"{name}Edge",
        (),
        {
            "__annotations__": {"cursor": str, "node": name},
            "node": StrawberryField(type_annotation=_annotation(name, namespace)),
            "__doc__": f"One {name} on a page.",
        },
    )
    namespace[f"{name}Edge"] = strawberry.type(edge, name=f"{name}Edge")
    fields: dict[str, Any] = {"edges": f"list[{name}Edge]", "nodes": f"list[{name}]", "page_info": "PageInfo"}
    body: dict[str, Any] = {
        field: StrawberryField(type_annotation=_annotation(text, namespace)) for field, text in fields.items()
    }
    body["total_count"] = strawberry.field(
        resolver=_referrers_count, description=f"How many there are; null beyond {MAX_OFFSET:,}."
    )
    body["__annotations__"] = {**fields, "total_count": int | None}
    connection = type(f"{name}Connection", (), body)
    namespace[f"{name}Connection"] = strawberry.type(connection, name=f"{name}Connection")


def _parents(schema: Schema, namespace: Namespace) -> tuple[type, ...]:
    """The Python classes of a schema's direct parents, the most special first."""
    parents = sorted(schema.extends, key=lambda parent: (-len(parent.schemata), parent.name))
    return tuple(namespace[parent.name] for parent in parents) or (Entity,)


def _schema(schema: Schema, namespace: Namespace) -> None:
    """The types of one schema; those of its parents are there."""
    own = [prop for prop in schema.properties.values() if prop.schema == schema]
    fields = {f"property_{prop.name}": _field(prop, namespace) for prop in own}
    body = {**fields, "__annotations__": dict.fromkeys(fields, Any), "__doc__": f"FtM's {schema.name}."}
    made = type(schema.name, _parents(schema, namespace), body)
    about = schema.description or schema.label
    if schema.abstract or schema.descendants:
        namespace[schema.name] = strawberry.interface(made, name=schema.name, description=about)
    else:
        namespace[schema.name] = strawberry.type(made, name=schema.name, description=about)
    if schema.descendants and not schema.abstract:
        name = object_name(schema.name)
        record = type(name, (namespace[schema.name],), {"__annotations__": {}, "__doc__": f"A {schema.name}."})
        about = f"A {schema.label} that is nothing more special."
        namespace[name] = strawberry.type(record, name=name, description=about)


@cache
def record_types() -> tuple[type, ...]:
    """Every interface and object type of FtM's model."""
    namespace: Namespace = {"Entity": Entity, "PageInfo": PageInfo, "list": list}
    ordered = sorted(model, key=lambda schema: (len(schema.schemata), schema.name))
    for schema in ordered:
        _schema(schema, namespace)
    stubs = (prop for schema in ordered for prop in schema.properties.values() if prop.stub)
    for name in sorted({prop.range.name for prop in stubs if prop.range is not None}):
        _connection(name, namespace)
    return tuple(namespace[schema.name] for schema in ordered) + tuple(
        namespace[object_name(schema.name)]
        for schema in ordered
        if object_name(schema.name) != schema.name and not schema.abstract
    )
