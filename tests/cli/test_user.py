"""``clew user``, ``group`` and ``grant``, ``dataset publish`` and ``load --public``."""

import json
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.address import (
    FILE,
    SETTINGS_FILE,
    address_of,
    forget_address,
    note_address,
    note_settings,
    running_settings,
)
from cli.main import main
from engine.account import Role, Scope
from engine.engine import Engine
from engine.settings import Settings
from loaders.crawl.catalog import read_catalog
from loaders.crawl.crawler import Crawler

PERSON = json.dumps({"id": "a", "schema": "Person", "properties": {"name": ["Ada"]}})


class Clew:
    """The command, on one engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def run(self, line: str, *, code: int = 0, stdin: str = "") -> str:
        """What a command line prints on stdout, or, where it fails, on stderr."""
        result = CliRunner().invoke(main, line.split(), input=stdin)
        assert result.exit_code == code, result.output
        return result.stdout if code == 0 else result.stderr


@pytest.fixture
def clew(fresh_engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Clew:
    monkeypatch.setattr(Engine, "open", lambda *_, **__: nullcontext(fresh_engine))
    return Clew(fresh_engine)


def test_an_account_is_made_changed_and_removed(clew: Clew) -> None:
    clew.run("user add ada --title Ada --email ada@example.org --role journalist")
    clew.run("group add press --title Press")
    assert clew.run("group join press ada") == "press: ada\n"
    clew.run("load - --dataset secret", stdin=PERSON)
    clew.run("grant add secret press")
    shown = clew.run("user show ada")
    for part in ("ada@example.org", "journalist", "press", "read secret through press"):
        assert part in shown
    listed = clew.run("user list")
    assert "ada@example.org" in listed
    assert clew.run("user set ada --title Augusta --no-role") == "ada: set title, roles\n"
    account = clew.engine.directory.account("ada")
    assert account is not None
    assert (account.title, account.roles) == ("Augusta", frozenset())
    clew.run("user set ada --role data_team --email=")
    account = clew.engine.directory.account("ada")
    assert account is not None
    assert (account.email, account.roles) == (None, {Role.DATA_TEAM})
    clew.run("user disable ada")
    assert "disabled" in clew.run("user show ada")
    assert "is disabled" in clew.run("user link ada", code=1)
    clew.run("user enable ada")
    assert clew.run("group leave press ada") == "press: no members\n"
    assert "press" in clew.run("group list")
    clew.run("group remove press")
    clew.run("user remove ada --yes")
    assert "there is no account 'ada'" in clew.run("user show ada", code=1)


def test_what_is_wrong_is_said(clew: Clew) -> None:
    clew.run("user add ada")
    for line, problem in (
        ("user add ada", "there is an account or a group named ada already"),
        ("user add Ada", "cannot name an account"),
        ("user add bea --subject x", "go together"),
        ("user set ada", "nothing to set"),
        ("user set ada --role journalist --no-role", "contradict"),
        ("user keys bea", "there is no account 'bea'"),
        ("user revoke ada 12345678", "has no key that begins with"),
        ("grant add nothing ada", "there is no account or group"),
        ("dataset publish nothing", "there is no dataset"),
    ):
        assert problem in clew.run(line, code=1), line


def test_a_link_and_a_key_of_an_account(clew: Clew) -> None:
    clew.run("user add ada")
    link = clew.run("user link ada").strip()
    assert link.startswith("http://127.0.0.1:8000/signin?token=")
    assert clew.engine.credentials.redeem(link.partition("token=")[2]) == "ada"
    key = clew.run("user key ada --title laptop --scope read --scope bulk --days 7").strip()
    caller = clew.engine.caller(key)
    assert caller.scopes == {Scope.READ, Scope.BULK}
    clew.engine.credentials.note_used()
    shown = clew.run("user keys ada")
    assert key[5:13] in shown
    assert key not in shown
    assert "bulk, read" in shown
    assert "never" not in shown
    clew.run(f"user revoke ada {key[5:13]}")
    assert "revoked" in clew.run("user keys ada")


def test_grants_are_listed_and_ended(clew: Clew) -> None:
    clew.run("user add ada")
    clew.run("load - --dataset secret", stdin=PERSON)
    assert clew.run("grant add secret ada --level write") == "secret: ada may write it\n"
    listed = clew.run("grant list --dataset secret")
    assert "command line" in listed
    assert "write" in listed
    clew.run("grant end secret ada")
    assert "secret" not in clew.run("grant list")


def test_the_report_of_a_load_says_who_may_read_it(clew: Clew) -> None:
    printed = clew.run("load - --dataset d", stdin=PERSON)
    assert "d: only you and the data team may read it; to let everybody: clew dataset" in printed
    clew.run("user add ada")
    clew.run("grant add d ada")
    assert "granted to (1)" in clew.run("load - --dataset d", stdin=PERSON)
    assert (
        clew.run("dataset publish d --registered") == "d: everybody with an account may read it\n"
    )
    assert "registered" in clew.run("dataset list")
    assert "visibility          registered" in clew.run("dataset show d")
    assert "d: everybody may read it" in clew.run("load - --dataset d --public", stdin=PERSON)
    assert clew.engine.caller().access.datasets == {"d"}
    assert "everybody may read it" in clew.run("load - --dataset d", stdin=PERSON)
    clew.run("dataset publish d --restricted")
    assert clew.engine.caller().access.datasets == set()


def test_a_catalog_publishes_what_it_makes_once(clew: Clew, tmp_path: Path) -> None:
    (tmp_path / "d.json").write_text(PERSON)
    catalog = tmp_path / "catalog.yml"
    text = "datasets:\n  - {name: d, visibility: public, source: {path: d.json}}\n"
    catalog.write_text(text)
    (entry,) = read_catalog(catalog).entries
    crawler = Crawler(clew.engine, lambda _: None)
    crawler.crawl(entry)
    assert clew.engine.caller().access.datasets == {"d"}
    clew.run("dataset publish d --restricted")
    crawler.crawl(entry, force=True)
    assert clew.engine.caller().access.datasets == set()
    catalog.write_text(text.replace("public", "everyone"))
    assert "visibility 'everyone' is none of" in clew.run(f"crawl --catalog {catalog}", code=1)


def test_links_have_the_address_of_the_running_server(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path, port=8123)
    assert address_of(settings) == "http://127.0.0.1:8123"
    note_address(settings, "http://127.0.0.1:9999")
    assert address_of(settings) == "http://127.0.0.1:9999"
    public = settings.model_copy(update={"public_url": "https://clew.example.org"})
    assert address_of(public) == "https://clew.example.org"
    forget_address(settings)
    assert not (tmp_path / FILE).exists()


def test_the_settings_of_the_running_server_are_noted(tmp_path: Path) -> None:
    server = Settings(data=tmp_path, rate_limit="off", origins="*", redis_url="redis://:pw@r/0")
    here = Settings(data=tmp_path, heap_mb=700)
    assert running_settings(here) == here
    note_settings(server)
    noted = tmp_path / SETTINGS_FILE
    assert noted.stat().st_mode & 0o777 == 0o600
    expected = {"rate_limit": "off", "origins": "*", "redis_url": "redis://:pw@r/0"}
    assert running_settings(here) == here.model_copy(update=expected)
    noted.write_text("{", encoding="utf-8")
    assert running_settings(here) == here
    forget_address(server)
    assert not noted.exists()
