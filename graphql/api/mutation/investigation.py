"""Mutations of investigations: open, fill, share, leave, archive and delete them."""

from typing import Annotated, Any

import strawberry

from api.entity import Entity
from api.grant import Grant
from api.investigation import Investigation
from api.session import Info
from engine.account import Level
from engine.errors import BadInput

MOST_VALUES = 500
"""Values of one record that is entered by hand."""
Id = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Of a record to replace, or for a new one; made without it."),
]


@strawberry.input(description="One property with all its values.")
class PropertyInput:
    """One property with all its values."""

    name: str
    values: list[str]


async def _open(info: Info, title: str, summary: str | None = None) -> Any:
    return await info.context.change(info.context.engine.investigations.open, title, summary)


async def _change(
    info: Info,
    name: str,
    title: str | None = None,
    summary: str | None = None,
    archived: bool | None = None,
) -> Any:
    change = info.context.engine.investigations.change
    return await info.context.change(change, name, title=title, summary=summary, archived=archived)


async def _delete(info: Info, name: str) -> Any:
    return await info.context.change(info.context.engine.investigations.delete, name)


async def _put(
    info: Info,
    investigation: str,
    schema: str,
    properties: list[PropertyInput],
    id: Id = None,
) -> Any:
    if sum(len(prop.values) for prop in properties) > MOST_VALUES:
        raise BadInput(f"properties: at most {MOST_VALUES} values in one record")
    values: dict[str, list[str]] = {}
    for prop in properties:
        values.setdefault(prop.name, []).extend(prop.values)
    put = info.context.engine.investigations.put
    return await info.context.change(put, investigation, schema, values, id)


async def _remove(info: Info, id: strawberry.ID) -> Any:
    return await info.context.change(info.context.engine.investigations.remove, id)


async def _include(info: Info, investigation: str, ids: list[strawberry.ID]) -> Any:
    return await info.context.change(info.context.engine.investigations.include, investigation, ids)


async def _exclude(info: Info, investigation: str, ids: list[strawberry.ID]) -> Any:
    return await info.context.change(info.context.engine.investigations.exclude, investigation, ids)


async def _share(info: Info, name: str, to: str, level: Level = Level.READ) -> Any:
    return await info.context.change(info.context.engine.investigations.share, name, to, level)


async def _unshare(info: Info, name: str, to: str) -> Any:
    await info.context.change(info.context.engine.investigations.unshare, name, to)
    return True


async def _leave(info: Info, name: str) -> Any:
    await info.context.change(info.context.engine.investigations.leave, name)
    return True


@strawberry.type
class InvestigationMutation:
    """What can be changed of investigations."""

    open_investigation: Investigation | None = strawberry.field(
        resolver=_open,
        description="Open an investigation, which only you and the data team see until you share "
        "it. For journalists and the data team.",
    )
    change_investigation: Investigation | None = strawberry.field(
        resolver=_change,
        description="Rename, describe, archive or reopen an investigation that you manage. What "
        "you leave out stays.",
    )
    delete_investigation: int | None = strawberry.field(
        resolver=_delete,
        description="Delete an investigation that you manage, with all that was added to it. "
        "Returns how many records there were. This cannot be undone.",
    )
    put_entity: Entity | None = strawberry.field(
        resolver=_put,
        description="Add a person, a company, a relationship, a Note or any other record of "
        "FollowTheMoney's model, or replace one. A value names an entity of the investigation by "
        "its id, and one of a dataset by its whole id.",
    )
    remove_entity: int | None = strawberry.field(
        resolver=_remove,
        description="Remove a record of an investigation and the relationships that were added at "
        "it. Returns how many records there were in all.",
    )
    include_entities: int | None = strawberry.field(
        resolver=_include,
        description="Bring records of datasets into an investigation by reference, at most 500 at "
        "a time. Returns how many there are among these ids.",
    )
    exclude_entities: int | None = strawberry.field(
        resolver=_exclude,
        description="Take out records that were brought in by reference. Returns how many.",
    )
    share_investigation: Grant | None = strawberry.field(
        resolver=_share,
        description="Share an investigation that you manage with a user or a group, to read, to "
        "write or to manage. Again with another level, it changes the level.",
    )
    unshare_investigation: bool | None = strawberry.field(
        resolver=_unshare, description="No longer share it with a user or a group."
    )
    leave_investigation: bool | None = strawberry.field(
        resolver=_leave, description="Leave an investigation that was shared with you by name."
    )
