"""Who reconciles with what: keys in addresses, pages of other origins, limits."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from engine.account import OWNER, Level, Scope
from engine.engine import Engine
from engine.judgement import Judging, Verdict
from loaders.load.load import load
from tests.crossing import KeptComparer

OPENREFINE = {"Origin": "http://127.0.0.1:3333"}
ELSEWHERE = {"Origin": "https://elsewhere.example.org"}
NAME = "Ada Quellmann <img src=x>"
ADA = {"id": "ada", "schema": "Person", "properties": {"name": [NAME]}}
QUERY = {"queries": json.dumps({"q": {"query": NAME}})}


@pytest.fixture
def hidden(fresh_engine: Engine, comparer: KeptComparer, tmp_path: Path) -> Engine:
    """An engine with one restricted record, and an account that may read it."""
    file = tmp_path / "secret.ftm.json"
    file.write_text(json.dumps(ADA))
    load(fresh_engine, [str(file)], "secret")
    fresh_engine.directory.add_account(OWNER, "ada")
    fresh_engine.directory.add_account(OWNER, "eve")
    fresh_engine.directory.grant(OWNER, "secret", "ada", Level.READ)
    comparer.serve(fresh_engine)
    comparer.wait(120)
    return fresh_engine


@pytest.fixture
def client(hidden: Engine) -> Iterator[TestClient]:
    with TestClient(create_app(hidden), base_url="http://127.0.0.1:8000") as opened:
        yield opened


def key_of(engine: Engine, account: str, *scopes: Scope) -> str:
    return engine.credentials.make_key(OWNER, account, scopes=scopes)[0]


def everything(client: TestClient, base: str, **headers: str) -> list[Any]:
    """All that a service tells of the hidden record, and its statuses."""
    told: list[Any] = [client.post(base, data=QUERY, headers=headers)]
    extend = json.dumps({"ids": ["secret:ada"], "properties": [{"id": "name"}]})
    told.append(client.post(base, data={"extend": extend}, headers=headers))
    for path in ("/suggest/entity?prefix=quell", "/preview?id=secret:ada", "/view?id=secret:ada"):
        told.append(client.get(f"{base}{path}", headers=headers))
    return told


def test_a_key_in_the_address_reconciles_and_does_nothing_else(
    client: TestClient, hidden: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    key, other = (key_of(hidden, name, Scope.RECONCILE) for name in ("ada", "eve"))
    for base in ("/reconcile", f"/reconcile/{other}"):
        assert not any("Quellmann" in answer.text for answer in everything(client, base))
    with caplog.at_level(logging.INFO, "clew.access"):
        told = everything(client, f"/reconcile/{key}")
    assert [answer.text for answer in told if "Quellmann" not in answer.text] == []
    assert not any("<img" in answer.text for answer in told[-2:])
    assert key not in repr([record.__dict__ for record in caplog.records])
    assert "/reconcile/clew_…" in repr([record.__dict__ for record in caplog.records])
    manifest = client.get(f"/reconcile/{key}").json()
    assert key in manifest["preview"]["url"]
    assert key not in manifest["view"]["url"]  # kept in projects, which people share
    asked = {"query": "{ datasets { nodes { name } } }"}
    answer = client.post("/graphql", json=asked, headers={"Authorization": f"Bearer {key}"})
    assert answer.json()["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_other_keys_do_not_belong_into_the_address(client: TestClient, hidden: Engine) -> None:
    key = key_of(hidden, "ada", Scope.READ, Scope.RECONCILE)
    answer = client.get(f"/reconcile/{key}")
    assert answer.status_code == 403
    assert "revoke it" in answer.json()["errors"][0]["message"]
    assert client.get(f"/reconcile?key={key}").status_code == 400
    assert client.get("/reconcile/clew_abc").status_code == 401
    told = everything(client, "/reconcile", Authorization=f"Bearer {key}")
    assert [answer.text for answer in told if "Quellmann" not in answer.text] == []
    bulk = key_of(hidden, "ada", Scope.BULK)
    answer = client.post("/reconcile", data=QUERY, headers={"Authorization": f"Bearer {bulk}"})
    assert answer.status_code == 403


def test_pages_of_the_readers_machine_may_reconcile(client: TestClient, hidden: Engine) -> None:
    key = key_of(hidden, "ada", Scope.RECONCILE)
    for base in ("/reconcile", f"/reconcile/{key}", "/reconcile/suggest/type?prefix=a"):
        answer = client.get(base, headers=OPENREFINE)
        assert answer.status_code == 200
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        assert client.get(base, headers=ELSEWHERE).status_code == 403
    asking = {**OPENREFINE, "Access-Control-Request-Method": "POST"}
    assert client.options("/reconcile", headers=asking).status_code == 200
    assert client.post("/graphql", json={}, headers=OPENREFINE).status_code == 403
    assert client.get("/reconciled", headers=OPENREFINE).status_code == 403
    with_session = {**OPENREFINE, "Cookie": "clew_session=x"}
    assert client.get("/reconcile", headers=with_session).status_code == 403


def test_each_query_of_a_batch_costs_a_comparison(hidden: Engine) -> None:
    limits = {"rate_limit": "on", "anonymous_points": "200/minute"}
    hidden.settings = hidden.settings.model_copy(update=limits)
    two = {"queries": json.dumps({"a": {"query": "x"}, "b": {"query": "y"}})}
    three = {"queries": json.dumps({name: {"query": name} for name in "abc"})}
    with TestClient(create_app(hidden), base_url="http://127.0.0.1:8000") as client:
        assert client.post("/reconcile", data=two).status_code == 200
        refused = client.post("/reconcile", data=two)
        assert (refused.status_code, "Retry-After" in refused.headers) == (429, True)
        too_complex = client.post("/reconcile", data=three).json()["errors"][0]
        assert too_complex["extensions"]["code"] == "QUERY_TOO_COMPLEX"


def test_records_that_are_judged_the_same_are_no_rivals(
    client: TestClient, hidden: Engine, tmp_path: Path
) -> None:
    told = {**ADA, "properties": {"name": [NAME], "birthDate": ["1970-02-03"]}}
    for name in ("secret", "other"):
        file = tmp_path / f"{name}.ftm.json"
        file.write_text(json.dumps(told))
        load(hidden, [str(file)], name)
    hidden.directory.grant(OWNER, "other", "ada", Level.READ)
    key = key_of(hidden, "ada", Scope.RECONCILE)
    query = {"query": NAME, "type": "Person", "properties": {"birthDate": "1970-02-03"}}
    asked = {"queries": json.dumps({"q": query})}

    def matches() -> list[bool]:
        answer = client.post(f"/reconcile/{key}", data=asked).json()
        return [each["match"] for each in answer["q"]["result"]]

    assert matches() == [False, False]
    judging = Judging("secret:ada", "other:ada", Verdict.POSITIVE)
    hidden.judgements.judge(OWNER, "secret", [judging])
    assert matches() == [True, False]
