"""What is asked of a walk through the graph, and what comes back: pure values."""

from dataclasses import dataclass, field
from enum import Enum
from typing import Generic, TypeVar

from engine.entity import Entity, Node, Relationship
from engine.partial_date import asked_date

T = TypeVar("T")


class Direction(Enum):
    """Which way a relationship is followed, seen from where one stands."""

    OUT = "OUT"
    IN = "IN"
    BOTH = "BOTH"


class ExpandOrder(Enum):
    """Which neighbours come first: those with few relationships, with many, or by id."""

    DEGREE_ASC = "DEGREE_ASC"
    DEGREE_DESC = "DEGREE_DESC"
    ID = "ID"


class PathMode(Enum):
    """One shortest path, all of that length, or the k shortest."""

    SHORTEST = "SHORTEST"
    ALL_SHORTEST = "ALL_SHORTEST"
    K_SHORTEST = "K_SHORTEST"


@dataclass(frozen=True)
class DateRange:
    """From a date to a date, either open, as FtM's partial dates (``2019``, ``2019-04``); both included."""

    start: str | None = None
    end: str | None = None

    def __post_init__(self) -> None:
        """Writes both dates as FtM does; raises BadInput for one that does not exist."""
        for name, date in (("start", self.start), ("end", self.end)):
            if date is not None:
                object.__setattr__(self, name, asked_date(date))


@dataclass(frozen=True)
class HopFilter:
    """Which relationships a path may cross and which nodes it may pass through."""

    types: tuple[str, ...] | None = None
    """Relationship types in Cypher's style (OWNERSHIP, ADDRESS_ENTITY, PHONE)."""
    schemata: tuple[str, ...] | None = None
    """Schemata of the nodes passed through, descendants included."""
    datasets: tuple[str, ...] | None = None
    direction: Direction = Direction.BOTH
    during: DateRange | None = None
    """Relationships whose time overlaps it; an undated relationship passes."""
    min_share: float | None = None
    """Ownerships need a known share of at least this (a fraction); other relationships pass."""
    max_degree: int | None = None
    """Nodes with more relationships are not passed through."""
    shared: bool = True
    """Whether shared values (Literal) may be passed through."""


@dataclass(frozen=True)
class Path:
    """One path by the ids of its nodes and, one shorter, of its relationships."""

    node_ids: tuple[str, ...]
    edge_ids: tuple[str, ...]


@dataclass(frozen=True)
class PathResult:
    """Paths, each node and each relationship once; ``truncated`` says why paths are missing, if any are."""

    nodes: list[Node] = field(default_factory=list)
    edges: list[Relationship] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    truncated: str | None = None


@dataclass(frozen=True)
class Holding:
    """Who holds it, or what is held: the integrated share, and the routes that make it up."""

    entity: Entity
    share: float | None
    """A fraction; None where no route's share is known."""
    lower_bound: bool
    """True where a range, words or an unknown share on some route make ``share`` a lower bound."""
    unknown: bool
    """True where some route crosses a holding of unknown share."""
    routes: PathResult


@dataclass(frozen=True)
class Step:
    """A relationship from where one stands, and the node at its other end."""

    relationship: Relationship
    node: Node


@dataclass(frozen=True)
class EdgeCount:
    """How many relationships of one type and direction (OUT or IN) an entity has."""

    type: str
    direction: Direction
    count: int


@dataclass(frozen=True)
class Page(Generic[T]):
    """A page of a longer list; ``cursors`` are opaque, one an item; pass the last one to go on."""

    items: list[T] = field(default_factory=list)
    cursors: list[str] = field(default_factory=list)
    has_next: bool = False
    total: int | None = None


@dataclass(frozen=True)
class Subgraph:
    """The entities of a set that a reader may see, and the relationships among them."""

    nodes: list[Node] = field(default_factory=list)
    edges: list[Relationship] = field(default_factory=list)
    truncated: str | None = None
