"""The Reconciliation API over HTTP, as OpenRefine asks it, on the demo collection."""

import json
from collections.abc import Iterator
from typing import Any

import jsonschema_rs
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from engine.engine import Engine
from tests.graphql.reconcile import shape

DROZDAN = "demo_sanctions:viktor-drozdan"
MERIDIAN = "demo_registry:meridian-cement"


@pytest.fixture(scope="module")
def client(engine: Engine) -> Iterator[TestClient]:
    engine._comparer.wait(120)
    with TestClient(create_app(engine), base_url="http://127.0.0.1:8000") as opened:
        yield opened


def got(client: TestClient, path: str, schema: shape.Schema) -> Any:
    answer = client.get(f"/reconcile{path}")
    assert answer.status_code == 200, answer.text
    jsonschema_rs.validate(schema, answer.json())
    return answer.json()


def reconciled(client: TestClient, path: str = "", **queries: Any) -> dict[str, Any]:
    """The candidates of each query by its key."""
    answer = client.post(f"/reconcile{path}", data={"queries": json.dumps(queries)})
    assert answer.status_code == 200, answer.text
    jsonschema_rs.validate(shape.RESULTS, answer.json())
    assert set(answer.json()) == set(queries)
    return {key: each["result"] for key, each in answer.json().items()}


def extended(client: TestClient, ids: list[str], *properties: dict[str, Any]) -> Any:
    told = {"ids": ids, "properties": properties}
    answer = client.post("/reconcile", data={"extend": json.dumps(told)})
    assert answer.status_code == 200, answer.text
    jsonschema_rs.validate(shape.EXTENSION, answer.json())
    return answer.json()


def test_the_manifest_says_where_everything_is(client: TestClient) -> None:
    told = got(client, "", shape.MANIFEST)
    for place in (*told["suggest"].values(), told["extend"]["propose_properties"]):
        address = f"{place['service_url']}{place['service_path']}"
        assert client.get(f"{address}?prefix=x&type=Person").status_code == 200
    for template in (told["view"]["url"], told["preview"]["url"]):
        assert "Meridian" in client.get(template.replace("{{id}}", MERIDIAN)).text
    assert told["identifierSpace"] + "x" == told["view"]["url"].replace("{{id}}", "x")


def test_a_batch_is_answered_as_openrefine_sends_it(client: TestClient) -> None:
    found = reconciled(
        client,
        q0={
            "query": "Viktor Drozdan",
            "type": "Person",
            "type_strict": "should",
            "properties": [{"pid": "birthDate", "v": "1963-01-17T00:00:00Z"}],
        },
        q1={"query": "Meridian Cement", "limit": 1},
        q2={"query": MERIDIAN},
        q3={"properties": [{"pid": "registrationNumber", "v": "GR-INV-100417"}]},
        q4={"query": "nobody of this name"},
    )
    (best,) = found["q0"]
    assert (best["id"], best["match"], best["type"][0]["id"]) == (DROZDAN, True, "Person")
    assert best["score"] > 99
    assert {each["id"] for each in best["features"]} >= {"name", "birthDate"}
    assert "1963-01-17" in best["description"]
    # a name alone is not certain, however alike
    assert [(each["id"], each["match"]) for each in found["q1"]] == [(MERIDIAN, False)]
    assert (found["q2"][0]["id"], found["q2"][0]["match"]) == (MERIDIAN, True)
    assert found["q3"][0]["id"] == MERIDIAN
    assert found["q4"] == []


def test_by_get_alone_and_by_version_0_1(client: TestClient) -> None:
    queries = json.dumps({"a": {"query": "Viktor Drozdan"}})
    answer = client.get("/reconcile", params={"queries": queries}).json()
    assert answer["a"]["result"][0]["id"] == DROZDAN
    for query in ("Viktor Drozdan", '{"query": "Viktor Drozdan"}'):
        alone = client.get("/reconcile", params={"query": query}).json()
        assert alone["result"][0]["id"] == DROZDAN


def test_types_narrow_down(client: TestClient) -> None:
    name = "Drozdan Shipping"
    found = reconciled(
        client,
        company={"query": name, "type": ["Company", "Vessel"], "type_strict": "any"},
        both={"query": name, "type": ["Company", "Person"], "type_strict": "all"},
        guessed={"query": name, "properties": [{"pid": "birthDate", "v": "1963"}]},
        listed={"query": name, "type": [{"id": "Organization", "name": "x"}]},
    )
    assert found["company"][0]["id"] == "demo_sanctions:drozdan-shipping"
    assert found["both"] == []
    assert all(each["type"][0]["id"] != "Company" for each in found["guessed"])
    assert found["listed"][0]["id"] == "demo_sanctions:drozdan-shipping"


def test_a_bad_cell_costs_nothing_else(client: TestClient) -> None:
    cells = [
        {"pid": "birthDate", "v": ["unknown", {"id": "x", "name": "1963-01-17"}, None, 1963.0]},
        {"pid": "country", "v": "Atlantis"},
    ]
    found = reconciled(
        client,
        good={"query": "Viktor Drozdan", "properties": cells},
        empty={"properties": [{"pid": "birthDate", "v": "unknown"}]},
    )
    assert found["good"][0]["score"] > 99
    assert found["empty"] == []


