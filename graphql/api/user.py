"""GraphQL's ``User``, ``Group`` and ``ApiKey``: who calls, and who uses Clew."""

from datetime import datetime
from typing import Any

import strawberry

from api.connection import Connection, listed, page_size
from api.session import Info
from engine import account, caller
from engine.account import Role, Scope

PAGE = 50

strawberry.enum(Role, description="What a user may do beyond what every registered one may.")
strawberry.enum(Scope, description="What an API key may be used for, within what its user may do.")


def _scopes(root: strawberry.Parent[caller.ApiKey]) -> list[Scope]:
    return sorted(root.scopes)


@strawberry.type(description="What is known of an API key; the key itself is shown only once.")
class ApiKey:
    """What is known of an API key; the key itself is shown only once."""

    start: str = strawberry.field(description="Its first eight characters after `clew_`.")
    title: str = strawberry.field(description="What it is for.")
    scopes: list[Scope] = strawberry.field(resolver=_scopes, description="What it may be used for.")
    created: datetime = strawberry.field(description="When it was made.")
    expires: datetime = strawberry.field(description="When it ends by itself.")
    used: datetime | None = strawberry.field(
        description="When it was used last, to about a minute; null if it never was."
    )
    revoked: datetime | None = strawberry.field(description="When it was revoked.")


def _roles(root: strawberry.Parent[account.Account]) -> list[Role]:
    return sorted(root.roles)


def _groups(root: strawberry.Parent[account.Account]) -> list[str]:
    return sorted(root.groups)


async def _keys(root: strawberry.Parent[account.Account], info: Info) -> Any:
    session = info.context
    return await session.ask_as_account(session.engine.credentials.keys, root.name)


@strawberry.type(description="A person with an account, or a program that has one of its own.")
class User:
    """A person with an account, or a program that has one of its own."""

    name: str = strawberry.field(description="The name of the account.")
    title: str = strawberry.field(description="The name that people read.")
    email: str | None = strawberry.field(description="The e-mail address.")
    roles: list[Role] = strawberry.field(resolver=_roles, description="The roles, by name.")
    groups: list[str] = strawberry.field(
        resolver=_groups, description="The names of the groups that the user is a member of."
    )
    disabled: bool = strawberry.field(description="Whether the user may not sign in.")
    created: datetime | None = strawberry.field(description="When the account was made.")
    keys: list[ApiKey] = strawberry.field(
        resolver=_keys,
        description="The user's API keys, the newest first, those that have ended included.",
    )


@strawberry.type(description="Several users who are granted things together: a newsroom.")
class Group:
    """Several users who are granted things together: a newsroom."""

    name: str = strawberry.field(description="The name of the group.")
    title: str = strawberry.field(description="The name that people read.")
    members: list[str] = strawberry.field(description="The names of its members.")


async def _me(info: Info) -> Any:
    info.context.caller.reading()  # a key without the scope `read` reads nothing
    return info.context.caller.account


async def _users(info: Info, first: int | None = PAGE, after: str | None = None) -> Any:
    session = info.context
    users = await session.ask_as_account(session.engine.directory.accounts)
    return listed(users, lambda user: user.name, page_size(first, PAGE), after)


async def _group_page(info: Info, first: int | None = PAGE, after: str | None = None) -> Any:
    session = info.context
    groups = await session.ask_as_account(session.engine.directory.groups)
    return listed(groups, lambda group: group.name, page_size(first, PAGE), after)


@strawberry.type
class UserQuery:
    """The root fields about users and groups."""

    me: User | None = strawberry.field(
        resolver=_me, description="Who makes this request; null for an anonymous caller."
    )
    users: Connection[User] | None = strawberry.field(
        resolver=_users, description="The users, by name. For administrators."
    )
    groups: Connection[Group] | None = strawberry.field(
        resolver=_group_page,
        description="The groups, by name: all of them for administrators, your own otherwise.",
    )
