"""What walks through the graph return: paths, holdings and subgraphs."""

from typing import Any

import strawberry

from api.entity import Entity, Relationship
from engine import answer


@strawberry.type(description="Why an answer is incomplete.")
class Truncation:
    """Why an answer is incomplete."""

    reason: str


@strawberry.type(
    description="One path: the ids of its entities in order, and those of the relationships "
    "between them."
)
class Path:
    """One path: the ids of its entities in order, and those of the relationships between them."""

    node_ids: list[strawberry.ID]
    edge_ids: list[strawberry.ID]

    @strawberry.field
    @staticmethod
    def length(root: strawberry.Parent[answer.Path]) -> int:
        """How many relationships it crosses."""
        return len(root.edge_ids)


def _truncated(root: strawberry.Parent[answer.PathResult | answer.Subgraph]) -> Any:
    return None if root.truncated is None else Truncation(reason=root.truncated)


@strawberry.type(description="Paths, and each entity and relationship on them once.")
class PathResult:
    """Paths, and each entity and relationship on them once."""

    nodes: list[Entity]
    edges: list[Relationship]
    paths: list[Path]
    truncated: Truncation | None = strawberry.field(
        resolver=_truncated, description="Why there may be more paths; null if these are all."
    )


@strawberry.type(
    description="An owner or something owned: its integrated share, and the routes that lead there."
)
class Holding:
    """An owner or something owned: its integrated share, and the routes that lead there."""

    entity: Entity
    share: float | None = strawberry.field(
        description="The share over all routes, as a fraction; null if no route's share is known."
    )
    lower_bound: bool = strawberry.field(
        description="Whether the share may be larger, because a source gives a range or words, or "
        "a share is unknown."
    )
    unknown: bool = strawberry.field(
        description="Whether some route crosses a holding whose share is unknown."
    )
    routes: PathResult


@strawberry.type(description="Some entities, and the relationships among them.")
class Subgraph:
    """Some entities, and the relationships among them."""

    nodes: list[Entity]
    edges: list[Relationship]
    truncated: Truncation | None = strawberry.field(
        resolver=_truncated,
        description="Why there may be more relationships; null if these are all.",
    )
