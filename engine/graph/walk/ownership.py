"""Who holds a company through whatever chain, what a company holds, and how much of it.

The integrated share of A in B is the sum, over all routes from A to B, of the product of the shares
along each. With W the matrix of direct shares it is an entry of W + W² + W³ + … = (I - W)⁻¹ - I, so
that cycles and self-holdings count as the series they are (Brioschi, Buzzacchi and Colombo 1989;
Vitali, Glattfelder and Battiston 2011). A self-holding of B raises the share of every owner of B,
and is itself not listed. Several ownerships between the same two are summed. An unknown share adds
nothing, but is never taken for zero.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from engine.access import Access
from engine.answer import Holding
from engine.entity import Entity, Relationship
from engine.graph import visibility
from engine.graph.connection import Connection, Deadline
from engine.graph.convert import entity_of, relationship_of
from engine.graph.period import bounds
from engine.graph.walk.route import Routes
from engine.graph.walk.series import summed
from engine.question import DateRange, OwnershipQuestion
from engine.share import Share, lowest_share

MAX_DEPTH = 50
"""Hops from the company that is asked for."""
MAX_OWNERSHIPS = 5_000
"""Ownerships among which shares are computed."""
EXACTNESS = 1e-12
"""Shares are rounded to this, so that five times 10 % are 50 %."""

Pair = tuple[str, str]
"""The ids of an owner and of what it owns."""


class Web:
    """The ownerships around one company, the root: up to its owners, or down to what it holds."""

    def __init__(self, root: Entity, up: bool) -> None:
        self.root = root.id
        self.up = up
        self.nodes = {root.id: root}
        self.edges: dict[Pair, list[Relationship]] = {}
        """The ownerships of each pair."""
        self.shares: dict[tuple[str, str, str], Share] = {}
        """By owner, asset and id: an edge may have several ends."""
        self.truncated: str | None = None

    def add(self, relationship: Relationship, far: Entity) -> bool:
        """Add an ownership and the node at its far end; whether that node is new."""
        pair = (relationship.source, relationship.target)
        if (*pair, relationship.id) not in self.shares and relationship.entity is not None:
            texts = relationship.entity.properties.get("percentage", ())
            self.shares[(*pair, relationship.id)] = lowest_share(texts)
            self.edges.setdefault(pair, []).append(relationship)
        is_new = far.id not in self.nodes
        self.nodes.setdefault(far.id, far)
        return is_new

    def _outward(self) -> Iterator[tuple[str, str, Share]]:
        """Each ownership as the end nearer to the root, the other end, and the share."""
        for (owner, asset, _), share in self.shares.items():
            yield (asset, owner, share) if self.up else (owner, asset, share)

    def direct_shares(self) -> dict[tuple[str, str], float]:
        """The sum of the known shares between each two nodes, the nearer to the root first."""
        sums: dict[tuple[str, str], float] = {}
        for near, far, share in self._outward():
            if share.value:
                sums[near, far] = sums.get((near, far), 0.0) + share.value
        return sums

    def reached_through(self, chosen: Callable[[Share], bool]) -> set[str]:
        """The nodes tied to the root by a route, cycles included, that has a ``chosen`` share."""
        onward: dict[str, list[str]] = {}
        starts = []
        for near, far, share in self._outward():
            onward.setdefault(near, []).append(far)
            if chosen(share):
                starts.append(far)
        return reachable(starts, onward)

    def reached_by_known(self) -> set[str]:
        """The nodes tied to the root by a route on which every share is known."""
        onward: dict[str, list[str]] = {}
        for near, far, share in self._outward():
            if share.value is not None:
                onward.setdefault(near, []).append(far)
        return reachable(onward.get(self.root, ()), onward)

    def holdings(self, min_share: float, first: int, deadline: Deadline) -> list[Holding]:
        """The holdings of at least that share, largest first, then those of unknown share."""
        integrated, cut = summed(self.direct_shares(), self.root)
        with_unknown = self.reached_through(lambda share: share.value is None)
        inexact = self.reached_through(lambda share: not share.exact)
        known = self.reached_by_known()
        # A node that only unknown shares lead to has no share at all, rather than one of zero.
        shares = {
            id_: round(integrated.get(id_, 0.0), 12) if id_ in known else None
            for id_ in self.nodes.keys() - {self.root}
        }
        holdings = []
        routes = Routes(self.nodes, self.edges, self.root, up=self.up)
        for id_, share in ranked(shares, min_share)[:first]:
            deadline.left()
            is_lower_bound = cut or self.truncated is not None or id_ in inexact
            holding = Holding(
                self.nodes[id_],
                share,
                share is not None and is_lower_bound,
                id_ in with_unknown,
                routes.between(id_, self.truncated),
            )
            holdings.append(holding)
        return holdings


def reachable(starts: Iterable[str], onward: Mapping[str, Iterable[str]]) -> set[str]:
    """The nodes that some hops, or none, lead to from these."""
    reached: set[str] = set()
    todo = list(starts)
    while todo:
        here = todo.pop()
        if here not in reached:
            reached.add(here)
            todo += onward.get(here, ())
    return reached


def ranked(shares: Mapping[str, float | None], min_share: float) -> list[tuple[str, float | None]]:
    """The shares that are large enough, largest first, then the unknown ones; both by id."""
    chosen = [
        (id_, share)
        for id_, share in shares.items()
        if share is None or share >= min_share - EXACTNESS
    ]
    return sorted(chosen, key=lambda item: (item[1] is None, -(item[1] or 0.0), item[0]))


class Ownership:
    """Answers who holds a company and what it holds, within a deadline of some seconds."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    def owners(self, question: OwnershipQuestion, access: Access) -> list[Holding]:
        """Who holds it up the chain: the largest share first, unknown shares last."""
        return self._answer(question, access, up=True)

    def holdings(self, question: OwnershipQuestion, access: Access) -> list[Holding]:
        """What it holds down the chain: the largest share first, unknown shares last."""
        return self._answer(question, access, up=False)

    def _answer(self, question: OwnershipQuestion, access: Access, *, up: bool) -> list[Holding]:
        deadline = Deadline(self._seconds)
        start, end = bounds(DateRange(question.at, question.at))
        parameters = {**visibility.parameters(access), "start": start, "end": end}
        roots = self._connection.read(
            "ownership_root", parameters | {"id": question.id}, timeout=deadline.left()
        )
        if not roots:
            return []
        web = Web(entity_of(roots[0]["node"]), up)
        self._grow(web, parameters, deadline)
        return web.holdings(question.min_share, question.first, deadline)

    def _grow(self, web: Web, parameters: dict[str, Any], deadline: Deadline) -> None:
        """Add the ownerships around the root hop by hop, as long as there are new nodes."""
        name = "ownership_up" if web.up else "ownership_down"
        front = [web.root]
        for _ in range(MAX_DEPTH):
            # one row more than there is room for shows that ownerships are left out
            room = MAX_OWNERSHIPS - len(web.shares)
            front_parameters = parameters | {"ids": front, "limit": room + 1}
            rows = self._connection.read(name, front_parameters, timeout=deadline.left())
            if len(rows) > room:
                web.truncated = f"there are more than {MAX_OWNERSHIPS:,} ownerships around it"
                rows = rows[:room]
            front = []
            for row in rows:
                edge = relationship_of("OWNERSHIP", row["source"], row["target"], row["edge"])
                if web.add(edge, entity_of(row["node"])):
                    front.append(row["node"]["id"])
            if web.truncated or not front:
                return
        web.truncated = f"there are ownerships more than {MAX_DEPTH} hops away"
