"""Mutations of requests to the data team: ask for an export or a new dataset, and answer."""

from typing import Any

import strawberry

from api.session import Info
from api.user_request import UserRequest


async def _request_export(info: Info, dataset: str, reason: str) -> Any:
    session = info.context
    found = await session.ask(session.engine.dataset, dataset)
    return await session.change(session.engine.requests.ask_export, found, reason)


async def _request_dataset(info: Info, title: str, reason: str, url: str | None = None) -> Any:
    session = info.context
    return await session.change(session.engine.requests.ask_dataset, title, url, reason)


async def _answer_request(info: Info, id: strawberry.ID, granted: bool, answer: str = "") -> Any:
    session = info.context
    return await session.change(session.engine.requests.answer, id, granted, answer)


@strawberry.type
class UserRequestMutation:
    """What can be asked of the data team, and answered."""

    request_export: UserRequest | None = strawberry.field(
        resolver=_request_export,
        description="Ask to take a whole dataset as a file, where its export policy is MEMBERS. "
        "For journalists.",
    )
    request_dataset: UserRequest | None = strawberry.field(
        resolver=_request_dataset,
        description="Ask the data team to load a source and to keep it up to date.",
    )
    answer_request: UserRequest | None = strawberry.field(
        resolver=_answer_request,
        description="Grant or refuse a request: an export if you manage its dataset, a new dataset "
        "if you are of the data team. A later answer takes the place of an earlier one.",
    )
