"""Sets of records: those that share a value, and those that are in several datasets."""

from dataclasses import dataclass, field
from enum import Enum

from engine.errors import BadInput
from engine.question import SearchFilter

EVERYTHING = SearchFilter()
MOST_AROUND = 1_000
"""Entities of a neighbourhood."""


class ClusterType(Enum):
    """What records share."""

    ADDRESS = "ADDRESS"
    PHONE = "PHONE"
    EMAIL = "EMAIL"
    IDENTIFIER = "IDENTIFIER"
    URL = "URL"
    ADDRESS_ENTITY = "ADDRESS_ENTITY"
    DIRECTOR = "DIRECTOR"
    OWNER = "OWNER"


@dataclass(frozen=True)
class ClusterQuestion:
    """Which values do many records share? The most shared first."""

    type: ClusterType
    min_size: int = 3
    filter: SearchFilter = EVERYTHING
    """Which records count; of directors and owners, which directorships and ownerships."""
    first: int = 10
    members: int = 10
    """How many of the records of each are named."""

    def __post_init__(self) -> None:
        if self.min_size < 2:
            raise BadInput(f"minSize: at least 2, not {self.min_size}")


@dataclass(frozen=True)
class Cluster:
    """A value, or a record, and the records that share it."""

    key: str
    """The id of the shared value, or of the record that is shared."""
    value: str
    """The value itself; the id where a record is shared."""
    size: int
    members: list[str] = field(default_factory=list)
    """The ids of the first of them."""


@dataclass(frozen=True)
class OverlapQuestion:
    """Who is in more than one of some datasets? A page of them, by what tells so."""

    datasets: tuple[str, ...]
    first: int = 50
    after: str | None = None


@dataclass(frozen=True)
class Overlap:
    """Records of several datasets that are one thing, or hold one identifier."""

    key: str
    """The id of the shared identifier, or of the judgement."""
    judged: bool
    ids: list[str]
