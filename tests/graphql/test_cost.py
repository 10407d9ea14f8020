"""What an operation costs: as much as it reads, growing with what it asks for, and quick to say."""

import re
import time
from pathlib import Path
from typing import Any

import pytest
from followthemoney import model
from graphql import GraphQLError

from api.cost import Cost
from api.execution import prepared
from api.limit import LIMIT, fragments_of, operations_of
from api.schema import schema
from engine.settings import Settings

LIMITS = Path(__file__).parents[2] / "docs" / "limits.md"
OPERATIONS = Path(__file__).parents[2] / "graphql" / "operations"


def cost(text: str, **variables: Any) -> int:
    parsed = prepared(text)
    return Cost(schema(), fragments_of(parsed), variables).check(operations_of(parsed)[0])


@pytest.mark.parametrize(
    ("text", "points"),
    [
        ("{ __typename }", 1),
        ('{ entity(id: "a") { caption } }', 1),
        ('{ entities(ids: ["a", "b", "c"]) { caption } }', 3),
        ("{ search { nodes { caption } } }", 1 + 25),
        ("{ search(first: 10) { nodes { caption } } }", 1 + 10),
        ("{ search(first: 10) { edges { node { caption dataset { name } } } } }", 1 + 10),
        ("{ search(first: 10) { totalCount } }", 1 + 1),
        ('{ search(first: 10) { facets(fields: ["schema", "year"]) { field } } }', 1 + 2),
        (
            "{ search(first: 10) { nodes { expand(first: 20) { nodes { id } } } } }",
            1 + 10 + 10 * (1 + 20),
        ),
        ("{ search(first: 10) { nodes { edgeCounts { count } } } }", 1 + 10 + 10),
        ("{ search(first: 10) { nodes { ... on Ownership { owner { id } } } } }", 1 + 10 + 10),
        (
            "{ search(first: 10) { nodes { ... on Company { ownershipAsset { totalCount } } } } }",
            1 + 10 + 10 * (1 + 1),
        ),
        (
            '{ entity(id: "a") { ... on Company { paymentBeneficiary(first: 100) '
            "{ totalCount nodes { amount } } } } }",
            1 + 1 + 100 + 1,
        ),
        ('{ paths(from: ["a"], to: ["b"]) { paths { length } } }', 6 + 7),
        ('{ paths(from: "a", to: "b", maxHops: 3) { nodes { caption } } }', 3 + 4),
        ('{ paths(from: ["a", "b"], to: ["c"], maxHops: 3) { nodes { id } } }', 2 * (3 + 4)),
        ('{ paths(from: ["a", "a"], to: ["c"], maxHops: 3) { nodes { id } } }', 3 + 4),
        (
            '{ paths(from: "a", to: "b", mode: K_SHORTEST, k: 10) { paths { length } } }',
            6 + 10 * 7,
        ),
        ('{ paths(from: "a", to: "b", hops: [{}, {}]) { nodes { id } } }', 2 + 3),
        ('{ owners(id: "a") { nodes { entity { caption } share } } }', 10 + 50),
        ('{ subgraph(ids: ["a", "b"]) { edges { id } } }', 2),
        ("{ datasets(first: 5) { nodes { runs(first: 2) { nodes { id } } } } }", 1 + 5 + 5 * 3),
    ],
)
def test_an_operation_costs_about_the_records_that_it_reads(text: str, points: int) -> None:
    assert cost(text) == points


PAGE = "expand(first: {n}) {{ nodes {{ id }} }}".format


def test_what_the_executor_does_not_run_costs_nothing() -> None:
    once = cost(f"{{ search(first: 10) {{ nodes {{ {PAGE(n=20)} }} }} }}")
    text = (
        f"query($a: Boolean!) {{ search(first: 10) {{ nodes {{ {PAGE(n=20)} @KIND(if: $a) }} }} }}"
    )
    text = text.replace("} @KIND(if: $a)", "}").replace(
        "expand(first: 20)", "expand(first: 20) @KIND"
    )
    include, skip = (text.replace("@KIND", f"@{name}(if: $a)") for name in ("include", "skip"))
    assert [cost(include, a=True), cost(skip, a=False)] == [once, once]
    assert [cost(include, a=False), cost(skip, a=True)] == [11, 11]
    again = f"fragment f on Entity {{ {PAGE(n=20)} }} fragment g on Entity {{ ...f {PAGE(n=20)} }}"
    assert cost(f"{{ search(first: 10) {{ nodes {{ ...f ...g }} }} }} {again}") == once
    both = f"... on Company {{ {PAGE(n=20)} }} ... on Person {{ {PAGE(n=5)} }}"
    assert cost(f"{{ search(first: 10) {{ nodes {{ {both} }} }} }}") == once
    # a company is a legal entity too
    both = f"... on Company {{ {PAGE(n=20)} }} ... on LegalEntity {{ b: {PAGE(n=20)} }}"
    assert cost(f"{{ search(first: 10) {{ nodes {{ {both} }} }} }}") == once + 10 * 21


