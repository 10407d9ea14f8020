"""What the engine answers: frozen values."""

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from engine.entity import Entity, Node, Relationship
from engine.question import Direction

T = TypeVar("T")


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


@dataclass(frozen=True)
class Hit:
    """One hit: the entity's id, an opaque cursor, the score, and a snippet with <em> marks (HTML-escaped)."""

    id: str
    cursor: str
    score: float
    highlight: str | None


@dataclass(frozen=True)
class SearchPage:
    """A page of hits, best first."""

    hits: list[Hit] = field(default_factory=list)
    has_next: bool = False


@dataclass(frozen=True)
class FacetValue:
    """How many hits have one value."""

    value: str
    count: int


@dataclass(frozen=True)
class Facet:
    """A field and its most frequent values, most frequent first, then by value."""

    field: str
    values: list[FacetValue]
