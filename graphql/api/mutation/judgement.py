"""Mutations of judgements: say of records that they are the same or not, and undo that."""

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry

from api.judgement import Judgement
from api.session import Info, Session
from engine import judgement as value
from engine.errors import BadInput
from engine.judgement import Verdict

Note = Annotated[str | None, strawberry.argument(description="Why you say so.")]
Score = Annotated[
    float | None,
    strawberry.argument(description="What the pair scored, from 0 to 1, when it was judged."),
]
Algorithm = Annotated[
    str | None, strawberry.argument(description="The way to compare that gave the score.")
]
Collection = Annotated[
    str,
    strawberry.argument(
        description="The dataset or investigation that it belongs to: one that you may write to."
    ),
]
Each = Annotated[
    bool,
    strawberry.argument(
        description="Keep what can be kept, and return what is refused; without it nothing is "
        "kept where one pair is refused."
    ),
]


@strawberry.input(description="Two records, and what is said of them.")
class JudgementInput:
    """Two records, and what is said of them."""

    left: strawberry.ID
    right: strawberry.ID
    verdict: Verdict
    note: str | None = None
    score: float | None = None
    algorithm: str | None = None

    def judging(self) -> value.Judging:
        """What the engine is to keep; raises BadInput."""
        return value.Judging(
            self.left, self.right, self.verdict, self.note, self.score, self.algorithm
        )


@strawberry.type(description="A pair that was not judged, and why.")
class RefusedJudgement:
    """A pair that was not judged, and why."""

    left_id: strawberry.ID
    right_id: strawberry.ID
    reason: str
    chain: list[Judgement] = strawberry.field(
        description="The judgements that rule it out, from one record to the other."
    )


@strawberry.type(description="What became of several pairs that were judged in one step.")
class JudgedPairs:
    """What became of several pairs that were judged in one step."""

    operation: str | None
    judgements: list[Judgement]
    refused: list[RefusedJudgement]


async def _judge(
    info: Info,
    collection: Collection,
    left: strawberry.ID,
    right: strawberry.ID,
    verdict: Verdict,
    note: Note = None,
    score: Score = None,
    algorithm: Algorithm = None,
) -> Any:
    judging = value.Judging(left, right, verdict, note, score, algorithm)
    outcome = await _judged(info.context, collection, [judging])
    kept = [*outcome.made, *outcome.unchanged]
    return kept[0] if kept else None


async def _judge_pairs(
    info: Info, collection: Collection, pairs: list[JudgementInput], each: Each = False
) -> Any:
    judgings = [pair.judging() for pair in pairs]
    outcome = await _judged(info.context, collection, judgings, each=each)
    refused = refused_of(outcome.refused)
    kept: list[Any] = [*outcome.made, *outcome.unchanged]
    operation = outcome.made[0].operation if outcome.made else None
    return JudgedPairs(operation=operation, judgements=kept, refused=refused)


def refused_of(refused: Sequence[tuple[value.Judging, BadInput]]) -> list[RefusedJudgement]:
    """Pairs that were not judged, and why."""
    return [
        RefusedJudgement(
            left_id=strawberry.ID(judging.left),
            right_id=strawberry.ID(judging.right),
            reason=str(error),
            chain=list(getattr(error, "chain", ())),
        )
        for judging, error in refused
    ]


async def _judged(
    session: Session, collection: str, judgings: list[value.Judging], *, each: bool = False
) -> value.Outcome:
    judge = session.engine.judgements.judge
    return await session.change(judge, collection, judgings, each=each)


async def _undo(info: Info, id: strawberry.ID) -> Any:
    session = info.context
    judgement = await session.ask(session.engine.judgements.named, id)
    undo = session.engine.judgements.undo
    return (await session.change(undo, judgement.collection, ids=[id]))[0]


async def _undo_all(info: Info, collection: Collection, operation: str) -> Any:
    if not operation:
        raise BadInput("operation: name the one whose judgements are to be undone")
    undo = info.context.engine.judgements.undo
    return await info.context.change(undo, collection, operation=operation)


@strawberry.type
class JudgementMutation:
    """What can be changed of judgements."""

    judge: Judgement | None = strawberry.field(
        resolver=_judge,
        description="Say of two records that they tell of the same thing (POSITIVE) or of "
        "different ones (NEGATIVE), that you are UNSURE, or NONE to take back what was said. What "
        "contradicts other judgements that you may see is refused with the chain of those.",
    )
    judge_pairs: JudgedPairs | None = strawberry.field(
        resolver=_judge_pairs,
        description="Judge up to 1,000 pairs in one step, which can be undone in one step too.",
    )
    undo_judgement: Judgement | None = strawberry.field(
        resolver=_undo,
        description="Undo a judgement: what held before of the two holds again, as it was. One "
        "that another has followed is undone after that.",
    )
    undo_judgements: list[Judgement] | None = strawberry.field(
        resolver=_undo_all,
        description="Undo all judgements of one operation, but for those that others have "
        "followed. Returns what was undone.",
    )
