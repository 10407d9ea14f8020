"""Collects the paths that queries answer, with each of their nodes and relationships once."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from neo4j import Record

from engine.answer import Path, PathResult
from engine.entity import Node, Relationship
from engine.graph.convert import node_of, relationship_of

Crossing = tuple[str, frozenset[str]]
"""The id of a relationship and its two ends: an edge with several ends has one id for all."""


@dataclass
class PathCollector:
    """The paths found so far for one question."""

    limit: int
    """Paths in all, between whatever pairs of ends."""
    nodes: dict[str, Node] = field(default_factory=dict)
    edges: dict[tuple[str, str, str], Relationship] = field(default_factory=dict)
    """By id, source and target."""
    paths: dict[tuple[str, ...], Path] = field(default_factory=dict)
    """By the ids of their nodes."""
    truncated: str | None = None

    def add_single(self, node: Node) -> None:
        """Add the path from a node to itself, which has no hops."""
        self.nodes[node.id] = node
        self.paths[(node.id,)] = Path((node.id,), ())

    def add(self, row: Record, wanted: int) -> None:
        """Add the shortest ``wanted`` paths of a row, which has those of one pair of ends."""
        columns = zip(row["node_ids"], row["edge_ids"], strict=True)
        paths = sorted((Path(tuple(nodes), tuple(edges)) for nodes, edges in columns), key=order)
        if self.truncated is None and len(self.paths) + min(len(paths), wanted) > self.limit:
            self.truncated = f"there are more than {self.limit:,} paths"
        kept = paths[: min(wanted, self.limit - len(self.paths))]
        self.paths.update((path.node_ids, path) for path in kept)
        datasets = self._add_edges(row["edges"], crossings(kept))
        self._add_nodes(row["nodes"], {id_ for path in kept for id_ in path.node_ids}, datasets)

    def add_judged(self, path: Path, nodes: Iterable[Node], edges: Iterable[Relationship]) -> None:
        """Add a path that may cross judgements, unless there are too many paths by now."""
        if len(self.paths) >= self.limit:
            self.truncated = self.truncated or f"there are more than {self.limit:,} paths"
            return
        self.paths[path.node_ids] = path
        self.nodes.update((node.id, node) for node in nodes)
        self.edges.update(((edge.id, edge.source, edge.target), edge) for edge in edges)

    def between(self, source: str, target: str) -> list[Path]:
        """The paths from one node to another, the shortest first."""
        paths = sorted(self.paths.values(), key=order)
        ends = (source, target)
        return [path for path in paths if (path.node_ids[0], path.node_ids[-1]) == ends]

    def parts(self, path: Path) -> tuple[list[Node], list[Relationship]]:
        """The nodes and the relationships of a path."""
        crossed = crossings([path])
        edges = [
            edge
            for (id_, source, target), edge in self.edges.items()
            if (id_, frozenset((source, target))) in crossed
        ]
        return [self.nodes[id_] for id_ in path.node_ids], edges

    def _add_edges(self, rows: Iterable[Sequence[Any]], crossed: set[Crossing]) -> dict[str, str]:
        """Add the relationships that paths cross; for each node a dataset that leads to it."""
        datasets: dict[str, str] = {}
        for type_, source, target, properties in rows:
            relationship = relationship_of(type_, source, target, properties)
            if (relationship.id, frozenset((source, target))) in crossed:
                self.edges.setdefault((relationship.id, source, target), relationship)
                datasets.setdefault(source, relationship.dataset)
                datasets.setdefault(target, relationship.dataset)
        return datasets

    def _add_nodes(
        self, rows: Iterable[Mapping[str, Any]], ids: set[str], datasets: Mapping[str, str]
    ) -> None:
        for properties in rows:
            id_ = properties["id"]
            if id_ in ids and id_ not in self.nodes:
                self.nodes[id_] = node_of(properties, datasets.get(id_, ""))

    def result(self) -> PathResult:
        """The paths, shortest first, then by the ids of their nodes."""
        paths = sorted(self.paths.values(), key=order)
        return PathResult(
            list(self.nodes.values()), list(self.edges.values()), paths, self.truncated
        )


def crossings(paths: Iterable[Path]) -> set[Crossing]:
    """Every relationship that some paths cross."""
    return {
        (edge_id, frozenset(ends))
        for path in paths
        for edge_id, ends in zip(path.edge_ids, pairwise(path.node_ids), strict=True)
    }


def order(path: Path) -> tuple[int, int, tuple[str, ...]]:
    """Paths of fewer hops come first, then those of fewer judgements, then those of smaller ids."""
    return path.length, path.judged, path.node_ids
