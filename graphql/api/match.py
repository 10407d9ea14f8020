"""``Query.match``: who in the archive is it that is described?"""

from typing import Annotated, Any

import strawberry
from strawberry.scalars import JSON

from api.argument import match_question
from api.connection import page_size
from api.entity import FIRST_MATCHES, MatchResult, Scope, matched
from api.session import Info
from engine.errors import BadInput
from engine.validation import described

Properties = Annotated[
    JSON,
    strawberry.argument(
        description="What is known of it: FollowTheMoney's properties, each a text or a list of "
        'texts, such as {"name": "Viktor Drozdan", "birthDate": "1961"}.'
    ),
]


async def _match(
    info: Info,
    schema: str,
    properties: Properties,
    scope: Scope = None,
    first: int | None = FIRST_MATCHES,
) -> Any:
    if not isinstance(properties, dict):
        raise BadInput('properties: an object such as {"name": "Viktor Drozdan"}')
    question = match_question(described(schema, properties), scope, page_size(first, FIRST_MATCHES))
    return await matched(info, question)


@strawberry.type
class MatchQuery:
    """Who in the archive is it that is described?"""

    match: MatchResult | None = strawberry.field(
        resolver=_match,
        description="Records that may be the person, company or thing that is described, the "
        "likeliest first, each with its score and what the score is made of.",
    )
