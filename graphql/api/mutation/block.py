"""Mutations of blocks: keep callers out, and let them in again."""

from datetime import datetime
from functools import partial
from typing import Any

import strawberry

from api.argument import must_have_zone
from api.block import Block
from api.session import Info
from engine.block import BlockKind


async def _block(
    info: Info, kind: BlockKind, name: str, reason: str, until: datetime | None = None
) -> Any:
    session = info.context
    must_have_zone("until", until)
    add = partial(session.engine.blocks.add, caller=session.caller)
    return await session.change(add, kind, name, reason, until)


async def _unblock(info: Info, kind: BlockKind, name: str) -> bool:
    await info.context.change(info.context.engine.blocks.remove, kind, name)
    return True


@strawberry.type
class BlockMutation:
    """What can be changed of blocks."""

    block: Block | None = strawberry.field(
        resolver=_block,
        description="Keep callers out from their next request on: those with a role, an account, "
        "an API key by its first eight characters, or a network. For administrators.",
    )
    unblock: bool | None = strawberry.field(
        resolver=_unblock, description="Let callers in again. For administrators."
    )
