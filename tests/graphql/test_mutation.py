"""Mutations over HTTP: who may make them, and what they change."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from engine.account import OWNER, Role, Scope
from engine.engine import Engine

EVERY = tuple(Scope)
Ask = Any


@pytest.fixture
def client(fresh_engine: Engine) -> Iterator[TestClient]:
    """The API on an empty graph with an administrator, ``ann``, and a user, ``ada``."""
    fresh_engine.directory.add_account(OWNER, "ann", roles=[Role.ADMINISTRATOR])
    fresh_engine.directory.add_account(OWNER, "ada", title="Ada")
    with TestClient(create_app(fresh_engine)) as opened:
        yield opened


def key(engine: Engine, name: str, *scopes: Scope) -> str:
    made, _ = engine.credentials.make_key(OWNER, name, scopes=scopes or EVERY)
    return made


def asked(client: TestClient, key: str | None, query: str, **variables: Any) -> dict[str, Any]:
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    body = {"query": query, "variables": variables}
    answer: dict[str, Any] = client.post("/graphql", json=body, headers=headers).json()
    return answer


def code(answer: dict[str, Any]) -> str:
    return str(answer["errors"][0]["extensions"]["code"])


CREATE = 'mutation { createUser(name: "bea", roles: [JOURNALIST]) { name roles groups } }'


def test_an_administrator_makes_a_user(client: TestClient, fresh_engine: Engine) -> None:
    answer = asked(client, key(fresh_engine, "ann"), CREATE)
    made = {"name": "bea", "roles": ["JOURNALIST"], "groups": []}
    assert answer == {"data": {"createUser": made}}
    event = fresh_engine.audit.events(action="account created", subject="bea")[0]
    assert event.actor == "ann"
    assert code(asked(client, key(fresh_engine, "ann"), CREATE)) == "BAD_USER_INPUT"


def test_nobody_else_does(client: TestClient, fresh_engine: Engine) -> None:
    assert code(asked(client, None, CREATE)) == "UNAUTHENTICATED"
    assert code(asked(client, key(fresh_engine, "ada"), CREATE)) == "FORBIDDEN"
    reading = key(fresh_engine, "ann", Scope.READ, Scope.BULK)
    assert code(asked(client, reading, CREATE)) == "FORBIDDEN"
    assert fresh_engine.directory.account("bea") is None


def test_a_key_that_may_only_write_does_not_read(client: TestClient, fresh_engine: Engine) -> None:
    writing = key(fresh_engine, "ann", Scope.WRITE)
    assert "errors" not in asked(client, writing, CREATE)
    assert code(asked(client, writing, "{ datasets { totalCount } }")) == "FORBIDDEN"


def test_a_mutation_by_get_is_refused(client: TestClient, fresh_engine: Engine) -> None:
    headers = {"Authorization": f"Bearer {key(fresh_engine, 'ann')}"}
    answer = client.get("/graphql", params={"query": CREATE}, headers=headers)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert fresh_engine.directory.account("bea") is None
