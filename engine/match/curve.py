"""Log-odds as a function of how alike two values are."""

from collections.abc import Sequence
from itertools import pairwise


def interpolated(points: Sequence[tuple[float, float]], at: float) -> float:
    """The value of a piecewise linear function at a place within its points."""
    for (left, low), (right, high) in pairwise(points):
        if at <= right:
            return low + (high - low) * (at - left) / (right - left)
    return points[-1][1]
