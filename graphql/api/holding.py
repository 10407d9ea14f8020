"""``owners`` and ``holdings``: pages of who owns a company, or of what it owns, with shares."""

import asyncio
from collections.abc import Callable
from typing import Annotated, Any

import strawberry

from api.argument import Date
from api.connection import PageInfo, page_size
from api.entity import Entity, Relationship
from api.session import Info, Session
from api.walk import PathResult, Truncation, truncation
from engine import answer
from engine.access import Access
from engine.question import OwnershipQuestion

MinShare = Annotated[
    float | None,
    strawberry.argument(
        description="The smallest share, as a fraction from 0 to 1. A share that is a lower bound "
        "counts with that bound. Unknown shares come after all others, whatever this is: a page "
        "that has known shares has at most ten unknown ones, and `unknownCount` says how many "
        "there are."
    ),
]
At = Annotated[
    Date | None,
    strawberry.argument(
        description="Only holdings at this date, as the sources say of that time; those without "
        "dates count. Without it, holdings of all times count, but of the statements that follow "
        "each other in one record only the last one."
    ),
]
First = Annotated[int | None, strawberry.argument(description="The size of the page: 0 to 100.")]
After = Annotated[
    str | None, strawberry.argument(description="The cursor of the last item on the page before.")
]


class Held:
    """One holding on a page."""

    def __init__(self, holding: answer.Holding, cursor: str, page: "Holdings") -> None:
        self.holding = holding
        self.cursor = cursor
        self.page = page
        self.entity = holding.entity
        self.share = holding.share
        self.lower_bound = holding.lower_bound
        self.above = holding.above
        self.unknown = holding.unknown
        self.overstated = holding.overstated
        self.unnamed = holding.unnamed

    @property
    def node(self) -> "Held":
        """Itself, as an edge of a connection names it."""
        return self


class Holdings:
    """One page; its routes are looked for when a field first needs them, all in one go."""

    def __init__(self, session: Session, page: answer.HoldingPage, *, has_previous: bool) -> None:
        self._session = session
        self._page = page
        self._routes: asyncio.Task[dict[str, answer.PathResult]] | None = None
        self.nodes = [
            Held(holding, cursor, self)
            for holding, cursor in zip(page.items, page.cursors, strict=True)
        ]
        self.edges = self.nodes
        self.page_info = PageInfo.of(page.cursors, page.has_next, has_previous)
        self.total_count = page.total_count
        self.unknown_count = page.unknown_count
        self.of_itself = page.of_itself
        self.without_owner = page.without_owner
        self.doubts = page.doubts
        self.truncated = page.truncated

    async def routes(self, holding: answer.Holding) -> answer.PathResult:
        """The routes to one holding of the page."""
        if self._routes is None:
            self._routes = asyncio.create_task(self._session.in_thread(self._find))
        return (await self._routes)[holding.entity.id]

    def _find(self) -> dict[str, answer.PathResult]:
        return {holding.entity.id: holding.routes() for holding in self._page.items}


async def _routes(root: strawberry.Parent[Held]) -> Any:
    return await root.page.routes(root.holding)


@strawberry.type(
    description="An owner or something owned: its integrated share, and the routes that lead there."
)
class Holding:
    """An owner or something owned: its integrated share, and the routes that lead there."""

    entity: Entity = strawberry.field(description="The owner, or what is owned.")
    share: float | None = strawberry.field(
        description="The share over all routes, as a fraction from 0 to 1; null if no route's "
        "share is known."
    )
    lower_bound: bool = strawberry.field(
        description="Whether the share may be larger, because a source gives a range or words, or "
        "a share is unknown."
    )
    above: bool = strawberry.field(
        description="Whether the share is more than `share`, never just as much: true for "
        '"more than 50 %", false for "50 %" and for "at least 50 %".'
    )
    unknown: bool = strawberry.field(
        description="Whether the share depends on a holding whose share is unknown."
    )
    overstated: bool = strawberry.field(
        description="Whether the share counts a company whose direct shares come to more than the "
        "whole, and may be too large for that; `doubts` says which company."
    )
    unnamed: str | None = strawberry.field(
        description="What a source calls an owner that it does not name, and why, such as "
        '"unknown person (subject unable to confirm or identify beneficial owner)"; null for one '
        "that has a name."
    )
    routes: PathResult = strawberry.field(
        resolver=_routes,
        description="Up to 20 routes between the two, the short ones first, with all ownerships "
        "along them.",
    )


