"""The mutation that judges many pairs in one step."""

from typing import Annotated

import strawberry

from api.mutation.judgement import Note, RefusedJudgement, refused_of
from api.review import Filter
from api.session import Info
from api.xref import pair_question
from engine.judgement import Verdict
from engine.reviews import Bulk

MOST_TOLD = 100
"""Pairs that were refused, of which it is told why."""
Token = Annotated[
    str,
    strawberry.argument(description="The token of a sample of these pairs, from `xrefSample`."),
]


@strawberry.type(description="What became of the pairs of a run that were judged in one step.")
class JudgedXref:
    """What became of the pairs of a run that were judged in one step."""

    operation: str = strawberry.field(
        description="What `undoJudgements` asks for, to undo all of it in one step."
    )
    judged: int = strawberry.field(description="How many pairs were judged.")
    refused_count: int = strawberry.field(
        description="How many were not, as other judgements rule it out."
    )
    refused: list[RefusedJudgement] = strawberry.field(
        description="The first hundred of those, and why."
    )


async def _judge_xref(
    info: Info,
    run: strawberry.ID,
    verdict: Verdict,
    token: Token,
    filter: Filter = None,
    note: Note = None,
) -> JudgedXref:
    session = info.context
    judge = session.engine.reviews.judge
    question = pair_question("", filter)
    bulk: Bulk = await session.change(judge, str(run), question, verdict, token, note)
    refused = bulk.outcome.refused
    return JudgedXref(
        operation=bulk.operation,
        judged=len(bulk.outcome.made),
        refused_count=len(refused),
        refused=refused_of(refused[:MOST_TOLD]),
    )


@strawberry.type
class ReviewMutation:
    """What can be done with many pairs of a run."""

    judge_xref: JudgedXref | None = strawberry.field(
        resolver=_judge_xref,
        description="Judge all pairs of a run that a filter lets pass and nobody has judged, in "
        "one step, after a sample of them was looked at. What contradicts other judgements is "
        "left out, and the rest is judged.",
    )
