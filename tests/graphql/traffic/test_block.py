"""Blocks, terms of use and the audit log, over HTTP and on the command line."""

import json
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from starlette.testclient import TestClient

from api.app import create_app
from cli.main import main
from engine.account import OWNER, Role, Scope
from engine.block import BlockKind
from engine.engine import Engine
from engine.secret import new_key
from engine.terms import Terms

Ask = Callable[..., Any]
DATASETS = "{ datasets { totalCount } }"
SETTINGS = {"trusted_proxies": "127.0.0.1", "contact": "help@example.org"}


@pytest.fixture
def archive(fresh_engine: Engine) -> Engine:
    """An engine with an administrator, ``ann``, and a journalist, ``ada``."""
    settings = fresh_engine.settings.model_copy(update=SETTINGS)
    made = Engine(settings, fresh_engine._stores)
    made.directory.add_account(OWNER, "ann", roles=[Role.ADMINISTRATOR])
    made.directory.add_account(OWNER, "ada", roles=[Role.JOURNALIST])
    return made


def key_of(engine: Engine, name: str) -> str:
    return engine.credentials.make_key(OWNER, name, scopes=tuple(Scope))[0]


def asking(engine: Engine) -> Iterator[Ask]:
    """Sends a query with a key from an address: (status, answer)."""
    with TestClient(create_app(engine)) as client:

        def send(
            query: str = DATASETS, key: str | None = None, address: str = "192.0.2.1", **values: Any
        ) -> tuple[int, Any]:
            headers = {"x-forwarded-for": address}
            if key is not None:
                headers["authorization"] = f"Bearer {key}"
            body = {"query": query, "variables": values}
            answer = client.post("/graphql", json=body, headers=headers)
            return answer.status_code, answer.json()

        yield send


@pytest.fixture
def ask(archive: Engine) -> Iterator[Ask]:
    yield from asking(archive)


@pytest.fixture
def clew(archive: Engine, monkeypatch: pytest.MonkeyPatch) -> Callable[..., str]:
    """Runs a command: what it prints."""
    monkeypatch.setattr(Engine, "open", lambda *_, **__: nullcontext(archive))

    def run(*words: str, code: int = 0) -> str:
        result = CliRunner().invoke(main, words)
        assert result.exit_code == code, result.output
        return result.output

    return run


def error(answer: tuple[int, Any]) -> tuple[int, str]:
    status, body = answer
    return status, body["errors"][0]["extensions"]["code"]


BLOCKED = (403, "BLOCKED")


def test_blocks_count_from_the_next_request_on(
    archive: Engine, ask: Ask, clew: Callable[..., str]
) -> None:
    ann, ada, other = (key_of(archive, name) for name in ("ann", "ada", "ada"))
    assert ask()[0] == ask(key=ada)[0] == 200
    out = clew("block", "network", "192.0.2.77/24", "--reason", "scrapes", "--days", "2")
    assert out.startswith("network 192.0.2.0/24: blocked until ")
    status, body = ask()
    assert status == 403
    assert "Requests from the network 192.0.2.0/24 are blocked until" in str(body)
    assert "write to help@example.org" in str(body)
    assert "scrapes" not in str(body)
    assert error(ask("{ __typename }")) == BLOCKED
    assert error(ask(address="::ffff:192.0.2.9")) == BLOCKED
    assert ask(address="198.51.100.1")[0] == 200
    assert clew("unblock", "network", "192.0.2.0/24").endswith("not blocked any more\n")
    assert ask()[0] == 200
    clew("block", "key", ada)
    assert error(ask(key=ada)) == BLOCKED
    assert ask(key=other)[0] == 200
    clew("block", "account", "ada")
    assert error(ask(key=other)) == BLOCKED
    clew("unblock", "account", "ada")
    clew("block", "role", "journalist")
    assert error(ask(key=other)) == BLOCKED
    clew("unblock", "role", "journalist")
    clew("block", "role", "anonymous", "--until", "2099-01-01")
    assert error(ask()) == BLOCKED
    assert ask(key=other)[0] == ask(key=ann)[0] == 200
    listed = clew("block", "list")
    assert "2099-01-01 00:00" in listed
    assert ada not in listed
    assert ada.removeprefix("clew_")[:8] in listed
    # the command line is never kept out
    assert archive.owner().is_owner


