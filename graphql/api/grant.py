"""GraphQL's ``Grant``: who may read, write or manage which dataset."""

from datetime import datetime
from typing import Any

import strawberry

from api.connection import Connection, listed, page_size
from api.session import Info
from engine import account
from engine.account import Level

PAGE = 50

strawberry.enum(Level, description="How much a grant allows; each includes the ones before it.")


@strawberry.type(description="A user or a group may read, write or manage one dataset.")
class Grant:
    """A user or a group may read, write or manage one dataset."""

    dataset: str = strawberry.field(description="The name of the dataset or investigation.")
    to: str = strawberry.field(description="The name of the user or group.")
    level: Level = strawberry.field(description="How much it allows.")
    by: str | None = strawberry.field(
        description="Who granted it: a user, or the command line of the data folder's owner."
    )
    at: datetime | None = strawberry.field(description="When it was granted.")


def _place(grant: account.Grant) -> str:
    return f"{grant.dataset} {grant.to}"  # no name has a blank, so the order is the list's


async def _grants(
    info: Info,
    dataset: str | None = None,
    to: str | None = None,
    first: int | None = PAGE,
    after: str | None = None,
) -> Any:
    session = info.context
    found = await session.ask_as_account(session.engine.directory.grants, dataset, to)
    grants = sorted(found, key=_place)
    return listed(grants, _place, page_size(first, PAGE), after)


@strawberry.type
class GrantQuery:
    """The root field about grants."""

    grants: Connection[Grant] | None = strawberry.field(
        resolver=_grants,
        description="Grants on one dataset, to one user or group, or all: those to you and your "
        "groups, and those on what you manage. Administrators see those on every dataset.",
    )
