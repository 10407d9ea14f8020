"""Mutations of who may read what: grants, and the visibility of datasets."""

from typing import Any

import strawberry

from api.grant import Grant
from api.session import Info
from engine.account import Level
from engine.dataset import Visibility


async def _grant(info: Info, dataset: str, to: str, level: Level = Level.READ) -> Any:
    return await info.context.change(info.context.engine.directory.grant, dataset, to, level)


async def _revoke(info: Info, dataset: str, to: str) -> Any:
    await info.context.change(info.context.engine.directory.revoke, dataset, to)
    return True


async def _publish(info: Info, name: str, visibility: Visibility = Visibility.PUBLIC) -> Visibility:
    await info.context.change(info.context.engine.directory.publish, name, visibility)
    return visibility


@strawberry.type
class GrantMutation:
    """What can be changed of grants and visibility."""

    grant: Grant | None = strawberry.field(
        resolver=_grant,
        description="Let a user or a group read, write or manage a dataset. For those who manage "
        "it, and for administrators; the audit log says who did.",
    )
    revoke: bool | None = strawberry.field(
        resolver=_revoke,
        description="Take away what was granted. You may always give up your own grant.",
    )
    publish_dataset: Visibility | None = strawberry.field(
        resolver=_publish,
        description="Make a dataset public, registered or restricted. For those who manage it, "
        "and for administrators. Returns who reads it now.",
    )
