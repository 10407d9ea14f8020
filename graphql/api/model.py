"""FollowTheMoney's model, as forms need it: the kinds of records, and what each may hold."""

from collections.abc import Mapping
from functools import cache
from typing import Annotated

import strawberry
from followthemoney import model
from followthemoney.property import Property
from followthemoney.schema import Schema
from followthemoney.types import registry

from api.description import about, about_schema
from engine.errors import BadInput


@strawberry.type(description="One of the values that a property may have.")
class ModelChoice:
    """One of the values that a property may have."""

    value: str = strawberry.field(description="The value, such as `gr`.")
    label: str = strawberry.field(description="What people call it.")


@strawberry.type(description="A property of a schema.")
class ModelProperty:
    """A property of a schema."""

    name: str = strawberry.field(description="The name, as `putEntity` takes it.")
    label: str = strawberry.field(description="What people call it.")
    description: str = strawberry.field(description="What it says.")
    type: str = strawberry.field(description="The type of its values: name, date, country …")
    range: str | None = strawberry.field(
        description="The schema of the records that it names; null where it names none."
    )
    required: bool = strawberry.field(description="Whether a record without it is refused.")
    featured: bool = strawberry.field(description="Whether it is of those that say most.")


@strawberry.type(description="A kind of records: a schema of FollowTheMoney's model.")
class ModelSchema:
    """A kind of records."""

    name: str = strawberry.field(description="The name, such as Company.")
    label: str = strawberry.field(description="What people call it.")
    plural: str = strawberry.field(description="What people call several of them.")
    description: str = strawberry.field(description="What such records are.")
    is_edge: bool = strawberry.field(description="Whether it is a relationship of two records.")
    is_document: bool = strawberry.field(description="Whether it is a file, or a part of one.")
    source: str | None = strawberry.field(description="Of a relationship: the property it starts.")
    target: str | None = strawberry.field(description="Of a relationship: the property it ends.")
    properties: list[ModelProperty] = strawberry.field(
        description="What a record may hold, the featured ones first."
    )


Names = Annotated[
    list[str] | None,
    strawberry.argument(description="Only these schemata; all that records can have without it."),
]


def _model(schemata: Names = None) -> list[ModelSchema]:
    if schemata is None:
        return [schema_of(schema.name) for schema in sorted_schemata()]
    known = {schema.name for schema in model}
    if unknown := [name for name in schemata if name not in known]:
        raise BadInput(f"schemata: FollowTheMoney has no schema {unknown[0][:50]!r}")
    return [schema_of(name) for name in dict.fromkeys(schemata)]


def sorted_schemata() -> list[Schema]:
    """The schemata that records can have, by label."""
    return sorted((each for each in model if not each.abstract), key=lambda each: each.label)


@cache
def schema_of(name: str) -> ModelSchema:
    """One of FtM's schemata, by a name that it has."""
    schema = model[name]
    entered = [each for each in schema.properties.values() if not (each.stub or each.hidden)]
    first = list(schema.featured)

    def place(prop: Property) -> tuple[int, str]:
        return (first.index(prop.name) if prop.name in first else len(first), prop.label)

    return ModelSchema(
        name=name,
        label=schema.label,
        plural=schema.plural,
        description=about_schema(schema),
        is_edge=schema.edge,
        is_document=schema.is_a("Document"),
        source=schema.edge_source,
        target=schema.edge_target,
        properties=[property_of(each, schema) for each in sorted(entered, key=place)],
    )


def property_of(prop: Property, schema: Schema) -> ModelProperty:
    """A property as a form needs it."""
    return ModelProperty(
        name=prop.name,
        label=prop.label,
        description=about(prop, schema),
        type=prop.type.name,
        range=None if prop.range is None else prop.range.name,
        required=prop.name in schema.required,
        featured=prop.name in schema.featured,
    )


@cache
def choices(type: str) -> list[ModelChoice]:
    """The values of an enumeration of FtM's, by label; none of another type."""
    known = {each.name: each for each in registry.types}
    names: Mapping[str, str] = getattr(known.get(type), "names", None) or {}
    labels = sorted(names.items(), key=lambda item: item[1])
    return [ModelChoice(value=value, label=label) for value, label in labels]


@strawberry.type
class ModelQuery:
    """The root field about the model."""

    model: list[ModelSchema] | None = strawberry.field(
        resolver=_model,
        description="FollowTheMoney's model: the kinds of records, and what each may hold.",
    )
    model_choices: list[ModelChoice] | None = strawberry.field(
        resolver=choices,
        description="The values that properties of a type may have, such as country or topic; "
        "none where they are free.",
    )
