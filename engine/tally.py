"""How much there is of what: questions for counts and sums, and what is answered.

There is a sum for each currency. An amount that cannot be summed (none is told, there are several,
or several currencies) is counted as ``unsummed``. With a table of rates (``engine.rate``) there is
one more sum, of what can be converted.
"""

from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

from engine.errors import BadInput
from engine.question import DateRange, Direction, SearchQuestion
from engine.vocabulary import chosen_types

K = TypeVar("K")
MOST_GROUPS = 60_000
"""Groups that are ranked at most: Tantivy makes no more than 65,000."""


class TallyOrder(Enum):
    """Which rows come first: those with the largest sum, with the most, or the latest."""

    TOTAL = "TOTAL"
    COUNT = "COUNT"
    LAST = "LAST"


@dataclass(frozen=True)
class Total:
    """The sum of the amounts in one currency, exact to the hundredth."""

    currency: str | None
    """None for amounts of which no currency is told."""
    count: int
    """How many amounts were summed."""
    sum: float
    least: float
    greatest: float


@dataclass(frozen=True)
class Converted:
    """The sum of all amounts that a table of rates converts to its currency."""

    currency: str
    count: int
    """How many amounts were converted."""
    sum: float
    """To the hundredth: what each currency's amounts of one date come to is converted."""
    unsummed: int
    """How many have no amount that can be summed, or one that no rate converts."""


@dataclass(frozen=True)
class Tally:
    """How many records there are of a group, from when to when, and what they come to."""

    count: int = 0
    first: str | None = None
    """The earliest date that is told; None where there is none."""
    last: str | None = None
    """The latest date that is told."""
    totals: tuple[Total, ...] = ()
    """By currency, the one with the most amounts first."""
    unsummed: int = 0
    """How many have no amount that can be summed, though records of their schema may have one."""
    converted: Converted | None = None
    """None where there is no table of rates, or nothing is summed."""


@dataclass(frozen=True)
class Row(Generic[K]):
    """One group, and how much there is of it."""

    key: K
    tally: Tally
    cursor: str = ""


@dataclass(frozen=True)
class Tallied(Generic[K]):
    """Groups in order."""

    rows: list[Row[K]] = field(default_factory=list)
    has_next: bool = False
    currency: str | None = None
    """The currency whose sums the rows are ordered by, where they are ordered by sums."""
    truncated: str | None = None
    """Why the order may not be exact; None where it is."""
    are_ids: bool = True
    """Whether the keys are ids of entities."""


@dataclass(frozen=True)
class NeighbourQuestion:
    """What is an entity related with, how often, and for how much? One row for each neighbour."""

    id: str
    types: tuple[str, ...] | None = None
    """Relationship types in Cypher's style."""
    direction: Direction = Direction.BOTH
    during: DateRange | None = None
    """Only relationships that held at some time in this period; undated ones count."""
    order: TallyOrder = TallyOrder.TOTAL
    currency: str | None = None
    """The currency of the sums that rows are ordered by; None for the most frequent one."""
    hops: int = 1
    """1 for neighbours; 2 for those who share a neighbour, counted by how many they share."""
    first: int = 50
    after: str | None = None
    judged: bool = True
    """Whether the relationships of records that are judged the same belong to it."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "types", chosen_types(self.types))
        if self.hops not in (1, 2):
            raise BadInput(f"hops: 1 or 2, not {self.hops}")


@dataclass(frozen=True)
class AggregateQuestion:
    """How much is there of what a search finds, by the values of a field?"""

    search: SearchQuestion
    """Only its text and filter count, not its page."""
    by: str
    """``dataset``, ``schema``, ``country``, ``topic``, ``year``, or a property."""
    sum: str | None = None
    """A property whose values are numbers."""
    order: TallyOrder | None = None
    """None for TOTAL where something is summed, else COUNT."""
    currency: str | None = None
    first: int = 10

    @property
    def sorting(self) -> TallyOrder:
        """The order of the groups."""
        return self.order or (TallyOrder.TOTAL if self.sum else TallyOrder.COUNT)
