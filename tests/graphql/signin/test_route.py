"""Signing in with a link, the cookie, the account's page, and signing out."""

import re
from collections.abc import Iterator

import httpx2
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from api.credential import COOKIE, sealed
from api.signin.form import local_page
from engine.account import OWNER, Scope
from engine.engine import Engine
from engine.secret import new_token

ME = {"query": "{ me { name } }"}


@pytest.fixture
def engine(fresh_engine: Engine) -> Engine:
    fresh_engine.directory.add_account(OWNER, "ada", title="<b>Ada</b>")
    return fresh_engine


@pytest.fixture
def client(engine: Engine) -> Iterator[TestClient]:
    with TestClient(
        create_app(engine), base_url="http://127.0.0.1:8000", follow_redirects=False
    ) as opened:
        yield opened


def sign_in(client: TestClient, engine: Engine, **fields: str) -> httpx2.Response:
    token = engine.credentials.make_link(OWNER, "ada")
    return client.post("/signin", data={"token": token, **fields})


def me(client: TestClient) -> object:
    return client.post("/graphql", json=ME).json().get("data", {}).get("me")


def test_a_link_shows_a_button_and_only_the_button_signs_in(
    client: TestClient, engine: Engine
) -> None:
    token = engine.credentials.make_link(OWNER, "ada")
    for _ in range(2):  # a program that previews the link comes first
        page = client.get(f"/signin?token={token}")
        assert page.status_code == 200
        assert f'name="token" value="{token}"' in page.text
        assert "set-cookie" not in page.headers
        assert "script" not in page.text
    answer = client.post("/signin", data={"token": token})
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    cookie = answer.headers["set-cookie"]
    for part in (COOKIE, "HttpOnly", "SameSite=lax", "Path=/", "Max-Age=1209600"):
        assert part in cookie
    assert "Secure" not in cookie
    assert token not in cookie
    assert me(client) == {"name": "ada"}
    again = client.post("/signin", data={"token": token})
    assert again.status_code == 403
    assert "was used" in again.text
    assert engine.audit.events(OWNER, action="signed in")[0].detail == {"how": "link"}


def test_a_public_https_address_makes_the_cookie_secure(engine: Engine) -> None:
    settings = engine.settings.model_copy(update={"public_url": "https://clew.example.org"})
    engine.settings = settings
    with TestClient(create_app(engine), base_url="http://clew.example.org") as client:
        answer = sign_in(client, engine)
        assert "Secure" in answer.history[0].headers["set-cookie"]


@pytest.mark.parametrize(
    "token", ["", "x", "é" * 43, "a" * 43, "J7qfU3UFmCUOOb_vnH4qs_pgbWMQL_x_7C_P-qH5OUY"]
)
def test_what_is_no_link_signs_nobody_in(client: TestClient, token: str) -> None:
    answer = client.post("/signin", data={"token": token})
    assert answer.status_code == 403
    assert "set-cookie" not in answer.headers


def test_a_disabled_user_does_not_sign_in(client: TestClient, engine: Engine) -> None:
    token = engine.credentials.make_link(OWNER, "ada")
    engine.directory.set_account(OWNER, "ada", disabled=True)
    assert client.post("/signin", data={"token": token}).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_site_signs_nobody_in_or_out(
    client: TestClient, engine: Engine, headers: dict[str, str]
) -> None:
    token = engine.credentials.make_link(OWNER, "ada")
    assert client.post("/signin", data={"token": token}, headers=headers).status_code == 403
    sign_in(client, engine)
    assert client.post("/signout", headers=headers).status_code == 403
    assert me(client) == {"name": "ada"}
    own = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}
    assert client.post("/signout", headers=own).status_code == 303
    assert me(client) is None


def test_signing_out_ends_the_session_everywhere(client: TestClient, engine: Engine) -> None:
    sign_in(client, engine)
    kept = client.cookies[COOKIE]
    assert client.get("/account").status_code == 200
    client.post("/signout")
    assert COOKIE not in client.cookies
    stolen = client.post("/graphql", json=ME, headers={"cookie": f"{COOKIE}={kept}"})
    assert stolen.status_code == 401
    assert f'{COOKIE}=""' in stolen.headers["set-cookie"]
    assert client.get("/account").headers["location"] == "/signin"


def test_a_session_is_ended_by_graphql_too(client: TestClient, engine: Engine) -> None:
    sign_in(client, engine)
    answer = client.post("/graphql", json={"query": "mutation { signOut }"})
    assert answer.json()["data"] == {"signOut": True}
    assert client.post("/graphql", json=ME).status_code == 401
    assert me(client) is None  # the refusal took the cookie away


