"""What an operation may ask: each limit, and that measuring is linear."""

import time
from typing import Any

import pytest
from graphql import GraphQLError

from api.cost import Cost
from api.execution import prepared
from api.limit import LIMIT, fragments_of, operations_of, parse_within_limits
from api.schema import schema


def nest(depth: int) -> str:
    return "{ search { nodes { " + "expand { nodes { " * depth + "id" + " } }" * depth + " } } }"


def bomb(count: int) -> str:
    parts = ["{ ...f0 }"]
    parts += [f"fragment f{n} on Query {{ ...f{n + 1} ...f{n + 1} }}" for n in range(count)]
    return "\n".join([*parts, f"fragment f{count} on Query {{ __typename }}"])


TYPES = "{ __schema { types { fields { name } } } }"
REFUSED = {
    "characters": "#" * LIMIT.characters + "\n{ __typename }",
    "tokens": "{" + " a" * LIMIT.tokens + "}",
    "nesting": "{a" * 4000 + "}" * 4000,
    "lists": "{a(b:" + "[" * 900 + "]" * 900 + ")}",
    "depth": nest(6),
    "inline fragments": "{" + "...{" * 300 + "__typename" + "}" * 301,
    "aliases": "{" + " ".join(f"a{n}: __typename" for n in range(31)) + "}",
    "aliases in fragments": "{ ...a ...a ...a } fragment a on Query {"
    + " ".join(f"a{n}: __typename" for n in range(11))
    + "}",
    "fields": "{" + " __typename" * 301 + "}",
    "fragment bomb": bomb(24),
    "operations": " ".join(f"query q{n} {{ __typename }}" for n in range(11)),
    "fragments": "{ __typename }" + " ".join(f"fragment f{n} on Query {{ a }}" for n in range(101)),
    "directives": "{ __typename" + " @skip(if: false)" * 6 + "}",
    "cycle": "{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }",
    "self": "{ ...a } fragment a on Query { ...a }",
    "introspections": "{"
    + " ".join(f"a{n}: __schema {{ types {{ name }} }}" for n in range(11))
    + "}",
    "a chain in the introspection": '{ __type(name: "Query") { '
    + "ofType { " * 20
    + "name"
    + " }" * 20
    + " } }",
    "fields of the introspection": "{ __schema { types {" + " name" * 601 + " } } }",
    "fields of a fragment on the schema": "{ __typename } fragment a on __Type {"
    + " name" * 601
    + "}",
}


@pytest.mark.parametrize("text", REFUSED.values(), ids=list(REFUSED))
def test_too_much_is_refused_quickly(text: str) -> None:
    start = time.thread_time()  # CPU time, as other tests run beside this one
    with pytest.raises(GraphQLError):
        parse_within_limits(text)
    assert time.thread_time() - start < 1


@pytest.mark.parametrize("text", ["{ __typename }", nest(4), TYPES, bomb(7)])
def test_enough_is_parsed(text: str) -> None:
    parse_within_limits(text)


def cost(text: str, variables: dict[str, Any] | None = None) -> None:
    parsed = prepared(text)
    Cost(schema(), fragments_of(parsed), variables or {}).check(operations_of(parsed)[0])


PAGES = (
    "query($n: Int = 100) { search(first: $n) { nodes { expand(first: $n) { nodes { id } } } } }"
)
SPREAD = """{ search(first: 100) { ...page } }
fragment page on SearchConnection { nodes { expand(first: 100) { nodes { id } } } }"""
EXPENSIVE = [
    ("{ search(first: 101) { nodes { id } } }", {}),
    ("{ search(first: -1) { nodes { id } } }", {}),
    ("query($n: Int) { search(first: $n) { nodes { id } } }", {"n": 101}),
    ("query($n: Int = 1000) { search(first: $n) { nodes { id } } }", {}),
    (PAGES, {}),
    (SPREAD, {}),
    (
        "{ search(first: 100) { nodes { ... on Company { ownershipAsset(first: 100) "
        "{ nodes { id } } } } } }",
        {},
    ),
    ("query($ids: [ID!]!) { entities(ids: $ids) { id } }", {"ids": ["a"] * 501}),
    (
        "query($ids: [ID!]!) { paths(from: $ids, to: []) { paths { length } } }",
        {"ids": ["a"] * 501},
    ),
]


@pytest.mark.parametrize(("text", "variables"), EXPENSIVE)
def test_expensive_operations_are_refused(text: str, variables: dict[str, Any]) -> None:
    with pytest.raises(GraphQLError):
        cost(text, variables)


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        (PAGES, {"n": 99}),
        ("{ search(first: 100) { nodes { id } totalCount } }", {}),
        ("{ search { nodes { expand { nodes { id } } } } }", {}),
        ("query($ids: [ID!]!) { entities(ids: $ids) { id } }", {"ids": ["a"] * 500}),
    ],
)
def test_others_are_not(text: str, variables: dict[str, Any]) -> None:
    cost(text, variables)
