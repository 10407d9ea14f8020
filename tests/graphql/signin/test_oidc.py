"""Signing in with a real identity provider, and what it does to a session afterwards."""

import logging
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from api.app import create_app
from api.credential import opened
from api.signin import oidc, token
from api.signin.provider import Provider
from api.signin.renewal import Renewal
from api.signin.seal import Seal
from engine.account import OWNER
from engine.caller import LoginSession
from engine.engine import Engine
from engine.errors import BadInput, NotSignedIn
from tests.identity import CLIENT, SECRET, Browser, IdentityProvider, identity_provider
from tests.serving import serving


@pytest.fixture(scope="module")
def provider() -> Iterator[IdentityProvider]:
    with identity_provider() as running:
        yield running


@pytest.fixture
def engine(provider: IdentityProvider, fresh_engine: Engine) -> Engine:
    fresh_engine.settings = fresh_engine.settings.model_copy(
        update={
            "oidc_url": provider.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SECRET,
            "rate_limit": "off",
        }
    )
    return fresh_engine


@pytest.fixture
def clew(engine: Engine, provider: IdentityProvider) -> Iterator[str]:
    with serving(create_app(engine), engine.settings, provider.client_port) as address:
        yield address


@pytest.fixture
def browser(clew: str) -> Browser:
    return Browser(clew)


def query_of(address: str) -> dict[str, str]:
    """The parameters of an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


def session_of(browser: Browser, engine: Engine) -> LoginSession:
    """What the graph holds of a browser's session."""
    cookie = browser.session.cookies["clew_session"]
    found = engine.credentials.account_of_session(opened(engine, cookie))
    assert found is not None
    return found[1]


def make_old(browser: Browser, engine: Engine, age: timedelta = timedelta(minutes=11)) -> None:
    """Let the last check of a browser's session be this long ago."""
    session = session_of(browser, engine)
    engine.credentials.set_session(session, checked=datetime.now(UTC) - age)


def test_the_first_sign_in_makes_an_account_without_roles(
    browser: Browser, engine: Engine, provider: IdentityProvider
) -> None:
    told = {"preferred_username": "Ada.Stone", "name": "Ada Stone"}
    mail = {"email": "ada@example.org", "email_verified": True}
    provider.control("person", sub="s-1", claims={**told, **mail})
    page = browser.get("/signin")
    assert "Sign in with 127.0.0.1" in page.text
    assert "Ada Stone" in browser.sign_in("s-1").text
    wanted = {"name": "ada.stone", "roles": [], "email": "ada@example.org", "title": "Ada Stone"}
    assert browser.me() == wanted
    session = session_of(browser, engine)
    assert (session.issuer, session.subject) == (provider.issuer, "s-1")
    assert session.sid is not None
    assert session.checked is not None
    event = engine.audit.events(OWNER, action="signed in")[0]
    assert (event.actor, event.detail) == ("ada.stone", {"how": "identity provider"})
    again = Browser(browser.address)
    again.sign_in("s-1")
    assert again.me() == wanted
    assert [account.name for account in engine.directory.accounts(OWNER)] == ["ada.stone"]


def test_nobody_takes_over_an_account_by_name_or_address(
    browser: Browser, engine: Engine, provider: IdentityProvider
) -> None:
    engine.directory.add_account(OWNER, "bea", email="bea@example.org")
    engine.directory.add_account(OWNER, "bea@example.org")
    engine.directory.add_account(OWNER, "owner")
    for number, told in enumerate(
        (
            {"preferred_username": "bea", "email": "bea@example.org", "email_verified": True},
            {"preferred_username": "bea@example.org", "email": "bea@example.org"},
            {"preferred_username": "owner"},
            {"email": "bea@example.org", "email_verified": True},
            {"preferred_username": "Ωmega <script>"},
        )
    ):
        provider.control("person", sub=f"t-{number}", claims=told)
        other = Browser(browser.address)
        other.sign_in(f"t-{number}")
        name = ("bea-2", "bea-3", "owner-2", "bea-2@example.org", "mega-script")[number]
        assert other.me()["name"] == name
        assert other.me()["email"] == ("bea@example.org" if number in (0, 3) else None)


