"""The audit log: who signed in, granted, exported, deleted, blocked; and what each was about."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import orjson

from engine.account import Account, Actor
from engine.audit import AuditEvent
from engine.graph.access.rule import must_be_staff
from engine.graph.connection import Connection, Transaction

COMMAND_LINE = "command line"
"""The actor that the log names for the owner of the data folder."""
ANONYMOUS = "anonymous"
"""The actor that the log names where nobody has signed in. Accounts of that name are refused."""


class AuditLog:
    """The events that the graph holds; nothing changes or removes one."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    def note(self, by: Actor | None, action: str, subject: str, **detail: Any) -> None:
        """Write an event that changes nothing else: an export; None is an anonymous caller."""
        with self._connection.transaction() as tx:
            add_event(tx, by, action, subject, detail)

    def exported(self, by: Actor | None, datasets: Iterable[str], **detail: Any) -> None:
        """Note that whole datasets were exported: an event for each, at one time."""
        with self._connection.transaction() as tx:
            for name in sorted(datasets):
                add_event(tx, by, "exported", name, detail)

    def events(
        self,
        by: Actor,
        *,
        actor: str | None = None,
        action: str | None = None,
        subject: str | None = None,
        since: datetime | None = None,
        before: datetime | None = None,
        last: str | None = None,
        first: int = 50,
    ) -> list[AuditEvent]:
        """Who did what, newest first; each argument narrows it down.

        ``before`` and ``last``, the time and the id of an event, go on after it. For administrators
        only: the data team reads data, but who signs in when is no data. Raises Forbidden.
        """
        must_be_staff(by, "read the audit log")
        parameters = {
            "actor": actor,
            "action": action,
            "subject": subject,
            "since": since,
            "before": before or datetime.now(UTC),
            "last": last,
            "limit": first,
        }
        rows = self._connection.read("audit_list", parameters, timeout=self._seconds)
        return [event_of(row["event"]) for row in rows]


@contextmanager
def audited(
    connection: Connection,
    by: Actor,
    action: str,
    subject: str,
    detail: Mapping[str, Any] | None = None,
) -> Iterator[Transaction]:
    """A transaction that changes who may do what: it ends cached answers and is in the log."""
    with connection.transaction() as tx:
        yield tx
        tx.run("access_change")
        add_event(tx, by, action, subject, detail or {})


def add_event(
    tx: Transaction, by: Actor | None, action: str, subject: str, detail: Mapping[str, Any]
) -> None:
    """Write an event inside a transaction."""
    text = orjson.dumps(dict(detail), default=str).decode()
    parameters = {"actor": actor_name(by), "action": action, "subject": subject, "detail": text}
    tx.run("audit_add", parameters)


def actor_name(by: Actor | None) -> str:
    """What the log calls whoever does something; None is an anonymous caller."""
    if by is None:
        return ANONYMOUS
    return by.name if isinstance(by, Account) else COMMAND_LINE


def event_of(values: Mapping[str, Any]) -> AuditEvent:
    """The event that a node's properties tell."""
    return AuditEvent(
        values["id"],
        values["at"].to_native(),
        values["actor"],
        values["action"],
        values["subject"],
        orjson.loads(values["detail"]),
    )
