"""Who holds a company through whatever chain, what a company holds, and how much: integrated shares.

The integrated share of A in B is the sum over all routes from A to B of the product of the shares along each.
With W the matrix of direct shares it is the entry of W + W² + W³ + … = (I - W)⁻¹ - I, so cycles and
self-holdings count as the series they are (Brioschi, Buzzacchi and Colombo 1989; Vitali, Glattfelder and
Battiston 2011). It is solved as a linear system on the bounded subgraph around the company asked for.
Where told shares add up to so much that the series has no limit, routes are summed up to DEPTH hops, and
the share is capped at the whole and called a lower bound.
"""

from collections.abc import Sequence
from typing import Any

import numpy

from engine.access import Access
from engine.entity import Entity, Node, Relationship
from engine.errors import BadInput
from engine.graph.connection import Connection, Deadline
from engine.graph.convert import entity_of, relationship_of
from engine.graph.share import Share, lowest_share
from engine.walk import Holding, Path, PathResult

DEPTH = 20
"""Hops from the company asked for."""
MOST = 5_000
"""Ownerships in the subgraph that is solved."""
ROUTES = 20
"""Routes shown for one holding."""
TRIES = 20_000
"""Steps of the search for routes."""


class Web:
    """The ownerships around one company, seen from it: ``steps`` leads away from it, up or down."""

    def __init__(self, root: Entity, up: bool) -> None:
        self.root = root
        self.up = up
        self.nodes: dict[str, Node] = {root.id: root}
        self.steps: dict[str, list[tuple[str, Relationship, Share]]] = {}
        self.truncated: str | None = None

    def add(self, edge: Relationship, near: str, far: Entity) -> None:
        """Take one ownership and the node at its far end."""
        assert edge.entity is not None
        self.nodes.setdefault(far.id, far)
        share = lowest_share(edge.entity.properties.get("percentage", ()))
        self.steps.setdefault(near, []).append((far.id, edge, share))

    def integrated(self) -> tuple[dict[str, float], bool]:
        """Each node's integrated share, and whether the series had to be cut."""
        order = {id_: number for number, id_ in enumerate(self.nodes)}
        direct = numpy.zeros((len(order), len(order)))
        for near, steps in self.steps.items():
            for far, _, share in steps:
                direct[order[near], order[far]] += share.value or 0.0
        first, cut = numpy.zeros(len(order)), False
        first[0] = 1.0
        if direct.size and max(abs(numpy.linalg.eigvals(direct))) < 1 - 1e-9:
            summed = numpy.linalg.solve(numpy.eye(len(order)) - direct.T, first) - first
        else:
            cut, summed, wave = True, numpy.zeros(len(order)), first
            for _ in range(DEPTH):
                wave = numpy.minimum(wave @ direct, 1.0)
                summed = numpy.minimum(summed + wave, 1.0)
        return {id_: float(summed[number]) for id_, number in order.items()}, cut

    def marks(self) -> tuple[set[str], set[str]]:
        """The nodes behind some share that is a lower bound, and those behind some unknown one."""
        return self._behind(lambda share: share.value is not None and not share.exact), self._behind(
            lambda share: share.value is None
        )

    def _behind(self, chosen: Any) -> set[str]:
        todo = [far for steps in self.steps.values() for far, _, share in steps if chosen(share)]
        found: set[str] = set()
        while todo:
            id_ = todo.pop()
            if id_ not in found:
                found.add(id_)
                todo.extend(far for far, _, _ in self.steps.get(id_, ()))
        return found

    def routes(self, goal: str) -> PathResult:
        """The simple routes between the company and ``goal``, written from owner to owned, shortest first."""
        towards = self._leading(goal)
        found: list[list[Relationship]] = []
        queue: list[tuple[str, list[Relationship], frozenset[str]]] = [
            (self.root.id, [], frozenset({self.root.id}))
        ]
        tries, at = 0, 0
        while at < len(queue) and len(found) <= ROUTES and tries < TRIES:
            here, walked, seen = queue[at]
            at += 1
            for far, edge, _ in self.steps.get(here, ()):
                tries += 1
                if far == goal:
                    found.append([*walked, edge])
                elif far in towards and far not in seen:
                    queue.append((far, [*walked, edge], seen | {far}))
        more = len(found) > ROUTES or at < len(queue)
        return self._told(found[:ROUTES], f"limit: only the first {ROUTES} routes" if more else None)

    def _leading(self, goal: str) -> set[str]:
        back: dict[str, list[str]] = {}
        for near, steps in self.steps.items():
            for far, _, _ in steps:
                back.setdefault(far, []).append(near)
        todo, found = [goal], {goal}
        while todo:
            for near in back.get(todo.pop(), ()):
                if near not in found:
                    found.add(near)
                    todo.append(near)
        return found

    def _told(self, routes: list[list[Relationship]], truncated: str | None) -> PathResult:
        edges: dict[str, Relationship] = {}
        ids: dict[str, None] = {}
        paths = []
        for route in routes:
            walked = route[::-1] if self.up else route
            edges |= {edge.id: edge for edge in walked}
            nodes = (walked[0].source, *(edge.target for edge in walked))
            ids |= dict.fromkeys(nodes)
            paths.append(Path(nodes, tuple(edge.id for edge in walked)))
        return PathResult([self.nodes[id_] for id_ in ids], list(edges.values()), paths, truncated)


