"""The schema: as committed, whole, and without a property that hides a field of ours."""

from pathlib import Path

from followthemoney import model
from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    get_named_type,
    is_nullable_type,
    validate_schema,
)

from api.entity import Entity, object_name
from api.limit import LIMIT
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


def test_every_list_in_pages_has_edges_and_a_whole_page_info() -> None:
    info = schema().type_map["PageInfo"]
    assert isinstance(info, GraphQLObjectType)
    assert set(info.fields) == {"hasNextPage", "hasPreviousPage", "startCursor", "endCursor"}
    connections = [kind for name, kind in schema().type_map.items() if name.endswith("Connection")]
    assert len(connections) > 50
    for kind in connections:
        assert isinstance(kind, GraphQLObjectType)
        assert str(kind.fields["pageInfo"].type) == "PageInfo!"
        edge = get_named_type(kind.fields["edges"].type)
        assert isinstance(edge, GraphQLObjectType)
        assert str(edge.fields["cursor"].type) == "String!"
        item = get_named_type(kind.fields["nodes"].type)
        assert get_named_type(edge.fields["node"].type) is item


BEST = ("MatchResult", "Screening", "AggregateGroup", "Cluster")
"""Lists of the likeliest records, or the largest groups, which have no second page."""
SHORT = ("StoredDocument",)
"""The first files in a file: all of them are pages of ``children`` of its record."""


def test_root_fields_are_nullable_and_pages_have_one_range() -> None:
    for root in (schema().query_type, schema().mutation_type):
        assert root is not None
        for name, field in root.fields.items():
            assert is_nullable_type(field.type), name
            kind = get_named_type(field.type).name
            assert ("first" in field.args) == kind.endswith(("Connection", *BEST)), name
    for kind in schema().type_map.values():
        for name, field in getattr(kind, "fields", {}).items():
            page = getattr(field, "args", {}).get("first")
            if page is not None and get_named_type(field.type).name not in SHORT:
                assert (str(page.type), page.default_value <= LIMIT.page) == ("Int", True), name
                assert ("after" in field.args) != (get_named_type(field.type).name in BEST), name
