"""An untrusted description of an entity, checked against FollowTheMoney's model.

Values are kept exactly as they stand, also where FollowTheMoney would clean them. A property with
an empty list has no values and is left out; one string is taken as a list of one. What a person
enters by hand is cleaned besides (``cleaned``), because they can be asked to correct it.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeGuard

from followthemoney import registry
from followthemoney.exc import InvalidModel
from followthemoney.schema import Schema

from engine.dataset import NAME, RESERVED
from engine.entity import Entity, Properties, make_entity, schema_of
from engine.errors import BadInput

LONGEST_ID = 255
LONGEST_VALUE = 1024 * 1024
"""Characters."""
LONGEST_CELL = 1_000
"""Characters of a value that is compared."""
MOST_RELATIONSHIPS = 1000
"""Pairs of ends that one edge may have."""
PLAIN, REFERENCE, STUB = range(3)
"""How a property's values are checked: as text, as references; or it cannot be given at all."""
ID = registry.entity.REGEX
EXAMPLES: Mapping[str, str] = {
    "date": "2019, 2019-04 or 2019-04-30",
    "country": "de, or Germany",
    "email": "name@example.org",
    "phone": "+49 30 1234567",
    "url": "https://example.org",
    "language": "eng",
    "gender": "male, female or other",
    "topic": "role.pep",
    "ip": "192.0.2.1",
}
"""What a value of a type looks like, for the message about one that does not."""


def entity_of(dataset: str, raw: Any, odd: bool = True) -> Entity:
    """The entity of an object with id, schema and properties; raises BadInput with the reason.

    Only an ``odd`` one may hold values that no store takes: checking each value takes time.
    """
    if type(raw) is not dict:
        raise BadInput("not a JSON object with id, schema and properties")
    entity_id = raw.get("id")
    if entity_id is None:
        raise BadInput("it has no id")
    if not is_id(entity_id):
        raise BadInput(
            f"id {shown(entity_id)} is not one of FollowTheMoney's: letters, digits, . and -"
        )
    name = raw.get("schema")
    if name is None:
        raise BadInput("it has no schema")
    if type(name) is not str:
        raise BadInput(f"schema {shown(name)} is not a name")
    kinds = kinds_of(name)
    properties = raw.get("properties")
    if properties is None:
        if "statements" in raw:
            raise BadInput(
                "an entity with statements and no properties: load it with --format statements"
            )
        properties = {}
    if type(properties) is not dict:
        raise BadInput("properties are not an object")
    values = checked(name, kinds, properties)
    if odd:
        check_values(values)
    ends = ends_of(name)
    if ends is not None:
        check_ends(name, ends, dataset, entity_id, values)
    return make_entity(dataset, entity_id, name, values)


def is_id(value: Any) -> TypeGuard[str]:
    """Whether this can be an entity's id."""
    return type(value) is str and len(value) <= LONGEST_ID and ID.fullmatch(value) is not None


def is_reference(value: str) -> bool:
    """Whether this can name an entity: of the same dataset, or ``dataset:entity-id``."""
    dataset, colon, entity_id = value.rpartition(":")
    if colon and (dataset in RESERVED or NAME.fullmatch(dataset) is None):
        return False
    return is_id(entity_id)


@cache
def kinds_of(name: str) -> dict[str, int]:
    """A schema's properties, each with how its values are checked; raises BadInput."""
    schema = known(name)
    if schema.abstract:
        raise BadInput(f"schema {name} is abstract: nothing is just that")
    kinds: dict[str, int] = {}
    for prop in schema.properties.values():
        plain = REFERENCE if prop.type.name == registry.entity.name else PLAIN
        kinds[prop.name] = STUB if prop.stub else plain
    return kinds


@cache
def ends_of(name: str) -> tuple[str, str] | None:
    """The names of an edge schema's two ends; None where the schema is no edge."""
    schema = known(name)
    if not schema.edge or schema.edge_source is None or schema.edge_target is None:
        return None
    return schema.edge_source, schema.edge_target


def known(name: str) -> Schema:
    """FollowTheMoney's schema; raises BadInput."""
    try:
        return schema_of(name)
    except (KeyError, InvalidModel):
        raise BadInput(f"schema {shown(name)} is not known to FollowTheMoney") from None


