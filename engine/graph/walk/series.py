"""Adds up shares over all chains of ownership from one node, cycles included.

With W, the matrix of direct shares, that is W + W² + W³ + …, if the sum converges.
"""

from collections.abc import Mapping

import numpy
from numpy.typing import NDArray

ROUNDS = 1_000
"""Rounds in which a series that has no limit is summed, each sum cut at 1."""
DENSE = 1_200
"""Nodes on and between cycles that are solved as one linear system; more take rounds."""
SETTLED = 1e-14
"""Rounds end when no sum changes by more than this."""

Vector = NDArray[numpy.float64]
Weights = Mapping[tuple[str, str], float]
Inner = list[tuple[int, int, float]]
"""(row, column, weight) of a sparse matrix."""


def summed(weights: Weights, root: str) -> tuple[dict[str, float], bool]:
    """For each node the sum of the products of weights along all walks from the root to it.

    Also answers whether sums were cut: where the weights around a cycle are so large that the
    series has no limit, each sum is cut at 1. Nodes before and after all cycles are summed one
    after the other; only those on or between cycles need a linear system.
    """
    into: dict[str, dict[str, float]] = {root: {}}
    for (near, far), weight in weights.items():
        into.setdefault(near, {})
        into.setdefault(far, {})[near] = weight
    before, core, after = layers(into)
    sums: dict[str, float] = {}

    def arriving(node: str) -> float:
        """The sum for a node, of those before it, which are known; the root begins each walk."""
        return sum(w * (sums.get(near, 0.0) + (near == root)) for near, w in into[node].items())

    for node in before:
        sums[node] = arriving(node)
    places = {node: place for place, node in enumerate(core)}
    constant = numpy.array([arriving(node) for node in core])
    inner = [
        (places[far], places[near], w)
        for far in core
        for near, w in into[far].items()
        if near in places
    ]
    solved, cut = solve(inner, constant)
    sums.update((node, float(solved[place])) for node, place in places.items())
    for node in after:
        sums[node] = arriving(node)
    return sums, cut


def layers(into: Mapping[str, Mapping[str, float]]) -> tuple[list[str], list[str], list[str]]:
    """The nodes before all cycles, in order; those on or between cycles; those after, in order."""
    onward: dict[str, dict[str, float]] = {node: {} for node in into}
    for far, weights in into.items():
        for near, weight in weights.items():
            onward[near][far] = weight
    before = without_cycles(into, onward, set(into))
    rest = set(into) - set(before)
    after = without_cycles(onward, into, rest)
    return before, sorted(rest - set(after)), after[::-1]


def without_cycles(
    into: Mapping[str, Mapping[str, float]],
    onward: Mapping[str, Mapping[str, float]],
    among: set[str],
) -> list[str]:
    """The nodes of a set that no cycle in it leads to, each after all that lead to it.

    This is Kahn's topological sort; it stops at cycles.
    """
    waiting = {node: sum(near in among for near in into[node]) for node in among}
    ordered = sorted(node for node, count in waiting.items() if not count)
    for node in ordered:
        for far in onward[node]:
            if far in waiting:
                waiting[far] -= 1
                if not waiting[far]:
                    ordered.append(far)
    return ordered


def solve(inner: Inner, constant: Vector) -> tuple[Vector, bool]:
    """x = Mx + c for a matrix M without negative numbers, and whether x had to be cut.

    The series that x stands for has a limit if, and only if, (I - M) u = 1 has a solution
    without negative numbers.
    """
    size = len(constant)
    if not size:
        return constant, False
    if size > DENSE:
        return rounds(inner, constant)
    matrix = numpy.eye(size)
    for row, column, weight in inner:
        matrix[row, column] -= weight
    try:
        both = numpy.linalg.solve(matrix, numpy.column_stack([constant, numpy.ones(size)]))
    except numpy.linalg.LinAlgError:
        return rounds(inner, constant)
    # The largest u is about 1 / (1 - the weight around the cycle): at 1e9 that weight is 1, apart
    # from rounding.
    if numpy.isfinite(both).all() and both[:, 1].min() > 1 - 1e-9 and both[:, 1].max() < 1e9:
        solution: Vector = both[:, 0].astype(numpy.float64)
        return solution, False
    return rounds(inner, constant)


def rounds(inner: Inner, constant: Vector) -> tuple[Vector, bool]:
    """x = Mx + c summed round by round, each number cut at 1, and whether anything was cut."""
    rows = numpy.array([row for row, _, _ in inner], dtype=numpy.intp)
    columns = numpy.array([column for _, column, _ in inner], dtype=numpy.intp)
    values = numpy.array([weight for _, _, weight in inner])
    sums = numpy.minimum(constant, 1.0)
    cut = bool((constant > 1.0).any())
    for _ in range(ROUNDS):
        more = constant + numpy.bincount(rows, values * sums[columns], len(constant))
        cut = cut or bool((more > 1.0).any())
        more = numpy.minimum(more, 1.0)
        if numpy.abs(more - sums).max() < SETTLED:
            return more, cut
        sums = more
    return sums, True
