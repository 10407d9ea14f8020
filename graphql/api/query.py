"""What may be asked: the root of every query."""

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
from engine.question import (
    OwnershipQuestion,
    PathMode,
    PathQuestion,
    SearchQuestion,
    SearchSort,
)

SEARCH, HOLDINGS = SearchQuestion.first, OwnershipQuestion.first

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
    question = SearchQuestion(
        query or "",
        search_filter(filter),
        sort or SearchSort.RELEVANCE,
        size(first, SEARCH),
        after,
    )
    return Search(info.context, question)


async def _paths(
    info: Info,
    from_: FromIds,
    to: Ids,
    mode: PathMode | None = PathMode.SHORTEST,
    k: int | None = PathQuestion.k,
    max_hops: int | None = PathQuestion.max_hops,
    filter: HopFilter | None = None,
    hops: list[HopFilter] | None = None,
    avoid: Ids | None = None,
) -> Any:
    question = PathQuestion(
        tuple(from_),
        tuple(to),
        mode=mode or PathMode.SHORTEST,
        k=PathQuestion.k if k is None else k,
        max_hops=PathQuestion.max_hops if max_hops is None else max_hops,
        filter=hop_filter(filter) if filter else PathQuestion.filter,
        hops=tuple(map(hop_filter, hops or ())),
        avoid=tuple(avoid or ()),
    )
    return await info.context.ask(info.context.engine.paths, question)


def _ownership(
    id: str, min_share: float | None, at: str | None, first: int | None
) -> OwnershipQuestion:
    """The question of ``owners`` and ``holdings``."""
    share = OwnershipQuestion.min_share if min_share is None else min_share
    return OwnershipQuestion(id, share, at, size(first, HOLDINGS))


async def _owners(
    info: Info,
    id: strawberry.ID,
    min_share: MinShare = OwnershipQuestion.min_share,
    at: Date | None = None,
    first: int | None = HOLDINGS,
) -> Any:
    question = _ownership(id, min_share, at, first)
    return await info.context.ask(info.context.engine.owners, question)


async def _holdings(
    info: Info,
    id: strawberry.ID,
    min_share: MinShare = OwnershipQuestion.min_share,
    at: Date | None = None,
    first: int | None = HOLDINGS,
) -> Any:
    question = _ownership(id, min_share, at, first)
    return await info.context.ask(info.context.engine.holdings, question)


async def _subgraph(info: Info, ids: Ids) -> Any:
    return await info.context.ask(info.context.engine.subgraph, ids)


async def _dataset(info: Info, name: str) -> Any:
    return await info.context.ask(info.context.engine.dataset, name)


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
        resolver=_owners,
        description="Up the chain: who holds it, through what, how much.",
    )
    holdings: list[Holding] = strawberry.field(
        resolver=_holdings,
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
