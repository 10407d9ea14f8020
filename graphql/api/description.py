"""What each field, argument and enum value means, where its definition does not say it.

Our own are in ``description.toml``. FollowTheMoney describes a quarter of its properties; what the
others hold follows from their label, their type and their range, and is said of each type that has
them: on a company, ``ownershipAsset`` is "Ownerships whose `asset` is this company".
"""

import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from followthemoney import model
from followthemoney.property import Property
from followthemoney.schema import Schema
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
)

OURS = Path(__file__).with_suffix(".toml")
Composite = GraphQLObjectType | GraphQLInterfaceType
Texts = Mapping[str, Mapping[str, str]]
HOLDS = {
    "address": "as the source writes it",
    "checksum": "the SHA-1 checksum of the file",
    "country": "codes of countries, such as `gr`",
    "date": "a year, a month or a day, such as `2019-04-30`",
    "email": "e-mail addresses",
    "gender": "`male`, `female` or `other`",
    "html": "text in HTML",
    "identifier": "as the source writes it",
    "ip": "addresses on the internet",
    "json": "an object in JSON",
    "language": "codes of languages, such as `ell`",
    "mimetype": "media types, such as `application/pdf`",
    "name": "as the source writes it",
    "number": "numbers, as text",
    "phone": "phone numbers in their international form",
    "string": "as the source writes it",
    "text": "longer text",
    "topic": "codes of topics, such as `sanction` or `role.pep`",
    "url": "addresses on the web",
}
"""What the values of a property are, by FtM's type."""
PLURALS = {
    "Document": "files and documents",
    "Family": "family relations",
    "Interest": "interests",
    "Interval": "relationships and other records with a time",
    "Thing": "entities",
}
"""Where FtM's own plural is none, or says too little."""


@cache
def ours() -> Texts:
    """Our own texts: by the name of a type, and there by the name of a field, argument or value."""
    return tomllib.loads(OURS.read_text(encoding="utf-8"))


def describe(schema: GraphQLSchema) -> None:
    """Gives a description to all that has none."""
    schema.description = ours()["schema"]["description"]
    records = {name: known for known in model for name in (known.name, f"{known.name}Record")}
    for kind in schema.type_map.values():
        if kind.name.startswith("__"):
            continue
        texts = list(_texts(kind))
        if isinstance(kind, GraphQLEnumType):
            for name, value in kind.values.items():
                value.description = value.description or _first(texts, name)
        elif isinstance(kind, GraphQLInputObjectType):
            for name, part in kind.fields.items():
                part.description = part.description or _first(texts, name)
        elif isinstance(kind, Composite):
            _describe_fields(kind, texts, records.get(kind.name))


def _texts(kind: GraphQLNamedType) -> Iterator[Mapping[str, str]]:
    """Our texts for a type: its own, those of its interfaces, and those for all such types."""
    above = kind.interfaces if isinstance(kind, Composite) else ()
    for name in (kind.name, *(interface.name for interface in above)):
        if name in ours():
            yield ours()[name]
    for ending in ("Connection", "Edge", ""):
        if kind.name.endswith(ending):
            yield ours()[f"*{ending}"]


def _first(texts: list[Mapping[str, str]], name: str) -> str | None:
    return next((text[name] for text in texts if name in text), None)


def _describe_fields(
    kind: Composite, texts: list[Mapping[str, str]], record: Schema | None
) -> None:
    """Describes the fields of a type and their arguments; ``record`` is the schema of records."""
    for name, field in kind.fields.items():
        if field.description is None:
            field.description = _first(texts, name)
        if field.description is None and record is not None and name in record.properties:
            field.description = about(record.properties[name], record)
        for argument, part in field.args.items():
            if part.description is None:
                part.description = _first(texts, f"{name}.{argument}") or _first(
                    texts, f".{argument}"
                )


def about_schema(schema: Schema) -> str:
    """What the records of a schema are."""
    text = ours()["schemata"].get(schema.name) or schema.description
    if text:
        return sentence(text)
    if schema.edge:
        ends = f"from its `{schema.edge_source}` to its `{schema.edge_target}`"
        return f"{schema.label}: a relationship that leads {ends}."
    above = sorted(lowered(parent.label) for parent in schema.extends)
    return f"{schema.label}: a kind of {' and '.join(above)}."


def about(prop: Property, schema: Schema) -> str:
    """What a property says of the records of a schema that has it."""
    this = f"this {lowered(schema.label)}"
    if prop.stub:
        assert prop.reverse is not None
        verb = "include" if _is_plural(prop.reverse.name) else "is"
        referrers = plural(prop.reverse.schema)
        whose = f"{referrers} whose `{prop.reverse.name}` {verb} {this}."
        same = prop.label.lower() == referrers.lower()
        return whose[0].upper() + whose[1:] if same else f"{prop.label}: {whose}"
    if prop.description:
        return sentence(prop.description)
    if prop.range is not None:
        return f"{prop.label}: {plural(prop.range)} that {this} names."
    return f"{prop.label}: {HOLDS[prop.type.name]}."


def plural(schema: Schema) -> str:
    """What several records of a schema are called."""
    return PLURALS.get(schema.name) or lowered(schema.plural)


def lowered(label: str) -> str:
    """A label as it is written within a sentence."""
    return label[:1].lower() + label[1:] if label[1:2].islower() else label


def sentence(text: str) -> str:
    """A description of FtM's in one line, with a full stop."""
    line = " ".join(text.split())
    return line if line.endswith((".", "!", "?", ")")) else f"{line}."


def _is_plural(name: str) -> bool:
    return name.endswith("s") and not name.endswith("ss")
