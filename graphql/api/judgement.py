"""GraphQL's ``Judgement`` and ``Profile``: what people say of pairs of records.

``Entity`` has fields of these types, so they name it by where it is (``ENTITY``).
"""

from datetime import datetime
from typing import Annotated, Any

import strawberry
from strawberry.types.lazy_type import LazyType

from api.connection import PageInfo, page_size
from api.dataset import Dataset
from api.session import Info
from engine import answer, profile
from engine import judgement as value
from engine.judgement import Verdict
from engine.question import JudgementQuestion

strawberry.enum(Verdict, description="What is said of a pair of records.")
ENTITY: Any = LazyType("Entity", "api.entity")


def _collection(root: strawberry.Parent[value.Judgement], info: Info) -> Any:
    return info.context.datasets.load(root.collection)


def _left(root: strawberry.Parent[value.Judgement], info: Info) -> Any:
    return info.context.nodes.load(root.left)


def _right(root: strawberry.Parent[value.Judgement], info: Info) -> Any:
    return info.context.nodes.load(root.right)


async def _history(root: strawberry.Parent[value.Judgement], info: Info) -> Any:
    return await info.context.ask(info.context.engine.judgements.history, root)


@strawberry.type(description="What somebody said of two records, in a collection.")
class Judgement:
    """What somebody said of two records, in a collection."""

    id: strawberry.ID
    collection: Dataset = strawberry.field(
        resolver=_collection,
        description="The dataset or investigation that it was made in: who may read that, and "
        "both records, sees it.",
    )
    left_id: strawberry.ID = strawberry.field(
        resolver=lambda root: root.left, description="The id of one record."
    )
    right_id: strawberry.ID = strawberry.field(
        resolver=lambda root: root.right, description="The id of the other record."
    )
    left: Any = strawberry.field(
        resolver=_left, graphql_type=ENTITY | None, description="One of the records."
    )
    right: Any = strawberry.field(
        resolver=_right, graphql_type=ENTITY | None, description="The other record."
    )
    verdict: Verdict
    by: str
    at: datetime
    note: str | None
    score: float | None
    algorithm: str | None
    operation: str | None
    undone_by: str | None
    undone_at: datetime | None
    history: "list[Judgement]" = strawberry.field(
        resolver=_history,
        description="All that was ever said of the two in this collection, the last first, also "
        "what was undone.",
    )


@strawberry.type(description="A judgement, with its place in the list.")
class JudgementEdge:
    """A judgement, with its place in the list."""

    cursor: str
    node: Judgement


class Judged:
    """A page of judgements, and the question that it answers."""

    def __init__(self, question: JudgementQuestion, page: answer.Page[value.Judgement]) -> None:
        self.question = question
        self.nodes: list[Any] = list(page.items)
        self.edges = [
            JudgementEdge(cursor=cursor, node=node)
            for cursor, node in zip(page.cursors, self.nodes, strict=True)
        ]
        self.page_info = PageInfo.of(page.cursors, page.has_next, question.after is not None)


async def _count(root: strawberry.Parent[Judged], info: Info) -> Any:
    return await info.context.ask(info.context.engine.judgements.count, root.question)


@strawberry.type(description="A page of judgements, the newest first.")
class JudgementConnection:
    """A page of judgements, the newest first."""

    edges: list[JudgementEdge]
    nodes: list[Judgement]
    page_info: PageInfo
    total_count: int = strawberry.field(resolver=_count)


async def judged(info: Info, question: JudgementQuestion) -> Judged:
    """A page of judgements."""
    page = await info.context.ask(info.context.engine.judgements.listed, question)
    return Judged(question, page)


async def _datasets(root: strawberry.Parent[profile.ProfileValue], info: Info) -> Any:
    names = dict.fromkeys(record.dataset for record in root.records)
    return await info.context.datasets.load_many(list(names))


@strawberry.type(description="A value that records of a profile have, and who tells it.")
class ProfileValue:
    """A value that records of a profile have, and who tells it."""

    value: str
    datasets: list[Dataset] = strawberry.field(
        resolver=_datasets, description="The datasets whose records have it."
    )
    record_ids: list[strawberry.ID] = strawberry.field(
        resolver=lambda root: [record.id for record in root.records],
        description="The records that have it.",
    )


@strawberry.type(description="A property with all values that the records of a profile have.")
class ProfileProperty:
    """A property with all values that the records of a profile have."""

    name: str
    label: str
    type: str
    values: list[ProfileValue]


def _truncated(root: strawberry.Parent[profile.Profile]) -> Any:
    return root.truncated


@strawberry.type(
    description="Records that are judged the same, and what they tell together; put together of "
    "what you may see."
)
class Profile:
    """Records that are judged the same, and what they tell together."""

    records: Any = strawberry.field(
        graphql_type=list[ENTITY], description="The entity itself, then the others."
    )
    schema: str
    caption: str
    properties: list[ProfileProperty]
    judgements: list[Judgement] = strawberry.field(
        description="The positive judgements that join the records."
    )
    contradictions: list[Judgement] = strawberry.field(
        description="Negative judgements between two of the records: then collections disagree."
    )
    truncated: str | None = strawberry.field(
        description="Why there are more records; null if these are all."
    )


Collection = Annotated[
    str | None, strawberry.argument(description="Only those of this dataset or investigation.")
]
Record = Annotated[
    strawberry.ID | None, strawberry.argument(description="Only those on this record.")
]
OfVerdict = Annotated[Verdict | None, strawberry.argument(description="Only those that say this.")]
By = Annotated[
    str | None, strawberry.argument(description="Only those of the account with this name.")
]
First = int | None


async def _judgements(
    info: Info,
    collection: Collection = None,
    record: Record = None,
    verdict: OfVerdict = None,
    by: By = None,
    first: First = JudgementQuestion.first,
    after: str | None = None,
) -> Any:
    size = page_size(first, JudgementQuestion.first)
    question = JudgementQuestion(collection, record, verdict, by, size, after)
    return await judged(info, question)


async def _judgement(info: Info, id: strawberry.ID) -> Any:
    return await info.context.ask(info.context.engine.judgements.named, id)


@strawberry.type
class JudgementQuery:
    """The root fields about judgements."""

    judgements: JudgementConnection | None = strawberry.field(
        resolver=_judgements,
        description="The judgements that hold: which records are the same, which are not, and of "
        "which nobody is sure. The newest come first.",
    )
    judgement: Judgement | None = strawberry.field(
        resolver=_judgement,
        description="What was judged under this id, also if it holds no longer.",
    )
