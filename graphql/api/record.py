"""FtM's schemata as GraphQL types, made from FtM's own model.

A schema with descendants is an interface, and records of exactly that schema have the object type
``<Name>Record``. A schema without descendants is an object type, an abstract one only an interface.
Every property is a list, as in FtM. One whose values are ids returns the entities; FtM's reverse
properties are connections.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

import strawberry
from followthemoney import model
from followthemoney.property import Property as FtmProperty
from followthemoney.schema import Schema
from strawberry.annotation import StrawberryAnnotation
from strawberry.types import get_object_definition
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from api.connection import MAX_OFFSET, PageInfo, offset_of, page_size
from api.description import about_schema
from api.entity import Entity, object_name
from api.session import Info
from engine import entity as value
from engine.cursor import cursor_of

PAGE = 10
NO_VALUES: list[Any] = []
Namespace = dict[str, Any]


class PropertyField(StrawberryField):
    """A property whose values are returned as they are."""

    prop: FtmProperty

    def __copy__(self) -> "PropertyField":
        copied = super().__copy__()
        copied.prop = self.prop
        return copied

    def get_result(self, source: value.Entity, info: Any, args: Sequence[Any], kwargs: Any) -> Any:
        """The property's values."""
        return source.properties.get(self.prop.name, NO_VALUES)


class LinkField(PropertyField):
    """A property whose values are ids: returns the entities that fit the property's range."""

    @property
    def is_basic_field(self) -> bool:
        """False: Strawberry passes the session only to fields that are not basic."""
        return False

    def get_result(self, source: value.Entity, info: Any, args: Sequence[Any], kwargs: Any) -> Any:
        """The entities, read in one batch for all records of the page."""
        ids = source.references(self.prop.name)
        return self._entities(ids, info) if ids else NO_VALUES

    async def _entities(self, ids: list[str], info: Info) -> list[value.Entity]:
        nodes = await info.context.nodes.load_many(ids)
        return [node for node in nodes if isinstance(node, value.Entity) and fits(node, self.prop)]


class ReverseField(LinkField):
    """A reverse property: returns the entities that name this one in a property of theirs."""

    def get_result(self, source: value.Entity, info: Any, args: Sequence[Any], kwargs: Any) -> Any:
        """A page of them, read in one batch for all records of the page above."""
        return self._page(source, info, kwargs.get("first"), kwargs.get("after"))

    async def _page(
        self, source: value.Entity, info: Info, first: int | None, after: str | None
    ) -> "Referrers":
        start, size = offset_of(after), page_size(first, PAGE)
        reverse = self.prop.reverse
        assert reverse is not None
        # The engine reads from the first one on, so that one batch serves records of any page; one
        # more than the page holds shows whether there is another page.
        loader = info.context.referrers(reverse.schema.name, reverse.name, start + size + 1)
        nodes = [node for node in await loader.load(source.id) if fits(node, self.prop)]
        return Referrers(source.id, self.prop, nodes, start, size)


class Referrer:
    """One entity on a page of those that name another one."""

    def __init__(self, cursor: str, node: value.Entity) -> None:
        self.cursor = cursor
        self.node = node


class Referrers:
    """A page of the entities that name another one."""

    def __init__(
        self, id_: str, prop: FtmProperty, nodes: list[value.Entity], start: int, size: int
    ) -> None:
        """``nodes`` begin with the first of all; the page is ``size`` of them from ``start`` on."""
        self.id = id_
        self.prop = prop
        self.nodes = nodes[start : start + size]
        places = range(start + 1, start + len(self.nodes) + 1)
        self.edges = [
            Referrer(cursor_of(n), node) for n, node in zip(places, self.nodes, strict=True)
        ]
        more = len(nodes) > start + size and start + size <= MAX_OFFSET
        self.page_info = PageInfo.of([edge.cursor for edge in self.edges], more, start > 0)


async def _referrers_count(root: strawberry.Parent[Referrers], info: Info) -> int:
    reverse = root.prop.reverse
    assert reverse is not None
    return await info.context.referrer_counts(reverse.schema.name, reverse.name).load(root.id)


def fits(node: value.Entity, prop: FtmProperty) -> bool:
    """Whether an entity has a schema that the property's range allows."""
    return prop.range is None or value.schema_of(node.schema).is_a(prop.range)


