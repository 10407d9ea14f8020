"""Hostile input: every answer is data, or an error that says what to do about it."""

import json
import random
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.operation import operations
from engine.engine import Engine

NAUGHTY = Path(__file__).parents[3] / "shared" / "data" / "hostile" / "blns.json"
"""A public list of strings that break programs; where it is missing, our own must do."""
OWN = [
    "",
    " ",
    "\0",
    "a\0b",
    "NaN",
    "-1",
    "9" * 400,
    "2019-02-31",
    "0000",
    '"',
    '"""',
    "\\",
    "AND",
    "NOT",
    "a AND",
    "OR OR OR",
    "((((((",
    ")" * 500,
    "(" * 5000 + "a" + ")" * 5000,
    "NOT " * 2000 + "a",
    "-" * 3000,
    "a" * 10_000,
    "a " * 3000,
    "a* " * 200,
    "*",
    "~",
    "a~99999999999999999999",
    "name:",
    "name:name:name:a",
    ":" * 50,
    "zz:a",
    "id:[a TO",
    "date:[2019 TO",
    "date:[9999 TO 0000]",
    "year:[99999999999999999999 TO *]",
    "year:{* TO *}",
    "*:*",
    "/.*/",
    "a^1e999",
    "\u202e\ufeff\ufffe\U0010ffff",
    "e\u0301" * 500,
    "' OR 1=1 --",
    "`n`) DETACH DELETE n //",
    "$datasets",
    "literal:",
    "literal:phone:",
    "demo_registry:",
    ":meridian-cement",
    "demo_registry:meridian-cement\n",
    "demo_registry:meridian-cement|OWNERSHIP|x",
    "WyJhIl0",
    "bnVsbA",
    "W10",
    "e30",
    "MQ==",
    "LTE",
    "WzEsMiwzXQ",
    "W1tbW1tbW1tbXV1dXV1dXV1d",
]
CEMENT = "demo_registry:meridian-cement"
DROZDAN = "demo_sanctions:viktor-drozdan"
MENDABLE = {
    "BAD_USER_INPUT",
    "NOT_FOUND",
    "BAD_REQUEST",
    "LIMIT_EXCEEDED",
    "GRAPHQL_PARSE_FAILED",
    "GRAPHQL_VALIDATION_FAILED",
}
"""Codes of errors that the reader can mend."""


@pytest.fixture(scope="module")
def client(engine: Engine) -> Iterator[TestClient]:
    with TestClient(create_app(engine), raise_server_exceptions=False) as opened:
        yield opened


def naughty() -> list[str]:
    return list(dict.fromkeys(OWN + (json.loads(NAUGHTY.read_text()) if NAUGHTY.exists() else [])))


def chunks(texts: Sequence[str], size: int) -> Iterator[list[str]]:
    return (list(texts[start : start + size]) for start in range(0, len(texts), size))


def asked(client: TestClient, query: str, **variables: Any) -> dict[str, Any]:
    """An answer that is harmless."""
    body = json.dumps({"query": query, "variables": variables})
    response = client.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 200, (response.status_code, response.text, body[:300])
    answer: dict[str, Any] = response.json()
    for error in answer.get("errors", []):
        assert error["extensions"]["code"] in MENDABLE, (error, body[:300])
        assert not re.search(
            r"Internal|Traceback|<class|Error\(|\.py\b|bolt://", error["message"]
        ), error
    assert "errors" in answer or answer["data"] is not None
    return answer


SEARCH = """query($s: String!) { search(query: $s, first: 3) {
  totalCount suggestions edges { cursor highlight node { id caption } }
  facets(fields: ["schema", "year"]) { values { value } } } }"""
NAMED = """query($s: String!, $id: ID!) { entity(id: $id) { id } dataset(name: $s) { name }
  entities(ids: [$id]) { id }
  search(filter: { datasets: [$s], countries: [$s], topics: [$s] }) { totalCount } }"""
LISTS = """query($s: [String!], $ids: [ID!]!) {
  entities(ids: $ids) { id edgeCounts { count } expand(first: 1) { nodes { id } totalCount } }
  subgraph(ids: $ids) { nodes { id } }
  search(filter: { datasets: $s, countries: $s, topics: $s }) { nodes { id } } }"""