def test_an_account_can_be_bound_to_a_subject_before(
    browser: Browser, engine: Engine, provider: IdentityProvider
) -> None:
    engine.directory.add_account(OWNER, "cyd", issuer=provider.issuer, subject="c-1")
    with pytest.raises(BadInput, match="has this subject already"):
        engine.directory.add_account(OWNER, "dan", issuer=provider.issuer, subject="c-1")
    browser.sign_in("c-1")
    assert browser.me()["name"] == "cyd"
    engine.directory.set_account(OWNER, "cyd", disabled=True)
    assert browser.me() == 401
    answer = Browser(browser.address).sign_in("c-1")
    assert (answer.status_code, "disabled" in answer.text) == (403, True)


def test_the_browser_takes_a_challenge_and_a_nonce_along(browser: Browser) -> None:
    answer = browser.get("/oidc/signin", allow_redirects=False)
    asked = query_of(answer.headers["location"])
    assert asked["response_type"] == "code"
    assert asked["code_challenge_method"] == "S256"
    assert len(asked["code_challenge"]) == 43
    assert len(asked["state"]) == len(asked["nonce"]) == 43
    assert asked["redirect_uri"] == f"{browser.address}/oidc/callback"
    assert asked["scope"].split() == ["openid", "profile", "email", "offline_access"]
    cookie = answer.headers["set-cookie"]
    for part in ("HttpOnly", "SameSite=lax", "Path=/oidc", "Max-Age=600"):
        assert part in cookie
    assert asked["state"] not in cookie


@pytest.mark.parametrize("changed", ["nonce", "verifier", "state"])
def test_what_was_not_begun_here_does_not_end_here(
    browser: Browser, engine: Engine, changed: str
) -> None:
    back = browser.arrive("ada").headers["location"]
    seal = Seal(engine, "oidc sign-in")
    begun = seal.opened(browser.session.cookies.get(oidc.COOKIE, path="/oidc") or "")
    sealed = seal.closed({**begun, changed: "x" * 64})
    browser.session.cookies.set(oidc.COOKIE, sealed, domain="127.0.0.1", path="/oidc")
    answer = browser.get(back)
    assert answer.status_code == (400 if changed == "state" else 403)
    assert "clew_session" not in browser.session.cookies
    assert browser.me() is None


def test_another_browser_cannot_end_a_sign_in(browser: Browser) -> None:
    back = browser.arrive("ada").headers["location"]
    answer = Browser(browser.address).get(back)
    assert (answer.status_code, "begin again" in answer.text) == (400, True)
    assert browser.get(back).status_code == 200
    # the code was used, and the cookie is gone
    assert browser.get(back).status_code == 400


