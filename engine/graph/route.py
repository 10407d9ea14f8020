"""Through what is a company held? The simple routes from an owner to an asset, a few of them, short ones first."""

from collections.abc import Iterator, Mapping, Sequence

from engine.entity import Entity, Relationship
from engine.graph.connection import Deadline
from engine.walk import Path, PathResult

ROUTES = 20
"""Routes shown for one holding."""
STEPS = 20_000
"""Steps that the search for the routes of one holding takes."""

Edges = Mapping[tuple[str, str], Sequence[Relationship]]


def routes(
    nodes: Mapping[str, Entity],
    onward: Mapping[str, Sequence[str]],
    edges: Edges,
    distances: Mapping[str, int],
    ends: tuple[str, str],
) -> PathResult:
    """At most ROUTES routes from an owner to an asset, with every ownership along them.

    ``onward`` leads from owners to assets, ``distances`` says how far each is from the asset at the end.
    """
    raise NotImplementedError
