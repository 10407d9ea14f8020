"""What is asked of a search, and what comes back: pure values."""

import dataclasses
from dataclasses import dataclass
from enum import Enum

from engine.walk import DateRange


class SearchSort(Enum):
    """The order of hits."""

    RELEVANCE = "RELEVANCE"
    CAPTION = "CAPTION"
    DATE_ASC = "DATE_ASC"
    DATE_DESC = "DATE_DESC"


@dataclass(frozen=True)
class SearchFilter:
    """What a hit must be; a schema includes its descendants."""

    schemata: tuple[str, ...] | None = None
    datasets: tuple[str, ...] | None = None
    countries: tuple[str, ...] | None = None
    topics: tuple[str, ...] | None = None
    during: DateRange | None = None


@dataclass(frozen=True)
class Hit:
    """One hit: the entity's id, an opaque cursor, the score, and a snippet with <em> marks (HTML-escaped)."""

    id: str
    cursor: str
    score: float
    highlight: str | None


@dataclass(frozen=True)
class FacetValue:
    """How many hits have one value."""

    value: str
    count: int


@dataclass(frozen=True)
class Facet:
    """A field and its most frequent values, most frequent first, then by value."""

    field: str
    values: list[FacetValue] = dataclasses.field(default_factory=list)


FACETS = ("schema", "dataset", "country", "year", "topic")


@dataclass(frozen=True)
class SearchPage:
    """A page of hits, best first."""

    hits: list[Hit] = dataclasses.field(default_factory=list)
    has_next: bool = False
