"""Who holds a company through whatever chain, what a company holds, and how much: integrated shares.

The integrated share of A in B is the sum over all routes from A to B of the product of the shares along each.
With W the matrix of direct shares it is an entry of W + W² + W³ + … = (I - W)⁻¹ - I, so that cycles and
self-holdings count as the series they are (Brioschi, Buzzacchi and Colombo 1989; Vitali, Glattfelder and
Battiston 2011): a self-holding of B lifts the share of every owner of B, and is itself not listed.
Several ownerships between the same two are summed. An unknown share adds nothing, and is never a zero.
"""

from collections.abc import Sequence
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

DEPTH = 50
"""Hops from the company asked for."""
MOST = 5_000
"""Ownerships in the web that is solved."""
EXACTNESS = 1e-12
"""Shares are told to this many digits, so that five times 10 % are 50 %."""


class Web:
    """The ownerships around one company, seen from it: up to its owners, or down to what it holds."""

    def __init__(self, root: Entity, up: bool) -> None:
        self.root = root.id
        self.up = up
        self.nodes = {root.id: root}
        self.edges: dict[tuple[str, str], list[Relationship]] = {}
        """The ownerships of each (owner, asset)."""
        self.shares: dict[tuple[str, str, str], Share] = {}
        self.truncated: str | None = None

    def add(self, relationship: Relationship, far: Entity) -> bool:
        """Take in an ownership and the node at its far end; whether that node is new."""
        pair = (relationship.source, relationship.target)
        if (*pair, relationship.id) not in self.shares and relationship.entity is not None:
            texts = relationship.entity.properties.get("percentage", ())
            self.shares[(*pair, relationship.id)] = lowest_share(texts)
            self.edges.setdefault(pair, []).append(relationship)
        new = far.id not in self.nodes
        self.nodes.setdefault(far.id, far)
        return new

    def away(self, pair: tuple[str, str]) -> tuple[str, str]:
        """The ends of an ownership, the nearer to the root first."""
        return (pair[1], pair[0]) if self.up else pair

    def direct(self) -> dict[tuple[str, str], float]:
        """The sum of the known shares of each pair, the nearer to the root first."""
        found: dict[tuple[str, str], float] = {}
        for (source, target, _), share in self.shares.items():
            if share.value:
                pair = self.away((source, target))
                found[pair] = found.get(pair, 0.0) + share.value
        return found

    def reached(self, chosen: Sequence[bool]) -> set[str]:
        """The nodes that some route ties to the root across one of the ``chosen`` ownerships, cycles too."""
        onward: dict[str, list[str]] = {}
        todo = []
        for (source, target, _), wanted in zip(self.shares, chosen, strict=True):
            near, far = self.away((source, target))
            onward.setdefault(near, []).append(far)
            todo += [far] if wanted else []
        found: set[str] = set()
        while todo:
            here = todo.pop()
            if here not in found:
                found.add(here)
                todo += onward.get(here, ())
        return found

    def known(self) -> set[str]:
        """The nodes that some route of known shares alone ties to the root."""
        onward: dict[str, list[str]] = {}
        for (source, target, _), share in self.shares.items():
            if share.value is not None:
                near, far = self.away((source, target))
                onward.setdefault(near, []).append(far)
        found: set[str] = set()
        todo = list(onward.get(self.root, ()))
        while todo:
            here = todo.pop()
            if here not in found:
                found.add(here)
                todo += onward.get(here, ())
        return found

    def holdings(self, min_share: float, first: int, deadline: Deadline) -> list[Holding]:
        """The holdings of at least that share, largest first, then those of unknown share."""
        integrated, cut = summed(self.direct(), self.root)
        unknown = self.reached([share.value is None for share in self.shares.values()])
        inexact = self.reached([not share.exact for share in self.shares.values()])
        known = self.known()
        shares: list[tuple[float, str]] = []
        for id_ in self.nodes.keys() - {self.root}:
            share = round(integrated.get(id_, 0.0), 12)
            if id_ not in known:
                shares.append((-1.0, id_))
            elif share >= min_share - EXACTNESS:
                shares.append((share, id_))
        found, told = [], Routes(self.nodes, self.edges, self.root, up=self.up)
        for share, id_ in sorted(shares, key=lambda item: (-item[0], item[1]))[:first]:
            deadline.left()
            whole = id_ in known
            lower = whole and (cut or self.truncated is not None or id_ in inexact)
            value = share if whole else None
            found.append(
                Holding(
                    self.nodes[id_], value, lower, id_ in unknown, told.between(id_, self.truncated)
                )
            )
        return found


class Ownership:
    """Answers who holds and what is held, within a deadline of some seconds."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    def owners(self, question: OwnershipQuestion, access: Access) -> list[Holding]:
        """Who holds it up the chain, the largest share first, those whose share is unknown last."""
        return self._answer(question, access, up=True)

    def holdings(self, question: OwnershipQuestion, access: Access) -> list[Holding]:
        """What it holds down the chain, the largest share first, those whose share is unknown last."""
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
        self._spread(web, parameters, deadline)
        return web.holdings(question.min_share, question.first, deadline)

    def _spread(self, web: Web, parameters: dict[str, Any], deadline: Deadline) -> None:
        """Take in the ownerships around the root hop by hop, as long as there are new ones."""
        name = "ownership_up" if web.up else "ownership_down"
        front = [web.root]
        for _ in range(DEPTH):
            asked = parameters | {"ids": front, "limit": MOST - len(web.shares) + 1}
            rows = self._connection.read(name, asked, timeout=deadline.left())
            if len(web.shares) + len(rows) > MOST:
                web.truncated = f"there are more than {MOST:,} ownerships around it"
                rows = rows[: MOST - len(web.shares)]
            front = []
            for row in rows:
                edge = relationship_of("OWNERSHIP", row["source"], row["target"], row["edge"])
                if web.add(edge, entity_of(row["node"])):
                    front.append(row["node"]["id"])
            if web.truncated or not front:
                return
        web.truncated = f"there are ownerships more than {DEPTH} hops away"
