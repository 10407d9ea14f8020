"""What crawls of a dataset's source there were, what became of each, and when the next one is due."""

from datetime import UTC, datetime
from typing import Any

import strawberry

from api.connection import PageInfo, size
from api.session import Info, Session
from engine import dataset, run
from engine.cursor import cursor_of, place_of
from engine.errors import BadInput
from engine.run import Outcome, Place

RUNS = 10

strawberry.enum(Outcome, description="How a crawl ended, or that it has not.")


@strawberry.type(
    description="One crawl of a dataset's source: when, how it ended, and what it changed."
)
class Run:
    """One crawl of a dataset's source: when, how it ended, and what it changed."""

    id: strawberry.ID
    started: datetime = strawberry.field(description="When it began.")
    ended: datetime | None = strawberry.field(description="When it was over; null while it is not.")
    outcome: Outcome = strawberry.field(description="How it ended.")
    message: str | None = strawberry.field(
        description="What went wrong, or what else is to be said."
    )
    read: int = strawberry.field(description="How many entities the source told.")
    added: int = strawberry.field(description="How many were new.")
    changed: int = strawberry.field(description="How many were there and are different now.")
    removed: int = strawberry.field(description="How many are gone.")
    refused: int = strawberry.field(
        description="How many were not taken; the message names the first."
    )
    version: str | None = strawberry.field(
        description="What the source calls its version, if it does."
    )


@strawberry.type(description="A crawl on a page.")
class RunEdge:
    """A crawl on a page."""

    cursor: str = strawberry.field(description="Its place, to go on after.")
    node: Run = strawberry.field(description="The crawl.")


class History:
    """A page of one dataset's crawls."""

    def __init__(self, name: str, runs: list[run.Run], first: int) -> None:
        self.name = name
        self.nodes = runs[:first]
        cursors = [cursor_of(found.started.isoformat(), found.id) for found in self.nodes]
        self.edges = [
            RunEdge(cursor=cursor, node=node)  # type: ignore[arg-type]
            for cursor, node in zip(cursors, self.nodes, strict=True)
        ]
        self.page_info = PageInfo.of(cursors, len(runs) > first)


def _count(root: strawberry.Parent[History], info: Info) -> Any:
    return info.context.crawl_counts.load(root.name)


@strawberry.type(description="A page of crawls, newest first.")
class RunConnection:
    """A page of crawls, newest first."""

    edges: list[RunEdge] = strawberry.field(description="The crawls with their places.")
    nodes: list[Run] = strawberry.field(description="The crawls.")
    page_info: PageInfo = strawberry.field(description="Whether there are more.")
    total_count: int = strawberry.field(
        resolver=_count, description="How many there are on all pages."
    )


def place(cursor: str | None) -> Place | None:
    """Where a cursor points; raises BadInput."""
    if cursor is None:
        return None
    started, id_ = place_of(cursor, str, str)
    try:
        return datetime.fromisoformat(started).astimezone(UTC), id_
    except (ValueError, OverflowError):
        raise BadInput(f"{cursor[:50]!r} is not a cursor of this list.") from None


async def runs(
    root: strawberry.Parent[dataset.Dataset],
    info: Info,
    first: int | None = RUNS,
    after: str | None = None,
) -> Any:
    """A page of a dataset's crawls; those of several datasets are read together."""
    session: Session = info.context
    asked = size(first, RUNS)
    found = await session.histories(asked + 1, place(after)).load(root.name)
    return History(root.name, found, asked)


async def next_run(root: strawberry.Parent[dataset.Dataset], info: Info) -> Any:
    """When a dataset's source is to be looked for again, as its last crawl has it."""
    session: Session = info.context
    found = await session.histories(1, None).load(root.name)
    return found[0].next_run if found else None