@strawberry.type(description="A holding, with its place in the list.")
class HoldingEdge:
    """A holding, with its place in the list."""

    cursor: str = strawberry.field(description="Pass it as `after` to read on from here.")
    node: Holding = strawberry.field(description="The holding.")


@strawberry.type(
    description="Something about the shares in a company that cannot be, or is not understood."
)
class ShareDoubt:
    """Something about the shares in a company that cannot be, or is not understood."""

    entity: Entity = strawberry.field(description="The company that is held.")
    relationship: Relationship | None = strawberry.field(
        description="The ownership, where it is about one of them."
    )
    reason: str = strawberry.field(
        description='What is wrong, such as "its direct shares come to 136 %" or "its percentage '
        "'150' is no share from 0 to 100 %\"."
    )


def _truncated(root: strawberry.Parent[Holdings]) -> Any:
    return truncation(root.truncated)


@strawberry.type(
    description="A page of owners or holdings: the largest shares first, unknown ones last."
)
class HoldingConnection:
    """A page of owners or holdings."""

    edges: list[HoldingEdge] = strawberry.field(description="The holdings with their cursors.")
    nodes: list[Holding] = strawberry.field(description="The holdings.")
    page_info: PageInfo = strawberry.field(
        description="Where the page begins and ends, and whether there are other ones."
    )
    total_count: int = strawberry.field(
        description="How many there are on all pages: of at least `minShare`, or of unknown share."
    )
    unknown_count: int = strawberry.field(
        description="How many of `totalCount` have an unknown share; they come last."
    )
    of_itself: float = strawberry.field(
        description="The share that the entity holds of itself, directly or through companies that "
        "hold each other, as a fraction. It is divided out of all other shares."
    )
    without_owner: str | None = strawberry.field(
        description="What a source says where there is no owner to name, such as "
        '"no beneficial owners: state bonds only"; null where no source says so.'
    )
    doubts: list[ShareDoubt] = strawberry.field(
        description="Up to 50 doubts about the shares that were counted: companies whose direct "
        "shares come to more than the whole, and percentages that say no share."
    )
    truncated: Truncation | None = strawberry.field(
        resolver=_truncated,
        description="Why there may be more; null if these are all.",
    )


async def _page(
    session: Session,
    read: Callable[[OwnershipQuestion, Access], answer.HoldingPage],
    id: str,
    min_share: float | None,
    at: str | None,
    first: int | None,
    after: str | None,
) -> Holdings:
    share = OwnershipQuestion.min_share if min_share is None else min_share
    size = page_size(first, OwnershipQuestion.first)
    page = await session.ask(read, OwnershipQuestion(id, share, at, size, after))
    return Holdings(session, page, has_previous=after is not None)


async def _owners(
    info: Info,
    id: strawberry.ID,
    min_share: MinShare = OwnershipQuestion.min_share,
    at: At = None,
    first: First = OwnershipQuestion.first,
    after: After = None,
) -> Any:
    session = info.context
    return await _page(session, session.engine.owners, id, min_share, at, first, after)


async def _holdings(
    info: Info,
    id: strawberry.ID,
    min_share: MinShare = OwnershipQuestion.min_share,
    at: At = None,
    first: First = OwnershipQuestion.first,
    after: After = None,
) -> Any:
    session = info.context
    return await _page(session, session.engine.holdings, id, min_share, at, first, after)


@strawberry.type
class HoldingQuery:
    """The root fields that ask who owns what."""

    owners: HoldingConnection | None = strawberry.field(
        resolver=_owners,
        description="Who owns an entity, directly or through other companies, and how much of it.",
    )
    holdings: HoldingConnection | None = strawberry.field(
        resolver=_holdings,
        description="What an entity owns, directly or through other companies, and how much of it.",
    )
