"""A saved diagram: which records are drawn where, and in which style, kept in an investigation.

It holds ids and places, and nothing that the records say: whoever opens it reads those anew, and
gets only the places of what they may see.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from math import isfinite
from typing import Any

import orjson

from engine.errors import BadInput

MOST_PLACES = 5_000
"""Records in one diagram."""
MOST_DIAGRAMS = 500
"""Diagrams in one investigation."""
LONGEST_ID, LONGEST_GROUP = 500, 100
FARTHEST = 1e7
"""How far from the middle a place may be, in the units of the drawing."""
MOST_OMITTED = 1_000
"""Names in one list of what a drawing leaves out."""


@dataclass(frozen=True)
class Place:
    """Where one record is drawn, and how: pinned, hidden, in a group that has a name."""

    id: str
    x: float
    y: float
    pinned: bool = False
    hidden: bool = False
    group: str | None = None


@dataclass(frozen=True)
class Style:
    """How the drawing looks, in the words of the explorer; ``year`` is the one that it shows.

    Records of the schemata and datasets that it is without are not shown, nor are relationships of
    these types and datasets.
    """

    colouring: str | None = None
    width: str | None = None
    year: int | None = None
    without_schemata: tuple[str, ...] = ()
    without_types: tuple[str, ...] = ()
    without_datasets: tuple[str, ...] = ()


@dataclass(frozen=True)
class Diagram:
    """One saved diagram; ``version`` grows by 1 each time that it is saved."""

    id: str
    investigation: str
    title: str
    version: int
    by: str
    at: datetime
    changed_by: str
    changed: datetime
    style: Style = field(default_factory=Style)
    places: tuple[Place, ...] = ()


def checked_places(places: Iterable[Place]) -> tuple[Place, ...]:
    """The places, each record once; raises BadInput."""
    found: dict[str, Place] = {}
    for place in places:
        if not 0 < len(place.id) <= LONGEST_ID:
            raise BadInput(f"places: an id has 1 to {LONGEST_ID} characters")
        if not all(isfinite(at) and abs(at) <= FARTHEST for at in (place.x, place.y)):
            raise BadInput(f"places: {place.id!r} is more than {FARTHEST:,.0f} from the middle")
        if place.group is not None and not 0 < len(place.group) <= LONGEST_GROUP:
            raise BadInput(f"places: the name of a group has 1 to {LONGEST_GROUP} characters")
        found[place.id] = place
    if len(found) > MOST_PLACES:
        raise BadInput(f"{len(found):,} records: a diagram has at most {MOST_PLACES:,}")
    return tuple(found.values())


def checked_style(style: Style) -> Style:
    """The style; raises BadInput for a value that no explorer writes."""
    for name in (style.colouring, style.width):
        if name is not None and not (name.isidentifier() and len(name) <= 30):
            raise BadInput(f"style: {name[:50]!r} is no name of a style")
    if style.year is not None and not 0 <= style.year <= 9999:
        raise BadInput(f"style: {style.year} is no year")
    for names in (style.without_schemata, style.without_types, style.without_datasets):
        if len(names) > MOST_OMITTED or any(not 0 < len(name) <= LONGEST_GROUP for name in names):
            raise BadInput(
                f"style: what is left out is at most {MOST_OMITTED:,} names of 1 to "
                f"{LONGEST_GROUP} characters"
            )
    return style


def content_of(style: Style, places: Iterable[Place]) -> str:
    """Style and places as the text that the graph keeps."""
    told = {"style": asdict(style), "places": [asdict(place) for place in places]}
    return orjson.dumps(told).decode()


def style_and_places(content: str) -> tuple[Style, tuple[Place, ...]]:
    """What such a text tells."""
    told: Mapping[str, Any] = orjson.loads(content)
    style: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value
        for name, value in told["style"].items()
    }
    return Style(**style), tuple(Place(**place) for place in told["places"])
