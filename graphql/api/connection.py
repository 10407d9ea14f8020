"""A page of a longer list: where it ends, and how one goes on."""

from collections.abc import Sequence

import strawberry

from engine.cursor import place_of
from engine.errors import BadInput

MAX_OFFSET = 1000


@strawberry.type(description="Where a page ends.")
class PageInfo:
    """Where a page ends."""

    has_next_page: bool
    end_cursor: str | None

    @classmethod
    def of(cls, cursors: Sequence[str], has_next: bool) -> "PageInfo":
        """The end of a page with these cursors."""
        return cls(has_next_page=has_next, end_cursor=cursors[-1] if cursors else None)


def size(first: int | None, default: int) -> int:
    """How many are asked for; raises BadInput outside of 0 to 100."""
    asked = default if first is None else first
    if not 0 <= asked <= 100:
        raise BadInput(f"first: {asked} is not between 0 and 100.")
    return asked


def offset(cursor: str | None) -> int:
    """How many of a short list come before a page; raises BadInput."""
    if cursor is None:
        return 0
    (place,) = place_of(cursor, int)
    if not 0 < place <= MAX_OFFSET:
        raise BadInput(f"{cursor[:50]!r} is not a cursor of this list.")
    return int(place)
