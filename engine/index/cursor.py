"""Where a page of hits ended: stays true while the index changes, is merged, or is asked by another process.

A cursor holds the last hit's own key in the order of hits, never a number of hits: what was added or removed
since moves nothing, and the hundred-thousandth hit costs as much as the first.
"""

import hashlib
import re
from dataclasses import dataclass

from engine.cursor import cursor_of, place_of
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
    return cursor_of(asked, place.tier, place.key)


def read(asked: str, cursor: str) -> Place:
    """The place of a cursor; raises BadInput where it is none, or one of another search."""
    told, tier, key = place_of(cursor, str, int, str)
    if told != asked:
        raise BadInput("This cursor belongs to another search: go on with the same text, filter and sort")
    if not KEY.fullmatch(key) or not 0 <= tier < 9:
        raise BadInput("This is not a cursor of a search")
    return Place(tier, key)
