"""The schema: as committed, whole, and without a property that hides a field of ours."""

from pathlib import Path

from followthemoney import model
from graphql import GraphQLInterfaceType, GraphQLObjectType, validate_schema

from api.entity import Entity, object_name
from api.schema import printed, schema

COMMITTED = Path(__file__).parents[2] / "graphql" / "schema.graphql"


def test_committed_schema_is_fresh() -> None:
    assert COMMITTED.read_text(encoding="utf-8") == printed(), "run `make schema`"


def test_schema_is_valid() -> None:
    assert validate_schema(schema()) == []


def test_no_property_hides_a_field_of_our_own() -> None:
    interface = schema().type_map[Entity.__name__]
    assert isinstance(interface, GraphQLInterfaceType)
    properties = {name for known in model for name in known.properties}
    assert not properties & set(interface.fields)


def test_every_schema_is_a_type_with_every_property() -> None:
    for known in model:
        made = schema().type_map[known.name]
        branch = known.abstract or known.descendants
        assert isinstance(made, GraphQLInterfaceType if branch else GraphQLObjectType), known.name
        assert set(known.properties) <= set(made.fields)
        ancestors = {parent.name for parent in known.schemata if parent != known}
        assert {parent.name for parent in made.interfaces} == ancestors | {"Entity"}
        if not known.abstract:
            assert isinstance(schema().type_map[object_name(known.name)], GraphQLObjectType)


def test_property_types_follow_the_model() -> None:
    company = schema().type_map["Company"]
    assert isinstance(company, GraphQLObjectType)
    assert str(company.fields["registrationNumber"].type) == "[String!]!"
    assert str(company.fields["addressEntity"].type) == "[Address!]!"
    assert str(company.fields["parent"].type) == "[LegalEntity!]!"
    assert str(company.fields["ownershipAsset"].type) == "OwnershipConnection!"
    assert set(company.fields["ownershipAsset"].args) == {"first", "after"}
