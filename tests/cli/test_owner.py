"""The owner's account and sign-in link at each start, and what ``clew up`` prints and notes."""

import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from cli.address import address_of
from cli.owner import owner_link
from cli.serving import announce, note_keys
from engine.account import OWNER, Role
from engine.engine import Engine


def test_the_first_start_makes_the_owner_and_each_start_a_link(fresh_engine: Engine) -> None:
    first = owner_link(fresh_engine)
    second = owner_link(fresh_engine)
    assert first is not None
    assert second is not None
    account = fresh_engine.directory.account("owner")
    assert account is not None
    assert account.roles == {Role.DATA_TEAM, Role.ADMINISTRATOR}
    assert fresh_engine.credentials.redeem(first) is None  # the newer one counts
    assert fresh_engine.credentials.redeem(second) == "owner"


def test_what_administrators_changed_of_the_owner_stays(fresh_engine: Engine) -> None:
    owner_link(fresh_engine)
    fresh_engine.directory.set_account(OWNER, "owner", roles=[])
    assert owner_link(fresh_engine) is not None
    account = fresh_engine.directory.account("owner")
    assert account is not None
    assert account.roles == frozenset()
    fresh_engine.directory.set_account(OWNER, "owner", disabled=True)
    assert owner_link(fresh_engine) is None


class Healthy(BaseHTTPRequestHandler):
    """Answers as a server does that is up."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.mark.parametrize("public", ["", "https://clew.example.org"])
def test_a_link_is_printed_and_the_address_last(
    fresh_engine: Engine, capsys: pytest.CaptureFixture[str], public: str
) -> None:
    fresh_engine.settings = fresh_engine.settings.model_copy(update={"public_url": public})
    with HTTPServer(("127.0.0.1", 0), Healthy) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        announce(fresh_engine, address, threading.Event())
        server.shutdown()
    first, last = capsys.readouterr().out.splitlines()
    assert last == f"Clew is at {address}/graphql"
    link, _, token = first.partition(": ")[2].partition("?token=")
    assert link == f"{public or address}/signin"
    assert fresh_engine.credentials.redeem(token) == "owner"
    assert address_of(fresh_engine.settings) == public or address


def test_the_last_use_of_keys_is_noted_while_serving_and_at_its_end(fresh_engine: Engine) -> None:
    fresh_engine.directory.add_account(OWNER, "ada")
    key, _ = fresh_engine.credentials.make_key(OWNER, "ada")
    fresh_engine.caller(key)
    stop = threading.Event()
    stop.set()
    note_keys(fresh_engine, stop)
    assert fresh_engine.credentials.keys(OWNER, "ada")[0].used is not None
