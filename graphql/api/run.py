"""GraphQL's ``Run``: the crawls of a dataset's source, how each ended, and when the next is due."""

from datetime import datetime
from typing import Any

import strawberry

from api.connection import PageInfo, page_size, time_place
from api.session import Info, Session
from engine import dataset, run
from engine.cursor import cursor_of
from engine.run import Outcome

PAGE = 10

strawberry.enum(Outcome, description="How a crawl ended, or that it is still running.")


@strawberry.type(description="One crawl of a dataset's source: how it ended, and what it changed.")
class Run:
    """One crawl of a dataset's source: how it ended, and what it changed."""

    id: strawberry.ID
    started: datetime = strawberry.field(description="When it began.")
    ended: datetime | None = strawberry.field(
        description="When it ended; null while it is running."
    )
    outcome: Outcome = strawberry.field(description="How it ended.")
    message: str | None = strawberry.field(
        description="What went wrong, or what else there is to say."
    )
    read: int = strawberry.field(description="How many entities the source has.")
    added: int = strawberry.field(description="How many entities were added.")
    changed: int = strawberry.field(
        description="How many entities were there before and have changed."
    )
    removed: int = strawberry.field(
        description="How many entities were removed, as the source no longer has them."
    )
    refused: int = strawberry.field(
        description="How many entities could not be loaded; the message names the first."
    )
    version: str | None = strawberry.field(
        description="The version that the source gives; null if it gives none."
    )


@strawberry.type(description="A crawl on a page.")
class RunEdge:
    """A crawl on a page."""

    cursor: str = strawberry.field(description="Pass it as `after` to read on from here.")
    node: Run = strawberry.field(description="The crawl.")


class History:
    """A page of one dataset's crawls."""

    def __init__(self, name: str, runs: list[run.Run], first: int, continued: bool) -> None:
        """``runs`` may be one more than the page; ``continued`` if there are others before it."""
        self.name = name
        self.nodes = runs[:first]
        cursors = [cursor_of(node.started.isoformat(), node.id) for node in self.nodes]
        self.edges = [
            RunEdge(cursor=cursor, node=node)  # type: ignore[arg-type]
            for cursor, node in zip(cursors, self.nodes, strict=True)
        ]
        self.page_info = PageInfo.of(cursors, len(runs) > first, continued)


def _count(root: strawberry.Parent[History], info: Info) -> Any:
    return info.context.crawl_counts.load(root.name)


@strawberry.type(description="A page of crawls, the newest first.")
class RunConnection:
    """A page of crawls, the newest first."""

    edges: list[RunEdge] = strawberry.field(description="The crawls with their cursors.")
    nodes: list[Run] = strawberry.field(description="The crawls.")
    page_info: PageInfo = strawberry.field(
        description="Where the page begins and ends, and whether there are other ones."
    )
    total_count: int = strawberry.field(
        resolver=_count, description="How many crawls there are on all pages."
    )


async def runs(
    root: strawberry.Parent[dataset.Dataset],
    info: Info,
    first: int | None = PAGE,
    after: str | None = None,
) -> Any:
    """A page of a dataset's crawls; those of all datasets on a page are read together."""
    session: Session = info.context
    size = page_size(first, PAGE)
    place = None if after is None else time_place(after)
    # one more than the page holds shows whether there is another page
    history = await session.histories(size + 1, place).load(root.name)
    return History(root.name, history, size, place is not None)


async def next_run(root: strawberry.Parent[dataset.Dataset], info: Info) -> Any:
    """When a dataset's source is crawled next, which its last crawl has noted."""
    session: Session = info.context
    latest = await session.histories(1, None).load(root.name)
    return latest[0].next_run if latest else None
