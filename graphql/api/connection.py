"""Pages of longer lists, as GraphQL's connections have them: sizes, offsets and ``pageInfo``.

``Connection`` is for lists that the engine reads as a whole; longer ones have a type of their own,
whose fields have resolvers.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

import strawberry

from api.limit import LIMIT
from engine.cursor import cursor_of, place_of
from engine.errors import BadInput

T = TypeVar("T")
N = TypeVar("N")
MAX_OFFSET = 1000
"""Where lists end that are paged by counting, because the engine reads them from the start."""


@strawberry.type(description="Where a page begins and ends, and whether there are other ones.")
class PageInfo:
    """Where a page begins and ends, and whether there are other ones."""

    has_next_page: bool = strawberry.field(
        description="Whether there are more items after this page."
    )
    has_previous_page: bool = strawberry.field(
        description="Whether there are items before this page: those up to `after`."
    )
    start_cursor: str | None = strawberry.field(
        description="The cursor of the first item; null on an empty page."
    )
    end_cursor: str | None = strawberry.field(
        description="The cursor of the last item, for `after` of the next page; null on an empty "
        "page."
    )

    @classmethod
    def of(cls, cursors: Sequence[str], has_next: bool, has_previous: bool) -> "PageInfo":
        """What there is to say of a page whose items have these cursors."""
        start, end = (cursors[0], cursors[-1]) if cursors else (None, None)
        return cls(
            has_next_page=has_next,
            has_previous_page=has_previous,
            start_cursor=start,
            end_cursor=end,
        )


@strawberry.type(description="An item of a list, with its place.")
class Edge(Generic[N]):
    """An item of a list, with its place."""

    cursor: str = strawberry.field(description="Pass it as `after` to read on from here.")
    node: N = strawberry.field(description="The item.")


@strawberry.type(description="A page of a list.")
class Connection(Generic[N]):
    """A page of a list."""

    edges: list[Edge[N]] = strawberry.field(description="The items with their cursors.")
    nodes: list[N] = strawberry.field(description="The items.")
    page_info: PageInfo = strawberry.field(
        description="Where the page begins and ends, and whether there are other ones."
    )
    total_count: int = strawberry.field(description="How many items there are on all pages.")


def page_size(first: int | None, default: int) -> int:
    """How many items to return; raises BadInput outside of 0 to 100."""
    size = default if first is None else first
    if not 0 <= size <= LIMIT.page:
        raise BadInput(f"first: {size} is not between 0 and {LIMIT.page}.")
    return size


def offset_of(cursor: str | None) -> int:
    """How many items come before a page of a list that is paged by counting; raises BadInput."""
    if cursor is None:
        return 0
    (offset,) = place_of(cursor, int)
    if not 0 < offset <= MAX_OFFSET:
        raise BadInput(f"{cursor[:50]!r} is not a cursor of this list.")
    return int(offset)


def cut(
    items: Sequence[T], place: Callable[[T], str], first: int, after: str | None
) -> tuple[list[T], list[str], PageInfo]:
    """A page of a short list that is read as a whole and ordered by ``place``, and its cursors.

    Raises BadInput for a cursor of another list.
    """
    last = None if after is None else place_of(after, str)[0]
    rest = [item for item in items if last is None or place(item) > last]
    page = list(rest[:first])
    cursors = [cursor_of(place(item)) for item in page]
    return page, cursors, PageInfo.of(cursors, len(rest) > first, len(rest) < len(items))


def listed(
    items: Sequence[T], place: Callable[[T], str], first: int, after: str | None
) -> Connection[Any]:
    """A page of such a list, with the number of items on all pages; raises BadInput."""
    nodes, cursors, page_info = cut(items, place, first, after)
    return Connection(
        edges=[Edge(cursor=at, node=node) for at, node in zip(cursors, nodes, strict=True)],
        nodes=nodes,
        page_info=page_info,
        total_count=len(items),
    )


def time_place(cursor: str) -> tuple[datetime, str]:
    """The time and the id that a cursor of a list in order of time stands for; raises BadInput."""
    time, id_ = place_of(cursor, str, str)
    try:
        return datetime.fromisoformat(time).astimezone(UTC), id_
    except (ValueError, OverflowError):
        raise BadInput(f"{cursor[:50]!r} is not a cursor of this list.") from None
