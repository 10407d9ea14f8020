"""Who holds a company through whatever chain, what a company holds, and how much of it.

Shares are integrated, as ``series`` says (Brioschi, Buzzacchi and Colombo 1989; Baldone, Brioschi
and Paleari 1998): cycles and self-holdings count as the series they are, and what an owner holds of
itself is divided out, so that no share is above the whole where no company's direct shares are.
A self-holding of B raises the share of every owner of B, and is itself not listed.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from engine.access import Access
from engine.answer import Holding, HoldingPage, ShareDoubt
from engine.cursor import cursor_of, place_of
from engine.graph import visibility
from engine.graph.connection import Connection, Deadline
from engine.graph.convert import entity_of, relationship_of
from engine.graph.walk.sameness import Clusters
from engine.graph.walk.web import EXACTNESS, Web
from engine.period import bounds
from engine.question import DateRange, OwnershipQuestion
from engine.unnamed import without_owner
from engine.warning import warn

MAX_DEPTH = 50
"""Hops from the company that is asked for."""
MAX_OWNERSHIPS = 5_000
"""Ownerships among which shares are computed."""
SMALLEST = 1e-12
"""Shares may be this much smaller than the smallest that is asked for."""
UNKNOWN_BESIDE_KNOWN = 10
"""Unknown shares on a page that has known ones; more follow on the next page."""
MAX_DOUBTS = 50
"""Doubts that are listed."""
TOLD = 3
"""Warnings of companies whose direct shares are more than the whole."""
NO_SHARE = -1.0
"""Stands in a cursor for a share that is unknown."""


def place(holding: Holding) -> tuple[bool, float, str]:
    """Where a holding stands in the order: the largest shares first, unknown ones last; by id."""
    return holding.share is None, -(holding.share or 0.0), holding.entity.id


def ranked(holdings: Iterable[Holding], min_share: float) -> list[Holding]:
    """The holdings that are large enough, and those of unknown share, in order."""
    chosen = (
        holding
        for holding in holdings
        if holding.share is None or holding.share >= min_share - SMALLEST
    )
    return sorted(chosen, key=place)


def cut(holdings: list[Holding], question: OwnershipQuestion) -> tuple[list[Holding], bool]:
    """The page that is asked for, and whether there is another one; raises BadInput."""
    if question.after is not None:
        share, id_ = place_of(question.after, float, str)
        last = (share == NO_SHARE, 0.0 if share == NO_SHARE else -share, id_)
        holdings = [holding for holding in holdings if place(holding) > last]
    page = holdings[: question.first]
    known = sum(holding.share is not None for holding in page)
    if known:
        page = page[: known + UNKNOWN_BESIDE_KNOWN]
    return page, len(page) < len(holdings)


def cursor(holding: Holding) -> str:
    """Where a page ended."""
    share = NO_SHARE if holding.share is None else float(holding.share)
    return cursor_of(share, holding.entity.id)


def warn_of_doubts(doubts: Sequence[ShareDoubt]) -> None:
    """Tell of companies of more than the whole, because shares may be too large for that."""
    told = [doubt for doubt in doubts if doubt.relationship is None]
    for doubt in told[:TOLD]:
        warn(f"{doubt.entity.id}: {doubt.reason}, so shares in it may be too large.")
    if len(told) > TOLD:
        warn(f"So it is with {len(told) - TOLD} more companies: `doubts` names up to {MAX_DOUBTS}.")


class Ownership:
    """Answers who holds a company and what it holds, within a deadline of some seconds."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    def owners(self, question: OwnershipQuestion, access: Access) -> HoldingPage:
        """Who holds it up the chain: the largest share first, unknown shares last."""
        return self._answer(question, access, up=True)

    def holdings(self, question: OwnershipQuestion, access: Access) -> HoldingPage:
        """What it holds down the chain: the largest share first, unknown shares last."""
        return self._answer(question, access, up=False)

    def _answer(self, question: OwnershipQuestion, access: Access, *, up: bool) -> HoldingPage:
        deadline = Deadline(self._seconds)
        start, end = bounds(DateRange(question.at, question.at))
        parameters = {
            **visibility.parameters(access),
            "start": start,
            "end": end,
            "history": question.at is not None,
        }
        roots = self._connection.read(
            "ownership_root", parameters | {"id": question.id}, timeout=deadline.left()
        )
        if not roots:
            return HoldingPage()
        root = entity_of(roots[0]["node"])
        clusters = Clusters(self._connection, deadline, access)
        clusters.add([root.id])
        web = Web(root, up, clusters.sameness)
        self._grow(web, clusters, parameters, deadline)
        shares = web.integrated()
        deadline.left()
        doubts = web.doubts()
        warn_of_doubts(doubts)
        holdings = ranked(web.holdings(shares), question.min_share)
        page, has_next = cut(holdings, question)
        return HoldingPage(
            page,
            [cursor(holding) for holding in page],
            has_next,
            total_count=len(holdings),
            unknown_count=sum(holding.share is None for holding in holdings),
            of_itself=round(shares.of_itself, EXACTNESS),
            without_owner=without_owner(root) if up else None,
            doubts=tuple(doubts[:MAX_DOUBTS]),
            truncated=web.truncated,
        )

    def _grow(
        self, web: Web, clusters: Clusters, parameters: dict[str, Any], deadline: Deadline
    ) -> None:
        """Add the ownerships around the root hop by hop, as long as there are new nodes."""
        name = "ownership_up" if web.up else "ownership_down"
        front = self._members(web, web.asked, parameters, deadline)
        for _ in range(MAX_DEPTH):
            # one row more than there is room for shows that ownerships are left out
            room = MAX_OWNERSHIPS - len(web.shares)
            front_parameters = parameters | {"ids": front, "limit": room + 1}
            rows = self._connection.read(name, front_parameters, timeout=deadline.left())
            if len(rows) > room:
                web.truncated = f"there are more than {MAX_OWNERSHIPS:,} ownerships around it"
                rows = rows[:room]
            front = []
            clusters.add(row["node"]["id"] for row in rows)
            for row in rows:
                edge = relationship_of("OWNERSHIP", row["source"], row["target"], row["edge"])
                if web.add(edge, entity_of(row["node"])):
                    front += self._members(web, row["node"]["id"], parameters, deadline)
            if web.truncated or not front:
                return
        web.truncated = f"there are ownerships more than {MAX_DEPTH} hops away"

    def _members(
        self, web: Web, id: str, parameters: dict[str, Any], deadline: Deadline
    ) -> list[str]:
        """The records of the node that a record belongs to, which the web knows from now on."""
        members = web.sameness.members(id)
        rest = [member for member in members if member not in web.records]
        if rest:
            named = parameters | {"ids": rest}
            rows = self._connection.read("node_by_id", named, timeout=deadline.left())
            for properties in rows[0]["records"]:
                record = entity_of(properties)
                web.records[record.id] = record
        return members
