"""What may be asked: the root of every query."""

from collections.abc import Callable
from typing import Annotated, Any

import strawberry

from api.argument import (
    Date,
    HopFilter,
    SearchFilter,
    hop_filter,
    search_filter,
)
from api.connection import size
from api.dataset import Dataset, DatasetConnection, dataset_page
from api.entity import Entity
from api.search import Search, SearchConnection
from api.session import Info
from api.walk import Holding, PathResult, Subgraph
from engine import walk
from engine.engine import Engine
from engine.query import SearchSort
from engine.walk import PathMode

SEARCH, HOLDINGS = 25, 50

Ids = list[strawberry.ID]
FromIds = Annotated[Ids, strawberry.argument(name="from", description="Any of these is a start.")]
MinShare = Annotated[float | None, strawberry.argument(description="A fraction of the whole.")]


async def _entity(info: Info, id: strawberry.ID) -> Any:
    return await info.context.nodes.load(id)


async def _entities(info: Info, ids: Ids) -> Any:
    return await info.context.nodes.load_many(ids) if ids else []


def _search(
    info: Info,
    query: str | None = "",
    filter: SearchFilter | None = None,
    sort: SearchSort | None = SearchSort.RELEVANCE,
    first: int | None = SEARCH,
    after: str | None = None,
) -> Any:
    order = sort or SearchSort.RELEVANCE
    return Search(
        info.context, query or "", search_filter(filter), order, size(first, SEARCH), after
    )


async def _paths(
    info: Info,
    from_: FromIds,
    to: Ids,
    mode: PathMode | None = PathMode.SHORTEST,
    k: int | None = 5,
    max_hops: int | None = 6,
    filter: HopFilter | None = None,
    hops: list[HopFilter] | None = None,
    avoid: Ids | None = None,
) -> Any:
    session = info.context
    return await session.hop(
        session.engine.paths,
        await session.access(),
        from_,
        to,
        mode=mode or PathMode.SHORTEST,
        k=5 if k is None else k,
        max_hops=6 if max_hops is None else max_hops,
        filter=None if filter is None else hop_filter(filter),
        hops=None if hops is None else [hop_filter(hop) for hop in hops],
        avoid=avoid or (),
    )


def _chain(read: Callable[..., list[walk.Holding]]) -> Callable[..., Any]:
    """The resolver of a walk along holdings, up or down."""

    async def resolve(
        info: Info,
        id: strawberry.ID,
        min_share: MinShare = 0.25,
        at: Date | None = None,
        first: int | None = HOLDINGS,
    ) -> Any:
        session = info.context
        access, asked = await session.access(), size(first, HOLDINGS)
        share = 0.25 if min_share is None else min_share
        return await session.hop(
            read, session.engine, access, id, min_share=share, at=at, first=asked
        )

    return resolve


async def _subgraph(info: Info, ids: Ids) -> Any:
    return await info.context.hop(info.context.engine.subgraph, ids, await info.context.access())


async def _dataset(info: Info, name: str) -> Any:
    return await info.context.hop(info.context.engine.dataset, name, await info.context.access())


@strawberry.type(description="What may be asked.")
class Query:
    """What may be asked."""

    entity: Entity | None = strawberry.field(resolver=_entity, description="The entity with an id.")
    entities: list[Entity | None] = strawberry.field(
        resolver=_entities,
        description="Those with some ids, in order; null where there is none, or none for you.",
    )
    search: SearchConnection = strawberry.field(
        resolver=_search,
        description='Entities by words, "phrases", AND, OR, NOT, -word, fuzzy~, prefix* and field:value.',
    )
    paths: PathResult = strawberry.field(
        resolver=_paths, description="How one gets from any of some entities to any of some others."
    )
    owners: list[Holding] = strawberry.field(
        resolver=_chain(Engine.owners),
        description="Up the chain: who holds it, through what, how much.",
    )
    holdings: list[Holding] = strawberry.field(
        resolver=_chain(Engine.holdings),
        description="Down the chain: what it holds, through what, how much.",
    )
    subgraph: Subgraph = strawberry.field(
        resolver=_subgraph, description="The relationships among a set of at most 500."
    )
    dataset: Dataset | None = strawberry.field(
        resolver=_dataset, description="The dataset with a name."
    )
    datasets: DatasetConnection = strawberry.field(
        resolver=dataset_page, description="The datasets, by name: all, or those (not) overdue."
    )
