"""GraphQL's ``User`` and ``Group``: who uses Clew, and the fields that read them."""

from datetime import datetime

import strawberry

from engine import account
from engine.account import Role

strawberry.enum(Role, description="What a user may do beyond what every registered one may.")


def _roles(root: strawberry.Parent[account.Account]) -> list[Role]:
    return sorted(root.roles)


def _groups(root: strawberry.Parent[account.Account]) -> list[str]:
    return sorted(root.groups)


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
