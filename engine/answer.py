"""What the engine answers: frozen values."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from engine.entity import Entity, Node, Relationship
from engine.question import Direction

T = TypeVar("T")


@dataclass(frozen=True)
class Path:
    """One path: the ids of its nodes in order, and those of the relationships between them."""

    node_ids: tuple[str, ...]
    edge_ids: tuple[str, ...]


@dataclass(frozen=True)
class PathResult:
    """Paths, and each node and relationship on them once."""

    nodes: list[Node] = field(default_factory=list)
    edges: list[Relationship] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    truncated: str | None = None
    """Why there may be more paths; None if these are all."""


@dataclass(frozen=True)
class Holding:
    """An owner, or something owned: its integrated share, and the routes that make it up."""

    entity: Entity
    share: float | None
    """A fraction; None where no route's share is known."""
    lower_bound: bool
    """True where ``share`` may be larger: a route has a range, words or an unknown share."""
    unknown: bool
    """True where some route crosses a holding whose share is unknown."""
    routes: PathResult


@dataclass(frozen=True)
class Step:
    """A relationship of the node that was asked about, and the node at its other end."""

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
    """A page of a longer list."""

    items: list[T] = field(default_factory=list)
    cursors: list[str] = field(default_factory=list)
    """One for each item; the last one leads to the next page."""
    has_next: bool = False


@dataclass(frozen=True)
class Subgraph:
    """Those of some entities that the reader may see, and the relationships among them."""

    nodes: list[Node] = field(default_factory=list)
    edges: list[Relationship] = field(default_factory=list)
    truncated: str | None = None


@dataclass(frozen=True)
class Hit:
    """One hit of a search."""

    id: str
    cursor: str
    score: float
    highlight: str | None
    """The text that matched, HTML-escaped, with <em> around the words."""


@dataclass(frozen=True)
class SearchPage:
    """A page of hits, the best first."""

    hits: list[Hit] = field(default_factory=list)
    has_next: bool = False


@dataclass(frozen=True)
class FacetValue:
    """How many hits have one value."""

    value: str
    count: int


@dataclass(frozen=True)
class Facet:
    """A field and its most frequent values, the most frequent first, then by value."""

    field: str
    values: list[FacetValue]
