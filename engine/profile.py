"""What several records tell together that are judged the same, value by value with who tells it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from followthemoney import model
from followthemoney.exc import InvalidData
from followthemoney.property import Property

from engine.entity import Entity, qualify, schema_of
from engine.judgement import Judgement

MOST_RECORDS = 500
"""Records of one profile that are read."""


@dataclass(frozen=True)
class ProfileValue:
    """One value of a property, and the records that tell it."""

    value: str
    """Of an entity-typed property the whole id."""
    records: tuple[Entity, ...]


@dataclass(frozen=True)
class ProfileProperty:
    """One property with all values that the records of a profile have for it."""

    name: str
    label: str
    type: str
    values: list[ProfileValue]


@dataclass(frozen=True)
class Profile:
    """Records that are judged the same, and what they tell together."""

    records: list[Entity]
    """The record that was asked about, then the others by how near the judgements make them."""
    schema: str
    """The most special schema that fits all of them."""
    caption: str
    properties: list[ProfileProperty]
    judgements: list[Judgement]
    """The positive ones that join the records."""
    contradictions: list[Judgement]
    """Negative ones between two of the records: collections do not agree."""
    truncated: str | None = None


def profile_of(
    records: Sequence[Entity],
    judgements: Sequence[Judgement],
    contradictions: Sequence[Judgement],
    truncated: str | None = None,
) -> Profile:
    """The profile of some records, of which the first was asked about."""
    names = Counter(record.caption for record in records)
    return Profile(
        list(records),
        common_schema(records),
        max(names, key=lambda name: names[name]),  # of equally frequent ones the first
        together(records),
        list(judgements),
        list(contradictions),
        truncated,
    )


def common_schema(records: Sequence[Entity]) -> str:
    """The most special schema that fits all records; that of the first where there is none."""
    schema = schema_of(records[0].schema)
    for record in records[1:]:
        try:
            schema = model.common_schema(schema, schema_of(record.schema))
        except InvalidData:
            return records[0].schema
    return schema.name


def together(records: Sequence[Entity]) -> list[ProfileProperty]:
    """All properties of some records in the order in which they first come, with their values."""
    known: dict[str, Property] = {}
    told: dict[str, dict[str, dict[str, Entity]]] = {}
    for record in records:
        properties = schema_of(record.schema).properties
        for name, values in record.properties.items():
            if name not in properties:
                continue
            prop = known.setdefault(name, properties[name])
            for value in values:
                whole = qualify(record.dataset, value) if prop.type.name == "entity" else value
                told.setdefault(name, {}).setdefault(whole, {})[record.id] = record
    return [
        ProfileProperty(
            name,
            prop.label,
            prop.type.name,
            [ProfileValue(value, tuple(by.values())) for value, by in told[name].items()],
        )
        for name, prop in known.items()
        if name in told
    ]
