"""``clew audit``: who signed in, granted, exported, deleted, blocked."""

import json
from datetime import UTC

import click

from cli.handle import opened
from cli.terminal import minute, show_table, time_of
from engine.account import OWNER
from engine.audit import AuditEvent

PAGE = 100


@click.command("audit")
@click.option("--actor", help="Only what this account did; `command line` for the owner.")
@click.option("--action", help="Only this: signed in, granted, exported, deleted, blocked …")
@click.option("--subject", help="Only what was done to this account, dataset or network.")
@click.option("--since", help="Only from this time on: 2026-11-28, or 2026-11-28T21:47, in UTC.")
@click.option("--last", type=click.IntRange(1), default=PAGE, show_default=True, help="How many.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, one event a line.")
def audit_command(
    actor: str | None,
    action: str | None,
    subject: str | None,
    since: str | None,
    last: int,
    as_json: bool,
) -> None:
    """Show the audit log, the newest first."""
    with opened() as engine:
        events = engine.audit.events(
            OWNER,
            actor=actor,
            action=action,
            subject=subject,
            since=time_of("--since", since, "2026-11-28T21:47") if since is not None else None,
            first=last,
        )
    if as_json:
        for event in events:
            click.echo(json.dumps(described(event), ensure_ascii=False))
        return
    rows = [
        [minute(each.at), each.actor, each.action, each.subject, details(each)] for each in events
    ]
    show_table(("AT", "ACTOR", "ACTION", "SUBJECT", "DETAIL"), rows, folded=("DETAIL",))


def described(event: AuditEvent) -> dict[str, object]:
    """An event for programs."""
    return {
        "id": event.id,
        "at": event.at.astimezone(UTC).isoformat(timespec="seconds"),
        "actor": event.actor,
        "action": event.action,
        "subject": event.subject,
        "detail": dict(event.detail),
    }


def details(event: AuditEvent) -> str:
    """What else is known of an event, as people read it."""
    known = {name: value for name, value in event.detail.items() if value not in (None, "", [])}
    return ", ".join(f"{name}: {shown(value)}" for name, value in known.items())


def shown(value: object) -> str:
    """A value of a detail: the items of a list with plus signs between."""
    return " + ".join(map(str, value)) if isinstance(value, list) else str(value)
