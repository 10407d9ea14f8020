"""GraphQL's ``XrefRun`` and ``XrefPair``: what was compared, and which records may be one thing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import strawberry

from api.connection import PageInfo, page_size, time_place
from api.dataset import Dataset
from api.entity import Entity, MatchFeature
from api.judgement import Judgement
from api.session import Info
from engine import xref as value
from engine.answer import Page
from engine.cursor import cursor_of
from engine.judgement import Verdict
from engine.xref import PairOrder, PairQuestion, RunState

PAGE = 25

strawberry.enum(
    PairOrder,
    name="XrefPairOrder",
    description="Which pairs come first: the likeliest (SCORE), those whose score is nearest to "
    "0.5 (UNCERTAINTY), or those that it helps most to judge (HELP): how many records a positive "
    "verdict would join, how likely it is, and how unsure the score is. For the last two, some "
    "thousand pairs are put in order at a time.",
)
strawberry.enum(RunState, name="XrefState", description="What has become of a run.")


@strawberry.input(description="Which pairs are wanted.")
class XrefPairFilter:
    """Which pairs are wanted."""

    min_score: float | None = strawberry.field(default=None, description="The least score.")
    max_score: float | None = strawberry.field(default=None, description="The highest score.")
    judged: bool | None = strawberry.field(
        default=None, description="Only those that somebody has judged, or only the others."
    )
    schemata: list[str] | None = strawberry.field(
        default=None,
        description="One of the two records is of one of these schemata, or of a kind of it.",
    )
    datasets: list[str] | None = strawberry.field(
        default=None, description="The candidate is of one of these datasets."
    )
    countries: list[str] | None = strawberry.field(
        default=None, description="The candidate names one of these countries."
    )


@strawberry.type(description="Two records that may be one thing, as a run has found them.")
class XrefPair:
    """Two records that may be one thing, as a run has found them."""

    id: strawberry.ID
    left: Entity = strawberry.field(description="The record that was looked for.")
    right: Entity = strawberry.field(description="The candidate: the record that was found.")
    score: float = strawberry.field(
        description="How likely both are one thing, from 0 to 1; at 0.5 what speaks for it and "
        "what speaks against it are in balance."
    )
    algorithm: str = strawberry.field(
        description="The way to compare, and its version: scores of others are not comparable."
    )
    explanation: list[MatchFeature] = strawberry.field(
        resolver=lambda root: root.features,
        description="What the score is made of, what counts most first; also what only one of the "
        "two tells, which counts nothing. `query` is the value of `left`, `candidate` of `right`.",
    )
    verdict: Verdict | None = strawberry.field(
        description="What was said of the pair: in its own collection if there, else in another "
        "one that you may see. Null where nobody has judged it."
    )
    judgements: list[Judgement] = strawberry.field(
        description="All that holds of the pair, that in its own collection first."
    )


@strawberry.type(description="A pair on a page.")
class XrefPairEdge:
    """A pair on a page."""

    cursor: str = strawberry.field(description="Pass it as `after` to read on from here.")
    node: XrefPair = strawberry.field(description="The pair.")


class Pairs:
    """One page of pairs, and the question that it answers."""

    def __init__(self, question: PairQuestion, page: Page[value.Pair]) -> None:
        self.question = question
        self.nodes = page.items
        self.edges = [
            XrefPairEdge(cursor=cursor, node=node)  # type: ignore[arg-type]
            for cursor, node in zip(page.cursors, page.items, strict=True)
        ]
        self.page_info = PageInfo.of(page.cursors, page.has_next, question.after is not None)


async def _pair_count(root: strawberry.Parent[Pairs], info: Info) -> Any:
    return await info.context.ask(info.context.engine.crossings.count, root.question)


@strawberry.type(description="A page of pairs.")
class XrefPairConnection:
    """A page of pairs."""

    edges: list[XrefPairEdge] = strawberry.field(description="The pairs with their cursors.")
    nodes: list[XrefPair] = strawberry.field(description="The pairs.")
    page_info: PageInfo = strawberry.field(
        description="Where the page begins and ends, and whether there are other ones."
    )
    total_count: int = strawberry.field(
        resolver=_pair_count, description="How many pairs there are on all pages."
    )


@strawberry.type(description="How many pairs have a score in one range.")
class XrefBand:
    """How many pairs have a score in one range."""

    least: float = strawberry.field(description="The lowest score of the range.")
    below: float = strawberry.field(description="Where the range ends.")
    pairs: int = strawberry.field(description="How many pairs there are.")
    judged: int = strawberry.field(description="How many of them somebody has judged.")
    positive: int = strawberry.field(description="How many were judged to be one thing.")
    negative: int = strawberry.field(description="How many were judged to be two things.")
    unsure: int = strawberry.field(description="How many were looked at, and could not be told.")
    agreement: float | None = strawberry.field(
        description="Of those judged positive or negative, the part whose score was right: from "
        "0.5 on positive, below it negative. Null where there are none."
    )


@strawberry.type(description="What the runs that ask the same have found, as far as you see it.")
class XrefStatistics:
    """What the runs that ask the same have found."""

    pairs: int = strawberry.field(description="How many pairs there are.")
    judged: int = strawberry.field(description="How many of them somebody has judged.")
    positive: int = strawberry.field(description="How many were judged to be one thing.")
    negative: int = strawberry.field(description="How many were judged to be two things.")
    unsure: int = strawberry.field(description="How many were looked at, and could not be told.")
    disputed: int = strawberry.field(
        description="How many were judged positive in one collection and negative in another."
    )
    agreement: float | None = strawberry.field(
        description="Of those judged positive or negative, the part whose score was right: from "
        "0.5 on positive, below it negative. Null where there are none."
    )
    records: int = strawberry.field(description="How many records have at least one candidate.")
    bands: list[XrefBand] = strawberry.field(description="By tenths of the score, highest first.")


def _question(name: str) -> Callable[[strawberry.Parent[value.XrefRun]], Any]:
    """A resolver for a part of what a run asks."""

    def resolve(root: strawberry.Parent[value.XrefRun]) -> Any:
        return getattr(root.question, name)

    return resolve


def _named(name: str) -> Callable[[strawberry.Parent[value.XrefRun], Info], Any]:
    """A resolver for a dataset that a run names."""

    def resolve(root: strawberry.Parent[value.XrefRun], info: Info) -> Any:
        return info.context.datasets.load(getattr(root.question, name))

    return resolve


def _scope(name: str) -> Callable[[strawberry.Parent[value.XrefRun]], Any]:
    """A resolver for a part of a run's scope."""

    def resolve(root: strawberry.Parent[value.XrefRun]) -> Any:
        return getattr(root.question.scope, name)

    return resolve


