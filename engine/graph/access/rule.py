"""Who may do what, and what an account may hold: the rules that the directory applies."""

from collections.abc import Iterable, Mapping
from typing import Any

from engine.account import Account, Actor, Grant, Level, Role
from engine.dataset import Visibility
from engine.errors import BadInput, Forbidden
from engine.graph.connection import Transaction


def grant_of(row: Mapping[str, Any]) -> Grant:
    """The grant that a row of ``grant_list`` tells."""
    return Grant(row["dataset"], row["to"], Level(row["level"]), row["by"], row["at"].to_native())


def level_of(row: Mapping[str, Any], account: Account | None) -> Level | None:
    """What an account may do with a dataset: the most of role, visibility and grants.

    The data team manages everything, investigations included. Administrators get nothing by their
    role: what they open, they grant themselves, and the audit log says so.
    """
    if account is not None and account.disabled:
        return Level.READ if row["visibility"] == Visibility.PUBLIC else None
    if account is not None and Role.DATA_TEAM in account.roles:
        return Level.MANAGE
    granted = {Level(level) for level in row["levels"]}
    for level in (Level.MANAGE, Level.WRITE, Level.READ):
        if level in granted:
            return level
    public = row["visibility"] == Visibility.PUBLIC
    registered = row["visibility"] == Visibility.REGISTERED and account is not None
    return Level.READ if public or registered else None


def judged_of(rows: Iterable[Mapping[str, Any]], readable: frozenset[str]) -> frozenset[str]:
    """Those of the readable datasets that have positive judgements."""
    return frozenset(row["name"] for row in rows if row["judged"]) & readable


def account_of(row: Mapping[str, Any]) -> Account:
    """The account that a row of ``account_by_name`` or its like tells."""
    values = row["account"]
    created, accepted = values.get("created"), values.get("terms_accepted")
    return Account(
        values["name"],
        values.get("title") or "",
        values.get("email"),
        frozenset(Role(role) for role in values.get("roles") or ()),
        frozenset(row["groups"]),
        bool(values.get("disabled")),
        created.to_native() if created is not None else None,
        values.get("terms"),
        accepted.to_native() if accepted is not None else None,
    )


def checked_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """What an account is to hold, as the graph keeps it; raises BadInput for an unknown role."""
    held = dict(values)
    if "roles" in held:
        try:
            held["roles"] = sorted(Role(role) for role in held["roles"])
        except ValueError:
            known = ", ".join(Role)
            raise BadInput(f"a role is one of {known}") from None
    return held


def must_be_free(tx: Transaction, name: str, values: Mapping[str, Any]) -> None:
    """Raises BadInput where another account has the same subject at an identity provider."""
    if values.get("issuer") and values.get("subject"):
        subject = {"issuer": values["issuer"], "subject": values["subject"]}
        for row in tx.run("account_by_subject", subject):
            if row["account"]["name"] != name:
                raise BadInput(f"the account {row['account']['name']} has this subject already")


def numbered(name: str, number: int) -> str:
    """A name with a number: ``ada-2``, ``ada-2@example.org``."""
    local, at, domain = name.partition("@")
    suffix = f"-{number}"
    return f"{local[: 63 - len(suffix)]}{suffix}{at}{domain}"


def must_be_staff(by: Actor, doing: str = "manage accounts and groups") -> None:
    """Raises Forbidden for an account that is no administrator; ``doing`` is what only they do."""
    if isinstance(by, Account) and not by.is_staff():
        raise Forbidden(f"only administrators {doing}")


def no_account(name: str) -> BadInput:
    """The error for an account that is not there."""
    return BadInput(f"there is no account {name[:100]!r}: `clew user list` names them")
