"""``match`` and ``similar`` over HTTP."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from engine.engine import Engine

MATCH = """
query($schema: String!, $properties: JSON!, $scope: XrefScope, $first: Int) {
  match(schema: $schema, properties: $properties, scope: $scope, first: $first) {
    nodes { score algorithm entity { id } explanation { feature score detail query candidate } }
  }
}"""


def answered(client: TestClient, query: str, **variables: Any) -> dict[str, Any]:
    body = {"query": query, "variables": variables}
    answer: dict[str, Any] = client.post("/graphql", json=body).json()
    return answer


@pytest.fixture
def client(engine: Engine) -> Iterator[TestClient]:
    engine._comparer.wait(120)
    with TestClient(create_app(engine)) as opened:
        yield opened


def test_a_description_finds_its_record_and_says_why(client: TestClient) -> None:
    person = {"name": "Viktor Drozdan", "birthDate": "1963-01-17"}
    answer = answered(client, MATCH, schema="Person", properties=person)
    (best,) = answer["data"]["match"]["nodes"]
    assert best["entity"]["id"] == "demo_sanctions:viktor-drozdan"
    assert best["score"] > 0.99
    told = {each["feature"]: each for each in best["explanation"]}
    assert told["name"]["detail"] == "the same name"
    assert told["birthDate"]["candidate"] == "1963-01-17"
    assert told["country"]["score"] == 0
    scope = {"datasets": ["demo_payments"]}
    other = answered(client, MATCH, schema="Person", properties=person, scope=scope)
    assert other["data"]["match"]["nodes"] == []


def test_what_cannot_be_compared_is_told(client: TestClient) -> None:
    for variables, message in (
        ({"schema": "Person", "properties": ["x"]}, "an object such as"),
        ({"schema": "Person", "properties": {"nam": "x"}}, "no property 'nam'"),
        (
            {"schema": "Person", "properties": {"name": "x"}, "scope": {"minScore": 2}},
            "minScore: from 0 to 1",
        ),
    ):
        error = answered(client, MATCH, **variables)["errors"][0]
        assert error["extensions"]["code"] == "BAD_USER_INPUT"
        assert message in error["message"]


def test_no_record_is_similar_to_itself(client: TestClient) -> None:
    ids = ["demo_sanctions:viktor-drozdan", "demo_payments:ministry-of-works"]
    similar = answered(
        client,
        "query($ids: [ID!]!) { entities(ids: $ids)"
        " { id similar(scope: {minScore: 0}) { nodes { score entity { id } } } } }",
        ids=ids,
    )
    found = {
        node["id"]: [each["entity"]["id"] for each in node["similar"]["nodes"]]
        for node in similar["data"]["entities"]
    }
    assert list(found) == ids
    assert all(id_ not in others for id_, others in found.items())