def test_a_sealed_cookie_holds_for_ten_minutes(
    browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    back = browser.arrive("ada").headers["location"]
    monkeypatch.setattr(oidc, "SECONDS", -1)
    assert browser.get(back).status_code == 400


@pytest.mark.parametrize(
    ("error", "shown"),
    [("access_denied", "access_denied"), ("<script>alert(1)</script>", "does not say why")],
)
def test_an_error_of_the_provider_is_a_page(browser: Browser, error: str, shown: str) -> None:
    begun = browser.get("/oidc/signin", allow_redirects=False)
    state = query_of(begun.headers["location"])["state"]
    params = {"state": state, "error": error, "error_description": "<b>"}
    answer = browser.get("/oidc/callback", params=params)
    assert answer.status_code == 403
    assert shown in answer.text
    assert "<script" not in answer.text
    assert "<b>" not in answer.text


def test_another_issuer_or_no_code_is_refused(browser: Browser, provider: IdentityProvider) -> None:
    for more, status in (
        ({"iss": "https://evil.example", "code": "x"}, 403),
        ({"code": "x"}, 403),
        ({"iss": provider.issuer}, 400),
        ({"iss": provider.issuer, "code": "never-given"}, 403),
    ):
        begun = browser.get("/oidc/signin", allow_redirects=False)
        state = query_of(begun.headers["location"])["state"]
        answer = browser.get("/oidc/callback", params={"state": state, **more})
        assert answer.status_code == status, more


@pytest.mark.parametrize("page", ["//evil.example/", "https://evil.example", "/\\evil.example"])
def test_signing_in_leads_to_our_own_pages_only(browser: Browser, page: str) -> None:
    answer = browser.sign_in("ada", f"/oidc/signin?next={requests.utils.quote(page, safe='')}")
    assert answer.url == f"{browser.address}/account"


def test_new_keys_of_the_provider_are_fetched(
    browser: Browser, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    browser.sign_in("ada")
    provider.control("keys")
    other = Browser(browser.address)
    assert other.sign_in("ada").status_code == 403  # they were fetched half a minute ago at most
    monkeypatch.setattr(token, "KEYS_PAUSE", 0.0)
    assert other.sign_in("ada").status_code == 200
    assert other.me()["name"] == "ada"


def test_signing_out_at_the_provider_ends_the_session_here(
    browser: Browser, engine: Engine, provider: IdentityProvider
) -> None:
    other = Browser(browser.address)
    other.sign_in("ada")
    browser.sign_in("ada")
    page = browser.get(f"{provider.issuer}/session/end")
    browser.send(page, logout="yes")
    assert browser.me() == 401
    assert other.me()["name"] == "ada"  # another browser, another session of the provider
    sent = parse_qs(provider.control("sent"))
    address = f"{browser.address}/oidc/logout"
    for fields, problem in (
        (sent, "used before"),
        ({"logout_token": sent["logout_token"][0][:-4]}, "not valid"),
        ({"logout_token": "x.y.z"}, "not valid"),
        ({}, "not valid"),
    ):
        answer = requests.post(address, data={"a": "b", **fields}, timeout=20)
        assert answer.status_code == 400
        assert answer.json()["error"] == "invalid_request"
        assert problem in answer.json()["error_description"]
        assert answer.headers["cache-control"] == "no-store"
    assert requests.get(address, timeout=20).status_code == 405
    assert other.me()["name"] == "ada"


def test_whom_the_provider_disables_is_out(
    browser: Browser, engine: Engine, provider: IdentityProvider
) -> None:
    browser.sign_in("eve")
    before = session_of(browser, engine)
    for _ in range(2):  # each refresh token is used once
        make_old(browser, engine)
        assert browser.me()["name"] == "eve"
        session = session_of(browser, engine)
        assert session.checked is not None
        assert datetime.now(UTC) - session.checked < timedelta(minutes=1)
        assert session.refresh != before.refresh
    provider.control("disable", sub="eve")
    assert browser.me()["name"] == "eve"  # checked less than ten minutes ago
    make_old(browser, engine)
    assert browser.me() == 401
    assert browser.me() is None
    provider.control("enable", sub="eve")


def test_keys_of_whom_the_provider_disables_end_too(
    browser: Browser, engine: Engine, provider: IdentityProvider
) -> None:
    browser.sign_in("hal")
    key, _ = engine.credentials.make_key(OWNER, "hal")
    session = session_of(browser, engine)
    # also once the person has signed out of Clew
    assert browser.session.post(f"{browser.address}/signout", timeout=20).status_code == 200
    assert browser.me() is None
    program = Browser(browser.address)
    program.session.headers["authorization"] = f"Bearer {key}"

    def old() -> None:
        checked = datetime.now(UTC) - timedelta(minutes=11)
        engine.credentials.set_session(session, checked=checked, claimed=None)

    old()
    assert program.me()["name"] == "hal"
    provider.control("disable", sub="hal")
    assert program.me()["name"] == "hal"
    old()
    assert program.me() == 401
    assert program.me() == 401
    provider.control("enable", sub="hal")
    assert program.me() == 401  # until the provider has vouched again
    browser.sign_in("hal")
    assert program.me()["name"] == "hal"


def test_many_requests_at_once_refresh_once(browser: Browser, engine: Engine) -> None:
    browser.sign_in("fay")
    make_old(browser, engine, timedelta(hours=1))

    def ask(_: int) -> Any:
        other = Browser(browser.address)
        other.session.cookies.set("clew_session", browser.session.cookies["clew_session"])
        return other.me()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))
    assert [answer["name"] for answer in answers] == ["fay"] * 8
    make_old(browser, engine)
    assert browser.me()["name"] == "fay"  # the provider ends all where a token is used twice


