"""Paths of clusters, told as paths of the records that are judged the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from engine.answer import Path
from engine.entity import Node, Relationship, same_as
from engine.graph import visibility
from engine.graph.convert import node_of, relationship_of
from engine.graph.cypher import fragment
from engine.graph.walk.collector import PathCollector
from engine.graph.walk.hop import Hop
from engine.graph.walk.plan import Pair, end_labels
from engine.graph.walk.sameness import Clusters
from engine.graph.walk.search import PathSearch

Crossed = tuple[int, str, str]
"""A hop between two clusters: its place, and the names of the clusters."""
Step = tuple[int, str, str]
"""A hop between two nodes: its place, and the ids of the nodes."""


@dataclass
class Told:
    """Tells the paths of one pair, which are known by their clusters, with records."""

    search: PathSearch
    clusters: Clusters
    pair: Pair
    hops: Sequence[Hop] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)
    crossed: Mapping[Crossed, set[Pair]] = field(default_factory=dict)
    """The nodes that each hop between two clusters leads from and to."""

    def add(self, paths: Sequence[Sequence[str]], collector: PathCollector) -> None:
        """Add paths, each given by the names of its clusters."""
        walks = [self._steps(path) for path in paths]
        edges, nodes = self._read({step for walk in walks for step in walk})
        told = [self._path(walk, edges) for walk in walks]
        self._read_rest({id_ for path, _ in told for id_ in path.node_ids}, nodes)
        for path, crossed in told:
            collector.add_judged(path, [nodes[id_] for id_ in path.node_ids], crossed)

    def _steps(self, path: Sequence[str]) -> list[Step]:
        """The hops of a path, so chosen that it crosses the fewest judgements."""
        places = [place if len(self.hops) > 1 else 0 for place in range(len(path) - 1)]
        hops = [
            self.crossed[place, near, far]
            for place, (near, far) in zip(places, pairwise(path), strict=True)
        ]
        way = self.clusters.sameness.thread(*self.pair, hops)
        return [(place, *hop) for place, hop in zip(places, way, strict=True)]

    def _read(self, steps: set[Step]) -> tuple[dict[Step, Relationship], dict[str, Node]]:
        """The relationship of each hop, of parallel ones the first by id, and the nodes there."""
        edges: dict[Step, Relationship] = {}
        nodes: dict[str, Node] = {}
        for place in sorted({step[0] for step in steps}):
            asked = sorted([source, target] for at, source, target in steps if at == place)
            for row in self.search.connection.stream(
                "path_search",
                {**self.parameters, "pairs": [self.pair], "paths": asked},
                timeout=self.search.deadline.left(),
                **end_labels(self.pair),
                search=fragment("path_by_nodes"),
                relationships=self.hops[place].relationships(None),
            ):
                found = [relationship_of(*values) for values in row["edges"]]
                known = {(edge.id, frozenset((edge.source, edge.target))): edge for edge in found}
                for (source, target), (id_,) in zip(row["node_ids"], row["edge_ids"], strict=True):
                    edges[place, source, target] = known[id_, frozenset((source, target))]
                datasets = {
                    end: edge.dataset for edge in found for end in (edge.source, edge.target)
                }
                for properties in row["nodes"]:
                    nodes[properties["id"]] = node_of(properties, datasets[properties["id"]])
        return edges, nodes

    def _path(
        self, walk: Sequence[Step], edges: Mapping[Step, Relationship]
    ) -> tuple[Path, list[Relationship]]:
        """The path of some hops and of the judgements between them, and all that it crosses."""
        start, end = self.pair
        ids, crossed, judged = [start], [], 0
        for step in (*walk, None):
            source = step[1] if step is not None else end
            for judgement in self.clusters.sameness.chain(ids[-1], source) or ():
                ids.append(judgement.other(ids[-1]))
                crossed.append(same_as(judgement))
                judged += 1
            if step is not None:
                ids.append(step[2])
                crossed.append(edges[step])
        return Path(tuple(ids), tuple(edge.id for edge in crossed), judged), crossed

    def _read_rest(self, ids: set[str], nodes: dict[str, Node]) -> None:
        """Read the records that only judgements lead to."""
        rest = sorted(ids - nodes.keys())
        parameters = {"ids": rest, **visibility.parameters(self.search.plan.access)}
        rows = self.search.connection.read(
            "node_by_id", parameters, timeout=self.search.deadline.left()
        )
        for properties in rows[0]["records"]:
            node = node_of(properties)
            nodes[node.id] = node