def test_a_service_may_be_of_some_datasets(client: TestClient) -> None:
    query = {"query": "Viktor Drozdan"}
    assert reconciled(client, "?dataset=demo_registry", q=query)["q"] == []
    assert reconciled(client, "?dataset=demo_registry&dataset=demo_sanctions", q=query)["q"]
    told = got(client, "?dataset=demo_registry", shape.MANIFEST)
    assert told["suggest"]["entity"]["service_path"].endswith("?dataset=demo_registry")
    suggested = "/suggest/entity?dataset=demo_registry&prefix=viktor droz"
    assert got(client, suggested, shape.SUGGESTED_ENTITIES)["result"] == []


@pytest.mark.parametrize(
    ("field", "told", "message"),
    [
        ("queries", "[1", "queries: this is no JSON"),
        ("queries", "[]", "queries: an object such as"),
        ("queries", '{"q0": {}}', "'q0': give a query, or properties"),
        ("queries", '{"q0": 5}', "a query is an object"),
        ("queries", '{"q0": {"query": "x", "limit": 0}}', "limit: a number from 1 to 100"),
        ("queries", '{"q0": {"query": "x", "type": "Persn"}}', "'Persn' is not known"),
        ("queries", '{"q0": {"query": "x", "type": "Payment"}}', "compares no records of Payment"),
        ("queries", '{"q0": {"query": "x", "type_strict": "no"}}', "one of any, all, should"),
        (
            "queries",
            '{"q": {"query": "x", "type": "Company", "properties": {"birthDate": 1}}}',
            "Company has no property 'birthDate'",
        ),
        ("queries", '{"q0": {"query": "x", "properties": [5]}}', "each is like"),
        ("extend", "{}", "extend: an object such as"),
        ("extend", '{"ids": ["a"], "properties": [{"id": "nam"}]}', "no property 'nam'"),
        ("other", "x", "send one of the fields queries and extend"),
        ("callback", "x", "JSONP is not answered"),
    ],
)
def test_what_is_wrong_is_told(client: TestClient, field: str, told: str, message: str) -> None:
    answer = client.post("/reconcile", data={field: told})
    assert answer.status_code == 400
    assert message in answer.json()["errors"][0]["message"]


def test_what_is_too_large_or_of_another_kind_is_refused(client: TestClient) -> None:
    many = json.dumps({f"q{n}": {"query": "x"} for n in range(51)})
    assert client.post("/reconcile", data={"queries": many}).status_code == 413
    large = {"queries": "x" * 1_100_000}
    assert client.post("/reconcile", data=large).status_code == 413
    assert client.post("/reconcile", json={"queries": {}}).status_code == 415
    for path in ("/other", "/suggest/other?prefix=x", "/preview/x"):
        assert client.get(f"/reconcile{path}").status_code == 404


def test_suggestions(client: TestClient) -> None:
    found = got(client, "/suggest/entity?prefix=DROZ", shape.SUGGESTED_ENTITIES)["result"]
    assert {each["id"] for each in found} >= {DROZDAN, "demo_sanctions:drozdan-shipping"}
    rest = got(client, "/suggest/entity?prefix=droz&cursor=1", shape.SUGGESTED_ENTITIES)["result"]
    assert rest == found[1:]
    by_id = got(client, f"/suggest/entity?prefix={MERIDIAN}", shape.SUGGESTED_ENTITIES)["result"]
    assert by_id[0]["id"] == MERIDIAN
    for odd in ("", "%22(", "AND", "name:*"):
        got(client, f"/suggest/entity?prefix={odd}", shape.SUGGESTED_ENTITIES)
    types = got(client, "/suggest/type?prefix=comp", shape.SUGGESTED_TYPES)["result"]
    assert [each["id"] for each in types] == ["Company"]
    props = got(client, "/suggest/property?prefix=birth d", shape.SUGGESTED_PROPERTIES)["result"]
    assert [each["id"] for each in props] == ["birthDate"]
    assert client.get("/reconcile/suggest/type?prefix=a&cursor=-1").status_code == 400


def test_a_table_is_extended(client: TestClient) -> None:
    proposed = got(client, "/properties?type=Person&limit=6", shape.PROPOSALS)
    assert [each["id"] for each in proposed["properties"]][-1] == "birthDate"
    answer = extended(
        client,
        [DROZDAN, MERIDIAN, "demo_sanctions:nobody"],
        {"id": "country", "settings": {"labels": "true"}},
        {"id": "alias", "settings": {"limit": "1"}},
        {"id": "dataset"},
        {"id": "birthDate"},
    )
    assert answer["rows"][DROZDAN] == {
        "country": [{"str": "Russia"}],
        "alias": [{"str": "Viktor Drosdan"}],
        "dataset": [{"str": "demo_sanctions"}],
        "birthDate": [{"str": "1963-01-17"}],
    }
    assert answer["rows"]["demo_sanctions:nobody"]["dataset"] == []


def test_a_page_shows_a_record_and_can_do_nothing(client: TestClient) -> None:
    answer = client.get("/reconcile/preview", params={"id": DROZDAN})
    assert "<dt>Birth date</dt><dd>1963-01-17</dd>" in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors http://127.0.0.1:*" in policy
    assert "X-Frame-Options" not in answer.headers
    absent = client.get("/reconcile/view", params={"id": "<script>"})
    assert absent.status_code == 404
    assert "<script>" not in absent.text
