"""GraphQL's ``Block`` and ``AuditEvent``: who is kept out, and who did what."""

from datetime import datetime
from typing import Any

import orjson
import strawberry

from api.argument import must_have_zone
from api.connection import Edge, PageInfo, page_size, time_place
from api.session import Info
from engine import audit
from engine.block import BlockKind
from engine.cursor import cursor_of

PAGE = 50

strawberry.enum(BlockKind, description="What a block names.")


@strawberry.type(description="Callers who are kept out.")
class Block:
    """Callers who are kept out."""

    kind: BlockKind = strawberry.field(description="What the name is of.")
    name: str = strawberry.field(
        description="A role, an account, the beginning of an API key, or a network."
    )
    reason: str = strawberry.field(description="Why; those who are kept out are not told.")
    by: str = strawberry.field(description="Who did it: a user, or the command line.")
    at: datetime | None = strawberry.field(description="When it began.")
    until: datetime | None = strawberry.field(description="When it ends; null for never.")


def _detail(root: strawberry.Parent[audit.AuditEvent]) -> str:
    return orjson.dumps(dict(root.detail)).decode()


@strawberry.type(description="One thing that somebody did.")
class AuditEvent:
    """One thing that somebody did."""

    id: strawberry.ID
    at: datetime = strawberry.field(description="When.")
    actor: str = strawberry.field(
        description="Who: a user, `command line`, or `anonymous` for a sign-in that failed."
    )
    action: str = strawberry.field(description="What: `signed in`, `granted`, `exported` …")
    subject: str = strawberry.field(description="To whom or what: a user, a dataset, a network …")
    detail: str = strawberry.field(
        resolver=_detail, description="What else is known of it, as a JSON object."
    )


@strawberry.type(description="A page of the audit log.")
class AuditConnection:
    """A page of the audit log."""

    edges: list[Edge[AuditEvent]] = strawberry.field(description="The events with their cursors.")
    nodes: list[AuditEvent] = strawberry.field(description="The events, the newest first.")
    page_info: PageInfo = strawberry.field(
        description="Where the page begins and ends, and whether there are other ones."
    )


async def _blocks(info: Info) -> Any:
    return await info.context.ask_as_account(info.context.engine.blocks.all)


async def _audit_log(
    info: Info,
    actor: str | None = None,
    action: str | None = None,
    subject: str | None = None,
    since: datetime | None = None,
    before: datetime | None = None,
    first: int | None = PAGE,
    after: str | None = None,
) -> Any:
    session, size, last = info.context, page_size(first, PAGE), None
    must_have_zone("since", since)
    must_have_zone("before", before)
    if after is not None:
        before, last = time_place(after)
    found = await session.ask_as_account(
        lambda by: session.engine.audit.events(
            by,
            actor=actor,
            action=action,
            subject=subject,
            since=since,
            before=before,
            last=last,
            first=size + 1,
        )
    )
    page: list[Any] = list(found[:size])
    cursors = [cursor_of(event.at.isoformat(), event.id) for event in page]
    return AuditConnection(
        edges=[Edge(cursor=at, node=node) for at, node in zip(cursors, page, strict=True)],
        nodes=page,
        page_info=PageInfo.of(cursors, len(found) > size, after is not None),
    )


@strawberry.type
class AuditQuery:
    """The root fields about blocks and the audit log."""

    blocks: list[Block] | None = strawberry.field(
        resolver=_blocks, description="Who is kept out. For administrators."
    )
    audit_log: AuditConnection | None = strawberry.field(
        resolver=_audit_log,
        description="Who signed in, granted, exported, deleted or blocked, the newest first; each "
        "argument narrows it down. For administrators.",
    )