def test_what_cannot_be_blocked_is_said(clew: Callable[..., str]) -> None:
    for words, message in (
        (("network", "nowhere"), "is no network"),
        (("account", "nobody"), "there is no account 'nobody'"),
        (("key", "abc"), "its first 8 characters"),
        (("key", new_key()), "there is no key"),
        (("role", "king"), "is no role; there are anonymous, registered, journalist"),
        (("account", "ada", "--until", "2001-01-01"), "this time has passed"),
        (("account", "ada", "--until", "soon"), "is no time"),
        (("account", "ada", "--until", "2099-01-01", "--days", "1"), "contradict"),
    ):
        assert message in clew("block", *words, code=1)
    assert "is not blocked" in clew("unblock", "account", "ada", code=1)
    assert clew("block", "list") == "Nobody is blocked.\n"


def test_a_block_ends_by_itself(archive: Engine, ask: Ask) -> None:
    end = datetime.now(UTC) + timedelta(seconds=1)
    block = archive.blocks.add(OWNER, BlockKind.ROLE, "anonymous", until=end)
    assert error(ask()) == BLOCKED
    assert block.until == end
    while datetime.now(UTC) < end:
        pass
    assert ask()[0] == 200
    assert archive.blocks.all(OWNER) == []


BLOCK = """mutation($kind: BlockKind!, $name: String!) {
  block(kind: $kind, name: $name, reason: "test") { kind name by }
}"""


def test_administrators_block_by_graphql_and_never_themselves(archive: Engine, ask: Ask) -> None:
    ann, ada = key_of(archive, "ann"), key_of(archive, "ada")
    made = ask(BLOCK, ann, kind="ACCOUNT", name="ada")[1]["data"]["block"]
    assert made == {"kind": "ACCOUNT", "name": "ada", "by": "ann"}
    assert error(ask(key=ada)) == BLOCKED
    assert ask("{ blocks { name reason until } }", ann)[1]["data"]["blocks"] == [
        {"name": "ada", "reason": "test", "until": None}
    ]
    for kind, name in (
        ("ACCOUNT", "ann"),
        ("ROLE", "administrator"),
        ("ROLE", "registered"),
        ("NETWORK", "192.0.2.0/24"),
        ("KEY", ann),
    ):
        _, answer = ask(BLOCK, ann, kind=kind, name=name)
        assert "would keep yourself out" in answer["errors"][0]["message"]
    unblock = 'mutation { unblock(kind: ACCOUNT, name: "ada") }'
    assert ask(unblock, ann)[1]["data"] == {"unblock": True}
    for query in (BLOCK, "{ blocks { name } }", "{ auditLog { nodes { id } } }"):
        assert error(ask(query, ada, kind="ACCOUNT", name="ann"))[1] == "FORBIDDEN"
    assert error(ask("{ auditLog { nodes { id } } }"))[1] == "UNAUTHENTICATED"


LOG = """query($action: String, $after: String, $since: DateTime) {
  auditLog(action: $action, first: 3, after: $after, since: $since) {
    nodes { id actor action subject detail } pageInfo { hasNextPage endCursor }
  }
}"""


