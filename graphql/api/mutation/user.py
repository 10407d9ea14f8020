"""Mutations of users and groups: made, changed and removed by administrators."""

from typing import Any

import strawberry

from api.session import Info
from api.user import Group, User
from engine.account import Role
from engine.errors import BadInput


async def _create_user(
    info: Info,
    name: str,
    title: str = "",
    email: str | None = None,
    roles: list[Role] | None = None,
) -> Any:
    session = info.context
    return await session.change(
        session.engine.directory.add_account, name, title=title, email=email, roles=roles or ()
    )


async def _set_user(
    info: Info,
    name: str,
    title: str | None = strawberry.UNSET,
    email: str | None = strawberry.UNSET,
    roles: list[Role] | None = strawberry.UNSET,
) -> Any:
    session = info.context
    given: dict[str, Any] = {"title": title, "email": email, "roles": roles}
    values = {field: value for field, value in given.items() if value is not strawberry.UNSET}
    if not values:
        raise BadInput("nothing to set: give a title, an e-mail address or roles")
    if "roles" in values:
        values["roles"] = values["roles"] or ()
    return await session.change(session.engine.directory.set_account, name, **values)


async def _disable_user(info: Info, name: str) -> Any:
    return await info.context.change(info.context.engine.directory.set_account, name, disabled=True)


async def _enable_user(info: Info, name: str) -> Any:
    return await info.context.change(
        info.context.engine.directory.set_account, name, disabled=False
    )


async def _remove_user(info: Info, name: str) -> Any:
    await info.context.change(info.context.engine.directory.remove_account, name)
    return name


async def _create_group(info: Info, name: str, title: str = "") -> Any:
    return await info.context.change(info.context.engine.directory.add_group, name, title)


async def _remove_group(info: Info, name: str) -> Any:
    await info.context.change(info.context.engine.directory.remove_group, name)
    return name


async def _join_group(info: Info, user: str, group: str) -> Any:
    return await info.context.change(info.context.engine.directory.join_group, user, group)


async def _leave_group(info: Info, user: str, group: str) -> Any:
    return await info.context.change(info.context.engine.directory.leave_group, user, group)


@strawberry.type
class UserMutation:
    """What can be changed of users and groups."""

    create_user: User | None = strawberry.field(
        resolver=_create_user, description="Make an account. For administrators."
    )
    set_user: User | None = strawberry.field(
        resolver=_set_user,
        description="Change the title, the e-mail address or the roles of a user. For "
        "administrators. The roles that are given replace those that the user has.",
    )
    disable_user: User | None = strawberry.field(
        resolver=_disable_user,
        description="Keep a user out, from the next request on. For administrators.",
    )
    enable_user: User | None = strawberry.field(
        resolver=_enable_user, description="Let a disabled user in again. For administrators."
    )
    remove_user: str | None = strawberry.field(
        resolver=_remove_user,
        description="Delete an account with its keys and sessions; what it added stays. For "
        "administrators. Returns the name.",
    )
    create_group: Group | None = strawberry.field(
        resolver=_create_group, description="Make a group. For administrators."
    )
    remove_group: str | None = strawberry.field(
        resolver=_remove_group,
        description="Delete a group with what it was granted; its members stay. For "
        "administrators. Returns the name.",
    )
    join_group: Group | None = strawberry.field(
        resolver=_join_group, description="Make a user a member of a group. For administrators."
    )
    leave_group: Group | None = strawberry.field(
        resolver=_leave_group,
        description="End a user's membership of a group. Administrators end any, you your own.",
    )