def checked(name: str, kinds: dict[str, int], raw: dict[str, Any]) -> Properties:
    """The properties, each one of the schema's and a list of strings; raises BadInput."""
    properties: dict[str, list[str]] = {}
    for key, values in raw.items():
        kind = kinds.get(key, STUB)
        if kind == STUB:
            raise BadInput(f"{name} has no property {shown(key)} that can be given")
        if type(values) is str:
            values = [values]
        elif type(values) is not list:
            raise BadInput(f"property {key} is not a list of strings")
        for value in values:
            if type(value) is not str:
                raise BadInput(f"property {key} holds {shown(value)}, which is not a string")
            if kind == REFERENCE and not is_reference(value):
                raise BadInput(f"property {key} refers to {shown(value)}, which cannot be an id")
        if values:
            properties[key] = values
    return properties


def check_values(properties: Properties) -> None:
    """Refuse what no store takes: NUL, and values without end."""
    for key, values in properties.items():
        for value in values:
            if "\0" in value:
                raise BadInput(f"property {key} holds a NUL character")
            if len(value) > LONGEST_VALUE:
                raise BadInput(
                    f"property {key} holds a value longer than {LONGEST_VALUE:,} characters"
                )


def check_ends(
    name: str, ends: tuple[str, str], dataset: str, entity_id: str, properties: Properties
) -> None:
    """Refuse an edge that leads from nowhere, to nowhere, to itself, or everywhere."""
    count = 1
    for end in ends:
        values = properties.get(end)
        if values is None:
            raise BadInput(f"{name} without {end}: an edge needs both its ends")
        if entity_id in values or f"{dataset}:{entity_id}" in values:
            raise BadInput(f"{name} is its own {end}")
        count *= len(values)
    if count > MOST_RELATIONSHIPS:
        raise BadInput(f"{name} with {count:,} pairs of ends; at most {MOST_RELATIONSHIPS:,}")


def shown(value: Any) -> str:
    """A value as a message shows it: short, and harmless to a terminal."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "an object"
    text = ascii(value)
    return text if len(text) <= 80 else f"{text[:77]}..."


def cleaned(name: str, values: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Values that a person entered, as FollowTheMoney writes them: ``Germany`` is ``de``.

    Raises BadInput for a value that its property's type does not know, with an example of one.
    """
    schema = known(name)
    properties: dict[str, list[str]] = {}
    for key, entered in values.items():
        prop = schema.get(key)
        if prop is None or prop.type.name == registry.entity.name:
            properties[key] = list(entered)  # ``checked`` says what is wrong with it
            continue
        properties[key] = []
        for value in entered:
            clean = prop.type.clean(value)
            if clean is None:
                example = EXAMPLES.get(prop.type.name)
                hint = f": write it like {example}" if example else ""
                raise BadInput(f"{key} {shown(value)} is no {prop.type.label.lower()}{hint}")
            properties[key].append(clean)
    return properties


def cleanable(name: str, values: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """What of the values in a table's cells FollowTheMoney takes, as it writes them.

    All else is left out: references to entities, values that their property does not know, and
    texts that are no value of one.
    """
    schema = known(name)
    properties: dict[str, list[str]] = {}
    for key, entered in values.items():
        prop = schema.get(key)
        if prop is None or prop.type.name == registry.entity.name:
            continue
        clean = [prop.type.clean(value) for value in entered if len(value) <= LONGEST_CELL]
        properties[key] = [value for value in clean if value and "\0" not in value]
    return properties


def described(schema: str, properties: Mapping[str, Any]) -> Entity:
    """A description as an entity that is in no dataset: its values as FtM writes them.

    Raises BadInput for a schema whose records are never the same as others, for an unknown
    property, and for a value that its property does not take.
    """
    kinds = kinds_of(schema)
    if not schema_of(schema).matchable:
        raise BadInput(f"schema: FollowTheMoney compares no records of {schema} with others")
    values = cleaned(schema, checked(schema, kinds, dict(properties)))
    if not any(values.values()):
        raise BadInput("properties: give a name, or another value to look for")
    return make_entity("", "query", schema, values)