def test_a_forged_cookie_costs_no_look_up(
    client: TestClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = sealed(engine, new_token())
    monkeypatch.setattr(engine.directory, "stamp", lambda: pytest.fail("looked up"))
    for forged in (new_token(), good[:-1], f"{good}x", "é", "..", good.replace(".", "")):
        header = {"cookie": f"{COOKIE}={forged}".encode()}
        answer = client.post("/graphql", json=ME, headers=header)  # type: ignore[arg-type]
        assert answer.status_code == 401, forged


def test_the_cookie_of_another_installation_does_not_hold(engine: Engine) -> None:
    assert len(engine.secret("one")) == 32
    assert engine.secret("one") == engine.secret("one") != engine.secret("two")
    with Engine.open(engine.settings, lambda _: None) as other:
        assert other.secret("one") == engine.secret("one")
        other._password = b"another"
        other._secrets.clear()
        assert other.secret("one") != engine.secret("one")


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/graphql?query=%7B__typename%7D", "/graphql?query=%7B__typename%7D"),
        (None, "/account"),
        ("", "/account"),
        ("https://evil.example/", "/account"),
        ("//evil.example/", "/account"),
        ("/\\evil.example/", "/account"),
        ("/\t/evil.example/", "/account"),
        ("/\n/evil.example", "/account"),
        (" //evil.example", "/account"),
        ("javascript:alert(1)", "/account"),
        ("/" + "a" * 2000, "/account"),
    ],
)
def test_a_link_leads_to_our_own_pages_only(path: str | None, wanted: str) -> None:
    assert local_page(path, "/account") == wanted


def test_the_next_page_is_kept_through_the_form(client: TestClient, engine: Engine) -> None:
    page = client.get("/signin", params={"token": "x", "next": "//evil.example"})
    assert "evil" not in page.text
    page = client.get("/signin", params={"token": '"><script>', "next": "/graphql?a=1&b=2"})
    assert "<script" not in page.text
    assert 'value="/graphql?a=1&amp;b=2"' in page.text
    assert sign_in(client, engine, next="/graphql").headers["location"] == "/graphql"
    assert sign_in(client, engine, next="//evil.example").headers["location"] == "/account"


def test_the_page_of_an_account_makes_and_revokes_keys(client: TestClient, engine: Engine) -> None:
    sign_in(client, engine)
    page = client.get("/account")
    assert "&lt;b&gt;Ada&lt;/b&gt;" in page.text
    made = client.post(
        "/account/key", data={"title": "<i>", "scope": ["read", "bulk"], "days": "7"}
    )
    key = re.search(r"clew_[0-9A-Za-z]{36}", made.text)
    assert key is not None
    assert engine.caller(key[0]).scopes == {Scope.READ, Scope.BULK}
    page = client.get("/account")
    assert key[0] not in page.text
    assert "&lt;i&gt;" in page.text
    # a key is for programs: it opens no page
    client.cookies.clear()
    by_key = client.get("/account", headers={"authorization": f"Bearer {key[0]}"})
    assert by_key.headers["location"] == "/signin"
    sign_in(client, engine)
    assert client.post("/account/revoke", data={"start": key[0][5:13]}).status_code == 303
    assert key[0][5:13] not in client.get("/account").text
    assert client.post("/account/key", data={"scope": "all"}).status_code == 400
    assert client.post("/account/key", data={"title": "x"}).status_code == 400
    assert client.post("/account/key", data={"scope": "read", "days": "1000"}).status_code == 400


def test_a_form_that_is_none_is_refused(client: TestClient) -> None:
    assert client.post("/signin", json={"token": "x"}).status_code == 415
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert client.post("/signin", content=b"a" * 20_000, headers=headers).status_code == 413
    assert client.post("/signin", content=b"token=%ff&&", headers=headers).status_code in (400, 403)
    assert client.get("/signout").status_code == 405


@pytest.mark.parametrize(
    "address",
    [
        "/graphql?api_key={}",
        "/graphql?query=%7Bme%7Bname%7D%7D&variables=%7B%22key%22:%22{}%22%7D",
        "/graphql?{}",
        "/graphql?key=clew%5F{start}",
        "/signin?token={}",
        "/account?key={}",
    ],
)
def test_a_key_in_an_address_is_refused(client: TestClient, engine: Engine, address: str) -> None:
    key, _ = engine.credentials.make_key(OWNER, "ada")
    headers = {"authorization": f"Bearer {key}"}  # a good one beside it does not help
    for shown in ({}, headers):
        answer = client.get(address.format(key, start=key[5:]), headers=shown)
        assert answer.status_code == 400
        assert "must not stand in the address" in answer.text
        assert key[5:] not in answer.text
    posted = client.post(f"/graphql?access_token={key}", json=ME)
    assert posted.status_code == 400