def _scope_datasets(root: strawberry.Parent[value.XrefRun], info: Info) -> Any:
    names = root.question.scope.datasets
    readable = info.context.caller.access.datasets
    return None if names is None else [name for name in names if name in readable]


def _progress(name: str) -> Callable[[strawberry.Parent[value.XrefRun], Info], Any]:
    """A resolver for how far a run is: for who may read all that it compares."""

    def resolve(root: strawberry.Parent[value.XrefRun], info: Info) -> Any:
        if not info.context.caller.access.datasets.issuperset(root.datasets):
            return None
        return getattr(root.progress, name)

    return resolve


async def _pairs(
    root: strawberry.Parent[value.XrefRun],
    info: Info,
    filter: XrefPairFilter | None = None,
    first: int | None = PAGE,
    after: str | None = None,
    order: PairOrder | None = PairOrder.SCORE,
) -> Any:
    question = replace(
        pair_question(root.question.crossing, filter),
        first=page_size(first, PAGE),
        after=after,
        order=order or PairOrder.SCORE,
    )
    page = await info.context.ask(info.context.engine.crossings.pairs, question)
    return Pairs(question, page)


def pair_question(crossing: str, filter: XrefPairFilter | None) -> PairQuestion:
    """The engine's value for which pairs are wanted; raises BadInput."""
    if filter is None:
        return PairQuestion(crossing)
    return PairQuestion(
        crossing,
        least=filter.min_score or 0.0,
        most=1.0 if filter.max_score is None else filter.max_score,
        judged=filter.judged,
        schemata=_tuple(filter.schemata),
        datasets=_tuple(filter.datasets),
        countries=_tuple([code.lower() for code in filter.countries or ()] or None),
    )


def _tuple(values: list[str] | None) -> tuple[str, ...] | None:
    return None if values is None else tuple(values)


async def _statistics(root: strawberry.Parent[value.XrefRun], info: Info) -> Any:
    crossing = root.question.crossing
    return await info.context.ask(info.context.engine.crossings.statistics, crossing)


