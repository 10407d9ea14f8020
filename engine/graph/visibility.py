"""What a reader may see: the parameters of ``visibility.cypher``, and its rule for values read."""

from collections.abc import Mapping
from typing import Any

from engine.access import Access
from engine.graph.convert import LITERAL


def parameters(access: Access) -> dict[str, Any]:
    """The parameters of every query that includes a part of ``visibility.cypher``."""
    return {"datasets": access.names()}


def is_visible(properties: Mapping[str, Any], access: Access) -> bool:
    """Whether the reader may see the node that has these properties.

    The node was reached by a relationship that the reader may see; else a shared value is hidden.
    """
    if "_stub" in properties:
        return False
    return properties["id"].startswith(LITERAL) or properties["dataset"] in access.datasets
