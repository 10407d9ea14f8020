"""What passes between rooms: records, relationships and shared values, as FollowTheMoney has them.

An entity's references are kept as the dataset wrote them. One without a colon names an entity of
the same dataset; ``dataset:entity-id`` names a record of another one, so that a chain of ownership
can cross datasets. The two cannot be confused: FtM's own ids never contain a colon.
"""

import hashlib
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import chain

import orjson
from followthemoney import model
from followthemoney.property import Property
from followthemoney.schema import Schema

from engine.errors import BadInput
from engine.judgement import Judgement
from engine.mentioned import Mention

Properties = Mapping[str, list[str]]
LITERAL_TYPES = frozenset({"phone", "email", "identifier", "address", "ip", "url", "checksum"})
"""FtM's types whose values tie two records together when both have the same one."""

NAME_PARTS = ("firstName", "secondName", "middleName", "fatherName", "lastName")
"""The properties that make up the name of a person without a full one, in order."""
MOST_NAMES, LONGEST_NAME = 50, 200
"""Names of one record that are compared, and the letters of one."""


@dataclass(frozen=True, slots=True)
class Entity:
    """A record: one entity as one dataset describes it, its properties as they came in."""

    id: str
    """``dataset:entity-id``"""
    dataset: str
    schema: str
    caption: str
    properties: Properties
    checksum: str = field(default="", compare=False)
    """Equal for two records with the same schema and the same values, in whatever order."""

    def first(self, name: str) -> str | None:
        """The first value of a property."""
        values = self.properties.get(name)
        return values[0] if values else None

    def references(self, name: str) -> list[str]:
        """The ids of the records that an entity-typed property names."""
        return [qualify(self.dataset, value) for value in self.properties.get(name, ())]


@dataclass(frozen=True, slots=True)
class Literal:
    """A value that two or more records share."""

    id: str
    """``literal:type:value``"""
    type: str
    value: str
    dataset: str
    """The dataset of the record through which the reader reached it."""


@dataclass(frozen=True, slots=True)
class Relationship:
    """One relationship: an FtM edge, a property that names an entity, or a positive judgement."""

    id: str
    """The entity's id for an FtM edge, ``source|TYPE|target`` for a property."""
    type: str
    dataset: str
    source: str
    target: str
    entity: Entity | None = None
    """The edge as an entity; None where the relationship is a property, or a judgement."""
    judgement: Judgement | None = None
    """That of a SAME_AS, whose ``dataset`` is the collection that it was made in."""
    mention: Mention | None = None
    """That of a MENTIONS, whose ``dataset`` is that of the document which names somebody."""


Node = Entity | Literal
SAME_AS = "SAME_AS"
"""The relationship type of positive judgements."""
MENTIONS = "MENTIONS"
"""The relationship type from a document to a record that it names."""


def same_as(judgement: Judgement) -> Relationship:
    """A positive judgement as a relationship."""
    id_, left, right = judgement.id, judgement.left, judgement.right
    return Relationship(id_, SAME_AS, judgement.collection, left, right, judgement=judgement)


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
    """The entity-typed properties of a schema that is no edge: each value is a relationship."""
    properties = schema_of(schema).properties.values()
    return tuple(p for p in properties if p.type.name == "entity" and not p.stub)


@cache
def relationship_types() -> frozenset[str]:
    """Every relationship type that the graph can hold between records and shared values."""
    links = (p for schema in model if not schema.edge for p in link_properties(schema.name))
    return frozenset(
        {
            *edge_schemata(),
            SAME_AS,
            MENTIONS,
            *(kind.upper() for kind in LITERAL_TYPES),
            *(relationship_type(prop.name) for prop in links),
        }
    )


@cache
def literal_properties(schema: str) -> Mapping[str, Property]:
    """A schema's properties whose values two records may share, by name; an edge has none."""
    if schema_of(schema).edge:
        return {}
    properties = schema_of(schema).properties.values()
    return {p.name: p for p in properties if p.type.name in LITERAL_TYPES and not p.stub}


def matchable_values(entity: Entity, type_name: str) -> list[str]:
    """A record's values of one FtM type that count for matching."""
    return list(chain.from_iterable(matchable_properties(entity, type_name).values()))


