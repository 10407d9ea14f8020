"""Through what is a company held? Some of the simple routes from an owner to an asset, short ones first."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from engine.entity import Entity, Relationship
from engine.walk import Path, PathResult

ROUTES = 20
"""Routes shown for one holding."""
STEPS = 10_000
"""Steps that the search for the routes of one holding takes."""

Edges = Mapping[tuple[str, str], Sequence[Relationship]]
"""The ownerships of each (owner, asset)."""


class Routes:
    """The routes between one company, the root, and those around it, all of which are tied to it."""

    def __init__(self, nodes: Mapping[str, Entity], edges: Edges, root: str, *, up: bool) -> None:
        self._nodes = nodes
        self._edges = edges
        self._root = root
        self._up = up
        outward: dict[str, list[str]] = {}
        for owner, asset in edges:
            outward.setdefault(asset if up else owner, []).append(owner if up else asset)
        distances = {root: 0}
        front = [root]
        for here in front:
            fresh = [far for far in dict.fromkeys(outward.get(here, ())) if far not in distances]
            distances.update((far, distances[here] + 1) for far in fresh)
            front += fresh
        self._inward: dict[str, list[str]] = {}
        for near, found in outward.items():
            for far in found:
                self._inward.setdefault(far, []).append(near)
        for found in self._inward.values():
            found.sort(key=lambda near: (distances[near], near))

    def between(self, far: str, truncated: str | None) -> PathResult:
        """The routes from owner to asset, one of them the root, with every ownership along them."""
        found: list[tuple[str, ...]] = []
        walk = self._walks(far)
        for route in walk:
            if route is None:
                truncated = truncated or f"there are more than {len(found)} routes, perhaps"
            elif len(found) == ROUTES:
                truncated = truncated or f"there are more than {ROUTES} routes"
                break
            else:
                found.append(route if self._up else route[::-1])
        found.sort(key=lambda route: (len(route), route))
        ids = dict.fromkeys(id_ for route in found for id_ in route)
        pairs = dict.fromkeys(pair for route in found for pair in pairwise(route))
        edges = [edge for pair in pairs for edge in self._parallel(pair)]
        paths = [
            Path(route, tuple(self._parallel(pair)[0].id for pair in pairwise(route)))
            for route in found
        ]
        return PathResult([self._nodes[id_] for id_ in ids], edges, paths, truncated)

    def _parallel(self, pair: tuple[str, str]) -> list[Relationship]:
        return sorted(self._edges[pair], key=lambda edge: edge.id)

    def _walks(self, far: str) -> Iterator[tuple[str, ...] | None]:
        """The simple walks from ``far`` to the root; None at last if not all were looked for."""
        walk, choices = [far], [iter(self._inward.get(far, ()))]
        for _ in range(STEPS):
            if not choices:
                return
            near = next(choices[-1], None)
            if near is None:
                choices.pop()
                walk.pop()
            elif near == self._root:
                yield (*walk, near)
            elif near not in walk:
                walk.append(near)
                choices.append(iter(self._inward.get(near, ())))
        yield None
