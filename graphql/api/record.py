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
from strawberry.types import get_object_definition
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from api.connection import MAX_OFFSET, PageInfo, offset, size
from api.entity import Entity, object_name
from api.session import Info
from engine import entity as value
from engine.cursor import cursor_of

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

    def get_result(self, source: value.Entity, info: Any, args: Sequence[Any], kwargs: Any) -> Any:
        """The entities named, read in one batch for the whole page."""
        ids = source.references(self.prop.name)
        return self._entities(ids, info) if ids else NONE

    async def _entities(self, ids: list[str], info: Info) -> list[value.Entity]:
        found = await info.context.nodes.load_many(ids)
        return [node for node in found if isinstance(node, value.Entity) and fits(node, self.prop)]


class ReverseField(LinkField):
    """A field that answers the entities that name this one in a property of theirs."""

    def get_result(self, source: value.Entity, info: Any, args: Sequence[Any], kwargs: Any) -> Any:
        """A page of them, read in one batch for the whole page above."""
        return self._page(source, info, kwargs.get("first"), kwargs.get("after"))

    async def _page(
        self, source: value.Entity, info: Info, first: int | None, after: str | None
    ) -> "Referrers":
        start, asked = offset(after), size(first, REFERRERS)
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

    def __init__(
        self, id_: str, prop: FtmProperty, found: list[value.Entity], start: int, asked: int
    ) -> None:
        self.id = id_
        self.prop = prop
        self.nodes = found[start : start + asked]
        places = range(start + 1, start + len(self.nodes) + 1)
        self.edges = [
            Referrer(cursor_of(n), node) for n, node in zip(places, self.nodes, strict=True)
        ]
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


def _kind(prop: FtmProperty) -> tuple[type[PropertyField], str]:
    """The class of a property's field, and the name of its type."""
    if prop.type.name != "entity":
        return PropertyField, "list[str]"
    target = prop.range.name if prop.range is not None else "Entity"
    return (ReverseField, f"{target}Connection") if prop.stub else (LinkField, f"list[{target}]")


def _field(prop: FtmProperty) -> PropertyField:
    """A property as a field; ``from`` and the like are no Python names, hence the prefix."""
    field = _kind(prop)[0](
        python_name=f"property_{prop.name}",
        graphql_name=prop.name,
        description=prop.description or None,
    )
    field.prop = prop
    field.arguments = _page_arguments() if prop.stub else []
    return field


def _typed(made: type, types: dict[str, str], namespace: Namespace) -> type:
    """A strawberry class whose fields have types that may not be there yet, under names of ``namespace``.

    Strawberry would look for them in the module.
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
        StrawberryArgument("first", None, StrawberryAnnotation(int | None), default=REFERRERS),
        StrawberryArgument("after", None, StrawberryAnnotation(str | None), default=None),
    ]


def _connection(name: str, namespace: Namespace) -> None:
    """The connection and edge types of a schema that reverse properties answer."""
    types = {"node": name}
    edge = type(f"{name}Edge", (), {"__annotations__": {"cursor": str, "node": Any}})
    _typed(strawberry.type(edge, description=f"A {name} on a page."), types, namespace)
    types = {"edges": f"list[{name}Edge]", "nodes": f"list[{name}]"}
    about = f"How many there are; null beyond {MAX_OFFSET:,}."
    body = {
        "__annotations__": {
            **dict.fromkeys(types, Any),
            "page_info": PageInfo,
            "total_count": int | None,
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
    """The Python classes of a schema's direct parents, the most special first."""
    parents = sorted(schema.extends, key=lambda parent: (-len(parent.schemata), parent.name))
    return tuple(namespace[parent.name] for parent in parents) or (Entity,)


def _schema(schema: Schema, namespace: Namespace) -> None:
    """The types of one schema; those of its parents are there."""
    own = [prop for prop in schema.properties.values() if prop.schema == schema]
    fields = {f"property_{prop.name}": _field(prop) for prop in own}
    types = {f"property_{prop.name}": _kind(prop)[1] for prop in own}
    body = {**fields, "__annotations__": dict.fromkeys(fields, Any)}
    made = type(schema.name, _parents(schema, namespace), body)
    about = schema.description or schema.label
    kind = strawberry.interface if schema.abstract or schema.descendants else strawberry.type
    _typed(kind(made, name=schema.name, description=about), types, namespace)
    name = object_name(schema.name)
    if name != schema.name and not schema.abstract:
        record = type(name, (namespace[schema.name],), {"__annotations__": {}})
        about = f"A {schema.label} that is nothing more special."
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