ARGUMENTS = [
    ("String!", "search(after: $s) { nodes { id } }"),
    ("String!", 'search(query: "a*", sort: CAPTION, after: $s) { nodes { id } }'),
    ("String!", "datasets(after: $s) { nodes { name } }"),
    ("String!", f'entity(id: "{CEMENT}") {{ expand(after: $s) {{ nodes {{ id }} }} }}'),
    (
        "String!",
        f'entity(id: "{CEMENT}") {{ '
        "... on Company { ownershipAsset(after: $s) { nodes { id } } } }",
    ),
    ("String!", "search(filter: { schemata: [$s] }) { totalCount }"),
    ("String!", "search { facets(fields: [$s]) { field } }"),
    ("String!", f'entity(id: "{CEMENT}") {{ expand(types: [$s]) {{ nodes {{ id }} }} }}'),
    ("String!", f'entity(id: "{CEMENT}") {{ expand(schemata: [$s]) {{ nodes {{ id }} }} }}'),
    ("ID!", "owners(id: $s) { totalCount }"),
    ("ID!", "holdings(id: $s, after: $s) { totalCount }"),
    ("Date!", "search(filter: { during: { start: $s, end: $s } }) { totalCount }"),
    ("Date!", f'owners(id: "{CEMENT}", at: $s) {{ totalCount }}'),
]
"""Fields, and the type of the variable that stands in one of their arguments."""
AT_ONCE = 5
"""So many fields are in one operation, as an answer tells no more errors."""
WALKS = [
    "query($ids: [ID!]!) { paths(from: $ids, to: $ids) { paths { length } } }",
    f'query($ids: [ID!]!) {{ paths(from: $ids, to: ["{CEMENT}"], mode: K_SHORTEST) '
    "{ paths { length } } }",
    f'query($ids: [ID!]!) {{ paths(from: ["{CEMENT}"], to: ["{DROZDAN}"], avoid: $ids) '
    "{ paths { length } } }",
]
FILTERS = ["types", "schemata", "datasets"]


@pytest.mark.parametrize("query", [SEARCH, NAMED], ids=["searches", "names and ids"])
def test_naughty_strings_as(client: TestClient, query: str) -> None:
    for text in naughty():
        answer = asked(client, query, s=text, id=text)
        if query == NAMED:
            assert answer["data"]["entity"] is None


def operation(kind: str, field: str, count: int) -> str:
    """An operation that has a field so many times, each with a variable of its own."""
    variables = ", ".join(f"$s{place}: {kind}" for place in range(count))
    fields = [f"f{place}: {field.replace('$s', f'$s{place}')}" for place in range(count)]
    return f"query({variables}) {{ {' '.join(fields)} }}"


@pytest.mark.parametrize(("kind", "field"), ARGUMENTS, ids=lambda text: text.partition(" {")[0])
def test_naughty_strings_as_arguments(client: TestClient, kind: str, field: str) -> None:
    # a variable that is no date refuses the whole operation, and so does such a cursor
    alone = kind == "Date!" or field.startswith("holdings")
    for texts in chunks(naughty(), 1 if alone else AT_ONCE):
        variables = {f"s{place}": text for place, text in enumerate(texts)}
        answer = asked(client, operation(kind, field, len(texts)), **variables)
        codes = [error["extensions"]["code"] for error in answer.get("errors", [])]
        assert "LIMIT_EXCEEDED" not in codes, "nothing was tried"
        if not alone:
            assert len(codes) + sum(map(bool, answer["data"].values())) >= len(texts)


def test_naughty_strings_in_lists(client: TestClient) -> None:
    for texts in chunks(naughty(), 50):
        assert asked(client, LISTS, s=texts, ids=texts)["data"]["entities"] == [None] * len(texts)
    for texts in chunks(naughty(), 20):  # more pairs of ends would cost too many points
        for query in WALKS:
            asked(client, query, ids=texts)


@pytest.mark.parametrize("name", FILTERS)
def test_naughty_strings_filter_paths(client: TestClient, name: str) -> None:
    query = f"""query($s: [String!]) {{ paths(from: ["{CEMENT}"], to: ["{DROZDAN}"],
      filter: {{ {name}: $s }}, maxHops: 3) {{ paths {{ length }} }} }}"""
    for texts in chunks(naughty(), 100 if name == "datasets" else 1):
        asked(client, query, s=texts)