def test_without_refresh_tokens_the_provider_is_asked_about_the_person(
    browser: Browser, engine: Engine, provider: IdentityProvider
) -> None:
    provider.control("refresh", issue=False)
    browser.sign_in("gus")
    provider.control("refresh", issue=True)
    make_old(browser, engine)
    assert browser.me()["name"] == "gus"
    provider.control("disable", sub="gus")
    make_old(browser, engine)
    assert browser.me() == 401
    provider.control("enable", sub="gus")


def test_a_provider_that_is_down_ends_nothing_for_hours(browser: Browser, engine: Engine) -> None:
    browser.sign_in("ada")
    caller = engine.caller(session=opened(engine, browser.session.cookies["clew_session"]))
    settings = engine.settings.model_copy(update={"oidc_url": "http://127.0.0.1:1"})
    renewal = Renewal(engine, Provider(settings), Seal(engine, "oidc tokens"))
    session = caller.session
    assert session is not None
    for hours, holds in ((1, True), (5, False)):
        checked = datetime.now(UTC) - timedelta(hours=hours)
        engine.credentials.set_session(session, checked=checked)
        late = replace(caller, session=replace(session, checked=checked))
        if holds:
            assert renewal.checked(late) == late
        else:
            with pytest.raises(NotSignedIn, match="cannot be asked"):
                renewal.checked(late)
    # it is there again, and the pause after a failure is over
    engine.credentials.set_session(session, claimed=None)
    assert browser.me()["name"] == "ada"


def test_a_session_of_another_provider_ends(browser: Browser, engine: Engine) -> None:
    browser.sign_in("ada")
    make_old(browser, engine)
    caller = engine.caller(session=opened(engine, browser.session.cookies["clew_session"]))
    renewal = Renewal(engine, None, Seal(engine, "oidc tokens"))
    with pytest.raises(NotSignedIn, match="does not vouch"):
        renewal.checked(caller)
    assert browser.me() == 401


def test_no_code_and_no_token_is_logged_or_kept_in_the_clear(
    browser: Browser, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        back = browser.arrive("ada").headers["location"]
        code = query_of(back)["code"]
        browser.get(back)
        make_old(browser, engine)
        assert browser.me()["name"] == "ada"
    ours = "\n".join(
        record.getMessage() for record in caplog.records if record.name.startswith(("clew", "api"))
    )
    session = session_of(browser, engine)
    tokens = Seal(engine, "oidc tokens").opened(session.refresh or "")
    assert tokens["refresh"]
    with engine.snapshot() as snapshot:
        stored = str(list(snapshot.nodes()))
    for secret in (
        code,
        tokens["refresh"],
        tokens["access"],
        browser.session.cookies["clew_session"],
    ):
        assert secret not in ours
        assert secret not in stored
    assert re.search(r"\beyJ[\w-]+\.", stored + ours) is None  # no JWT


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"oidc_client_id": ""}, "CLEW_OIDC_CLIENT_ID is not"),
        ({"oidc_url": "http://login.example.org"}, "must begin with https"),
    ],
)
def test_settings_that_do_not_fit_are_named(
    fresh_engine: Engine, changes: dict[str, str], problem: str
) -> None:
    settings = {"oidc_url": "https://login.example.org", "oidc_client_id": "clew", **changes}
    with pytest.raises(BadInput, match=problem):
        Provider(fresh_engine.settings.model_copy(update=settings))
