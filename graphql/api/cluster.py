"""Sets of records: what many share, who is in several datasets, and what is around somebody."""

from typing import Annotated, Any

import strawberry

from api.argument import HopFilter, SearchFilter, hop_filter, search_filter
from api.connection import Edge, PageInfo, page_size
from api.entity import Entity
from api.session import Info
from api.walk import Subgraph
from engine import cluster
from engine.cluster import ClusterQuestion, ClusterType, OverlapQuestion

strawberry.enum(ClusterType, description="What records share.")


async def _node(root: strawberry.Parent[cluster.Cluster], info: Info) -> Any:
    return await info.context.nodes.load(root.key)


async def _members(root: strawberry.Parent[cluster.Cluster], info: Info) -> Any:
    nodes = await info.context.nodes.load_many(root.members)
    return [node for node in nodes if node is not None]


@strawberry.type(description="A value or a record that several records share.")
class Cluster:
    """A value or a record that several records share."""

    key: str = strawberry.field(description="Its id: of a shared value, or of a record.")
    value: str = strawberry.field(description="The value, as it is compared; or the record's id.")
    size: int = strawberry.field(
        description="How many records share it; of directors and owners, how many directorships or "
        "ownerships there are."
    )
    entity: Entity | None = strawberry.field(
        resolver=_node,
        description="The shared value or record, to go on from; null for a value that more than 50 "
        "share, which is no node of the graph.",
    )
    members: list[Entity] = strawberry.field(
        resolver=_members, description="The first of the records that share it."
    )


async def _entities(root: strawberry.Parent[cluster.Overlap], info: Info) -> Any:
    nodes = await info.context.nodes.load_many(root.ids)
    return [node for node in nodes if node is not None]


@strawberry.type(description="Records of several datasets that are one thing, or share a number.")
class Overlap:
    """Records of several datasets that are one thing, or share a number."""

    key: str = strawberry.field(description="What tells so: a shared identifier, or a judgement.")
    judged: bool = strawberry.field(
        description="Whether somebody judged them to be the same; else they share an identifier."
    )
    entities: list[Entity] = strawberry.field(
        resolver=_entities, description="The records, of two datasets at least."
    )


@strawberry.type(description="A page of what is in several datasets.")
class OverlapConnection:
    """A page of what is in several datasets."""

    edges: list[Edge[Overlap]]
    nodes: list[Overlap]
    page_info: PageInfo


Members = Annotated[
    int | None, strawberry.argument(description="How many of the records of each: 0 to 100.")
]
FIRST_CLUSTERS = ClusterQuestion.first


async def _clusters(
    info: Info,
    type: ClusterType,
    min_size: int | None = ClusterQuestion.min_size,
    filter: SearchFilter | None = None,
    members: Members = ClusterQuestion.members,
    first: int | None = FIRST_CLUSTERS,
) -> Any:
    question = ClusterQuestion(
        type,
        ClusterQuestion.min_size if min_size is None else min_size,
        search_filter(filter),
        page_size(first, FIRST_CLUSTERS),
        page_size(members, ClusterQuestion.members),
    )
    return await info.context.ask(info.context.engine.clusters, question)


async def _overlap(
    info: Info,
    datasets: list[str],
    first: int | None = OverlapQuestion.first,
    after: str | None = None,
) -> Any:
    size = page_size(first, OverlapQuestion.first)
    question = OverlapQuestion(tuple(dict.fromkeys(datasets)), size, after)
    page = await info.context.ask(info.context.engine.overlap, question)
    edges: Any = [
        Edge(cursor=cursor, node=item)
        for cursor, item in zip(page.cursors, page.items, strict=True)
    ]
    nodes: Any = page.items
    page_info = PageInfo.of(page.cursors, page.has_next, after is not None)
    return OverlapConnection(edges=edges, nodes=nodes, page_info=page_info)


Around = Annotated[
    int | None, strawberry.argument(description="How many entities at most: 1 to 1,000.")
]


async def _neighbourhood(
    info: Info,
    ids: list[strawberry.ID],
    hops: int | None = 1,
    filter: HopFilter | None = None,
    size: Around = 500,
) -> Any:
    session = info.context
    return await session.ask(
        session.engine.surroundings, ids, hops or 1, hop_filter(filter), size or 500
    )


@strawberry.type
class ClusterQuery:
    """The root fields about sets of records."""

    clusters: list[Cluster] | None = strawberry.field(
        resolver=_clusters,
        description="The values, or the records, that the most records share: the most shared "
        "first.",
    )
    overlap: OverlapConnection | None = strawberry.field(
        resolver=_overlap,
        description="Who is in more than one of some datasets: records that are judged the same, "
        "and records that share an identifier.",
    )
    neighbourhood: Subgraph | None = strawberry.field(
        resolver=_neighbourhood,
        description="All that is at most so many hops from some entities, the nearest first, and "
        "the relationships among them.",
    )
