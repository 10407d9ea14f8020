"""The simple routes from an owner to an asset, the short ones first; a limited number of them."""

from collections.abc import Iterator, Mapping, Sequence
from heapq import heappop, heappush
from itertools import pairwise

from engine.answer import Path, PathResult
from engine.entity import Entity, Node, Relationship, same_as
from engine.sameness import Sameness

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

    def __init__(
        self,
        records: Mapping[str, Entity],
        edges: Edges,
        root: str,
        *,
        up: bool,
        sameness: Sameness,
    ) -> None:
        """``root`` is a record; edges are between nodes, of which each is one or more records."""
        self._records = records
        self._edges = edges
        self._sameness = sameness
        self._asked = root
        self._root = sameness.first(root)
        self._up = up
        self._distances = {self._root: 0}
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
        """The routes between the root and the record ``far``, with every ownership along them.

        ``truncated`` says why the ownerships are not all known; it is passed on, or set where
        there are more routes than are answered.
        """
        routes, truncated = self._routes(self._sameness.first(far), truncated)
        ends = (far, self._asked) if self._up else (self._asked, far)
        paths: list[Path] = []
        edges: dict[tuple[str, str, str], Relationship] = {}
        for route in routes:
            path, crossed = self._told(route, ends)
            paths.append(path)
            edges.update(((edge.id, edge.source, edge.target), edge) for edge in crossed)
        ids = dict.fromkeys(
            [
                *(id_ for path in paths for id_ in path.node_ids),
                *(end for edge in edges.values() for end in (edge.source, edge.target)),
            ]
        )
        nodes: list[Node] = [self._records[id_] for id_ in ids]
        return PathResult(nodes, list(edges.values()), paths, truncated)

    def _told(self, route: Sequence[str], ends: tuple[str, str]) -> tuple[Path, list[Relationship]]:
        """A route as a path of records, and all that ties them, parallel ownerships included."""
        pairs = [self._parallel(pair) for pair in pairwise(route)]
        hops = [{(edge.source, edge.target) for edge in pair} for pair in pairs]
        ids, judged = [ends[0]], 0
        along: list[str] = []
        crossed: list[Relationship] = []
        for hop, pair in zip(self._sameness.thread(*ends, hops), pairs, strict=True):
            first = next(edge for edge in pair if (edge.source, edge.target) == hop)
            for edge in pair:
                crossed += self._same(hop[0], edge.source)
                crossed.append(edge)
                crossed += self._same(hop[1], edge.target)
            judged += self._cross(ids, hop[0], along, crossed)
            ids.append(hop[1])
            along.append(first.id)
        judged += self._cross(ids, ends[1], along, crossed)
        return Path(tuple(ids), tuple(along), judged), crossed

    def _cross(self, ids: list[str], to: str, along: list[str], crossed: list[Relationship]) -> int:
        """Go on from the last record to another one of its node; how many judgements that takes."""
        steps = self._same(ids[-1], to)
        for step in steps:
            ids.append(step.target if step.source == ids[-1] else step.source)
            along.append(step.id)
        crossed += steps
        return len(steps)

    def _same(self, here: str, there: str) -> list[Relationship]:
        """The judgements between two records of a node."""
        if here == there:
            return []
        return [same_as(each) for each in self._sameness.chain(here, there) or ()]

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
