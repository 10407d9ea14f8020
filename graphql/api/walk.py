"""What a walk answers: paths, holdings and subgraphs."""

from typing import Any

import strawberry

from api.entity import Entity, Relationship
from engine import answer


@strawberry.type(description="Why an answer is not all there is.")
class Truncation:
    """Why an answer is not all there is."""

    reason: str


@strawberry.type(
    description="One path by the ids of its nodes and, one fewer, of its relationships."
)
class Path:
    """One path by ids."""

    node_ids: list[strawberry.ID]
    edge_ids: list[strawberry.ID]

    @strawberry.field
    @staticmethod
    def length(root: strawberry.Parent[answer.Path]) -> int:
        """How many relationships it crosses."""
        return len(root.edge_ids)


def _truncated(root: strawberry.Parent[answer.PathResult | answer.Subgraph]) -> Any:
    return None if root.truncated is None else Truncation(reason=root.truncated)


@strawberry.type(description="Paths, with each node once and each relationship once.")
class PathResult:
    """Paths, with each node once and each relationship once."""

    nodes: list[Entity]
    edges: list[Relationship]
    paths: list[Path]
    truncated: Truncation | None = strawberry.field(resolver=_truncated)


@strawberry.type(description="Who holds it, or what is held: the integrated share, and its routes.")
class Holding:
    """Who holds it, or what is held."""

    entity: Entity
    share: float | None = strawberry.field(
        description="A fraction; null where no route's share is known."
    )
    lower_bound: bool = strawberry.field(
        description="True where a range, words or an unknown share make `share` a lower bound."
    )
    unknown: bool = strawberry.field(
        description="True where some route crosses a holding of unknown share."
    )
    routes: PathResult


@strawberry.type(description="The entities of a set, and the relationships among them.")
class Subgraph:
    """The entities of a set, and the relationships among them."""

    nodes: list[Entity]
    edges: list[Relationship]
    truncated: Truncation | None = strawberry.field(resolver=_truncated)