def _kind(prop: FtmProperty) -> tuple[type[PropertyField], str]:
    """The class of a property's field, and the name of its type."""
    if prop.type.name != "entity":
        return PropertyField, "list[str]"
    target = prop.range.name if prop.range is not None else "Entity"
    return (ReverseField, f"{target}Connection") if prop.stub else (LinkField, f"list[{target}]")


def _field(prop: FtmProperty) -> PropertyField:
    """A property as a field. The prefix is for names such as ``from``, which Python reserves."""
    field = _kind(prop)[0](
        python_name=f"property_{prop.name}",
        graphql_name=prop.name,
    )
    field.prop = prop
    field.arguments = _page_arguments() if prop.stub else []
    return field


def _typed(made: type, types: dict[str, str], namespace: Namespace) -> type:
    """A Strawberry class whose fields have types that may not exist yet, named in ``namespace``.

    By itself Strawberry would look these names up in the module.
    """
    definition = get_object_definition(made, strict=True)
    for field in definition.fields:
        if field.python_name in types:
            field.type_annotation = StrawberryAnnotation(
                types[field.python_name], namespace=namespace
            )
    namespace[definition.name] = made
    return made


def _page_arguments() -> list[StrawberryArgument]:
    return [
        StrawberryArgument("first", None, StrawberryAnnotation(int | None), default=PAGE),
        StrawberryArgument("after", None, StrawberryAnnotation(str | None), default=None),
    ]


def _connection(name: str, namespace: Namespace) -> None:
    """Makes the connection and edge types that reverse properties return for a schema."""
    types = {"node": name}
    edge = type(f"{name}Edge", (), {"__annotations__": {"cursor": str, "node": Any}})
    _typed(
        strawberry.type(edge, description=f"One of the {name} records on a page."), types, namespace
    )
    types = {"edges": f"list[{name}Edge]", "nodes": f"list[{name}]"}
    about = f"How many there are in all; pages end after {MAX_OFFSET:,} of them."
    body = {
        "__annotations__": {
            **dict.fromkeys(types, Any),
            "page_info": PageInfo,
            "total_count": int,
        },
        "total_count": strawberry.field(resolver=_referrers_count, description=about),
    }
    made = type(f"{name}Connection", (), body)
    _typed(
        strawberry.type(made, description="A page of entities that name this one."),
        types,
        namespace,
    )


def _parents(schema: Schema, namespace: Namespace) -> tuple[type, ...]:
    """The Python classes of a schema's direct parents, the most specific first."""
    parents = sorted(schema.extends, key=lambda parent: (-len(parent.schemata), parent.name))
    return tuple(namespace[parent.name] for parent in parents) or (Entity,)


def _schema(schema: Schema, namespace: Namespace) -> None:
    """Makes the types of one schema; those of its parents exist already."""
    own = [prop for prop in schema.properties.values() if prop.schema == schema]
    fields = {f"property_{prop.name}": _field(prop) for prop in own}
    types = {f"property_{prop.name}": _kind(prop)[1] for prop in own}
    body = {**fields, "__annotations__": dict.fromkeys(fields, Any)}
    made = type(schema.name, _parents(schema, namespace), body)
    about = about_schema(schema)
    kind = strawberry.interface if schema.abstract or schema.descendants else strawberry.type
    _typed(kind(made, name=schema.name, description=about), types, namespace)
    name = object_name(schema.name)
    if name != schema.name and not schema.abstract:
        record = type(name, (namespace[schema.name],), {"__annotations__": {}})
        about = f"A {schema.label} that has no more specific schema."
        _typed(strawberry.type(record, name=name, description=about), {}, namespace)


@cache
def record_types() -> tuple[type, ...]:
    """Every interface and object type of FtM's model."""
    namespace: Namespace = {"Entity": Entity}
    ordered = sorted(model, key=lambda schema: (len(schema.schemata), schema.name))
    for schema in ordered:
        _schema(schema, namespace)
    stubs = (prop for schema in ordered for prop in schema.properties.values() if prop.stub)
    for name in sorted({prop.range.name for prop in stubs if prop.range is not None}):
        _connection(name, namespace)
    return tuple(
        made for made in namespace.values() if isinstance(made, type) and made is not Entity
    )
