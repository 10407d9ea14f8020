"""What walks through the graph return: paths and subgraphs."""

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
        return root.length


def _truncated(root: strawberry.Parent[answer.PathResult | answer.Subgraph]) -> Any:
    return truncation(root.truncated)


def truncation(reason: str | None) -> Truncation | None:
    """Why an answer is incomplete, or nothing where it is not."""
    return None if reason is None else Truncation(reason=reason)


@strawberry.type(description="Paths, and each entity and relationship on them once.")
class PathResult:
    """Paths, and each entity and relationship on them once."""

    nodes: list[Entity]
    edges: list[Relationship]
    paths: list[Path]
    truncated: Truncation | None = strawberry.field(
        resolver=_truncated, description="Why there may be more paths; null if these are all."
    )


@strawberry.type(description="Some entities, and the relationships among them.")
class Subgraph:
    """Some entities, and the relationships among them."""

    nodes: list[Entity]
    edges: list[Relationship]
    truncated: Truncation | None = strawberry.field(
        resolver=_truncated,
        description="Why there may be more relationships; null if these are all.",
    )
