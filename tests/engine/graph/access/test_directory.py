"""Accounts, groups and grants: what each of them may read and write, and who may change that."""

import pytest

from engine.account import OWNER, Account, Level, Role
from engine.dataset import Visibility
from engine.engine import Engine
from engine.errors import BadInput, Forbidden


@pytest.fixture
def engine(fresh_engine: Engine) -> Engine:
    """Three datasets (public, registered, restricted), and an account of each kind."""
    for name in ("open", "members", "secret"):
        fresh_engine.set_dataset(name, {"title": name})
    directory = fresh_engine.directory
    directory.publish(OWNER, "open", Visibility.PUBLIC)
    directory.publish(OWNER, "members", Visibility.REGISTERED)
    directory.add_account(OWNER, "ada")
    directory.add_account(OWNER, "team", roles=[Role.DATA_TEAM])
    directory.add_account(OWNER, "boss", roles=[Role.ADMINISTRATOR])
    directory.add_group(OWNER, "newsroom")
    return fresh_engine


def known(engine: Engine, name: str) -> Account:
    account = engine.directory.account(name)
    assert account is not None
    return account


def readable(engine: Engine, name: str | None) -> set[str]:
    account = known(engine, name) if name is not None else None
    return set(engine.directory.access(account).datasets)


def test_a_new_dataset_is_restricted(engine: Engine) -> None:
    assert readable(engine, None) == {"open"}
    assert readable(engine, "ada") == {"open", "members"}


def test_the_data_team_manages_all_and_administrators_read_nothing_more(engine: Engine) -> None:
    access = engine.directory.access(known(engine, "team"))
    assert access.datasets == access.writable == access.managed == {"open", "members", "secret"}
    assert readable(engine, "boss") == {"open", "members"}


def test_a_grant_reaches_an_account_and_the_members_of_a_group(engine: Engine) -> None:
    directory = engine.directory
    directory.grant(OWNER, "secret", "newsroom", Level.READ)
    assert "secret" not in readable(engine, "ada")
    directory.join_group(OWNER, "ada", "newsroom")
    assert "secret" in readable(engine, "ada")
    directory.grant(OWNER, "secret", "ada", Level.WRITE)
    assert directory.access(known(engine, "ada")).writable == {"secret"}
    directory.revoke(OWNER, "secret", "ada")
    directory.leave_group(OWNER, "ada", "newsroom")
    assert "secret" not in readable(engine, "ada")


def test_who_may_not_manage_a_dataset_grants_nothing(engine: Engine) -> None:
    ada = known(engine, "ada")
    for change in (
        lambda: engine.directory.grant(ada, "secret", "ada", Level.READ),
        lambda: engine.directory.publish(ada, "open", Visibility.RESTRICTED),
        lambda: engine.directory.add_account(ada, "friend"),
        lambda: engine.directory.add_group(ada, "friends"),
        lambda: engine.credentials.make_key(ada, "boss"),
    ):
        with pytest.raises(Forbidden):
            change()
    # an administrator opens what they do not see by a grant, which the audit log tells
    engine.directory.grant(known(engine, "boss"), "secret", "boss", Level.READ)
    assert "secret" in readable(engine, "boss")
    event = engine.audit.events(OWNER, first=1)[0]
    assert (event.actor, event.action, event.subject) == ("boss", "granted", "secret")


def test_a_name_is_taken_once_and_must_be_one(engine: Engine) -> None:
    for name in ("ada", "newsroom"):
        with pytest.raises(BadInput, match="already"):
            engine.directory.add_account(OWNER, name)
        with pytest.raises(BadInput, match="already"):
            engine.directory.add_group(OWNER, name)
    with pytest.raises(BadInput, match="cannot name an account"):
        engine.directory.add_account(OWNER, "Ada Lovelace")
    with pytest.raises(BadInput, match="a role is one of"):
        engine.directory.set_account(OWNER, "ada", roles=["king"])


def test_what_is_not_there_is_said(engine: Engine) -> None:
    directory = engine.directory
    for change in (
        lambda: directory.grant(OWNER, "secret", "nobody", Level.READ),
        lambda: directory.grant(OWNER, "nothing", "ada", Level.READ),
        lambda: directory.revoke(OWNER, "secret", "ada"),
        lambda: directory.publish(OWNER, "nothing", Visibility.PUBLIC),
        lambda: directory.set_account(OWNER, "nobody", title="x"),
        lambda: directory.remove_account(OWNER, "nobody"),
        lambda: directory.remove_group(OWNER, "nobody"),
        lambda: directory.join_group(OWNER, "nobody", "newsroom"),
    ):
        with pytest.raises(BadInput):
            change()


def test_removing_an_account_takes_its_keys(engine: Engine) -> None:
    key, _ = engine.credentials.make_key(OWNER, "ada")
    engine.directory.remove_account(OWNER, "ada")
    assert engine.credentials.account_of_key(key) is None
    assert [account.name for account in engine.directory.accounts(OWNER)] == ["boss", "team"]
