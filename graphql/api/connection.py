"""A page of a longer list: where it ends, and how one goes on."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import TypeVar

import strawberry

from engine.errors import BadInput

T = TypeVar("T")
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


def cursor_of(place: str) -> str:
    """An opaque cursor for a place in a list."""
    return base64.urlsafe_b64encode(place.encode()).decode().rstrip("=")


def place_of(cursor: str | None, read: Callable[[str], T]) -> T | None:
    """What a cursor stands for, as ``read`` makes it of its text; raises BadInput."""
    if cursor is None:
        return None
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        return read(base64.b64decode(padded, altchars=b"-_", validate=True).decode())
    except (ValueError, binascii.Error):
        raise BadInput(f"{cursor[:50]!r} is not a cursor of this list.") from None


def offset(text: str) -> int:
    """A cursor's text as a place in a short list; raises ValueError."""
    place = int(text)
    if not 0 < place <= MAX_OFFSET:
        raise ValueError(text)
    return place
