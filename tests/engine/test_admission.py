"""Who calls: keys and sessions, and that every change counts from the next request on."""

from datetime import timedelta

import pytest

from engine.account import OWNER, Level, Role, Scope
from engine.caller import EVERY_SCOPE
from engine.dataset import Visibility
from engine.engine import Engine
from engine.errors import BadInput, Forbidden, NotSignedIn
from engine.secret import checksum, is_key, new_key


@pytest.fixture
def engine(fresh_engine: Engine) -> Engine:
    """A restricted dataset, and an account that may not read it."""
    fresh_engine.set_dataset("secret", {"title": "Secret"})
    fresh_engine.directory.add_account(OWNER, "ada")
    return fresh_engine


def test_a_change_counts_from_the_next_request_on(engine: Engine) -> None:
    key, _ = engine.credentials.make_key(OWNER, "ada", scopes=[Scope.READ])
    assert engine.caller(key).access.datasets == set()
    engine.directory.grant(OWNER, "secret", "ada", Level.READ)
    assert engine.caller(key).access.datasets == {"secret"}
    engine.directory.revoke(OWNER, "secret", "ada")
    assert engine.caller(key).access.datasets == set()
    engine.directory.publish(OWNER, "secret", Visibility.PUBLIC)
    assert engine.caller().access.datasets == engine.caller(key).access.datasets == {"secret"}
    engine.delete_dataset("secret")
    assert engine.caller().access.datasets == set()


def test_another_engine_sees_a_change_at_once(engine: Engine) -> None:
    key, _ = engine.credentials.make_key(OWNER, "ada")
    with Engine.open(engine.settings, lambda _: None) as other:
        assert other.caller(key).account == engine.directory.account("ada")
        engine.directory.grant(OWNER, "secret", "ada", Level.WRITE)
        assert other.caller(key).access.writable == {"secret"}
        engine.directory.set_account(OWNER, "ada", disabled=True)
        with pytest.raises(NotSignedIn):
            other.caller(key)


def test_a_key_is_shown_once_and_stored_as_a_hash(engine: Engine) -> None:
    key, known = engine.credentials.make_key(OWNER, "ada", "laptop", [Scope.READ, Scope.BULK])
    assert is_key(key)
    assert key.startswith(f"clew_{known.start}")
    assert (known.expires - known.created).days == 90
    (listed,) = engine.credentials.keys(OWNER, "ada")
    assert (listed.title, listed.scopes) == ("laptop", {Scope.READ, Scope.BULK})
    assert listed.used is None
    engine.caller(key)
    engine.credentials.note_used()
    assert engine.credentials.keys(OWNER, "ada")[0].used is not None
    with engine.snapshot() as snapshot:
        assert key not in str(list(snapshot.nodes()))


