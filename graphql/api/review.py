"""GraphQL's ``XrefSample``: some of the pairs that somebody is about to judge in one step."""

from typing import Annotated, Any

import strawberry

from api.session import Info
from api.xref import XrefPair, XrefPairFilter, pair_question
from engine.reviews import SAMPLE


@strawberry.type(description="Some of the pairs that somebody is about to judge in one step.")
class XrefSample:
    """Some of the pairs that somebody is about to judge in one step."""

    pairs: list[XrefPair] = strawberry.field(
        description="From the likeliest to the least likely of all, evenly spread."
    )
    count: int = strawberry.field(description="How many pairs would be judged.")
    token: str = strawberry.field(
        description="What `judgeXref` asks for. It holds for half an hour, for you, and for these "
        "pairs: no longer when one more is found, lost or judged."
    )


Filter = Annotated[
    XrefPairFilter | None,
    strawberry.argument(
        description="Which pairs; of these only those that nobody has judged, whatever it says."
    ),
]


async def _sample(
    info: Info, run: strawberry.ID, filter: Filter = None, size: int | None = SAMPLE
) -> Any:
    session = info.context
    question = pair_question("", filter)
    sample = session.engine.reviews.sample
    return await session.ask_as_account(
        sample, str(run), question, SAMPLE if size is None else size
    )


@strawberry.type
class ReviewQuery:
    """The root field about judging many pairs."""

    xref_sample: XrefSample | None = strawberry.field(
        resolver=_sample,
        description="Look at some of the pairs of a run before all of them are judged in one step "
        "by `judgeXref`: at most 20,000.",
    )