SHORTEST = """query($from: [ID!]!, $n: Int) {
  paths(from: $from, to: ["b"], maxHops: $n MODE) { nodes { id } }
}"""


def test_the_cost_grows_with_all_that_is_asked_for() -> None:
    page = "expand(first: $m) { nodes { id } }"
    pages = f"query($n: Int, $m: Int) {{ search(first: $n) {{ nodes {{ {page} }} }} }}"
    grows = [
        [cost(pages, n=n, m=10) for n in range(0, 101, 10)],
        [cost(pages, n=10, m=m) for m in range(0, 101, 10)],
        [cost("query($i: [ID!]!) { entities(ids: $i) { id } }", i=["a"] * n) for n in range(5)],
    ]
    ends = [[f"a{at}" for at in range(size)] for size in (1, 2, 5)]
    for mode in ("", ", mode: ALL_SHORTEST", ", mode: K_SHORTEST, k: 7"):
        text = SHORTEST.replace("MODE", mode)
        grows.append([cost(text, **{"from": ["a"]}, n=hops) for hops in range(1, 13)])
        grows.append([cost(text, **{"from": names}, n=4) for names in ends])
    text = SHORTEST.replace("MODE", ", mode: K_SHORTEST, k: 1").replace("k: 1", "k: $k")
    text = text.replace("$n: Int", "$n: Int, $k: Int")
    grows.append([cost(text, **{"from": ["a"]}, n=4, k=k) for k in range(1, 101, 9)])
    for costs in grows:
        assert costs == sorted(costs)
        assert costs[0] < costs[-1]


def test_modes_are_in_order() -> None:
    for hops in (1, 6, 12):
        modes = ("SHORTEST", "K_SHORTEST, k: 1", "K_SHORTEST, k: 5", "ALL_SHORTEST")
        texts = [SHORTEST.replace("MODE", f", mode: {mode}") for mode in modes]
        costs = [cost(text, **{"from": ["a"]}, n=hops) for text in texts]
        assert costs == sorted(costs)


@pytest.mark.parametrize("file", sorted(OPERATIONS.glob("*.graphql")), ids=lambda file: file.stem)
def test_what_the_page_offers_is_for_everybody(file: Path) -> None:
    assert cost(file.read_text()) < 1000


def test_a_null_is_the_default() -> None:
    query = "query($n: Int) { search(first: $n) { nodes { id } } }"
    assert cost(query) == cost(query, n=None) == cost(query, n=25)


def test_more_than_anybody_may_ask_is_too_complex() -> None:
    with pytest.raises(GraphQLError, match=r"costs 10,201 points: at most 10,000") as raised:
        cost(f"{{ search(first: 100) {{ nodes {{ {PAGE(n=100)} }} }} }}")
    assert raised.value.extensions == {"code": "QUERY_TOO_COMPLEX"}
    assert LIMIT.points == 10_000


def test_counting_is_quick_whatever_the_fragments() -> None:
    names = [schema_.name for schema_ in model if schema_.name in schema().type_map][:45]

    def body(levels: int) -> str:
        if not levels:
            return "id"
        parts = [f"... on {name} {{ {PAGE(n=1)} }}" for name in names]
        return f"{' '.join(parts)} expand(first: 1) {{ nodes {{ {body(levels - 1)} }} }}"

    text = f"{{ search(first: 1) {{ nodes {{ {body(2)} }} }} }}"
    prepared(text)
    start = time.thread_time()
    with pytest.raises(GraphQLError, match="too many fragments on different types"):
        cost(text)
    assert time.thread_time() - start < 0.2


def test_the_documentation_tells_the_costs_and_the_defaults() -> None:
    text = LIMITS.read_text(encoding="utf-8")
    rows = re.findall(r"^\| `({.*})` \| (\d+) \|$", text, re.MULTILINE)
    assert len(rows) >= 8
    for query, points in rows:
        assert cost(query) == int(points), query
    limits = re.findall(r"`(CLEW_[A-Z_]+)`(?::| \()\s?`([^`]+)`", text)
    assert len(limits) >= 6
    for name, value in limits:
        assert getattr(Settings(), name.removeprefix("CLEW_").lower()) == value
    assert f"{LIMIT.points:,} points" in text