def test_a_fake_or_foreign_key_is_refused_without_a_look_up(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = new_key()
    with pytest.raises(NotSignedIn):
        engine.caller(key)
    monkeypatch.setattr(engine.credentials, "account_of_key", lambda _: pytest.fail("looked up"))
    monkeypatch.setattr(engine.directory, "stamp", lambda: pytest.fail("looked up"))
    for fake in ("", "clew_", key[:-1], f"{key}0", key.upper(), key.replace("clew_", "clow_"), "ü"):
        with pytest.raises(NotSignedIn):
            engine.caller(fake)


def test_the_checksum_is_that_of_the_documentation() -> None:
    # CRC-32 in six base62 digits, so that a scanner can be written from the documentation
    assert checksum("0" * 30) == "2C8GjS"
    assert not is_key("clew_" + "0" * 36)


def test_keys_end_by_number_time_and_revocation(engine: Engine) -> None:
    key, known = engine.credentials.make_key(OWNER, "ada")
    for _ in range(9):
        engine.credentials.make_key(OWNER, "ada")
    with pytest.raises(BadInput, match="10 keys already"):
        engine.credentials.make_key(OWNER, "ada")
    engine.credentials.revoke_key(OWNER, "ada", known.start)
    with pytest.raises(NotSignedIn):
        engine.caller(key)
    engine.credentials.make_key(OWNER, "ada")
    with pytest.raises(BadInput):
        engine.credentials.revoke_key(OWNER, "ada", known.start)
    with pytest.raises(BadInput, match="1 to 366 days"):
        engine.credentials.make_key(OWNER, "ada", days=0)


def test_a_link_signs_in_once(engine: Engine) -> None:
    old = engine.credentials.make_link(OWNER, "ada")
    link = engine.credentials.make_link(OWNER, "ada")
    assert engine.credentials.redeem(old) is None
    assert engine.credentials.redeem(link) == "ada"
    assert engine.credentials.redeem(link) is None
    late = engine.credentials.make_link(OWNER, "ada", timedelta(seconds=-1))
    assert engine.credentials.redeem(late) is None
    with pytest.raises(BadInput):
        engine.credentials.make_link(OWNER, "nobody")


def test_a_session_ends_when_its_account_is_disabled(engine: Engine) -> None:
    ada = engine.directory.account("ada")
    assert ada is not None
    token = engine.credentials.sign_in(ada, "link")
    caller = engine.caller(session=token)
    assert caller.account == ada
    assert caller.scopes == EVERY_SCOPE
    engine.directory.set_account(OWNER, "ada", disabled=True)
    with pytest.raises(NotSignedIn):
        engine.caller(session=token)
    engine.directory.set_account(OWNER, "ada", disabled=False)
    with pytest.raises(NotSignedIn):
        engine.caller(session=token)
    second = engine.credentials.sign_in(ada, "link")
    assert engine.caller(session=second).account == ada
    session = engine.caller(session=second).session
    assert session is not None
    engine.credentials.sign_out(ada, session)
    with pytest.raises(NotSignedIn):
        engine.caller(session=second)


def test_an_administrator_gets_into_no_account_that_is_in_use(engine: Engine) -> None:
    """Whoever could make its keys or links would read what its user shared with nobody."""
    ann = engine.directory.add_account(OWNER, "ann", roles=[Role.ADMINISTRATOR])
    bea = engine.directory.add_account(OWNER, "bea")
    engine.directory.add_account(OWNER, "loader")
    credentials = engine.credentials
    assert credentials.redeem(credentials.make_link(ann, "bea")) == "bea"
    used, _ = credentials.make_key(ann, "loader")
    credentials.make_key(ann, "loader")
    credentials.sign_in(bea, "link")
    engine.caller(used)
    credentials.note_used()
    for account in ("bea", "loader"):
        with pytest.raises(Forbidden, match=f"{account} is in use: only {account}"):
            credentials.make_link(ann, account)
        with pytest.raises(Forbidden, match="is in use"):
            credentials.make_key(ann, account)
        credentials.make_key(OWNER, account)
        assert credentials.keys(ann, account)
    session = engine.caller(session=credentials.sign_in(bea, "link")).session
    assert session is not None
    engine.directory.set_account(OWNER, "bea", disabled=True)  # ends the sessions
    engine.directory.set_account(OWNER, "bea", disabled=False)
    with pytest.raises(Forbidden, match="is in use"):
        credentials.make_link(ann, "bea")
    with pytest.raises(BadInput, match="no account"):
        credentials.make_link(ann, "nobody")
    credentials.make_link(ann, "ann")


def test_an_account_makes_keys_of_its_own_only(engine: Engine) -> None:
    engine.directory.add_account(OWNER, "bea", roles=[Role.DATA_TEAM])
    ada = engine.directory.account("ada")
    assert ada is not None
    engine.credentials.make_key(ada, "ada")
    with pytest.raises(Forbidden):
        engine.credentials.make_key(ada, "bea")
    with pytest.raises(Forbidden):
        engine.credentials.make_link(ada, "bea")
