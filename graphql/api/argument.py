"""What may be asked with: the enums, scalars and input types, and how they become the engine's values."""

from typing import NewType

import strawberry
from followthemoney import model
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from engine import query, walk
from engine.errors import BadInput
from engine.partial_date import asked_date
from engine.query import SearchSort
from engine.walk import Direction, ExpandOrder, PathMode

Date = NewType("Date", str)
"""A date as FtM has it: a year, a month or a day."""

strawberry.enum(
    Direction, description="Which way a relationship is followed, seen from where one stands."
)
strawberry.enum(
    ExpandOrder, description="Neighbours with few relationships first, with many, or by id."
)
strawberry.enum(PathMode, description="One shortest path, all of that length, or the k shortest.")
strawberry.enum(SearchSort, description="The order of hits.")


def _date(value: object) -> str:
    try:
        return asked_date(str(value))
    except BadInput as error:
        raise GraphQLError(str(error)) from None


DATE: ScalarDefinition = strawberry.scalar(
    name="Date",
    description="A year, a month or a day: 2019, 2019-04, 2019-04-30.",
    serialize=str,
    parse_value=_date,
)


@strawberry.input(description="From a date to a date, both included; either may be open.")
class DateRange:
    """A span of time."""

    start: Date | None = None
    end: Date | None = None


@strawberry.input(description="What a hit must be; a schema includes its descendants.")
class SearchFilter:
    """What a search is narrowed to."""

    schemata: list[str] | None = None
    datasets: list[str] | None = None
    countries: list[str] | None = None
    topics: list[str] | None = None
    during: DateRange | None = None


@strawberry.input(
    description="Which relationships a path may cross, and which nodes it may pass through."
)
class HopFilter:
    """What a walk is narrowed to."""

    types: list[str] | None = strawberry.field(
        default=None, description="Relationship types: OWNERSHIP, ADDRESS_ENTITY, PHONE."
    )
    schemata: list[str] | None = strawberry.field(
        default=None, description="Schemata of the nodes passed through, descendants included."
    )
    datasets: list[str] | None = None
    direction: Direction | None = Direction.BOTH
    during: DateRange | None = strawberry.field(
        default=None, description="Relationships whose time overlaps it; an undated one passes."
    )
    min_share: float | None = strawberry.field(
        default=None, description="Ownerships need a known share of at least this fraction."
    )
    max_degree: int | None = strawberry.field(
        default=None, description="Nodes with more relationships are not passed through."
    )
    shared: bool | None = strawberry.field(
        default=True,
        description="Whether shared values (phone numbers, addresses) may be passed through.",
    )


def several(values: list[str] | None) -> tuple[str, ...] | None:
    """A list as the engine takes it."""
    return None if values is None else tuple(values)


def schemata_of(names: list[str] | None) -> tuple[str, ...] | None:
    """Names of FtM's schemata; raises BadInput for one that is none."""
    for name in names or ():
        if model.get(name) is None:
            raise BadInput(f"{name[:100]!r} is not a schema of FollowTheMoney.")
    return several(names)


def range_of(during: DateRange | None) -> walk.DateRange | None:
    """A span of time as the engine takes it."""
    return None if during is None else walk.DateRange(during.start, during.end)


def search_filter(given: SearchFilter | None) -> query.SearchFilter:
    """A search's filter as the engine takes it."""
    if given is None:
        return query.SearchFilter()
    return query.SearchFilter(
        schemata=schemata_of(given.schemata),
        datasets=several(given.datasets),
        countries=several(given.countries),
        topics=several(given.topics),
        during=range_of(given.during),
    )


def hop_filter(given: HopFilter) -> walk.HopFilter:
    """A walk's filter as the engine takes it."""
    return walk.HopFilter(
        types=several(given.types),
        schemata=schemata_of(given.schemata),
        datasets=several(given.datasets),
        direction=given.direction or Direction.BOTH,
        during=range_of(given.during),
        min_share=given.min_share,
        max_degree=given.max_degree,
        shared=given.shared is not False,
    )
