"""Every type, field, argument and enum value says what it means."""

import re
from collections.abc import Iterator

import pytest
from followthemoney import model
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
)

from api.description import ours
from api.schema import schema

Named = tuple[str, str | None]
TYPES = {name: kind for name, kind in schema().type_map.items() if not name.startswith("__")}


def members(kind: GraphQLNamedType) -> Iterator[Named]:
    """The fields, arguments and values of a type, with their descriptions."""
    if isinstance(kind, GraphQLEnumType):
        yield from ((name, value.description) for name, value in kind.values.items())
    if isinstance(kind, GraphQLInputObjectType):
        yield from ((name, part.description) for name, part in kind.fields.items())
    if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
        for name, field in kind.fields.items():
            yield name, field.description
            for argument, part in field.args.items():
                yield f"{name}.{argument}", part.description


def described() -> Iterator[Named]:
    """All that has a description, or should have one."""
    for name, kind in TYPES.items():
        yield name, kind.description
        yield from ((f"{name}.{member}", text) for member, text in members(kind))


def letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def test_nothing_is_without_a_description() -> None:
    scalars = {"ID", "String", "Int", "Float", "Boolean"}
    everything = [(name, text) for name, text in described() if name not in scalars]
    assert len(everything) > 6000
    assert [name for name, text in everything if not (text or "").strip()] == []


def test_no_description_only_repeats_the_name() -> None:
    for name, text in described():
        own = letters(name.rpartition(".")[2])
        assert letters(text or "") not in {own, own + "s", f"the{own}", f"a{own}"}, name
    for known in model:
        kind = TYPES[known.name]
        assert isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
        for name, prop in known.properties.items():
            text = kind.fields[name].description or ""
            assert letters(text) != letters(prop.label), (known.name, name)


@pytest.mark.parametrize(
    ("kind", "field", "text"),
    [
        (
            "Company",
            "ownershipAsset",
            "Ownership and Control: ownerships whose `asset` is this company.",
        ),
        (
            "Person",
            "messagesReceived",
            "Messages received: messages whose `recipients` include this person.",
        ),
        (
            "Folder",
            "children",
            "Child documents: files and documents whose `parent` is this folder.",
        ),
        ("Organization", "bankAccounts", "Bank accounts whose `bank` is this organization."),
        ("Ownership", "asset", "Asset: assets that this ownership names."),
        ("Person", "nationality", "Nationality: codes of countries, such as `gr`."),
        ("PublicBody", "registrationNumber", "Company registration number."),
        ("LegalEntityRecord", "leiCode", "Legal Entity Identifier."),
        ("Vessel", "caption", "The best of its names, to show to people."),
    ],
)
def test_a_property_is_described_by_what_it_holds(kind: str, field: str, text: str) -> None:
    made = TYPES[kind]
    assert isinstance(made, GraphQLObjectType | GraphQLInterfaceType)
    assert made.fields[field].description == text


def test_every_text_of_our_own_is_used() -> None:
    known = {(name, member) for name, kind in TYPES.items() for member, _ in members(kind)}
    for name, texts in ours().items():
        for member in texts:
            if name == "schemata":
                assert member in model.schemata, member
            elif name != "schema" and not name.startswith("*"):
                assert (name, member) in known, (name, member)
