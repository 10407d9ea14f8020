"""What may be asked with: the enums, scalars and input types, and how they become the engine's values."""

from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from engine import question
from engine.errors import BadInput
from engine.partial_date import asked_date
from engine.question import Direction, ExpandOrder, PathMode, SearchSort

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


def range_of(during: DateRange | None) -> question.DateRange | None:
    """A span of time as the engine takes it."""
    return None if during is None else question.DateRange(during.start, during.end)


def search_filter(given: SearchFilter | None) -> question.SearchFilter:
    """A search's filter as the engine takes it."""
    if given is None:
        return question.SearchFilter()
    return question.SearchFilter(
        schemata=several(given.schemata),
        datasets=several(given.datasets),
        countries=several(given.countries),
        topics=several(given.topics),
        during=range_of(given.during),
    )


def hop_filter(given: HopFilter) -> question.HopFilter:
    """A walk's filter as the engine takes it."""
    return question.HopFilter(
        types=several(given.types),
        schemata=several(given.schemata),
        datasets=several(given.datasets),
        direction=given.direction or Direction.BOTH,
        during=range_of(given.during),
        min_share=given.min_share,
        max_degree=given.max_degree,
        shared=given.shared is not False,
    )
