"""An investigation: a private dataset, filled by hand, with records of other datasets beside it.

What is added to it are records of its own (persons, companies, their relationships, notes), which
obey access as those of any dataset do. Records of other datasets are included by reference: each
reader sees those that they may read.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime

from engine.errors import BadInput

LETTERS = "abcdefghijkmnpqrstuvwxyz23456789"
"""Of names and ids that are made here: none of them is taken for another one."""
PREFIX = "inv_"
NAME_LENGTH, ID_LENGTH = 10, 12
MOST_INCLUDED = 10_000
"""Records of other datasets in one investigation."""
INCLUDED_AT_ONCE = 500
LONGEST_TITLE = 300


@dataclass(frozen=True)
class Investigation:
    """One investigation; ``name`` is that of its dataset, with which the ids in it begin."""

    name: str
    title: str
    summary: str | None = None
    archived: bool = False
    """An archived one can be read, and no longer be changed."""
    created: datetime | None = None
    created_by: str | None = None


@dataclass(frozen=True)
class Inclusion:
    """A record of another dataset in an investigation: its id, who brought it in, and when."""

    record: str
    by: str
    at: datetime


def new_name() -> str:
    """A name for a new investigation, which tells nothing of it."""
    return PREFIX + _random(NAME_LENGTH)


def new_id() -> str:
    """An id for a new record, as its dataset writes it."""
    return _random(ID_LENGTH)


def _random(length: int) -> str:
    return "".join(secrets.choice(LETTERS) for _ in range(length))


def checked_title(title: str) -> str:
    """The title in one line; raises BadInput for an empty or a very long one."""
    line = " ".join(title.split())
    if not line or len(line) > LONGEST_TITLE or not line.isprintable():
        raise BadInput(f"a title has 1 to {LONGEST_TITLE} printable characters")
    return line
