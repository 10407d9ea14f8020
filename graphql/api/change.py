"""What is new: records that were added, changed and removed since a time."""

from datetime import datetime
from typing import Annotated, Any

import strawberry

from api.argument import must_have_zone
from api.connection import Edge, PageInfo, page_size
from api.entity import Entity
from api.session import Info
from engine import history
from engine.history import ChangeKind, ChangeQuestion

strawberry.enum(ChangeKind, description="What became of a record.")


async def _entity(root: strawberry.Parent[history.RecordChange], info: Info) -> Any:
    if root.kind is ChangeKind.REMOVED:
        return None
    return await info.context.nodes.load(root.id)


@strawberry.type(description="A record that was added, changed or removed.")
class RecordChange:
    """A record that was added, changed or removed."""

    id: strawberry.ID = strawberry.field(description="The id of the record.")
    kind: ChangeKind = strawberry.field(description="What became of it, taken together.")
    at: datetime | None = strawberry.field(
        description="When it became what it is; null for what was written by an earlier Clew."
    )
    properties: list[str] | None = strawberry.field(
        description="The properties that changed; null where it changed too often to know."
    )
    entity: Entity | None = strawberry.field(
        resolver=_entity, description="The record as it is now; null for one that is gone."
    )


class ChangePage:
    """A page of changes, and the question that it answers."""

    def __init__(self, question: ChangeQuestion, page: Any) -> None:
        self.question = question
        self.nodes = page.items
        self.edges = [
            Edge(cursor=cursor, node=item)
            for cursor, item in zip(page.cursors, page.items, strict=True)
        ]
        self.page_info = PageInfo.of(page.cursors, page.has_next, question.after is not None)


async def _count(root: strawberry.Parent[ChangePage], info: Info) -> Any:
    return await info.context.ask(info.context.engine.change_count, root.question)


@strawberry.type(description="A page of what is new, the oldest first.")
class ChangeConnection:
    """A page of what is new."""

    edges: list[Edge[RecordChange]]
    nodes: list[RecordChange]
    page_info: PageInfo
    total_count: int = strawberry.field(resolver=_count)


SinceTime = Annotated[
    datetime,
    strawberry.argument(
        description="A time with its zone, such as 2026-11-28T21:47:00Z. To follow what changes "
        "without a gap, go on with `endCursor` later."
    ),
]
OfDataset = Annotated[
    str | None, strawberry.argument(description="Only what is new in this dataset.")
]


async def _changes(
    info: Info,
    since: SinceTime,
    dataset: OfDataset = None,
    first: int | None = ChangeQuestion.first,
    after: str | None = None,
) -> Any:
    must_have_zone("since", since)
    question = ChangeQuestion(since, dataset, page_size(first, ChangeQuestion.first), after)
    return ChangePage(question, await info.context.ask(info.context.engine.changes, question))


@strawberry.type
class ChangeQuery:
    """The root field about what is new."""

    changes: ChangeConnection | None = strawberry.field(
        resolver=_changes,
        description="The records that were added, changed or removed since a time, the oldest "
        "change first; each once, as it is now.",
    )
