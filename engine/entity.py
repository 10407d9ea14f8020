"""What passes between rooms: records, relationships and shared values, as FollowTheMoney has them.

An entity's references are kept as the dataset wrote them. One without a colon names an entity of the same
dataset; ``dataset:entity-id`` names a record of another one (FtM's own ids never hold a colon). That is how
a chain of ownership crosses datasets, which design.md asks for and does not spell out.
"""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

import orjson
from followthemoney import model
from followthemoney.property import Property
from followthemoney.schema import Schema

from engine.errors import BadInput

Properties = Mapping[str, list[str]]
LITERAL_TYPES = frozenset({"phone", "email", "identifier", "address", "ip", "url", "checksum"})


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity as one dataset tells it; ``id`` is ``dataset:entity-id``, properties are as they came in."""

    id: str
    dataset: str
    schema: str
    caption: str
    properties: Properties
    checksum: str = field(default="", compare=False)
    """Two records with one checksum are the same: schema and every property with its values in order."""

    def first(self, name: str) -> str | None:
        """The first value of a property."""
        values = self.properties.get(name)
        return values[0] if values else None

    def references(self, name: str) -> list[str]:
        """The qualified ids that an entity-typed property holds."""
        return [qualify(self.dataset, value) for value in self.properties.get(name, ())]


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that two or more records share; ``id`` is ``literal:type:value``."""

    id: str
    type: str
    value: str
    dataset: str
    """The dataset through which this reader came to it."""


@dataclass(frozen=True, slots=True)
class Relationship:
    """One relationship of the graph.

    ``id`` is the edge entity's id for FtM's edges, ``source|TYPE|target`` for the others;
    ``entity`` is the edge as an entity, None where the relationship is a property.
    """

    id: str
    type: str
    dataset: str
    source: str
    target: str
    entity: Entity | None = None


Node = Entity | Literal


def qualify(dataset: str, reference: str) -> str:
    """The id of the record that a dataset's reference names."""
    return reference if ":" in reference else f"{dataset}:{reference}"


@lru_cache(maxsize=2_000)
def relationship_type(name: str) -> str:
    """A schema's or property's name in Cypher's style: ContractAward is CONTRACT_AWARD."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).upper()


@cache
def schema_of(name: str) -> Schema:
    """FtM's schema by name; raises KeyError."""
    schema = model.get(name)
    if schema is None:
        raise KeyError(name)
    return schema


@cache
def edge_schemata() -> Mapping[str, Schema]:
    """FtM's 17 edge schemata by relationship type."""
    return {relationship_type(schema.name): schema for schema in model if schema.edge}


@cache
def link_properties(schema: str) -> tuple[Property, ...]:
    """A node schema's entity-typed properties: each value is a relationship."""
    found = schema_of(schema)
    return tuple(p for p in found.properties.values() if p.type.name == "entity" and not p.stub)


@cache
def relationship_types() -> frozenset[str]:
    """Every relationship type that the graph can hold between records and shared values."""
    links = (p for schema in model if not schema.edge for p in link_properties(schema.name))
    return frozenset(
        {
            *edge_schemata(),
            *(kind.upper() for kind in LITERAL_TYPES),
            *(relationship_type(prop.name) for prop in links),
        }
    )


@cache
def literal_properties(schema: str) -> Mapping[str, Property]:
    """A schema's properties whose values two records may share, by name; an edge has none."""
    found = schema_of(schema)
    if found.edge:
        return {}
    return {
        p.name: p for p in found.properties.values() if p.type.name in LITERAL_TYPES and not p.stub
    }


def literals(entity: Entity) -> Iterator[tuple[str, str]]:
    """The (type, value) pairs of a record that another may share; the value as FtM's node id has it."""
    seen: set[tuple[str, str]] = set()
    shared = literal_properties(entity.schema)
    for name in entity.properties.keys() & shared.keys():
        prop = shared[name]
        for value in entity.properties[name]:
            node = prop.type.node_id_safe(value)
            if node is None:
                continue
            pair = (prop.type.name, node.split(":", 1)[-1][:1000])
            if pair not in seen:
                seen.add(pair)
                yield pair


def literal_ids(entity: Entity) -> list[str]:
    """The ids of the shared values that a record may hold together with others."""
    return [f"literal:{kind}:{value}" for kind, value in literals(entity)]


def caption_of(schema: str, properties: Properties, fallback: str) -> str:
    """FtM's caption: the first value of the schema's caption properties, else the schema's label."""
    for name in schema_of(schema).caption:
        values = properties.get(name)
        if values:
            return values[0]
    return schema_of(schema).label or fallback


def make_entity(dataset: str, entity_id: str, schema: str, properties: Properties) -> Entity:
    """A record from its parts; ``entity_id`` as the dataset writes it. Raises BadInput for lone surrogates."""
    caption = caption_of(schema, properties, entity_id)
    return Entity(
        f"{dataset}:{entity_id}", dataset, schema, caption, properties, checksum(schema, properties)
    )


def checksum(schema: str, properties: Properties) -> str:
    """What tells one version of a record from another: 24 hexadecimal digits of BLAKE2b; raises BadInput."""
    try:
        body = orjson.dumps([schema, dict(properties)], option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise BadInput(f"{schema}: a value that cannot be stored: {error}") from None
    return hashlib.blake2b(body, digest_size=12).hexdigest()