class Ownership:
    """Answers who holds and what is held; ``deadline`` is the seconds that one question may take."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline

    def owners(
        self, access: Access, id: str, *, min_share: float = 0.25, at: str | None = None, first: int = 50
    ) -> list[Holding]:
        """Up the chain: who holds ``id``, the largest share first, the unknown ones last."""
        return self._answer(access, id, min_share, at, first, up=True)

    def holdings(
        self, access: Access, id: str, *, min_share: float = 0.25, at: str | None = None, first: int = 50
    ) -> list[Holding]:
        """Down the chain: what ``id`` holds, the largest share first, the unknown ones last."""
        return self._answer(access, id, min_share, at, first, up=False)

    def _answer(
        self, access: Access, id: str, min_share: float, at: str | None, first: int, *, up: bool
    ) -> list[Holding]:
        if not 0 <= min_share <= 1:
            raise BadInput(f"minShare is {min_share}: a share is a fraction between 0 and 1")
        if not 1 <= first <= 1000:
            raise BadInput(f"first is {first}: it must be between 1 and 1000")
        web = self._web(access, id, at, up)
        if web is None:
            return []
        shares, cut = web.integrated()
        bounded, unknown = web.marks()
        chosen: list[tuple[float, str]] = []
        for id_, share in shares.items():
            if id_ != id and (share > 0 and share >= min_share - 1e-12 or share == 0 and id_ in unknown):
                chosen.append((-share, id_))
        found = []
        for negative, id_ in sorted(chosen)[:first]:
            entity = web.nodes[id_]
            assert isinstance(entity, Entity)
            lower = cut or web.truncated is not None or id_ in bounded or (id_ in unknown and negative < 0)
            share = -negative if negative else None
            found.append(Holding(entity, share, lower, id_ in unknown, web.routes(id_)))
        return found

    def _web(self, access: Access, id: str, at: str | None, up: bool) -> Web | None:
        deadline = Deadline(self._deadline)
        parameters: dict[str, Any] = {
            "datasets": access.names(),
            "at": at,
            "late": None if at is None else at + "~",
        }
        roots = self._connection.read("ownership_root", parameters | {"id": id}, timeout=deadline.left())
        if not roots:
            return None
        web = Web(entity_of(roots[0]["node"]), up)
        edge: Sequence[str] = [id]
        count = 0
        for _ in range(DEPTH):
            asked = parameters | {"ids": list(edge), "limit": MOST - count + 1}
            rows = self._connection.read(
                "ownership_up" if up else "ownership_down", asked, timeout=deadline.left()
            )
            if count + len(rows) > MOST:
                web.truncated = f"limit: only the nearest {MOST} ownerships"
                break
            count += len(rows)
            known = set(web.nodes)
            for row in rows:
                relationship = relationship_of("OWNERSHIP", row["source"], row["target"], row["properties"])
                web.add(relationship, row["near"], entity_of(row["node"]))
            edge = [id_ for id_ in web.nodes if id_ not in known]
            if not edge:
                break
        return web
