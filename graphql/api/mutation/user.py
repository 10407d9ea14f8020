"""Mutations of users: made, changed and removed by administrators."""

from typing import Any

import strawberry

from api.session import Info
from api.user import User
from engine.account import Role


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


@strawberry.type
class UserMutation:
    """What can be changed of users."""

    create_user: User | None = strawberry.field(
        resolver=_create_user, description="Make an account. For administrators."
    )
