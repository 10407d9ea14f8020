"""Where a page of hits ended; stays valid while the index changes, and in another process.

A cursor holds the last hit's own key in the order of hits, never a number of hits: entities that
were added or removed since shift nothing, and a late page costs as much as the first.
"""

import hashlib
import re
from dataclasses import dataclass

from engine.cursor import cursor_of, place_of
from engine.errors import BadInput
from engine.index.folding import clean
from engine.question import SearchQuestion

OTHER = "This cursor belongs to another search: go on with the same text, filter and sort"
KEY = re.compile(r"[a-z0-9_]{1,200}")
MAX_KEY = (1 << 64) - 1
MAX_TIER = 8
MAX_NUMBER = 99
"""Hits of one key: more than there ever are, since a part of the id's digest is in each key."""


@dataclass(frozen=True)
class Place:
    """A hit's place in the order of hits."""

    tier: int
    """How well it fits, from 0 for the best."""
    key: str | int
    number: int
    """Which one of the hits with this key it is, from 1."""


def fingerprint(question: SearchQuestion) -> str:
    """Identifies a search in its cursors: the same on all its pages, another for another search."""
    return fingerprint_of(question.text, question.filter, question.by or question.sort.name)


def fingerprint_of(*asked: object) -> str:
    """The same for what a search consists of."""
    text = clean(repr(asked))
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def write(search: str, place: Place) -> str:
    """The cursor of a place in a search, which is given by its fingerprint."""
    return cursor_of(search, place.tier, place.key, place.number)


def read(search: str, cursor: str, kind: type) -> Place:
    """The place of a cursor, whose key is of a type.

    Raises BadInput for what is not a cursor, or is one of another search.
    """
    fingerprint, tier, key, number = place_of(cursor, str, int, kind, int)
    if fingerprint != search:
        raise BadInput(OTHER)
    fits = KEY.fullmatch(key) if isinstance(key, str) else 0 <= key <= MAX_KEY
    if not fits or not 0 <= tier <= MAX_TIER or not 0 < number <= MAX_NUMBER:
        raise BadInput("This is not a cursor of a search")
    return Place(tier, key, number)