def test_naughty_strings_inside_operations(client: TestClient) -> None:
    """As a literal, as an operation's name, as the whole text, and as a variable's name."""
    for text in naughty():
        asked(client, f"{{ search(query: {json.dumps(text)}, first: 1) {{ nodes {{ id }} }} }}")
        body = {
            "query": "query A { __typename } query B { __typename }",
            "operationName": text,
            "variables": {text: 1},
        }
        assert client.post("/graphql", json=body).status_code == 200
        if text.strip():
            asked(client, text)


@pytest.mark.parametrize("surrogate", ["\\ud800", "\\udfff\\ud800", "a\\udc00"])
def test_half_a_character_is_no_json(client: TestClient, surrogate: str) -> None:
    query = "query($s: String) { search(query: $s) { totalCount } }"
    body = f'{{"query": "{query}", "variables": {{"s": "{surrogate}"}}}}'
    response = client.post("/graphql", content=body, headers={"content-type": "application/json"})
    assert (response.status_code, response.json()["errors"][0]["extensions"]["code"]) == (
        400,
        "BAD_REQUEST",
    )


@pytest.mark.parametrize(
    ("type", "values"),
    [
        ("String!", [None, 7, True, [], {}, ["a"], {"$gt": ""}]),
        ("ID!", [7, -1, 1.5, 2**80, True, {}]),
        ("Int", ["1", 1.5, 2**31, -(2**31) - 1, 2**80, -1, 101, True, [1]]),
        ("Date", [2019, 2019.5, "2019-13", "2019-1", "19", "", [], {}, True]),
        ("[ID!]", [[None], [[]], "a", {}, [7] * 600]),
        (
            "SearchFilter",
            [
                {"nope": 1},
                {"schemata": "Company"},
                {"schemata": [None]},
                {"during": {"start": {}}},
                [],
            ],
        ),
        ("Float", ["x", 1e308, -0.0, 10**300, True]),
    ],
)
def test_variables_of_another_type(client: TestClient, type: str, values: list[Any]) -> None:
    fields = {
        "String!": "search(query: $v) { totalCount }",
        "ID!": "entity(id: $v) { id }",
        "Int": "search(first: $v) { nodes { id } }",
        "Date": f'owners(id: "{CEMENT}", at: $v) {{ totalCount }}',
        "[ID!]": f'paths(from: ["{CEMENT}"], to: ["{CEMENT}"], avoid: $v) {{ paths {{ length }} }}',
        "SearchFilter": "search(filter: $v) { totalCount }",
        "Float": f'owners(id: "{CEMENT}", minShare: $v) {{ totalCount }}',
    }
    for value in values:
        asked(client, f"query($v: {type}) {{ {fields[type]} }}", v=value)


TOKEN = re.compile(r'"""(?:.|\n)*?"""|"(?:\\.|[^"\\])*"|\.\.\.|[A-Za-z_]\w*|-?\d+(?:\.\d+)?|[^\s,]')


def mutations(text: str, dice: random.Random, count: int) -> Iterator[str]:
    """Texts made from this one by cutting, doubling, swapping and replacing some of its tokens."""
    whole = TOKEN.findall(re.sub(r"#.*", "", text))
    for _ in range(count):
        tokens = list(whole)
        for _ in range(dice.randint(1, 4)):
            start = dice.randrange(len(tokens))
            end = min(len(tokens), start + dice.randint(1, 5))
            other = dice.randrange(len(tokens))
            match dice.randrange(5):
                case 0:
                    del tokens[start:end]
                case 1:
                    tokens[start:start] = tokens[start:end] * dice.randint(1, 30)
                case 2:
                    tokens[start], tokens[other] = tokens[other], tokens[start]
                case 3:
                    tokens[start] = dice.choice(
                        ["null", "-1", "99999999999", "1e400", '""', "$x", "{", "}", "@", "..."]
                    )
                case _:
                    tokens[start] = tokens[other]
            tokens = tokens or ["{"]
        yield " ".join(tokens)


@pytest.mark.parametrize("name", [known.name for known in operations()])
def test_operations_that_were_cut_doubled_and_swapped(client: TestClient, name: str) -> None:
    text = next(known.text for known in operations() if known.name == name)
    dice = random.Random(name)
    answers = [asked(client, mutation) for mutation in mutations(text, dice, 40)]
    assert any("errors" in answer for answer in answers)
