"""Signing in with a real browser, with its rules on origins, cookies and forms."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.app import create_app
from engine.account import OWNER
from engine.engine import Engine
from tests.browser import CHROMIUM, Page, browsing
from tests.identity import CLIENT, SECRET, identity_provider
from tests.serving import serving

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    with browsing(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


def shows(page: Page, text: str) -> None:
    """Wait until the page shows a text."""
    page.wait_for(f"document.body != null && document.body.innerText.includes({text!r})")


def button(page: Page, text: str) -> None:
    """Press a button of the page."""
    found = f"[...document.querySelectorAll('button')].find(b => b.textContent == {text!r})"
    page.run(f"{found}.click()")


def test_a_person_signs_in_with_a_link_makes_a_key_and_signs_out(
    page: Page, fresh_engine: Engine
) -> None:
    fresh_engine.directory.add_account(OWNER, "ada", title="Ada Stone")
    token = fresh_engine.credentials.make_link(OWNER, "ada")
    with serving(create_app(fresh_engine), fresh_engine.settings) as address:
        page.open(f"{address}/signin?token={token}")
        button(page, "Sign in")
        page.wait_for("location.pathname == '/account'")
        shows(page, "Ada Stone")
        assert page.run("document.cookie") == ""  # scripts do not see it
        button(page, "Make a key")
        shows(page, "Copy this key now")
        key = re.search(r"clew_[0-9A-Za-z]{36}", page.text())
        assert key is not None
        assert fresh_engine.caller(key[0]).account == fresh_engine.directory.account("ada")
        page.open(f"{address}/account")
        button(page, "Revoke")
        page.wait_for("document.body && !document.body.innerText.includes('never used')")
        button(page, "Sign out")
        page.wait_for("location.pathname == '/signin'")
        page.run(f"location.href = {address + '/account'!r}")
        page.wait_for("location.pathname == '/signin'")


def test_a_person_signs_in_with_an_identity_provider(page: Page, fresh_engine: Engine) -> None:
    with identity_provider() as provider:
        fresh_engine.settings = fresh_engine.settings.model_copy(
            update={
                "oidc_url": provider.issuer,
                "oidc_client_id": CLIENT,
                "oidc_client_secret": SECRET,
            }
        )
        app = create_app(fresh_engine)
        with serving(app, fresh_engine.settings, provider.client_port) as address:
            page.open(f"{address}/signin")
            page.run("document.querySelector('a[href*=oidc]').click()")
            page.wait_for("document.querySelector('input[name=login]') != null")
            page.run("document.querySelector('input[name=login]').value = 'ada'")
            page.run("document.querySelector('input[name=password]').value = 'any'")
            page.run("document.querySelector('form').submit()")
            shows(page, "Authorize")
            page.run("document.querySelector('form').submit()")
            page.wait_for("location.pathname == '/account'")
            shows(page, "ada")
    assert fresh_engine.directory.account("ada") is not None


def test_another_site_signs_nobody_in(page: Page, fresh_engine: Engine, tmp_path: Path) -> None:
    """A form of another origin, here a file, that posts a link of its own account."""
    fresh_engine.directory.add_account(OWNER, "eve")
    token = fresh_engine.credentials.make_link(OWNER, "eve")
    with serving(create_app(fresh_engine), fresh_engine.settings) as address:
        form = f'<form method="post" action="{address}/signin"><input name="token" value="{token}">'
        (tmp_path / "evil.html").write_text(f"<body>{form}</form></body>")
        page.open(f"file://{tmp_path}/evil.html")
        page.run("document.querySelector('form').submit()")
        page.wait_for("location.pathname == '/signin'")
        assert "may not ask here" in page.text() or "another site" in page.text()
        page.run(f"location.href = {address + '/account'!r}")
        page.wait_for("location.pathname == '/signin'")
