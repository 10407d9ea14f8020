"""Mutations over HTTP: who may make them, and what they change."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from api.app import create_app
from engine.account import OWNER, Level, Role, Scope
from engine.engine import Engine

EVERY = tuple(Scope)


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
    answer.pop("extensions", None)  # what it cost
    return answer


def code(answer: dict[str, Any]) -> str:
    return str(answer["errors"][0]["extensions"]["code"])


CREATE = 'mutation { createUser(name: "bea", roles: [JOURNALIST]) { name roles groups } }'


def test_an_administrator_makes_a_user(client: TestClient, fresh_engine: Engine) -> None:
    answer = asked(client, key(fresh_engine, "ann"), CREATE)
    made = {"name": "bea", "roles": ["JOURNALIST"], "groups": []}
    assert answer == {"data": {"createUser": made}}
    event = fresh_engine.audit.events(OWNER, action="account created", subject="bea")[0]
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


def data(client: TestClient, key: str | None, query: str, **variables: Any) -> Any:
    answer = asked(client, key, query, **variables)
    assert "errors" not in answer, answer["errors"]
    (value,) = answer["data"].values()
    return value


def test_an_administrator_manages_users_and_groups(
    client: TestClient, fresh_engine: Engine
) -> None:
    ann = key(fresh_engine, "ann")
    assert data(client, ann, 'mutation { createGroup(name: "press", title: "The Press") { name } }')
    join = 'mutation { joinGroup(user: "ada", group: "press") { members } }'
    assert data(client, ann, join) == {"members": ["ada"]}
    change = 'mutation { setUser(name: "ada", roles: [JOURNALIST]) { title roles groups } }'
    assert data(client, ann, change) == {
        "title": "Ada",
        "roles": ["JOURNALIST"],
        "groups": ["press"],
    }
    assert data(client, ann, "{ groups { nodes { name title members } } }") == {
        "nodes": [{"name": "press", "title": "The Press", "members": ["ada"]}]
    }
    first = data(
        client, ann, "{ users(first: 1) { totalCount nodes { name } pageInfo { endCursor } } }"
    )
    assert (first["totalCount"], first["nodes"]) == (2, [{"name": "ada"}])
    rest = "query($after: String) { users(after: $after) { nodes { name } } }"
    after = first["pageInfo"]["endCursor"]
    assert data(client, ann, rest, after=after) == {"nodes": [{"name": "ann"}]}
    assert data(client, ann, 'mutation { setUser(name: "ada", title: null) { title } }') == {
        "title": ""
    }
    assert code(asked(client, ann, 'mutation { setUser(name: "ada") { title } }')) == (
        "BAD_USER_INPUT"
    )
    ada = key(fresh_engine, "ada")
    assert data(client, ann, 'mutation { disableUser(name: "ada") { disabled } }')["disabled"]
    assert code(asked(client, ada, "{ me { name } }")) == "UNAUTHENTICATED"
    assert data(client, ann, 'mutation { enableUser(name: "ada") { disabled } }') == {
        "disabled": False
    }
    assert data(client, ada, "{ me { name } }") == {"name": "ada"}
    assert data(client, ann, 'mutation { removeGroup(name: "press") }') == "press"
    assert data(client, ann, 'mutation { removeUser(name: "ada") }') == "ada"
    assert code(asked(client, ada, "{ me { name } }")) == "UNAUTHENTICATED"


def test_who_is_no_administrator_sees_own_things_only(
    client: TestClient, fresh_engine: Engine
) -> None:
    directory = fresh_engine.directory
    for group in ("mine", "theirs"):
        directory.add_group(OWNER, group)
    directory.join_group(OWNER, "ada", "mine")
    ada = key(fresh_engine, "ada")
    assert code(asked(client, ada, "{ users { totalCount } }")) == "FORBIDDEN"
    assert data(client, ada, "{ groups { nodes { name } } }") == {"nodes": [{"name": "mine"}]}
    me = data(client, ada, "{ me { name title roles groups disabled keys { start scopes } } }")
    assert (me["name"], me["title"], me["roles"], me["groups"]) == ("ada", "Ada", [], ["mine"])
    assert [known["start"] for known in me["keys"]] == [ada[5:13]]
    leave = 'mutation { leaveGroup(user: "ada", group: "mine") { members } }'
    assert data(client, ada, leave) == {"members": []}
    assert data(client, None, "{ me { name } }") is None
    for question in (
        "{ users { totalCount } }",
        "{ groups { totalCount } }",
        "{ grants { totalCount } }",
    ):
        assert code(asked(client, None, question)) == "UNAUTHENTICATED"


def test_grants_and_visibility(client: TestClient, fresh_engine: Engine) -> None:
    fresh_engine.set_dataset("secret", {"title": "Secret"})
    fresh_engine.set_dataset("other", {"title": "Other"})
    ann, ada = key(fresh_engine, "ann"), key(fresh_engine, "ada")
    names = "{ datasets { nodes { name visibility } } }"
    assert data(client, ada, names) == data(client, ann, names) == {"nodes": []}
    give = """mutation($to: String!, $level: Level!) {
      grant(dataset: "secret", to: $to, level: $level) { by level } }"""
    assert code(asked(client, ada, give, to="ada", level="READ")) == "FORBIDDEN"
    assert data(client, ann, give, to="ada", level="MANAGE") == {"by": "ann", "level": "MANAGE"}
    assert data(client, ada, names) == {"nodes": [{"name": "secret", "visibility": "RESTRICTED"}]}
    # who manages a dataset shares it, and sees with whom
    assert data(client, ada, give, to="ann", level="READ")["by"] == "ada"
    listed = "{ grants { totalCount nodes { dataset to level } } }"
    fresh_engine.directory.grant(OWNER, "other", "ann", Level.READ)
    assert data(client, ada, listed)["totalCount"] == 2
    assert data(client, ann, listed)["totalCount"] == 3
    publish = 'mutation { publishDataset(name: "secret", visibility: REGISTERED) }'
    assert data(client, ada, publish) == "REGISTERED"
    assert code(asked(client, ada, publish.replace("secret", "other"))) == "FORBIDDEN"
    assert code(asked(client, ada, publish.replace("secret", "nothing"))) == "FORBIDDEN"
    end = 'mutation($to: String!) { revoke(dataset: "secret", to: $to) }'
    assert data(client, ada, end, to="ann") is True
    assert data(client, ada, end, to="ada") is True
    assert data(client, ada, listed)["totalCount"] == 0


def test_a_key_is_made_shown_once_and_revoked(client: TestClient, fresh_engine: Engine) -> None:
    ada = key(fresh_engine, "ada")
    make = """mutation($scopes: [Scope!], $user: String, $days: Int! = 90) {
      createKey(title: "laptop", scopes: $scopes, user: $user, days: $days) {
        secret key { start title scopes expires } } }"""
    made = data(client, ada, make)
    assert made["key"]["scopes"] == ["READ"]
    new = made["secret"]
    assert data(client, new, "{ me { name } }") == {"name": "ada"}
    assert new not in str(data(client, ada, "{ me { keys { start title scopes } } }"))
    assert code(asked(client, ada, make, user="ann")) == "FORBIDDEN"
    assert code(asked(client, ada, make, scopes=[])) == "BAD_USER_INPUT"
    assert code(asked(client, ada, make, days=1000)) == "BAD_USER_INPUT"
    end = "mutation($start: String!) { revokeKey(start: $start) }"
    assert data(client, ada, end, start=made["key"]["start"]) is True
    assert code(asked(client, new, "{ me { name } }")) == "UNAUTHENTICATED"


def test_a_key_gives_no_more_than_it_has(client: TestClient, fresh_engine: Engine) -> None:
    writing = key(fresh_engine, "ada", Scope.READ, Scope.WRITE)
    for scopes, wanted in (("READ, BULK", "FORBIDDEN"), ("BULK", "FORBIDDEN")):
        make = f"mutation {{ createKey(scopes: [{scopes}]) {{ secret }} }}"
        assert code(asked(client, writing, make)) == wanted
    assert data(client, writing, "mutation { createKey(scopes: [WRITE]) { secret } }")
    link = "mutation { createSignInLink { url expires } }"
    assert code(asked(client, writing, link)) == "FORBIDDEN"
    url = data(client, key(fresh_engine, "ada"), link)["url"]
    assert fresh_engine.credentials.redeem(url.partition("token=")[2]) == "ada"
    ann = key(fresh_engine, "ann")
    fresh_engine.directory.add_account(OWNER, "new")
    other = 'mutation { createSignInLink(user: "new") { url } }'
    assert data(client, ann, other)["url"].startswith("http://testserver/signin?token=")
    assert code(asked(client, ann, "mutation { signOut }")) == "BAD_USER_INPUT"
