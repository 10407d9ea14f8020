"""GraphQL's enums, scalars and input types, and how they become the engine's values.

The engine's values check themselves when they are made, so nothing is checked here.
"""

from datetime import datetime
from typing import NewType

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

from engine import order, question
from engine.entity import Entity
from engine.errors import BadInput
from engine.partial_date import required_date
from engine.question import Direction, ExpandOrder, PathMode, SearchSort

Date = NewType("Date", str)
"""A date as FtM has it: a year, a month or a day."""

strawberry.enum(
    Direction,
    description="The direction of a relationship, as seen from the entity that it starts from.",
)
strawberry.enum(
    ExpandOrder,
    description="The order of neighbours: those with the fewest relationships first, those with "
    "the most first, or by id; or the latest, the largest amount or the largest share first.",
)
strawberry.enum(
    PathMode,
    description="Which paths between two entities: one shortest path, all shortest paths, or the "
    "k shortest paths.",
)
strawberry.enum(
    SearchSort,
    description="The order of hits: the most relevant first, by caption, by date, by amount, or "
    "the most connected first.",
)


def date_scalar(value: object) -> str:
    """A date in a query or variable; raises GraphQLError for one that does not exist."""
    try:
        return required_date(str(value))
    except BadInput as error:
        raise GraphQLError(str(error)) from None


DATE: ScalarDefinition = strawberry.scalar(
    name="Date",
    description="A year, a month or a day: 2019, 2019-04, 2019-04-30.",
    serialize=str,
    parse_value=date_scalar,
)


@strawberry.input(
    description="An order of hits by a property with numbers or dates; those without any come last."
)
class PropertyOrder:
    """An order of hits by a property."""

    property: str = strawberry.field(
        description="A property of FollowTheMoney, such as capital or birthDate."
    )
    descending: bool | None = strawberry.field(
        default=True, description="Whether the largest or the latest come first."
    )


def property_order(value: PropertyOrder | None) -> order.PropertyOrder | None:
    """As the engine has it; raises BadInput."""
    if value is None:
        return None
    return order.PropertyOrder(value.property, value.descending is not False)


@strawberry.input(description="A period, both dates included; leave one out for an open end.")
class DateRange:
    """A period, both dates included."""

    start: Date | None = None
    end: Date | None = None


@strawberry.input(description="A property with a number from one to another, both included.")
class NumberRange:
    """A property with a number from one to another."""

    property: str = strawberry.field(
        description="A property whose values are numbers, such as capital or tonnage."
    )
    min: float | None = None
    max: float | None = None


@strawberry.input(description="A property with a date in a period.")
class PropertyPeriod:
    """A property with a date in a period."""

    property: str = strawberry.field(
        description="A property whose values are dates, such as birthDate."
    )
    during: DateRange


@strawberry.input(description="Which hits are wanted. A schema includes its descendants.")
class SearchFilter:
    """Which hits are wanted."""

    schemata: list[str] | None = None
    datasets: list[str] | None = None
    countries: list[str] | None = None
    topics: list[str] | None = None
    during: DateRange | None = None
    mimetypes: list[str] | None = strawberry.field(
        default=None,
        description="Only documents of these kinds, such as application/pdf: see the facet.",
    )
    languages: list[str] | None = strawberry.field(
        default=None,
        description="Only what is in one of these languages (ISO 639-3, such as rus).",
    )
    authors: list[str] | None = strawberry.field(
        default=None, description="Only documents by one of these, as the facet `author` has them."
    )
    min_amount: float | None = strawberry.field(
        default=None, description="Only what has an amount of at least this much."
    )
    max_amount: float | None = strawberry.field(
        default=None, description="Only what has an amount of at most this much."
    )
    currency: str | None = strawberry.field(
        default=None, description="Only what has this currency, such as EUR."
    )
    numbers: list[NumberRange] | None = strawberry.field(
        default=None, description="Only what has a number in each of these ranges."
    )
    dates: list[PropertyPeriod] | None = strawberry.field(
        default=None, description="Only what has a date in each of these periods."
    )
    changed_since: datetime | None = strawberry.field(
        default=None,
        description="Only what was added or changed since this time, with its time zone.",
    )


@strawberry.input(description="Which records are compared. A schema includes its descendants.")
class XrefScope:
    """Which records are compared."""

    schemata: list[str] | None = None
    datasets: list[str] | None = None
    countries: list[str] | None = None
    min_score: float | None = None