@strawberry.type(description="One run of cross-referencing: what is compared, and how far it is.")
class XrefRun:
    """One run of cross-referencing: what is compared, and how far it is."""

    id: strawberry.ID
    state: RunState = strawberry.field(description="What has become of it.")
    source: Dataset = strawberry.field(
        resolver=_named("source"), description="The dataset whose records are looked for."
    )
    collection: Dataset = strawberry.field(
        resolver=_named("collection"),
        description="The dataset or investigation that its pairs belong to.",
    )
    datasets: list[str] | None = strawberry.field(
        resolver=_scope_datasets,
        description="What they are compared with, as far as you may see it; null for all that the "
        "runner may read.",
    )
    schemata: list[str] | None = strawberry.field(
        resolver=_scope("schemata"), description="The schemata that they are compared with."
    )
    countries: list[str] | None = strawberry.field(
        resolver=_scope("countries"), description="The countries that they are compared with."
    )
    min_score: float = strawberry.field(
        resolver=_question("least"), description="The least score of a pair."
    )
    inside: bool = strawberry.field(
        resolver=_question("inside"), description="Whether two records of one dataset are a pair."
    )
    algorithm: str = strawberry.field(description="The way to compare, and its version.")
    by: str = strawberry.field(description="Who started it.")
    queued: datetime = strawberry.field(description="When it was started.")
    started: datetime | None = strawberry.field(description="When its turn came.")
    ended: datetime | None = strawberry.field(description="When it ended; null before that.")
    message: str | None = strawberry.field(description="Why it failed.")
    total: int | None = strawberry.field(
        resolver=_progress("total"),
        description="How many records it looks for; null where it compares what you cannot see.",
    )
    done: int | None = strawberry.field(
        resolver=_progress("done"), description="How many of them are done; null as `total` is."
    )
    compared: int | None = strawberry.field(
        resolver=_progress("compared"),
        description="How many pairs got a score; null as `total` is.",
    )
    seconds_left: float | None = strawberry.field(
        resolver=_progress("seconds_left"),
        description="About how many seconds it takes; null before that can be told.",
    )
    pairs: XrefPairConnection = strawberry.field(
        resolver=_pairs,
        description="The pairs of this run and of those before it that ask the same: those of "
        "which you may see both records, the likeliest first or in another order.",
    )
    statistics: XrefStatistics = strawberry.field(
        resolver=_statistics, description="The same pairs, counted."
    )


@strawberry.type(description="A run on a page.")
class XrefRunEdge:
    """A run on a page."""

    cursor: str = strawberry.field(description="Pass it as `after` to read on from here.")
    node: XrefRun = strawberry.field(description="The run.")


class Runs:
    """A page of runs."""

    def __init__(self, runs: list[value.XrefRun], first: int, continued: bool) -> None:
        """``runs`` may be one more than the page; ``continued`` if there are others before it."""
        self.nodes = runs[:first]
        cursors = [cursor_of(node.queued.isoformat(), node.id) for node in self.nodes]
        self.edges = [
            XrefRunEdge(cursor=cursor, node=node)  # type: ignore[arg-type]
            for cursor, node in zip(cursors, self.nodes, strict=True)
        ]
        self.page_info = PageInfo.of(cursors, len(runs) > first, continued)


@strawberry.type(description="A page of runs, the newest first.")
class XrefRunConnection:
    """A page of runs, the newest first."""

    edges: list[XrefRunEdge] = strawberry.field(description="The runs with their cursors.")
    nodes: list[XrefRun] = strawberry.field(description="The runs.")
    page_info: PageInfo = strawberry.field(
        description="Where the page begins and ends, and whether there are other ones."
    )


Collection = Annotated[
    str | None,
    strawberry.argument(description="Only runs whose pairs belong to it; null for all."),
]


async def _run(info: Info, id: strawberry.ID) -> Any:
    return await info.context.ask(info.context.engine.crossings.run, str(id))


async def _runs(
    info: Info,
    collection: Collection = None,
    first: int | None = PAGE,
    after: str | None = None,
) -> Any:
    size = page_size(first, PAGE)
    place = None if after is None else time_place(after)
    runs = info.context.engine.crossings.runs
    found = await info.context.ask(runs, collection, size + 1, place)
    return Runs(found, size, place is not None)


@strawberry.type
class XrefQuery:
    """The root fields about cross-referencing."""

    xref_run: XrefRun | None = strawberry.field(
        resolver=_run, description="The run with this id; null if you can see none."
    )
    xref_runs: XrefRunConnection | None = strawberry.field(
        resolver=_runs,
        description="The runs whose source and collection you may see, the newest first.",
    )
