"""What do all walks from one node add up to? The series W + W² + W³ + …, cycles included, as it converges."""

from collections.abc import Collection, Mapping

import numpy
from numpy.typing import NDArray

ROUNDS = 1_000
"""Rounds in which a series without a limit is summed, each sum cut at the whole."""
DENSE = 1_200
"""Nodes on and between cycles that are solved as one linear system; more are summed in rounds."""
TINY = 1e-13

Matrix = NDArray[numpy.float64]
Weights = Mapping[tuple[str, str], float]


def summed(weights: Weights, root: str) -> tuple[dict[str, float], bool]:
    """For each node the sum over all walks from the root of the product of their weights, and whether cut.

    Nodes on no cycle and between none are summed one after the other; the rest is one linear system. Where
    the weights around a cycle are so great that the series has no limit, each sum is cut at 1.
    """
    into: dict[str, dict[str, float]] = {}
    nodes = {root}
    for (near, far), weight in weights.items():
        into.setdefault(far, {})[near] = weight
        nodes |= {near, far}
    before, core, after = layers(nodes, {far: set(found) for far, found in into.items()})
    sums: dict[str, float] = {}

    def arriving(node: str, known: Collection[str] | None = None) -> float:
        """What comes in along one more step; a walk may also start with it, at the root."""
        found = into.get(node, {})
        return sum(
            weight * (sums.get(near, 0.0) + (near == root))
            for near, weight in found.items()
            if known is None or near not in known or near == root
        )

    for node in before:
        sums[node] = arriving(node)
    places = {node: place for place, node in enumerate(core)}
    constant = numpy.array([arriving(node) for node in core])
    inner = [(places[far], places[near], w) for (near, far), w in weights.items() if near in places and far in places]
    solved, cut = solve(inner, constant)
    sums.update((node, float(solved[place])) for node, place in places.items())
    for node in after:
        sums[node] = arriving(node)
    return sums, cut