def matchable_properties(entity: Entity, type_name: str) -> dict[str, list[str]]:
    """The same values by their property."""
    known = _matchable(entity.schema, type_name)
    return {name: values for name, values in entity.properties.items() if name in known}


@cache
def _matchable(schema: str, type_name: str) -> frozenset[str]:
    """The properties of a schema and of one type that count for matching."""
    properties = schema_of(schema).properties.items()
    return frozenset(
        name for name, prop in properties if prop.type.name == type_name and prop.matchable
    )


def full_names(entity: Entity) -> tuple[str, ...]:
    """A record's names as they are; for a person without one, what its parts make."""
    names = matchable_values(entity, "name")
    schema = schema_of(entity.schema)
    if not names and schema.is_a("Person"):
        parts = [entity.first(name) for name in NAME_PARTS]
        names = [" ".join(part for part in parts if part)]
    return tuple(dict.fromkeys(name[:LONGEST_NAME] for name in names if name))[:MOST_NAMES]


def literals(entity: Entity, without: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """The (type, value) pairs that a record may share with others, as FtM's node ids have them."""
    seen: set[tuple[str, str]] = set()
    for pair, _ in _spelt_literals(entity, without):
        if pair not in seen:
            seen.add(pair)
            yield pair


def _spelt_literals(
    entity: Entity, without: Collection[str] = ()
) -> Iterator[tuple[tuple[str, str], str]]:
    """The pairs of ``literals``, each with the value as the record writes it."""
    shared = literal_properties(entity.schema)
    for name in entity.properties.keys() & shared.keys():
        prop = shared[name]
        if prop.type.name in without:
            continue
        for value in entity.properties[name]:
            node = prop.type.node_id_safe(value)
            if node is not None:
                # cut: an index of Neo4j takes no key of more than about 8 KiB
                yield (prop.type.name, node.split(":", 1)[-1][:1000]), value


def spelling(entity: Entity, literal_id: str) -> str | None:
    """A shared value as a record writes it; None where it does not hold the value.

    Of several ways to write it, the first by code points.
    """
    written = (
        value
        for (kind, key), value in _spelt_literals(entity)
        if f"literal:{kind}:{key}" == literal_id
    )
    return min(written, default=None)


def literal_ids(entity: Entity, without: Collection[str] = ()) -> list[str]:
    """The ids of the values that a record may share with others, but for some types'."""
    return [f"literal:{kind}:{value}" for kind, value in literals(entity, without)]


def caption_of(schema: str, properties: Properties, fallback: str) -> str:
    """FtM's caption: the first value of a caption property, else the schema's label."""
    for name in schema_of(schema).caption:
        values = properties.get(name)
        if values:
            return values[0]
    return schema_of(schema).label or fallback


def make_entity(dataset: str, entity_id: str, schema: str, properties: Properties) -> Entity:
    """A record from its parts; ``entity_id`` is as the dataset writes it.

    Raises BadInput for a value with a lone surrogate, which no store can keep.
    """
    caption = caption_of(schema, properties, entity_id)
    return Entity(
        f"{dataset}:{entity_id}", dataset, schema, caption, properties, checksum(schema, properties)
    )


def checksum(schema: str, properties: Properties) -> str:
    """Tells versions of a record apart: 24 hexadecimal digits of BLAKE2b; raises BadInput.

    FollowTheMoney's values have no order, and many sources write them in another one each time.
    """
    values = {
        name: values if len(values) < 2 else sorted(values) for name, values in properties.items()
    }
    return digest(schema, values)


def ordered_checksum(entity: Entity) -> str:
    """The checksum that an earlier Clew gave to a record, for which the order of values counted.

    Records of such a data folder have it until they change: so an upgrade rewrites none of them.
    """
    return digest(entity.schema, dict(entity.properties))


def digest(schema: str, values: dict[str, list[str]]) -> str:
    """24 hexadecimal digits that stand for a schema and values; raises BadInput."""
    try:
        body = orjson.dumps([schema, values], option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise BadInput(f"{schema}: a value that cannot be stored: {error}") from None
    return hashlib.blake2b(body, digest_size=12).hexdigest()