def whole_log(ask: Ask, key: str) -> list[Any]:
    """Every event, read in pages."""
    seen: list[Any] = []
    after, more = None, True
    while more:
        page = ask(LOG, key, after=after)[1]["data"]["auditLog"]
        seen += page["nodes"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    return seen


def test_the_audit_log_can_be_asked(
    archive: Engine, ask: Ask, clew: Callable[..., str], tmp_path: Path
) -> None:
    ann = key_of(archive, "ann")
    file = tmp_path / "register.ftm.json"
    file.write_text('{"id": "a", "schema": "Person", "properties": {"name": ["Ada"]}}')
    clew("load", str(file), "--dataset", "register")
    ask(BLOCK, ann, kind="ACCOUNT", name="ada")
    ask(key=new_key(), address="203.0.113.9")
    (account,) = [each for each in archive.directory.accounts(OWNER) if each.name == "ann"]
    archive.credentials.sign_in(account, "link")
    clew("dataset", "publish", "register")
    clew("export", "register", "--output", str(tmp_path / "all.ftm.json"))
    clew("dataset", "delete", "register", "--yes")
    seen = whole_log(ask, ann)
    assert len({event["id"] for event in seen}) == len(seen)
    told = [(event["actor"], event["action"], event["subject"]) for event in seen]
    assert told[:6] == [
        ("command line", "dataset deleted", "register"),
        ("command line", "exported", "register"),
        ("command line", "visibility changed", "register"),
        ("ann", "signed in", "ann"),
        ("anonymous", "sign-in failed", "203.0.113.9"),
        ("ann", "blocked", "ada"),
    ]
    check_filters(ask, ann, clew)


def check_filters(ask: Ask, ann: str, clew: Callable[..., str]) -> None:
    """The log narrowed down, by GraphQL and on the command line; no secret is in it."""
    (blocked,) = ask(LOG, ann, action="blocked")[1]["data"]["auditLog"]["nodes"]
    assert json.loads(blocked["detail"]) == {"kind": "account", "reason": "test", "until": None}
    future = (datetime.now(UTC) + timedelta(days=1)).isoformat()
    assert ask(LOG, ann, since=future)[1]["data"]["auditLog"]["nodes"] == []
    assert "time zone" in str(ask(LOG, ann, since="2026-11-28T00:00:00")[1])
    lines = clew("audit", "--actor", "ann", "--json").splitlines()
    assert [json.loads(line)["action"] for line in lines] == ["signed in", "blocked"]
    table = clew("audit", "--action", "blocked", "--since", "2020-01-01")
    assert "kind: account, reason: test" in table
    assert ann not in clew("audit", "--json", "--last", "1000")
    assert "is no time" in clew("audit", "--since", "yesterday", code=1)


# --- terms of use -----------------------------------------------------------------------------

ACCEPT = "mutation($version: String!) { acceptTerms(version: $version) { version acceptedAt } }"


def test_users_accept_the_terms_once(archive: Engine) -> None:
    archive.terms = Terms.read("")
    assert archive.terms is not None
    version, ada = archive.terms.version, key_of(archive, "ada")
    for ask in asking(archive):
        assert ask()[0] == 200  # nothing to accept for who is anonymous
        status, body = ask(key=ada)
        assert (status, body["errors"][0]["extensions"]["code"]) == (403, "TERMS_NOT_ACCEPTED")
        assert f'acceptTerms(version: "{version}")' in body["errors"][0]["message"]
        _, told = ask("{ me { name } terms { version text acceptedAt } rateLimit { cost } }", ada)
        assert told["data"]["me"] == {"name": "ada"}
        assert told["data"]["terms"]["acceptedAt"] is None
        assert "KYC" in told["data"]["terms"]["text"]
        assert error(ask(ACCEPT, ada, version="1999"))[1] == "BAD_USER_INPUT"
        assert error(ask(ACCEPT, version=version))[1] == "UNAUTHENTICATED"
        accepted = ask(ACCEPT, ada, version=version)[1]["data"]["acceptTerms"]
        assert accepted["version"] == version
        assert ask(key=ada)[0] == 200
        _, told = ask("{ terms { acceptedAt } }", ada)
        assert told["data"]["terms"] == {"acceptedAt": accepted["acceptedAt"]}
    # whole datasets need it, too
    with TestClient(create_app(archive)) as client:
        bulk = client.get(
            "/datasets/nothing/entities.ftm.json",
            headers={"authorization": f"Bearer {key_of(archive, 'ann')}"},
        )
        assert (bulk.status_code, error((403, bulk.json()))[1]) == (403, "TERMS_NOT_ACCEPTED")
    # a new version is accepted again
    archive.terms = Terms("2", "Be good.\n")
    for ask in asking(archive):
        status, body = ask(key=ada)
        assert status == 403
        assert "They have changed" in body["errors"][0]["message"]


def test_the_terms_are_a_page_and_a_text(archive: Engine) -> None:
    archive.terms = Terms("<7>", "Terms\n\nBe <good>.\n")
    with TestClient(create_app(archive)) as client:
        page = client.get("/terms", headers={"accept": "text/html,*/*;q=0.8"})
        assert page.headers["content-type"].startswith("text/html")
        assert "<h1>Terms</h1>\n<p>Be &lt;good&gt;.</p>" in page.text
        assert "&lt;7&gt;" in page.text
        text = client.get("/terms")
        assert text.headers["content-type"].startswith("text/plain")
        assert text.text == "Version: <7>\n\nTerms\n\nBe <good>.\n"
        answer = client.post("/graphql", json={"query": "{ __typename }"})
        assert answer.headers["link"] == '</terms>; rel="terms-of-service"'
    archive.terms = None
    with TestClient(create_app(archive)) as client:
        assert client.get("/terms").status_code == 404
        assert "link" not in client.post("/graphql", json={"query": "{ __typename }"}).headers
