"""Limits over HTTP: who is counted as whom, what the answers say, and what is refused how."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import httpx2
import pytest
from starlette.requests import Request
from starlette.testclient import TestClient

from api.app import create_app
from api.credential import Credential
from api.error import Refused
from api.traffic.gate import Gate
from api.traffic.visit import Visit
from engine.account import OWNER, Scope
from engine.engine import Engine
from engine.secret import new_key

TYPENAME = "{ __typename }"
MANY = "{ search(first: 60) { nodes { expand(first: 99) { nodes { id } } } } }"
"""Costs more than 5,000 points."""
Ask = Callable[..., httpx2.Response]
LIMITS = {
    "rate_limit": "on",
    "anonymous_requests": "30/minute",
    "anonymous_points": "5000/minute;500000/day",
    "registered_requests": "40/minute",
    "registered_points": "100000/minute",
    "failed_credentials": "3/minute",
    "trusted_proxies": "127.0.0.1",
    "upload_bytes": "1000/day",
}


@pytest.fixture
def limited(fresh_engine: Engine) -> Engine:
    """An engine with low limits and the account ``ada``."""
    fresh_engine.settings = fresh_engine.settings.model_copy(update=LIMITS)
    fresh_engine.directory.add_account(OWNER, "ada")
    return fresh_engine


@pytest.fixture
def ask(limited: Engine) -> Iterator[Ask]:
    """Sends a query from an address, with a key or a cookie."""
    with TestClient(create_app(limited)) as client:
        yield asking(client)


def asking(client: TestClient) -> Ask:
    def send(query: str = TYPENAME, address: str = "192.0.2.1", **headers: str) -> httpx2.Response:
        headers = {"x-forwarded-for": address, "accept": "application/json", **headers}
        return client.post("/graphql", json={"query": query}, headers=headers)

    return send


def bearer(key: str) -> dict[str, Any]:
    return {"authorization": f"Bearer {key}"}


def code(answer: httpx2.Response) -> str:
    return str(answer.json()["errors"][0]["extensions"]["code"])


def left(answer: httpx2.Response) -> dict[str, int]:
    """What the header RateLimit says of each limit."""
    parts = [part.split(";") for part in answer.headers["RateLimit"].split(", ")]
    return {part[0].strip('"'): int(part[1].removeprefix("r=")) for part in parts}


def test_every_answer_tells_the_limits_and_what_is_left(ask: Ask) -> None:
    answer = ask("{ datasets(first: 10) { nodes { name } } }")
    assert answer.headers["RateLimit-Policy"] == (
        '"requests-per-minute";q=30;w=60, '
        '"points-per-minute";q=5000;w=60;qu="clew-points", '
        '"points-per-day";q=500000;w=86400;qu="clew-points"'
    )
    cost = answer.json()["extensions"]["cost"]
    spent = {"requests-per-minute": 29, "points-per-minute": 5000 - cost}
    assert left(answer) == spent | {"points-per-day": 500_000 - cost}
    # one that is refused costs a request, not points
    for query in ("{", "{ nope }", MANY):
        refused = ask(query)
        assert left(refused)["points-per-minute"] == 5000 - cost
    assert left(refused)["requests-per-minute"] == 26


def test_too_many_requests_are_429_in_both_media_types(ask: Ask) -> None:
    for _ in range(30):
        assert ask().status_code == 200
    for accept in ("application/json", "application/graphql-response+json"):
        answer = ask(accept=accept)
        assert (answer.status_code, code(answer)) == (429, "RATE_LIMITED")
        assert answer.headers["content-type"].startswith(accept)
        assert 1 <= int(answer.headers["Retry-After"]) <= 61
        assert "at most 30 requests in 60 s" in answer.json()["errors"][0]["message"]
        assert left(answer)["requests-per-minute"] == 0
    assert ask(address="192.0.2.2").status_code == 200


def test_one_caller_is_an_ipv4_address_or_an_ipv6_64(ask: Ask) -> None:
    def rest(address: str) -> int:
        return left(ask(address=address))["requests-per-minute"]

    assert [rest("2001:db8::1"), rest("2001:db8::ffff:2"), rest("2001:db8:0:1::1")] == [29, 28, 29]
    assert [rest("192.0.2.9"), rest("::ffff:192.0.2.9"), rest("192.0.2.10")] == [29, 28, 29]


def test_a_query_dearer_than_a_tier_is_400_and_never_429(ask: Ask, limited: Engine) -> None:
    key, _ = limited.credentials.make_key(OWNER, "ada")
    for _ in range(2):
        for accept in ("application/json", "application/graphql-response+json"):
            answer = ask(MANY, accept=accept)
            assert (answer.status_code, code(answer)) == (400, "QUERY_TOO_COMPLEX")
            assert "at most 5,000 for anonymous callers" in answer.json()["errors"][0]["message"]
    assert ask(MANY, **bearer(key)).status_code == 200


def test_points_run_out(ask: Ask) -> None:
    query = "{ search(first: 40) { nodes { expand(first: 99) { nodes { id } } } } }"
    first = ask(query)
    assert first.json()["extensions"]["cost"] > 2500
    answer = ask(query)
    assert (answer.status_code, code(answer)) == (429, "RATE_LIMITED")
    assert "Too many points" in answer.json()["errors"][0]["message"]
    assert ask(TYPENAME).status_code == 200


def test_anonymous_requests_do_not_shut_a_user_out(ask: Ask, limited: Engine) -> None:
    key, _ = limited.credentials.make_key(OWNER, "ada")
    while ask().status_code == 200:
        pass
    assert ask(**bearer(key)).status_code == 200  # this process sees the key for the first time
    # nor does a credential that is made up let anybody ask without end
    answers = [ask("{", address="192.0.2.7", cookie=f"clew_session={n}") for n in range(31)]
    assert [answer.status_code == 429 for answer in answers] == [False] * 30 + [True]


def test_a_user_counts_once_with_all_keys_and_from_everywhere(ask: Ask, limited: Engine) -> None:
    keys = [limited.credentials.make_key(OWNER, "ada")[0] for _ in range(2)]
    seen = []
    for at, key in enumerate([*keys, *keys]):
        answer = ask("{ datasets { totalCount } }", f"192.0.2.{at}", **bearer(key))
        seen.append(left(answer)["requests-per-minute"])
    assert seen == [39, 38, 37, 36]
    assert left(ask(address="192.0.2.2"))["requests-per-minute"] == 29  # nothing for the address


def test_credentials_that_are_not_valid_are_limited_by_address(ask: Ask, limited: Engine) -> None:
    key, known = limited.credentials.make_key(OWNER, "ada")
    assert ask(**bearer(key)).status_code == 200
    for _ in range(3):
        assert ask(**bearer(new_key())).status_code == 401
    assert ask(**bearer(new_key())).status_code == 429
    # who was known before is not shut out by others at the same address
    assert ask(**bearer(key)).status_code == 200
    assert ask(address="192.0.2.2", **bearer(new_key())).status_code == 401
    limited.credentials.revoke_key(OWNER, "ada", known.start)
    assert ask(address="192.0.2.3", **bearer(key)).status_code == 401


def test_auto_spares_a_newcomer_until_there_is_a_user(fresh_engine: Engine) -> None:
    fresh_engine.settings = fresh_engine.settings.model_copy(
        update={"rate_limit": "auto", "anonymous_requests": "2/minute"}
    )
    fresh_engine.directory.add_account(OWNER, "owner")
    with TestClient(create_app(fresh_engine)) as client:
        query = {"query": TYPENAME}
        for _ in range(5):
            answer = client.post("/graphql", json=query)
            assert answer.status_code == 200
            assert "RateLimit" not in answer.headers
        # what a proxy passes on comes from somebody else
        forwarded = client.post("/graphql", json=query, headers={"x-forwarded-for": "192.0.2.1"})
        assert left(forwarded)["requests-per-minute"] == 1
    fresh_engine.directory.add_account(OWNER, "ada")
    with TestClient(create_app(fresh_engine)) as client:
        statuses = [client.post("/graphql", json=query).status_code for _ in range(3)]
    assert statuses == [200, 200, 429]


def test_keys_in_addresses_and_bad_requests_count(ask: Ask, limited: Engine) -> None:
    with TestClient(create_app(limited)) as client:
        answer = client.get(f"/graphql?query={TYPENAME}&key={new_key()}")
        assert answer.status_code == 400
        assert left(answer)["requests-per-minute"] == 29
        assert left(client.put("/graphql"))["requests-per-minute"] == 28


def test_scopes_are_asked_after_the_limits(ask: Ask, limited: Engine) -> None:
    key, _ = limited.credentials.make_key(OWNER, "ada", scopes=[Scope.WRITE])
    assert code(ask("{ datasets { totalCount } }", **bearer(key))) == "FORBIDDEN"


def test_uploads_are_counted_by_bytes(limited: Engine) -> None:
    scope = {
        "type": "http",
        "client": ("192.0.2.1", 1),
        "headers": [],
        "path": "/",
        "method": "POST",
    }
    visit = Visit(Gate(limited), Request(scope), Credential())
    asyncio.run(visit.arrive())
    for _ in range(3):
        visit.take_bytes(300, exported=False)
    with pytest.raises(Refused, match="Too many bytes: at most 1,000 bytes in 86,400 s") as refused:
        visit.take_bytes(300, exported=False)
    assert refused.value.status == 429
    visit.take_bytes(100, exported=False)
