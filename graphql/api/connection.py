"""Pages of longer lists, as GraphQL's connections have them: sizes, offsets and ``pageInfo``."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TypeVar

import strawberry

from api.limit import LIMIT
from engine.cursor import cursor_of, place_of
from engine.errors import BadInput

C = TypeVar("C")
T = TypeVar("T")
MAX_OFFSET = 1000
"""Where lists end that are paged by counting, because the engine reads them from the start."""


@strawberry.type(description="Where a page ends, and whether there is another one.")
class PageInfo:
    """Where a page ends, and whether there is another one."""

    has_next_page: bool
    end_cursor: str | None

    @classmethod
    def of(cls, cursors: Sequence[str], has_next: bool) -> "PageInfo":
        """The end of a page whose items have these cursors."""
        return cls(has_next_page=has_next, end_cursor=cursors[-1] if cursors else None)


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
) -> tuple[list[T], PageInfo]:
    """A page of a short list that is read as a whole and ordered by ``place``; raises BadInput."""
    last = None if after is None else place_of(after, str)[0]
    rest = [item for item in items if last is None or place(item) > last]
    page = list(rest[:first])
    return page, PageInfo.of([cursor_of(place(item)) for item in page], len(rest) > first)


def listed(
    connection: Callable[..., C],
    items: Sequence[T],
    place: Callable[[T], str],
    first: int,
    after: str | None,
) -> C:
    """A page of such a list as a ``connection``, with the number of items on all pages."""
    nodes, page_info = cut(items, place, first, after)
    return connection(nodes=nodes, page_info=page_info, total_count=len(items))


def time_place(cursor: str) -> tuple[datetime, str]:
    """The time and the id that a cursor of a list in order of time stands for; raises BadInput."""
    time, id_ = place_of(cursor, str, str)
    try:
        return datetime.fromisoformat(time).astimezone(UTC), id_
    except (ValueError, OverflowError):
        raise BadInput(f"{cursor[:50]!r} is not a cursor of this list.") from None
