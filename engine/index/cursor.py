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
from engine.question import SearchQuestion

KEY = re.compile(r"[a-z0-9_]{1,200}")
HIGHEST = (1 << 64) - 1
MOST = 100
"""Hits of one key: more than there ever are."""


@dataclass(frozen=True)
class Place:
    """A hit's place: its tier, its key there, and which one of those with this key it is, from 1."""

    tier: int
    key: str | int
    number: int


def fingerprint(question: SearchQuestion) -> str:
    """What stands for a search in its cursors: the same on all pages of it, another for another search."""
    text = clean(repr((question.text, question.filter, question.sort.name)))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def write(asked: str, place: Place) -> str:
    """The cursor of a place."""
    return cursor_of(asked, place.tier, place.key, place.number)


def read(asked: str, cursor: str, kind: type) -> Place:
    """The place of a cursor whose key is of a kind; raises BadInput where it is none, or one of another search."""
    told, *place = place_of(cursor, str, int, kind, int)
    if told != asked:
        raise BadInput(
            "This cursor belongs to another search: go on with the same text, filter and sort"
        )
    tier, key, number = place
    fits = KEY.fullmatch(key) if isinstance(key, str) else 0 <= key <= HIGHEST
    if not fits or not 0 <= tier < 9 or not 0 < number < MOST:
        raise BadInput("This is not a cursor of a search")
    return Place(tier, key, number)
