"""What a search answers: a page of hits, and what there is to narrow it down by."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any

import strawberry

from api.connection import PageInfo
from api.entity import Entity
from api.session import Info, Session
from engine import answer
from engine.entity import Node
from engine.question import FACETS, FacetQuestion, SearchQuestion


@strawberry.type(description="How many hits have one value.")
class FacetValue:
    """How many hits have one value."""

    value: str
    count: int


@strawberry.type(description="A field and its most frequent values.")
class Facet:
    """A field and its most frequent values."""

    field: str
    values: list[FacetValue]


@strawberry.type(description="A hit.")
class SearchEdge:
    """A hit."""

    cursor: str
    node: Entity
    highlight: str | None = strawberry.field(
        description="Where it was found: HTML-escaped, with <em> around the words."
    )
    score: float


@dataclass
class Found:
    """One hit and its record."""

    cursor: str
    node: Node
    highlight: str | None
    score: float


@dataclass
class Search:
    """A search that was asked for: it runs when its first field is read, and once."""

    session: Session
    question: SearchQuestion
    _page: "asyncio.Task[tuple[list[Found], PageInfo]] | None" = field(default=None)

    async def page(self) -> tuple[list[Found], PageInfo]:
        """The hits with their records, and where the page ends."""
        if self._page is None:
            self._page = asyncio.create_task(self._read())
        return await self._page

    async def _read(self) -> tuple[list[Found], PageInfo]:
        if self.question.first == 0:
            return [], PageInfo(has_next_page=False, end_cursor=None)
        session = self.session
        page = await session.ask(session.engine.search, self.question)
        nodes = await session.nodes.load_many([hit.id for hit in page.hits])
        found = [
            Found(hit.cursor, node, hit.highlight, hit.score)
            for hit, node in zip(page.hits, nodes, strict=True)
            if node is not None
        ]
        return found, PageInfo.of([hit.cursor for hit in page.hits], page.has_next)

    async def count(self) -> int:
        """How many hits there are in all."""
        return await self.session.ask(self.session.engine.count, self.question)

    async def facets(self, fields: Sequence[str]) -> list[answer.Facet]:
        """The most frequent values of some fields."""
        question = FacetQuestion(self.question, tuple(dict.fromkeys(fields)))
        return await self.session.ask(self.session.engine.facets, question)


async def _edges(root: strawberry.Parent[Search]) -> Any:
    return (await root.page())[0]


async def _nodes(root: strawberry.Parent[Search]) -> Any:
    return [found.node for found in (await root.page())[0]]


async def _page_info(root: strawberry.Parent[Search]) -> Any:
    return (await root.page())[1]


async def _count(root: strawberry.Parent[Search]) -> Any:
    return await root.count()


Fields = Annotated[list[str], strawberry.argument(description=f"Among {', '.join(FACETS)}.")]


async def _facets(root: strawberry.Parent[Search], fields: Fields, info: Info) -> Any:
    return await root.facets(fields)


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
