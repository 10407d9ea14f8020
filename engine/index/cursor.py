"""Where a page of hits ended: stays true while the index changes, is merged, or is asked by another process.

A cursor holds the last hit's own key in the order of hits, never a number of hits: what was added or removed
since moves nothing, and the hundred-thousandth hit costs as much as the first.
"""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

import orjson

from engine.errors import BadInput
from engine.index.folding import clean
from engine.query import SearchFilter, SearchSort

KEY = re.compile(r"[a-z0-9_]{1,200}")


@dataclass(frozen=True)
class Place:
    """A hit's place: its tier and its key there."""

    tier: int
    key: str


def question(text: str, chosen: SearchFilter | None, sort: SearchSort) -> str:
    """What stands for a search in its cursors."""
    told = clean(repr((text, chosen or SearchFilter(), sort.name)))
    return hashlib.blake2b(told.encode(), digest_size=8).hexdigest()


def write(asked: str, place: Place) -> str:
    """The cursor of a place."""
    return base64.urlsafe_b64encode(orjson.dumps([asked, place.tier, place.key])).decode()


def read(asked: str, cursor: str) -> Place:
    """The place of a cursor; raises BadInput where it is none, or one of another search."""
    try:
        found = orjson.loads(base64.b64decode(cursor.encode(), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError):
        raise BadInput("This is not a cursor of a search") from None
    if not isinstance(found, list) or len(found) != 3:
        raise BadInput("This is not a cursor of a search")
    told, tier, key = found
    if not isinstance(key, str) or not KEY.fullmatch(key) or type(tier) is not int or not 0 <= tier < 9:
        raise BadInput("This is not a cursor of a search")
    if told != asked:
        raise BadInput("This cursor belongs to another search: go on with the same text, filter and sort")
    return Place(tier, key)
