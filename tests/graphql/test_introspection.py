"""Introspection as clients' tools send it is answered, and stays bounded."""

import time

import pytest
from graphql import (
    GraphQLError,
    Node,
    SelectionSetNode,
    Visitor,
    build_client_schema,
    execute,
    get_introspection_query,
    parse,
    print_ast,
    visit,
)

from api.execution import introspect, introspected, prepared
from api.introspection import MOST_VALUES, Size, extent
from api.limit import fragments_of, is_introspection, operations_of
from api.schema import schema

NEW = {
    "specified_by_url": True,
    "directive_is_repeatable": True,
    "schema_description": True,
    "input_value_deprecation": True,
    "one_of": True,
}
"""What newer tools ask for as well."""
TYPENAME = operations_of(parse("{ __typename }"))[0].selection_set.selections[0]


class Typenames(Visitor):
    """Adds ``__typename`` to every selection, as Apollo's and urql's caches do."""

    def leave_selection_set(self, node: Node, *_: object) -> Node:
        """The selection set with one more field."""
        assert isinstance(node, SelectionSetNode)
        return SelectionSetNode(selections=(*node.selections, TYPENAME))


def with_typenames(text: str) -> str:
    return print_ast(visit(parse(text), Typenames()))


def one_type(name: str) -> str:
    return f'{name}: __type(name: "__{name}") {{ name fields {{ name args {{ name }} }} }}'


CAPABILITIES = "{ " + " ".join(map(one_type, ("Schema", "Type", "Directive", "Field"))) + " }"
"""What Apollo Kotlin and Strawberry Shake ask first: what introspection knows here."""
WHOLE = {
    "graphql-js": get_introspection_query(),
    "GraphiQL": get_introspection_query(**NEW),  # type: ignore[arg-type]
    "deep": get_introspection_query(type_depth=13, **NEW),  # type: ignore[arg-type]
    "possible types": "{ __schema { types { kind name possibleTypes { name } } } }",
    "capabilities": CAPABILITIES,
}


@pytest.mark.parametrize("text", WHOLE.values(), ids=list(WHOLE))
@pytest.mark.parametrize("typenames", [False, True], ids=["", "typenames"])
def test_what_tools_ask_for_is_answered(text: str, typenames: bool) -> None:
    text = with_typenames(text) if typenames else text
    result = introspected(text, None)
    assert result.errors is None
    assert result.data is not None
    if "subscriptionType" in text:
        made = build_client_schema(result.data)  # type: ignore[arg-type]
        assert made.type_map.keys() == schema().type_map.keys()


@pytest.mark.parametrize(
    "text",
    [
        "{ __schema { types { fields { type { fields { name } } } } } }",
        "{ __schema { types { possibleTypes { fields { args { name } } } } } }",
        "{ __schema { types { ...a } } } fragment a on __Type { fields { type { ...b } } } "
        "fragment b on __Type { fields { name type { name } } }",
        "{ ...a } fragment a on Query { ... { __schema { types { fields { type { ofType { "
        "fields { name } } } } } } } }",
        "{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }",
    ],
)
def test_lists_within_lists_are_refused_quickly(text: str) -> None:
    start = time.thread_time()
    with pytest.raises((GraphQLError, ExceptionGroup)):
        prepared(text)
    assert time.thread_time() - start < 0.2


@pytest.mark.parametrize("text", [*WHOLE.values(), '{ __type(name: "Query") { name } }'])
def test_no_answer_is_larger_than_what_was_counted(text: str) -> None:
    parsed = prepared(text)
    size = Size(fragments_of(parsed), extent())
    counted = sum(size.introspections(node.selection_set) for node in operations_of(parsed))
    answered = values(execute(schema(), parsed).data)  # type: ignore[union-attr]
    assert answered - 10 <= counted <= MOST_VALUES


def test_the_schema_can_be_asked_for_with_variables_and_in_fragments() -> None:
    asked = """query Q($old: Boolean!) { ...root } fragment root on Query { __schema { types {
      name fields(includeDeprecated: $old) { name } } } }"""
    assert is_introspection(prepared(asked))
    result = introspect(asked, None, {"old": True})
    assert result.errors is None
    assert introspect(asked, None, {}).errors, "the variable is missing"
    assert not is_introspection(
        prepared("{ ...a } fragment a on Query { __typename terms { text } }")
    )


def test_beside_data_only_a_little_of_the_schema_is_answered() -> None:
    """The executor runs both in one go, while nobody else is answered."""
    prepared('{ __type(name: "Company") { fields { name } } terms { text } }')
    whole = get_introspection_query().replace("query IntrospectionQuery {", "{ terms { text }")
    with pytest.raises(GraphQLError, match="ask for the schema by itself"):
        prepared(whole)


def values(answer: object) -> int:
    """How many fields an answer has."""
    if isinstance(answer, dict):
        return len(answer) + sum(map(values, answer.values()))
    return sum(map(values, answer)) if isinstance(answer, list) else 0
