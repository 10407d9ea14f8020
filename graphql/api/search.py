"""What ``search`` returns: a page of hits, how many there are, and facets to narrow them by."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import strawberry

from api.connection import PageInfo, page_size
from api.entity import Entity
from api.session import Info, Session
from api.tally import AggregateGroup, Currency, Group
from engine import answer
from engine.entity import Node
from engine.question import FACETS, FacetQuestion, SearchQuestion
from engine.tally import AggregateQuestion, TallyOrder
from engine.warning import warn


@strawberry.type(description="How many hits have one value.")
class FacetValue:
    """How many hits have one value."""

    value: str
    count: int


@strawberry.type(description="A field and its most frequent values among all hits.")
class Facet:
    """A field and its most frequent values among all hits."""

    field: str
    values: list[FacetValue]


@strawberry.type(description="One hit of a search.")
class SearchEdge:
    """One hit of a search."""

    cursor: str
    node: Entity
    highlight: str | None = strawberry.field(
        description="The text that matched: HTML-escaped, with <em> around the words."
    )
    score: float
    page_count: int = strawberry.field(
        description="Of a document: on how many of its pages the words are (all of them; where no "
        "page has all, any). `document(id:) { pages(query:) }` has these pages."
    )
    page_number: int | None = strawberry.field(
        description="The first of these pages, from which the highlight is; else null."
    )


@dataclass
class Hit:
    """One hit with its record."""

    cursor: str
    node: Node
    highlight: str | None
    score: float
    page_count: int
    page_number: int | None


@dataclass
class Search:
    """A search that runs once, when a field first needs it.

    An operation may ask only for the count, or only for facets; then no hits are read.
    """

    session: Session
    question: SearchQuestion
    _page: "asyncio.Task[tuple[list[Hit], PageInfo]] | None" = field(default=None)

    async def page(self) -> tuple[list[Hit], PageInfo]:
        """The hits with their records, and where the page ends."""
        if self._page is None:
            self._page = asyncio.create_task(self._read())
        return await self._page

    async def _read(self) -> tuple[list[Hit], PageInfo]:
        if self.question.first == 0:
            return [], PageInfo.of([], False, False)
        session = self.session
        page = await session.ask(session.engine.search, self.question)
        nodes = await session.nodes.load_many([hit.id for hit in page.hits])
        # The index may still know a record that has just left the graph: such a hit is left out.
        hits = [
            Hit(hit.cursor, node, hit.highlight, hit.score, hit.page_count, hit.page_number)
            for hit, node in zip(page.hits, nodes, strict=True)
            if node is not None
        ]
        return hits, PageInfo.of(
            [hit.cursor for hit in page.hits], page.has_next, self.question.after is not None
        )

    async def count(self) -> int:
        """How many hits there are on all pages."""
        return await self.session.ask(self.session.engine.count, self.question)

    async def suggestions(self) -> list[str]:
        """Names that were probably meant, where nothing is found."""
        return await self.session.ask(self.session.engine.suggestions, self.question)

    async def facets(self, fields: Sequence[str]) -> list[answer.Facet]:
        """The most frequent values of some fields among all hits; raises BadInput."""
        question = FacetQuestion(self.question, tuple(dict.fromkeys(fields)))
        return await self.session.ask(self.session.engine.facets, question)

    async def groups(self, question: AggregateQuestion) -> list[Group]:
        """How much there is of all hits, by the values of a field; raises BadInput."""
        session = self.session
        found = await session.ask(session.engine.groups, question)
        if found.truncated is not None:
            warn(f"aggregate: {found.truncated}.")
        keys = [row.key for row in found.rows]
        nodes = await session.nodes.load_many(keys) if found.are_ids else [None] * len(keys)
        return [
            Group(row.key, node, row.tally) for row, node in zip(found.rows, nodes, strict=True)
        ]


async def _edges(root: strawberry.Parent[Search]) -> Any:
    return (await root.page())[0]


async def _nodes(root: strawberry.Parent[Search]) -> Any:
    return [hit.node for hit in (await root.page())[0]]


async def _page_info(root: strawberry.Parent[Search]) -> Any:
    return (await root.page())[1]


async def _count(root: strawberry.Parent[Search]) -> Any:
    return await root.count()


async def _suggestions(root: strawberry.Parent[Search]) -> Any:
    return await root.suggestions()


Fields = Annotated[list[str], strawberry.argument(description=f"Any of {', '.join(FACETS)}.")]


async def _facets(root: strawberry.Parent[Search], fields: Fields, info: Info) -> Any:
    return await root.facets(fields)


By = Annotated[
    str,
    strawberry.argument(
        description="dataset, schema, country, topic, year, or a property with ids or short "
        "values, such as payer, beneficiary, jurisdiction or sector."
    ),
]
Summed = Annotated[
    str | None,
    strawberry.argument(description="A property whose values are numbers, such as amount."),
]
Order = Annotated[
    TallyOrder | None,
    strawberry.argument(description="Without it TOTAL where something is summed, else COUNT."),
]


async def _aggregate(
    root: strawberry.Parent[Search],
    info: Info,
    by: By,
    sum: Summed = None,
    order: Order = None,
    currency: Currency = None,
    first: int | None = AggregateQuestion.first,
) -> Any:
    size = page_size(first, AggregateQuestion.first)
    return await root.groups(AggregateQuestion(root.question, by, sum, order, currency, size))


@strawberry.type(description="A page of hits.")
class SearchConnection:
    """A page of hits."""

    edges: list[SearchEdge] = strawberry.field(resolver=_edges)
    nodes: list[Entity] = strawberry.field(resolver=_nodes)
    page_info: PageInfo = strawberry.field(resolver=_page_info)
    total_count: int = strawberry.field(resolver=_count)
    facets: list[Facet] = strawberry.field(
        resolver=_facets, description="The most frequent values of some fields among all hits."
    )
    aggregate: list[AggregateGroup] = strawberry.field(
        resolver=_aggregate,
        description="All hits by the values of a field: how many have each, and what they come "
        "to. The ten largest recipients of a ministry are one question.",
    )
    suggestions: list[str] = strawberry.field(
        resolver=_suggestions,
        description="Names a letter or two off, where the search finds nothing: what was probably "
        "meant, the likeliest first. Empty where there are hits.",
    )
