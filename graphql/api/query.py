"""The root fields of GraphQL: each turns its arguments into a question and asks the engine.

Follow a field from here: ``paths`` is resolved by ``_paths``, which makes a ``PathQuestion`` and
gives it, with ``Engine.paths``, to ``session.ask`` (``api.session``). ``ask`` adds the access.
The fields below the root are in ``api.entity`` (what every entity has), ``api.record`` (FtM's
properties), ``api.search``, ``api.walk`` and ``api.dataset``. Nouns with root fields of their own
bring them as a class that ``Query`` is made of, such as ``UserQuery``.
"""

from typing import Annotated, Any

import strawberry

from api.allowance import AllowanceQuery
from api.argument import (
    HopFilter,
    PropertyOrder,
    SearchFilter,
    hop_filter,
    property_order,
    search_filter,
)
from api.block import AuditQuery
from api.change import ChangeQuery
from api.cluster import ClusterQuery
from api.connection import page_size
from api.dataset import Dataset, DatasetConnection, dataset_page
from api.diagram import DiagramQuery
from api.document.document import DocumentQuery
from api.entity import Entity
from api.grant import GrantQuery
from api.holding import HoldingQuery
from api.investigation import InvestigationQuery
from api.judgement import JudgementQuery
from api.match import MatchQuery
from api.mention import MentionQuery
from api.model import ModelQuery
from api.review import ReviewQuery
from api.search import Search, SearchConnection
from api.selection import selects
from api.session import Info
from api.tally import NeighbourQuery
from api.user import UserQuery
from api.user_request import UserRequestQuery
from api.walk import PathResult, Subgraph
from api.xref import XrefQuery
from engine.question import (
    PathMode,
    PathQuestion,
    SearchQuestion,
    SearchSort,
)
from engine.vocabulary import no_dataset
from engine.warning import warn

Ids = list[strawberry.ID]
FromIds = Annotated[
    Ids, strawberry.argument(name="from", description="Where paths may start: any of these.")
]
K = Annotated[
    int | None, strawberry.argument(description="How many paths K_SHORTEST returns for each pair.")
]
MaxHops = Annotated[
    int | None,
    strawberry.argument(description="The most relationships that a path may cross: 1 to 12."),
]
PathFilter = Annotated[HopFilter | None, strawberry.argument(description="A filter for all hops.")]
Hops = Annotated[
    list[HopFilter] | None,
    strawberry.argument(
        description="A filter for each hop in order; paths then have exactly this many hops."
    ),
]
Via = Annotated[
    Ids | None,
    strawberry.argument(
        description="At most 3 entities that a path must pass through, in any order."
    ),
]
Avoid = Annotated[
    Ids | None, strawberry.argument(description="Entities that a path must not pass through.")
]
SortBy = Annotated[
    PropertyOrder | None,
    strawberry.argument(description="A property to sort by, in place of `sort`."),
]
Mentions = Annotated[
    bool | None,
    strawberry.argument(
        description="Whether paths may cross MENTIONS: from a document to a record that its text "
        "names, which is no proof that the two have anything to do with each other."
    ),
]


async def _entity(info: Info, id: strawberry.ID) -> Any:
    return (await info.context.entities([id]))[0]


async def _entities(info: Info, ids: Ids) -> Any:
    return await info.context.entities(ids)


def _search(
    info: Info,
    query: str | None = "",
    filter: SearchFilter | None = None,
    sort: SearchSort | None = SearchSort.RELEVANCE,
    sort_by: SortBy = None,
    first: int | None = SearchQuestion.first,
    after: str | None = None,
) -> Any:
    question = SearchQuestion(
        query or "",
        search_filter(filter),
        sort or SearchSort.RELEVANCE,
        page_size(first, SearchQuestion.first),
        after,
        property_order(sort_by),
    )
    return Search(info.context, question)


async def _paths(
    info: Info,
    from_: FromIds,
    to: Ids,
    mode: PathMode | None = PathMode.SHORTEST,
    k: K = PathQuestion.k,
    max_hops: MaxHops = PathQuestion.max_hops,
    filter: PathFilter = None,
    hops: Hops = None,
    avoid: Avoid = None,
    mentions: Mentions = False,
    via: Via = None,
) -> Any:
    question = PathQuestion(
        tuple(from_),
        tuple(to),
        mode=mode or PathMode.SHORTEST,
        k=PathQuestion.k if k is None else k,
        max_hops=PathQuestion.max_hops if max_hops is None else max_hops,
        filter=hop_filter(filter),
        hops=tuple(map(hop_filter, hops or ())),
        avoid=tuple(avoid or ()),
        mentions=bool(mentions),
        via=tuple(via or ()),
    )
    return await info.context.ask(info.context.engine.paths, question)


async def _subgraph(info: Info, ids: Ids) -> Any:
    whole = selects(info, "edges", "entity")
    return await info.context.ask(info.context.engine.subgraph, ids, whole=whole)


async def _dataset(info: Info, name: str) -> Any:
    dataset = await info.context.ask(info.context.engine.dataset, name)
    if dataset is None:
        warn(no_dataset(name, info.context.caller.reading().datasets))
    return dataset


@strawberry.type(description="Everything that can be asked.")
class Query(
    HoldingQuery,
    ChangeQuery,
    ClusterQuery,
    NeighbourQuery,
    UserQuery,
    GrantQuery,
    InvestigationQuery,
    DiagramQuery,
    ModelQuery,
    UserRequestQuery,
    AllowanceQuery,
    AuditQuery,
    MatchQuery,
    MentionQuery,
    JudgementQuery,
    XrefQuery,
    ReviewQuery,
    DocumentQuery,
):
    """Everything that can be asked."""

    entity: Entity | None = strawberry.field(
        resolver=_entity, description="The entity with this id; null if you can see none."
    )
    entities: list[Entity | None] | None = strawberry.field(
        resolver=_entities,
        description="The entities with these ids, in order; null for an id where you can see none.",
    )
    search: SearchConnection | None = strawberry.field(
        resolver=_search,
        description='Entities found by words, "phrases", AND, OR, NOT, -word, fuzzy~, prefix*, '
        "*inside*, o?e letter, field:value, ranges such as amount:[1000 TO *], and email:* for any "
        "value. What is not understood is an error, or a warning in the extensions.",
    )
    paths: PathResult | None = strawberry.field(
        resolver=_paths,
        description="The shortest paths from any of some entities to any of some others.",
    )
    subgraph: Subgraph | None = strawberry.field(
        resolver=_subgraph, description="The relationships among at most 5,000 entities."
    )
    dataset: Dataset | None = strawberry.field(
        resolver=_dataset, description="The dataset with this name; null if you can see none."
    )
    datasets: DatasetConnection | None = strawberry.field(
        resolver=dataset_page,
        description="The datasets, by name: all of them, or only those that are (not) overdue.",
    )
