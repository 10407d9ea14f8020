"""Integrated shares: how much of one company is another's, over all chains of ownership.

With W the matrix of direct shares and G = (I - W)⁻¹, the share of i in j is G_ij / G_ii, and i
holds 1 - 1/G_ii of itself. Seen from j it is the probability that a unit of j's value, which goes
from owner to owner with the direct shares, ever reaches i: so where no company's direct shares
exceed the whole, no integrated share does.

Downwards, from the owner i to all that it holds, that is one linear system: the ways that come back
to i are left out. Upwards, from j to all its owners, each owner's own G_ii is needed, which only
the cycles through it make. So circles (``circle``) are solved one after the other, and a node on no
cycle needs no system. Where a circle has no owner outside of it, I - W has no inverse, but then all
that gets into it reaches each company in it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy
from numpy.typing import NDArray

from engine.graph.walk.circle import circles

ROUNDS = 1_000
"""Rounds in which a series is summed where its linear system is not solved."""
DENSE = 2_000
"""Companies of one circle that are solved as one linear system; more take rounds."""
SETTLED = 1e-14
"""Rounds end when no sum changes by more than this."""
WHOLE = 1 + 1e-9
"""Direct shares that come to more than this are more than the whole, apart from rounding."""

Vector = NDArray[numpy.float64]
Weights = Mapping[tuple[str, str], float]
"""The direct share between two nodes, of which the nearer to the root comes first."""


@dataclass
class Shares:
    """The integrated shares of all nodes that the root leads to, fractions of at most 1."""

    by_id: dict[str, float] = field(default_factory=dict)
    """Without the root."""
    of_itself: float = 0.0
    """What the root holds of itself through its own cycles."""
    rough: set[str] = field(default_factory=set)
    """Nodes whose share is a lower bound, because their circle is too large to be solved."""


@dataclass(frozen=True)
class Solved:
    """One circle: what arrives at each of its nodes, each return counted, and the shares."""

    arriving: Vector
    shares: Vector
    closed: bool = False
    """Whether nobody outside of it owns anything in it."""
    rough: bool = False


Inner = list[tuple[int, int, float]]
"""(row, column, weight) of a sparse matrix."""


def integrated(weights: Weights, root: str, *, up: bool) -> Shares:
    """The shares of a root's owners (``up``), or the root's shares in what it holds."""
    into: dict[str, dict[str, float]] = {}
    onward: dict[str, list[str]] = {}
    returning: dict[str, float] = {}
    for (near, far), weight in weights.items():
        if far == root and not up:
            returning[near] = weight
        else:
            into.setdefault(far, {})[near] = weight
            onward.setdefault(near, []).append(far)
    result = Shares()
    arriving: dict[str, float] = {}
    for circle in circles(onward, root):
        inner, constant = system(circle, into, arriving, root)
        solved = solve(inner, constant, up=up)
        arriving.update(zip(circle, solved.arriving.tolist(), strict=True))
        result.by_id.update(zip(circle, numpy.minimum(solved.shares, 1.0).tolist(), strict=True))
        if solved.rough:
            result.rough.update(circle)
        if root in circle:
            result.of_itself = 1.0 if solved.closed else 1 - 1 / arriving[root]
    if not up:
        parts = (weight * arriving.get(near, 0.0) for near, weight in returning.items())
        result.of_itself = min(sum(parts), 1.0)
    del result.by_id[root]
    return result


def system(
    circle: list[str],
    into: Mapping[str, Mapping[str, float]],
    arriving: Mapping[str, float],
    root: str,
) -> tuple[Inner, Vector]:
    """The weights within a circle, and what arrives at its nodes from before it."""
    places = {node: place for place, node in enumerate(circle)}
    inner: Inner = []
    constant = numpy.array([float(node == root) for node in circle])
    for place, node in enumerate(circle):
        for near, weight in into.get(node, {}).items():
            if near in places:
                inner.append((place, places[near], weight))
            else:
                constant[place] += weight * arriving.get(near, 0.0)
    return inner, constant


def solve(inner: Inner, constant: Vector, *, up: bool) -> Solved:
    """x = Mx + c for one circle, and the shares: ``up``, x without each node's own returns."""
    size = len(constant)
    if not inner:
        return Solved(constant, constant)
    out = numpy.bincount([column for _, column, _ in inner], [w for *_, w in inner], size)
    inverse = inverted(inner, size) if size <= DENSE else None
    if inverse is not None:
        arriving = inverse @ constant
        return Solved(arriving, arriving / numpy.diag(inverse) if up else arriving)
    if out.min() > 2 - WHOLE and out.max() < WHOLE:
        entered = numpy.full(size, constant.sum())
        return Solved(entered, entered, closed=True)
    cut = out.max() > WHOLE
    arriving = rounds(inner, constant, cut=cut)
    if not up or cut:
        return Solved(arriving, arriving)
    # a column sum of (I - M)⁻¹ is at least its number on the diagonal
    turned = [(column, row, weight) for row, column, weight in inner]
    return Solved(arriving, arriving / rounds(turned, numpy.ones(size), cut=False), rough=True)


def inverted(inner: Inner, size: int) -> Vector | None:
    """The inverse of I - M for M without negative numbers; None unless I + M + M² + … is that.

    It is if, and only if, the inverse has no negative numbers.
    """
    matrix = numpy.eye(size)
    for row, column, weight in inner:
        matrix[row, column] -= weight
    try:
        inverse: Vector = numpy.linalg.inv(matrix).astype(numpy.float64, copy=False)
    except numpy.linalg.LinAlgError:
        return None
    # The largest number is about 1 / (1 - the weight around the cycle): at 1e9 that weight is 1,
    # apart from rounding.
    sound = numpy.isfinite(inverse).all() and inverse.min() > -1e-9 and inverse.max() < 1e9
    return inverse if sound else None


def rounds(inner: Inner, constant: Vector, *, cut: bool) -> Vector:
    """x = Mx + c summed round by round; with ``cut`` no number grows above 1.

    Where direct shares are more than the whole, the series may have no limit.
    """
    rows = numpy.array([row for row, _, _ in inner], dtype=numpy.intp)
    columns = numpy.array([column for _, column, _ in inner], dtype=numpy.intp)
    values = numpy.array([weight for _, _, weight in inner])
    most = 1.0 if cut else numpy.inf
    sums = numpy.minimum(constant, most)
    for _ in range(ROUNDS):
        more = numpy.minimum(
            constant + numpy.bincount(rows, values * sums[columns], len(sums)), most
        )
        if numpy.abs(more - sums).max() < SETTLED:
            return more
        sums = more
    return sums
