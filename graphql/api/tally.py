"""Counts and sums: rows for the neighbours of an entity, and groups of what a search finds."""

from dataclasses import dataclass
from typing import Annotated, Any

import strawberry

from api.argument import DateRange, date_range, tuple_of
from api.connection import PageInfo, page_size
from api.entity import Entity, Types
from api.session import Info, Session
from api.walk import Truncation, truncation
from engine import tally
from engine.entity import Node
from engine.question import Direction
from engine.tally import NeighbourQuestion, TallyOrder

strawberry.enum(
    TallyOrder,
    description="Which rows come first: those with the largest sum, with the most relationships "
    "or records, or the latest.",
)

Currency = Annotated[
    str | None,
    strawberry.argument(
        description="Order by the sums in this currency; without it by those in the most frequent "
        "one."
    ),
]
Hops = Annotated[
    int | None,
    strawberry.argument(
        description="1 for neighbours; 2 for those who share a neighbour, with `count` how many "
        "they share: who sits on the same boards."
    ),
]


@strawberry.type(
    description="The sum of the amounts in one currency, exact to the hundredth; what is in others "
    "is not in it."
)
class Total:
    """The sum of the amounts in one currency."""

    currency: str | None = strawberry.field(
        description="Null for amounts of which no currency is told."
    )
    count: int = strawberry.field(description="How many amounts were summed.")
    sum: float
    least: float
    greatest: float


@strawberry.type(
    description="The sum of all amounts that the table of rates converts, to the hundredth."
)
class Converted:
    """The sum of all amounts that the table of rates converts."""

    currency: str = strawberry.field(description="The currency that they are converted to.")
    count: int = strawberry.field(description="How many amounts are in the sum.")
    sum: float
    unsummed: int = strawberry.field(
        description="How many are not: those of the row's `unsummed`, and amounts of which no "
        "currency or date is told, or of a currency or date that the table does not have."
    )


RATED = (
    "The sum of all amounts in one currency, by the rates of their dates; null where the server "
    "has no table of rates (CLEW_RATES), or nothing is summed."
)


@dataclass
class Line:
    """One row of an answer, with its record, if it is about one."""

    key: str
    node: Node | None
    tally: tally.Tally
    cursor: str = ""


def _of_tally(name: str, about: str) -> Any:
    """A field that a tally knows."""

    def resolve(root: strawberry.Parent[Line]) -> Any:
        return getattr(root.tally, name)

    return strawberry.field(resolver=resolve, description=about)


@strawberry.type(description="A neighbour, and what relates it with the entity.")
class NeighbourRow:
    """A neighbour, and what relates it with the entity."""

    node: Entity
    count: int = _of_tally("count", "How many relationships they have with each other.")
    first: str | None = _of_tally("first", "The earliest date of these; null if none is told.")
    last: str | None = _of_tally("last", "The latest date of these; null if none is told.")
    totals: list[Total] = _of_tally(
        "totals", "The sums of their amounts, by currency; that with the most amounts first."
    )
    unsummed: int = _of_tally(
        "unsummed",
        "How many payments and the like have no amount that can be summed: none is told, or "
        "several are, or several currencies.",
    )
    converted: Converted | None = _of_tally("converted", RATED)


@strawberry.type(description="A neighbour with its place in the list.")
class NeighbourEdge:
    """A neighbour with its place in the list."""

    cursor: str
    node: NeighbourRow


class Neighbourhood:
    """A page of neighbours, and the question that it answers."""

    def __init__(self, question: NeighbourQuestion, found: Any, lines: list[Line]) -> None:
        self.question = question
        self.nodes = lines
        self.edges = [Place(line.cursor, line) for line in lines]
        cursors = [row.cursor for row in found.rows]
        self.page_info = PageInfo.of(cursors, found.has_next, question.after is not None)
        self.currency = found.currency
        self.truncated = truncation(found.truncated)


@dataclass
class Place:
    """A row with its cursor."""

    cursor: str
    node: Line


async def _neighbour_count(root: strawberry.Parent[Neighbourhood], info: Info) -> Any:
    return await info.context.ask(info.context.engine.neighbour_count, root.question)


@strawberry.type(description="A page of an entity's neighbours, a row for each.")
class NeighbourConnection:
    """A page of an entity's neighbours."""

    edges: list[NeighbourEdge]
    nodes: list[NeighbourRow]
    page_info: PageInfo
    currency: str | None = strawberry.field(
        description="The currency by whose sums the rows are ordered; null if they are ordered "
        "otherwise, or if amounts have no currency."
    )
    total_count: int | None = strawberry.field(
        resolver=_neighbour_count,
        description="How many neighbours there are on all pages; null for more than 60,000.",
    )
    truncated: Truncation | None = strawberry.field(
        description="Why the order may not be exact; null if it is."
    )


@strawberry.type(description="Those of a search's results that have one value, counted and summed.")
class AggregateGroup:
    """Those of a search's results that have one value."""

    key: str = strawberry.field(description="The value; an id where the values name entities.")
    entity: Entity | None = strawberry.field(description="The entity that the value names, if any.")
    count: int = _of_tally("count", "How many results have this value.")
    first: str | None = _of_tally("first", "The earliest date of relationships among them.")
    last: str | None = _of_tally("last", "The latest date of relationships among them.")
    totals: list[Total] = _of_tally(
        "totals", "The sums of the property that is summed, by currency."
    )
    unsummed: int = _of_tally(
        "unsummed", "How many could have that property, and have no value that can be summed."
    )
    converted: Converted | None = _of_tally("converted", RATED)


class Group(Line):
    """A group of results."""

    @property
    def entity(self) -> Node | None:
        """The entity that the group's key names."""
        return self.node


async def lines(session: Session, rows: list[tally.Row[str]]) -> list[Line]:
    """Rows with the records that their keys name; one that has just left the graph is left out."""
    nodes = await session.nodes.load_many([row.key for row in rows])
    return [
        Line(row.key, node, row.tally, row.cursor)
        for row, node in zip(rows, nodes, strict=True)
        if node is not None
    ]


async def _neighbours(
    info: Info,
    id: strawberry.ID,
    types: Types = None,
    direction: Direction | None = Direction.BOTH,
    during: DateRange | None = None,
    order: TallyOrder | None = TallyOrder.TOTAL,
    currency: Currency = None,
    hops: Hops = 1,
    judged: bool | None = True,
    first: int | None = NeighbourQuestion.first,
    after: str | None = None,
) -> Any:
    question = NeighbourQuestion(
        id,
        types=tuple_of(types),
        direction=direction or Direction.BOTH,
        during=date_range(during),
        order=order or TallyOrder.TOTAL,
        currency=currency,
        hops=hops or 1,
        first=page_size(first, NeighbourQuestion.first),
        after=after,
        judged=judged is not False,
    )
    session = info.context
    found = await session.ask(session.engine.neighbours, question)
    return Neighbourhood(question, found, await lines(session, found.rows))


@strawberry.type
class NeighbourQuery:
    """The root field about neighbours."""

    neighbours: NeighbourConnection | None = strawberry.field(
        resolver=_neighbours,
        description="What an entity is related with: one row for each neighbour, with the number "
        "of relationships, their first and last date, and sums of their amounts.",
    )
