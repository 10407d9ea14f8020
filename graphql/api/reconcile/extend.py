"""Data extension: the values that records have for some properties, and which there may be."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from followthemoney.property import Property

from api.limit import LIMIT
from api.reconcile.candidate import type_of
from api.reconcile.suggest import matchable_schemata, proposed
from engine.entity import Entity, schema_of
from engine.errors import BadInput
from engine.validation import known, shown

OWN = {"dataset": "Dataset", "schema": "Schema", "caption": "Caption"}
"""What a record has beside its properties."""
MOST_PROPERTIES = 20
Json = dict[str, Any]


@dataclass(frozen=True)
class Column:
    """A property that is asked for."""

    id: str
    limit: int = 0
    """Values of each record at most; 0 for all."""
    labels: bool = False
    """Whether codes are written as names."""


@dataclass(frozen=True)
class Extension:
    """Of which records which values are asked for."""

    ids: tuple[str, ...]
    columns: tuple[Column, ...]


def extension_of(told: Any) -> Extension:
    """What is asked for; raises BadInput."""
    told = told if isinstance(told, dict) else {}
    ids, columns = told.get("ids"), told.get("properties")
    if not isinstance(ids, list) or not isinstance(columns, list):
        raise BadInput('extend: an object such as {"ids": […], "properties": [{"id": "country"}]}')
    if not all(isinstance(id_, str) for id_ in ids):
        raise BadInput("extend: each id is a text")
    if len(ids) > LIMIT.ids or len(columns) > MOST_PROPERTIES:
        raise BadInput(
            f"extend: at most {LIMIT.ids} ids and {MOST_PROPERTIES} properties at a time"
        )
    return Extension(tuple(dict.fromkeys(ids)), tuple(map(column_of, columns)))


def column_of(told: Any) -> Column:
    """A property with its settings; raises BadInput."""
    name = told.get("id") if isinstance(told, dict) else None
    if not isinstance(name, str) or (name not in OWN and property_of(name) is None):
        raise BadInput(
            f"extend: there is no property {shown(name)}; /reconcile/properties?type=Person "
            "proposes some"
        )
    settings = told.get("settings")
    if not isinstance(settings, dict):
        return Column(name)
    # OpenRefine sends what its form holds as texts
    limit, labels = str(settings.get("limit", "")), str(settings.get("labels", ""))
    count = int(limit[:9]) if limit.isascii() and limit.isdecimal() else 0
    return Column(name, count, labels.lower() in ("true", "on"))


def property_of(name: str) -> Property | None:
    """A property with this name, of any schema whose records can be compared."""
    for schema in matchable_schemata():
        prop = schema_of(schema).properties.get(name)
        if prop is not None and not prop.stub:
            return prop
    return None


def wanted_ids(extension: Extension, records: Sequence[Entity]) -> list[str]:
    """The ids of the records that the values of some records name."""
    ids: dict[str, None] = {}
    for record in records:
        for column in extension.columns:
            if is_entity(record, column.id):
                ids.update(dict.fromkeys(record.references(column.id)[: column.limit or None]))
    return list(ids)


def is_entity(record: Entity, name: str) -> bool:
    """Whether the values of a record's property name other records."""
    prop = schema_of(record.schema).properties.get(name)
    return prop is not None and prop.type.name == "entity"


def extended(
    extension: Extension, records: Mapping[str, Entity], named: Mapping[str, Entity]
) -> Json:
    """The answer; ``records`` and those ``named`` in their values are the ones that are there.

    A record that is not there, or not for this reader, has no values.
    """
    return {
        "meta": [meta(column) for column in extension.columns],
        "rows": {
            id_: {column.id: cells(records.get(id_), column, named) for column in extension.columns}
            for id_ in extension.ids
        },
    }


def meta(column: Column) -> Json:
    """What is said of a column."""
    prop = property_of(column.id)
    if column.id in OWN or prop is None:
        return {"id": column.id, "name": OWN[column.id]}
    told: Json = {"id": column.id, "name": prop.label}
    if prop.range is not None:
        told["type"] = type_of(prop.range.name)
    return told


def cells(record: Entity | None, column: Column, named: Mapping[str, Entity]) -> list[Json]:
    """The values of a record in a column."""
    if record is None:
        return []
    if column.id in OWN:
        return [{"str": str(getattr(record, column.id))}]
    if is_entity(record, column.id):
        there = [named[id_] for id_ in record.references(column.id) if id_ in named]
        return [{"id": each.id, "name": each.caption} for each in there][: column.limit or None]
    values = record.properties.get(column.id, [])[: column.limit or None]
    prop = schema_of(record.schema).properties.get(column.id)
    as_read = prop.type.caption if column.labels and prop is not None else str
    return [{"str": as_read(value) or value} for value in values]


def proposals(schema: str, limit: int) -> Json:
    """Properties that may be fetched for records of a schema; raises BadInput."""
    name = known(schema).name if schema else "LegalEntity"
    found = [{"id": id_, "name": label} for id_, label in OWN.items()]
    found += [{"id": prop.name, "name": prop.label} for prop in proposed(name)]
    answer: Json = {"type": name, "properties": found[: limit or None]}
    return answer | ({"limit": limit} if limit else {})
