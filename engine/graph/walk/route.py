"""The simple routes from an owner to an asset, the short ones first; a limited number of them."""

from collections.abc import Iterator, Mapping, Sequence
from heapq import heappop, heappush
from itertools import pairwise

from engine.answer import Path, PathResult
from engine.entity import Entity, Relationship

ROUTES = 20
"""Routes shown for one holding."""
STEPS = 10_000
"""Steps that the search for the routes of one holding takes at most."""

Edges = Mapping[tuple[str, str], Sequence[Relationship]]
"""The ownerships of each (owner, asset)."""


class Routes:
    """The routes between one company, the root, and each of those that are tied to it.

    With ``up`` the others are its owners, otherwise what it owns.
    """

    def __init__(self, nodes: Mapping[str, Entity], edges: Edges, root: str, *, up: bool) -> None:
        self._nodes = nodes
        self._edges = edges
        self._root = root
        self._up = up
        self._distances = {root: 0}
        self._inward = self._towards_root()

    def _towards_root(self) -> dict[str, list[str]]:
        """For each node, those one hop inward that tie it to the root."""
        outward: dict[str, list[str]] = {}
        for owner, asset in self._edges:
            near, far = (asset, owner) if self._up else (owner, asset)
            outward.setdefault(near, []).append(far)
        # breadth first, so that each node gets its shortest distance
        front = [self._root]
        for here in front:
            for far in outward.get(here, ()):
                if far not in self._distances:
                    self._distances[far] = self._distances[here] + 1
                    front.append(far)
        inward: dict[str, list[str]] = {}
        for near, neighbours in outward.items():
            for far in neighbours:
                inward.setdefault(far, []).append(near)
        return inward

    def between(self, far: str, truncated: str | None) -> PathResult:
        """The routes between the root and ``far``, with every ownership along them.

        ``truncated`` says why the ownerships are not all known; it is passed on, or set where
        there are more routes than are answered.
        """
        routes, truncated = self._routes(far, truncated)
        ids = dict.fromkeys(id_ for route in routes for id_ in route)
        pairs = dict.fromkeys(pair for route in routes for pair in pairwise(route))
        edges = [edge for pair in pairs for edge in self._parallel(pair)]
        paths = [
            Path(route, tuple(self._parallel(pair)[0].id for pair in pairwise(route)))
            for route in routes
        ]
        return PathResult([self._nodes[id_] for id_ in ids], edges, paths, truncated)

    def _routes(self, far: str, truncated: str | None) -> tuple[list[tuple[str, ...]], str | None]:
        """The first routes as ids from owner to asset, in order, and why there are no more."""
        routes: list[tuple[str, ...]] = []
        for walk in self._walks(far):
            if walk is None:
                truncated = truncated or f"there may be more than {len(routes)} routes"
            elif len(routes) == ROUTES:
                truncated = truncated or f"there are more than {ROUTES} routes"
                break
            else:
                routes.append(walk if self._up else walk[::-1])
        return sorted(routes, key=lambda route: (len(route), route)), truncated

    def _parallel(self, pair: tuple[str, str]) -> list[Relationship]:
        return sorted(self._edges[pair], key=lambda edge: edge.id)

    def _walks(self, far: str) -> Iterator[tuple[str, ...] | None]:
        """The simple walks from ``far`` to the root, the short ones first.

        None at the end if there may be more. This is a best-first search by the hops of a walk and
        those that it still needs at least, so that it is not lost in cycles.
        """
        waiting: list[tuple[int, tuple[str, ...]]] = [(self._distances[far], (far,))]
        for _ in range(STEPS):
            if not waiting:
                return
            _, walk = heappop(waiting)
            if walk[-1] == self._root:
                yield walk
                continue
            for near in self._inward.get(walk[-1], ()):
                if near not in walk:
                    heappush(waiting, (len(walk) + self._distances[near], (*walk, near)))
        yield None
