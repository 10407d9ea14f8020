"""Accounts, groups and grants: the directory of who may do what with which dataset.

Every change is one transaction that also counts up the access revision, which ends cached answers,
and writes the audit log. Who may make a change is asked here, so that no caller can forget it.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from engine.access import Access
from engine.account import (
    OWNER,
    OWNER_ACCOUNT,
    Account,
    Actor,
    Grant,
    Group,
    Level,
    Owner,
    Role,
    check_account_name,
)
from engine.dataset import Visibility, check_name
from engine.errors import BadInput, Forbidden
from engine.graph.access.audit import actor_name, add_event, audited
from engine.graph.access.rule import (
    account_of,
    checked_values,
    grant_of,
    judged_of,
    level_of,
    must_be_free,
    must_be_staff,
    no_account,
    numbered,
)
from engine.graph.connection import Connection, Transaction
from engine.investigation import PREFIX

WRITING = (Level.WRITE, Level.MANAGE)
DATASET = "dataset"
"""The kind of what is loaded; investigations are of another."""
NO_SESSION = {"account": None, "issuer": None, "subject": None, "sid": None}
"""The parameters of ``session_end_all`` that name no session."""


class Directory:
    """The accounts, groups and grants that the graph holds."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    # --- who may read what ------------------------------------------------------------------------

    def stamp(self) -> str:
        """The stamp of who may do what: another one after each change, by any process."""
        rows = self._connection.read("access_stamp", timeout=self._seconds)
        return str(rows[0]["stamp"]) if rows else ""

    def owner_access(self) -> Access:
        """What the owner of the data folder may read and write: all that there is."""
        rows = self._connection.read("access_levels", {"account": None}, timeout=self._seconds)
        names = frozenset(row["name"] for row in rows)
        return Access(names, names, names, judged=judged_of(rows, names))

    def access_of(self, by: Actor) -> Access:
        """What who makes a change may read and write."""
        return self.access(by) if isinstance(by, Account) else self.owner_access()

    def access(self, account: Account | None) -> Access:
        """What an account, or an anonymous caller, may read and write."""
        parameters = {"account": account.name if account is not None else None}
        rows = self._connection.read("access_levels", parameters, timeout=self._seconds)
        levels = {row["name"]: level_of(row, account) for row in rows}
        readable = frozenset(name for name, level in levels.items() if level is not None)
        return Access(
            readable,
            frozenset(name for name, level in levels.items() if level in WRITING),
            frozenset(name for name, level in levels.items() if level is Level.MANAGE),
            account,
            judged_of(rows, readable),
        )

    # --- accounts ---------------------------------------------------------------------------------

    def account(self, name: str) -> Account | None:
        """The account with this name."""
        rows = self._connection.read("account_by_name", {"name": name}, timeout=self._seconds)
        return account_of(rows[0]) if rows else None

    def account_of_subject(self, issuer: str, subject: str) -> Account | None:
        """The account that an identity provider knows by this subject."""
        parameters = {"issuer": issuer, "subject": subject}
        rows = self._connection.read("account_by_subject", parameters, timeout=self._seconds)
        return account_of(rows[0]) if rows else None

    def accounts(self, by: Actor) -> list[Account]:
        """Every account, by name; raises Forbidden for who is no staff."""
        must_be_staff(by)
        rows = self._connection.read("account_list", timeout=self._seconds)
        return [account_of(row) for row in rows]

    def has_users(self) -> bool:
        """Whether anybody but the owner has an account."""
        parameters = {"owner": OWNER_ACCOUNT}
        return bool(self._connection.read("account_other", parameters, timeout=self._seconds))

    def add_account(self, by: Actor, /, name: str, **values: Any) -> Account:
        """Create an account; ``values`` are title, email, roles, issuer and subject.

        Raises BadInput where the name is taken or cannot be one, Forbidden for who is no staff.
        """
        must_be_staff(by)
        given = checked_values({"roles": (), **values})
        with self._change(by, "account created", check_account_name(name), given) as tx:
            must_be_free(tx, name, given)
            if not tx.run("account_add", {"name": name, "values": given})[0]["created"]:
                raise BadInput(f"there is an account or a group named {name} already")
        return self._known(name)

    def register(
        self, issuer: str, subject: str, name: str, title: str = "", email: str | None = None
    ) -> Account:
        """The account of somebody whom an identity provider vouches for; made the first time.

        It has this name, or the name with a number where that is taken: an account is never taken
        over because of its name or its e-mail address. It has no roles.
        """
        person = {"title": title, "email": email, "issuer": issuer, "subject": subject}
        values: dict[str, Any] = {**person, "roles": []}
        with self._connection.transaction() as tx:
            tx.run("access_change")  # takes the lock: the same person may come twice at once
            known = tx.run("account_by_subject", {"issuer": issuer, "subject": subject})
            if known:
                return account_of(known[0])
            number, given = 1, check_account_name(name)
            while not tx.run("account_add", {"name": given, "values": values})[0]["created"]:
                number += 1
                given = numbered(name, number)
            made = Account(given, title, email)
            add_event(tx, made, "account created", given, {"issuer": issuer})
        return self._known(given)

    def set_account(self, by: Actor, /, name: str, **values: Any) -> Account:
        """Change title, email, roles or ``disabled`` of an account; disabling ends its sessions."""
        must_be_staff(by)
        given = checked_values(values)
        with self._change(by, "account changed", name, given) as tx:
            must_be_free(tx, name, given)
            # enabling also lets in again whom an identity provider refused
            again = {"refused": None} if given.get("disabled") is False else {}
            if not tx.run("account_set", {"name": name, "values": {**given, **again}}):
                raise no_account(name)
            if given.get("disabled"):
                tx.run("session_end_all", {**NO_SESSION, "account": name})
        return self._known(name)

    def remove_account(self, by: Actor, name: str) -> None:
        """Delete an account with its keys and sessions; what it added stays."""
        must_be_staff(by)
        with self._change(by, "account deleted", name) as tx:
            if not tx.run("account_forget", {"name": name})[0]["count"]:
                raise no_account(name)

    def accept_terms(self, account: Account, version: str) -> datetime:
        """Note that an account accepts a version of the terms; the time at which it did."""
        with self._change(account, "terms accepted", account.name, {"version": version}) as tx:
            parameters = {"account": account.name, "version": version}
            rows = tx.run("terms_accept", parameters)
            if not rows:
                raise Forbidden(f"the account {account.name} is disabled")
        at: datetime = rows[0]["at"].to_native()
        return at

    def _known(self, name: str) -> Account:
        account = self.account(name)
        if account is None:
            raise no_account(name)
        return account

    # --- groups -----------------------------------------------------------------------------------

    def groups(self, by: Actor) -> list[Group]:
        """Every group with its members, by name; only its own for an account that is no staff."""
        rows = self._connection.read("group_list", timeout=self._seconds)
        groups = [Group(row["name"], row["title"], row["members"]) for row in rows]
        if isinstance(by, Owner) or by.is_staff():
            return groups
        return [group for group in groups if group.name in by.groups]

    def add_group(self, by: Actor, name: str, title: str = "") -> Group:
        """Create a group; raises BadInput where the name is taken or cannot be one."""
        must_be_staff(by)
        with self._change(by, "group created", check_account_name(name)) as tx:
            if not tx.run("group_add", {"name": name, "title": title})[0]["created"]:
                raise BadInput(f"there is an account or a group named {name} already")
        return Group(name, title)

    def remove_group(self, by: Actor, name: str) -> None:
        """Delete a group with what it was granted; its members stay."""
        must_be_staff(by)
        with self._change(by, "group deleted", name) as tx:
            if not tx.run("group_forget", {"name": name})[0]["count"]:
                raise BadInput(f"there is no group {name[:100]!r}: `clew group list` names them")

    def join_group(self, by: Actor, account: str, group: str) -> Group:
        """Make an account a member of a group; the group as it is then."""
        must_be_staff(by)
        return self._membership(by, "group joined", "group_join", account, group)

    def leave_group(self, by: Actor, account: str, group: str) -> Group:
        """End an account's membership of a group; an account may always end its own."""
        if not (isinstance(by, Account) and by.name == account):
            must_be_staff(by)
        return self._membership(by, "group left", "group_leave", account, group)

    def _membership(self, by: Actor, action: str, query: str, account: str, group: str) -> Group:
        with self._change(by, action, group, {"account": account}) as tx:
            if not tx.run(query, {"account": account, "group": group}):
                raise BadInput(
                    f"{account[:100]!r} or the group {group[:100]!r} is not there, "
                    "or the account is no member"
                )
        return next(each for each in self.groups(OWNER) if each.name == group)

    # --- grants -----------------------------------------------------------------------------------

    def grants(self, by: Actor, dataset: str | None = None, to: str | None = None) -> list[Grant]:
        """Who was granted what, on one dataset, to one principal, or in all.

        An account sees what it and its groups were granted, and all grants on what it manages;
        administrators see those on every dataset, but not those on the investigations of others.
        """
        parameters = {"dataset": dataset, "to": to}
        rows = self._connection.read("grant_list", parameters, timeout=self._seconds)
        if isinstance(by, Account):
            managed, own = self.access(by).managed, {by.name, *by.groups}
            rows = [
                row
                for row in rows
                if row["dataset"] in managed
                or row["to"] in own
                or (by.is_staff() and row["kind"] == DATASET)
            ]
        return [grant_of(row) for row in rows]

    def grants_on(self, dataset: str) -> list[Grant]:
        """All grants on one dataset, by name, for who may read it."""
        parameters = {"dataset": dataset, "to": None}
        rows = self._connection.read("grant_list", parameters, timeout=self._seconds)
        return [grant_of(row) for row in rows]

    def grant(self, by: Actor, dataset: str, to: str, level: Level) -> Grant:
        """Let an account or a group read, write or manage a dataset or an investigation.

        Raises Forbidden for who may not manage it, BadInput where one of both is not there.
        """
        self._must_manage(by, dataset)
        with self._change(by, "granted", dataset, {"to": to, "level": level}) as tx:
            parameters = {"dataset": dataset, "to": to, "level": level, "by": actor_name(by)}
            if not tx.run("grant_set", parameters):
                raise BadInput(
                    f"there is no account or group {to[:100]!r}, or no {dataset[:100]!r}"
                )
        return Grant(dataset, to, level, actor_name(by), datetime.now(UTC))

    def revoke(self, by: Actor, dataset: str, to: str) -> None:
        """Take away what was granted; an account may always give up its own grant."""
        if not (isinstance(by, Account) and by.name == to):
            self._must_manage(by, dataset)
        with self._change(by, "revoked", dataset, {"to": to}) as tx:
            if not tx.run("grant_end", {"dataset": dataset, "to": to}):
                raise BadInput(f"{to[:100]!r} was granted nothing on {dataset[:100]!r}")

    def must_load(self, by: Actor, dataset: str, *, by_hand: bool = False) -> None:
        """Raises Forbidden where ``by`` may not load into a dataset, or not make it.

        What is put there ``by_hand``, as documents are, may also go into an investigation.
        Who may write to a dataset may load into it; the data team also makes new ones. Raises
        BadInput for what can be no dataset.
        """
        check_name(dataset)
        rows = self._connection.read("access_levels", {"account": None}, timeout=self._seconds)
        if dataset.startswith(PREFIX) and all(row["name"] != dataset for row in rows):
            raise BadInput(f"{PREFIX}… names investigations: choose another name for a dataset")
        kinds = {row["name"]: row["kind"] for row in rows}
        if isinstance(by, Account):
            new = dataset not in kinds and Role.DATA_TEAM in by.roles
            if not new and dataset not in self.access(by).writable:
                raise Forbidden(f"you may not load into the dataset {dataset}: ask for a grant")
        if kinds.get(dataset, DATASET) != DATASET and not by_hand:
            raise BadInput(f"{dataset} is an investigation, which is filled by hand")

    def must_manage_or_make(self, by: Actor, dataset: str) -> None:
        """Raises Forbidden where ``by`` may not publish a dataset that is loaded, or is new."""
        if dataset in self.owner_access().datasets:
            self._must_manage(by, dataset)

    def publish(self, by: Actor, dataset: str, visibility: Visibility) -> None:
        """Make a dataset public, registered or restricted; raises Forbidden, BadInput."""
        self._must_manage(by, dataset)
        self.publish_loaded(by, dataset, visibility)

    def publish_loaded(self, by: Actor, dataset: str, visibility: Visibility) -> None:
        """As ``publish``, for who passed ``must_manage_or_make`` before they loaded it."""
        rows = self._connection.read("access_levels", {"account": None}, timeout=self._seconds)
        found = next((row for row in rows if row["name"] == dataset), None)
        if found is not None and found["kind"] != DATASET:
            raise BadInput(
                f"{dataset} is an investigation, which is never public: share it with named users"
            )
        if found is not None and found["visibility"] == visibility:
            return  # nothing to change, and nothing for the audit log
        with self._change(by, "visibility changed", dataset, {"visibility": visibility}) as tx:
            if not tx.run("visibility_set", {"name": dataset, "visibility": visibility}):
                raise BadInput(f"there is no dataset {dataset[:100]!r}")

    def _must_manage(self, by: Actor, dataset: str) -> None:
        if isinstance(by, Owner) or by.is_staff() or dataset in self.access(by).managed:
            return
        raise Forbidden(f"you may not change who reads {dataset[:100]!r}")

    def _change(
        self, by: Actor, action: str, subject: str, detail: Mapping[str, Any] | None = None
    ) -> AbstractContextManager[Transaction]:
        return audited(self._connection, by, action, subject, detail)
