"""Cursors: where a page of a list ended, as an opaque text.

A cursor holds the key of the last item and not its number, so that a list may change between two
pages. Which parts a key has is up to the list; a cursor of another list usually has others.
"""

import base64
import binascii
from typing import Any

import orjson

from engine.errors import BadInput


def cursor_of(*place: Any) -> str:
    """The cursor of a place: strings, numbers and booleans."""
    return base64.urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")


def place_of(cursor: str, *kinds: type) -> list[Any]:
    """The place that a cursor holds; raises BadInput unless its parts are of these kinds."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        place = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        place = None
    # not isinstance: a boolean is an integer for Python, and would pass for a degree
    if not isinstance(place, list) or [type(part) for part in place] != list(kinds):
        raise BadInput(
            f"{cursor[:50]!r} is not a cursor of this list: leave it out to start at the beginning"
        )
    return place
