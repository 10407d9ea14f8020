"""Paths that must pass through some nodes: put together of paths between these.

Each order of the nodes is tried. The parts of a path keep off each other's nodes, so that it has
none twice: where the shortest parts meet, up to ``PARTS`` of each are joined.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, permutations, product

from engine.answer import Path, PathResult
from engine.entity import Node, Relationship
from engine.question import PathMode, PathQuestion

PARTS = 30
"""Paths between two nodes that are looked at."""
MOST_JOINED = 20_000
"""Ways to join parts that are tried."""
Find = Callable[[PathQuestion], PathResult]


@dataclass
class ViaSearch:
    """The search for one question's paths."""

    find: Find
    question: PathQuestion
    reasons: list[str] = field(default_factory=list)
    """Why there may be more paths."""
    _nodes: dict[str, Node] = field(default_factory=dict)
    _edges: dict[tuple[str, str, str], Relationship] = field(default_factory=dict)
    _known: dict[tuple[str, str, int, tuple[str, ...]], list[Path]] = field(default_factory=dict)

    def result(self) -> PathResult:
        """The paths of every pair of ends, the shortest first."""
        found: list[Path] = []
        for start in dict.fromkeys(self.question.from_ids):
            for end in dict.fromkeys(self.question.to_ids):
                if start != end:
                    found += self._between(start, end)
        found.sort(key=lambda path: (path.length, path.node_ids))
        ids = {id_ for path in found for id_ in path.node_ids}
        crossed = {
            (edge, frozenset(pair))
            for path in found
            for edge, pair in zip(path.edge_ids, pairwise(path.node_ids), strict=True)
        }
        return PathResult(
            [node for id_, node in self._nodes.items() if id_ in ids],
            [edge for edge in self._edges.values() if (edge.id, ends(edge)) in crossed],
            found,
            self.reasons[0] if self.reasons else None,
        )

    def _between(self, start: str, end: str) -> list[Path]:
        inner = [id_ for id_ in self.question.via if id_ not in (start, end)]
        ways = [(start, *order, end) for order in permutations(inner)]
        if self.question.mode is PathMode.SHORTEST:
            shortest = [self._joined(way, 1) for way in ways]
            # the sum of shortest parts is the least that there can be
            least = min((length for length, _ in shortest), default=0)
            paths = [path for length, path in shortest if path is not None and length == least]
            if paths:
                return paths[:1]
        found = {path.node_ids: path for way in ways for path in self._every(way)}
        ordered = sorted(found.values(), key=lambda path: (path.length, path.node_ids))
        return self._chosen(ordered)

    def _chosen(self, ordered: list[Path]) -> list[Path]:
        question = self.question
        if question.mode is PathMode.K_SHORTEST:
            return ordered[: question.k]
        if question.mode is PathMode.SHORTEST:
            return ordered[:1]
        shortest = [path for path in ordered if path.length == ordered[0].length]
        if len(shortest) > question.limit:
            self.reasons.append(f"more than {question.limit:,} paths")
        return shortest[: question.limit]

    def _joined(self, way: Sequence[str], number: int) -> tuple[int, Path | None]:
        """The length of the shortest parts of a way, and the path that they make, if any."""
        parts = [self._parts(pair, way, number) for pair in pairwise(way)]
        if not all(parts):
            return 10**9, None
        length = sum(part[0].length for part in parts)
        path = join([part[0] for part in parts])
        return length, path if length <= self.question.max_hops else None

    def _every(self, way: Sequence[str]) -> Iterator[Path]:
        """All paths that parts of a way make."""
        parts = [self._parts(pair, way, PARTS) for pair in pairwise(way)]
        if any(len(part) >= PARTS for part in parts):
            self.reasons.append(f"{PARTS} paths of each part were joined: there may be others")
        for tried, chosen in enumerate(product(*parts)):
            if tried >= MOST_JOINED:
                self.reasons.append(f"{MOST_JOINED:,} ways were tried: there may be others")
                return
            path = join(chosen)
            if path is not None and path.length <= self.question.max_hops:
                yield path

    def _parts(self, pair: tuple[str, str], way: Sequence[str], number: int) -> list[Path]:
        """Paths from one node of a way to the next, that keep off its other nodes."""
        others = tuple(sorted(set(way) - set(pair)))
        key = (*pair, number, others)
        if key not in self._known:
            question = replace(
                self.question,
                from_ids=(pair[0],),
                to_ids=(pair[1],),
                via=(),
                avoid=(*self.question.avoid, *others),
                mode=PathMode.SHORTEST if number == 1 else PathMode.K_SHORTEST,
                k=number,
                max_hops=max(self.question.max_hops - len(way) + 2, 1),
            )
            result = self.find(question)
            if result.truncated:
                self.reasons.append(result.truncated)
            self._nodes |= {node.id: node for node in result.nodes}
            self._edges |= {(edge.id, edge.source, edge.target): edge for edge in result.edges}
            self._known[key] = result.paths
        return self._known[key]


def ends(edge: Relationship) -> frozenset[str]:
    """The ids of both ends of a relationship."""
    return frozenset((edge.source, edge.target))


def join(parts: Sequence[Path]) -> Path | None:
    """One path of several, each of which begins where the one before ends; None if they meet."""
    nodes = [*parts[0].node_ids]
    for part in parts[1:]:
        nodes += part.node_ids[1:]
    if len(set(nodes)) < len(nodes):
        return None
    edges = tuple(id_ for part in parts for id_ in part.edge_ids)
    return Path(tuple(nodes), edges, sum(part.judged for part in parts))
