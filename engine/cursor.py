"""Where a page of a list ended, as an opaque text: what is in it says which list it belongs to, and where to go on."""

import base64
import binascii
from typing import Any

import orjson

from engine.errors import BadInput


def cursor_of(*place: Any) -> str:
    """The cursor of a place: texts, numbers and truths."""
    return base64.urlsafe_b64encode(orjson.dumps(place)).decode().rstrip("=")


def place_of(cursor: str, *kinds: type) -> list[Any]:
    """The place of a cursor, each part of its kind; raises BadInput where it is none of such a list."""
    try:
        padded = cursor.encode("ascii") + b"=" * (-len(cursor) % 4)
        place = orjson.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        place = None
    if not isinstance(place, list) or [type(part) for part in place] != list(kinds):
        raise BadInput(
            f"{cursor[:50]!r} is not a cursor of this list: leave it out to start at the beginning"
        )
    return place
