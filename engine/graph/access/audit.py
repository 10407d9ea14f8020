"""The audit log: who signed in, granted, exported, deleted, blocked; and what each was about."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import orjson

from engine.account import Account, Actor
from engine.audit import AuditEvent
from engine.graph.connection import Connection, Transaction

COMMAND_LINE = "command line"
"""The actor that the log names for the owner of the data folder."""


class AuditLog:
    """The events that the graph holds; nothing changes or removes one."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    def note(self, by: Actor, action: str, subject: str, **detail: Any) -> None:
        """Write an event that changes nothing else: a sign-in, an export."""
        with self._connection.transaction() as tx:
            add_event(tx, by, action, subject, detail)

    def events(
        self,
        *,
        actor: str | None = None,
        action: str | None = None,
        subject: str | None = None,
        before: datetime | None = None,
        first: int = 50,
    ) -> list[AuditEvent]:
        """Who did what, newest first; each argument narrows it down."""
        parameters = {
            "actor": actor,
            "action": action,
            "subject": subject,
            "before": before or datetime.now(UTC),
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
    tx: Transaction, by: Actor, action: str, subject: str, detail: Mapping[str, Any]
) -> None:
    """Write an event inside a transaction."""
    text = orjson.dumps(dict(detail), default=str).decode()
    parameters = {"actor": actor_name(by), "action": action, "subject": subject, "detail": text}
    tx.run("audit_add", parameters)


def actor_name(by: Actor) -> str:
    """What the log calls whoever makes a change."""
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
