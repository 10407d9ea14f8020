"""What the engine answers: frozen values."""

from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from engine.entity import Entity, Node, Relationship
from engine.question import Direction

T = TypeVar("T")


@dataclass(frozen=True)
class Path:
    """One path: the ids of its nodes in order, and those of the relationships between them."""

    node_ids: tuple[str, ...]
    edge_ids: tuple[str, ...]
    judged: int = 0
    """How many of the relationships are judgements (SAME_AS), which are no hops."""

    @property
    def length(self) -> int:
        """How many hops it has."""
        return len(self.edge_ids) - self.judged


@dataclass(frozen=True)
class PathResult:
    """Paths, and each node and relationship on them once."""

    nodes: list[Node] = field(default_factory=list)
    edges: list[Relationship] = field(default_factory=list)
    paths: list[Path] = field(default_factory=list)
    truncated: str | None = None
    """Why there may be more paths; None if these are all."""


class RouteFinder(Protocol):
    """Finds the routes between the company that was asked about and another one."""

    def between(self, far: str, truncated: str | None) -> PathResult:
        """The routes; ``truncated`` says why ownerships are missing, if they are."""


@dataclass(frozen=True)
class Holding:
    """An owner, or something owned, and its integrated share."""

    entity: Entity
    share: float | None
    """A fraction; None where no route's share is known."""
    lower_bound: bool
    """True where ``share`` may be larger: it counts a range, words or an unknown share."""
    above: bool
    """True where the share is more than ``share``, and not just as much: "more than 50 %"."""
    unknown: bool
    """True where it depends on a holding whose share is unknown."""
    overstated: bool
    """True where it counts a company whose direct shares come to more than the whole."""
    unnamed: str | None
    """What a source calls an owner that it does not name, and why; None for one with a name."""
    finder: tuple[RouteFinder, str | None] = field(repr=False, compare=False)
    """Routes take long to find, and not every question needs them."""

    def routes(self) -> PathResult:
        """The routes that make up the share, the short ones first."""
        finder, truncated = self.finder
        return finder.between(self.entity.id, truncated)


@dataclass(frozen=True)
class ShareDoubt:
    """Something about the shares in a company that cannot be, or is not understood."""

    entity: Entity
    """The company that is held."""
    relationship: Relationship | None
    """The ownership, where it is about one."""
    reason: str


@dataclass(frozen=True)
class Feature:
    """What one kind of value says for (above 0) or against (below 0) one identity of two records.

    ``score`` is in natural log-odds; 0 also where only one of the records tells it.
    """

    feature: str
    score: float
    detail: str
    query: str | None = None
    candidate: str | None = None


@dataclass(frozen=True)
class Comparison:
    """How likely two records are the same thing, from 0 to 1, and what that is made of."""

    score: float
    algorithm: str
    """The way to score, and its version."""
    features: list[Feature]


@dataclass(frozen=True)
class Match:
    """A record that may be the thing that was asked about, and how likely."""

    entity: Entity
    comparison: Comparison


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
class HoldingPage(Page[Holding]):
    """A page of owners or holdings, and what is said of all of them together."""

    total_count: int = 0
    unknown_count: int = 0
    """How many of all have no known share."""
    of_itself: float = 0.0
    """The share that the company itself holds of itself, through cycles: a fraction."""
    without_owner: str | None = None
    """What a source says where it has no owner to name."""
    doubts: tuple[ShareDoubt, ...] = ()
    truncated: str | None = None
    """Why there may be more; None if these are all."""


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
    page_count: int = 0
    """On how many pages of a document the words are."""
    page_number: int | None = None
    """The first of those pages: the passage of the highlight is on it."""


@dataclass(frozen=True)
class PageHit:
    """A page of a document that a search finds, or one of all of its pages."""

    id: str
    """That of its record."""
    number: int
    cursor: str
    highlight: str | None
    """The passage, HTML-escaped, with <em> around the words; None without words."""


@dataclass(frozen=True)
class PageHits:
    """Some of the pages of a document that a search finds."""

    hits: list[PageHit] = field(default_factory=list)
    has_next: bool = False


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