@strawberry.input(
    description="Which relationships a path may cross, and which entities it may pass through."
)
class HopFilter:
    """Which relationships a path may cross, and which entities it may pass through."""

    types: list[str] | None = strawberry.field(
        default=None,
        description="Types of relationships, such as OWNERSHIP, ADDRESS_ENTITY or PHONE.",
    )
    schemata: list[str] | None = strawberry.field(
        default=None,
        description="Schemata of the entities on the way. A schema includes its descendants.",
    )
    datasets: list[str] | None = None
    direction: Direction | None = Direction.BOTH
    during: DateRange | None = strawberry.field(
        default=None,
        description="Only relationships that held at some time in this period; those without "
        "dates count.",
    )
    min_share: float | None = strawberry.field(
        default=None,
        description="The smallest share of an ownership, as a fraction; an unknown share is not "
        "enough. Other relationships are not affected.",
    )
    min_amount: float | None = strawberry.field(
        default=None,
        description="The smallest amount of a payment, debt or contract award; an unknown amount "
        "is not enough. Other relationships are not affected.",
    )
    max_amount: float | None = strawberry.field(
        default=None, description="The largest amount of these."
    )
    currency: str | None = strawberry.field(
        default=None, description="The currency of these, such as EUR."
    )
    topics: list[str] | None = strawberry.field(
        default=None,
        description="Topics such as sanction: each entity on the way has one of these. With "
        "`hops` a path passes a sanctioned person at one place.",
    )
    countries: list[str] | None = strawberry.field(
        default=None,
        description="Codes of countries: each entity on the way has one of these.",
    )
    max_degree: int | None = strawberry.field(
        default=None,
        description="Do not pass through entities that have more relationships than this.",
    )
    shared: bool | None = strawberry.field(
        default=True,
        description="Whether a path may pass through a value that entities share, such as a phone "
        "number or an address.",
    )
    judged: bool | None = strawberry.field(
        default=True,
        description="Whether a path may go on at a record that is judged the same: a step across "
        "SAME_AS, which is no hop. If one filter says no, the path crosses none at all.",
    )


def must_have_zone(name: str, time: datetime | None) -> None:
    """Raises BadInput for the time of an argument that does not say its time zone."""
    if time is not None and time.tzinfo is None:
        raise BadInput(f"{name}: say the time zone, such as 2026-11-28T21:47:00Z")


def tuple_of(values: list[str] | None) -> tuple[str, ...] | None:
    """A list as the engine's frozen values hold it."""
    return None if values is None else tuple(values)


def date_range(during: DateRange | None) -> question.DateRange | None:
    """The engine's value for a period; raises BadInput."""
    return None if during is None else question.DateRange(during.start, during.end)


def search_filter(argument: SearchFilter | None) -> question.SearchFilter:
    """The engine's value for a search's filter; raises BadInput."""
    if argument is None:
        return question.SearchFilter()
    must_have_zone("changedSince", argument.changed_since)
    return question.SearchFilter(
        schemata=tuple_of(argument.schemata),
        datasets=tuple_of(argument.datasets),
        countries=tuple_of(argument.countries),
        topics=tuple_of(argument.topics),
        during=date_range(argument.during),
        mimetypes=tuple_of(argument.mimetypes),
        languages=tuple_of(argument.languages),
        authors=tuple_of(argument.authors),
        min_amount=argument.min_amount,
        max_amount=argument.max_amount,
        currency=argument.currency,
        numbers=tuple(
            question.PropertyRange(each.property, each.min, each.max)
            for each in argument.numbers or ()
        ),
        dates=tuple(
            question.PropertyPeriod(
                each.property, question.DateRange(each.during.start, each.during.end)
            )
            for each in argument.dates or ()
        ),
        changed_since=argument.changed_since,
    )


def match_question(
    entity: Entity, argument: XrefScope | None, first: int
) -> question.MatchQuestion:
    """The engine's value for what an entity is compared with; raises BadInput."""
    if argument is None:
        return question.MatchQuestion(entity, first=first)
    scope = question.SearchFilter(
        schemata=tuple_of(argument.schemata),
        datasets=tuple_of(argument.datasets),
        countries=tuple_of(argument.countries),
    )
    least = argument.min_score
    usual = question.MatchQuestion.least
    return question.MatchQuestion(entity, scope, usual if least is None else least, first)


def hop_filter(argument: HopFilter | None) -> question.HopFilter:
    """The engine's value for a path's filter; raises BadInput."""
    if argument is None:
        return question.HopFilter()
    return question.HopFilter(
        types=tuple_of(argument.types),
        schemata=tuple_of(argument.schemata),
        datasets=tuple_of(argument.datasets),
        # GraphQL lets a reader write null for these two, which means their default
        direction=argument.direction or Direction.BOTH,
        during=date_range(argument.during),
        min_share=argument.min_share,
        min_amount=argument.min_amount,
        max_amount=argument.max_amount,
        currency=argument.currency,
        topics=tuple_of(argument.topics),
        countries=tuple_of(argument.countries),
        max_degree=argument.max_degree,
        shared=argument.shared is not False,
        judged=argument.judged is not False,
    )
