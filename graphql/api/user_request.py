"""GraphQL's ``UserRequest``: what users ask of the data team, and what became of it."""

from datetime import datetime
from typing import Any

import strawberry

from api.connection import Connection, listed, page_size
from api.session import Info
from engine import user_request as value
from engine.user_request import RequestKind, RequestState

PAGE = 25

strawberry.enum(RequestKind, description="What is asked for: to export, or to load a new dataset.")
strawberry.enum(RequestState, description="What has become of a request.")


@strawberry.type(description="What a user asks of the data team.")
class UserRequest:
    """What a user asks of the data team."""

    id: strawberry.ID
    kind: RequestKind = strawberry.field(description="What is asked for.")
    subject: str = strawberry.field(description="The dataset's name, or the title of the source.")
    url: str | None = strawberry.field(description="Where the source is, for a new dataset.")
    reason: str = strawberry.field(description="Why.")
    by: str = strawberry.field(description="Who asks.")
    at: datetime = strawberry.field(description="Since when.")
    state: RequestState = strawberry.field(description="What has become of it.")
    answer: str | None = strawberry.field(description="What was answered.")
    answered_by: str | None = strawberry.field(description="Who answered.")
    answered_at: datetime | None = strawberry.field(description="When it was answered.")


def _place(request: value.UserRequest) -> str:
    # newest first, as ``cut`` goes by ascending places
    return f"{10**16 - int(request.at.timestamp() * 10**6):016d} {request.id}"


async def _requests(
    info: Info,
    kind: RequestKind | None = None,
    state: RequestState | None = None,
    first: int | None = PAGE,
    after: str | None = None,
) -> Any:
    session = info.context
    found = await session.ask_as_account(session.engine.requests.listed, kind, state)
    requests = sorted(found, key=_place)
    return listed(requests, _place, page_size(first, PAGE), after)


@strawberry.type
class UserRequestQuery:
    """The root field about requests."""

    requests: Connection[UserRequest] | None = strawberry.field(
        resolver=_requests,
        description="Your requests to the data team and those that you may answer, the newest "
        "first.",
    )
