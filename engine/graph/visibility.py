"""What a reader may see: the parameters of ``visibility.cypher``, and its rule for values read.

A shared value is there for a reader if at least two records that they may read hold it, and at
most LITERAL_CAP: a value of more is a hub, which proves nothing. So the graph keeps who holds a
value for each dataset that has no more holders than that, and of others only their names, as the
``_hubs`` of the value. A value that has hubs, or more than LITERAL_CAP holders in all datasets
together, is *crowded* (its ``_hubs`` is a list, which may be empty): only there may some readers
see two holders, and yet no value.
"""

from collections.abc import Mapping
from typing import Any

from engine.access import Access
from engine.graph.convert import LITERAL

LITERAL_CAP = 50
"""A value that more of a reader's records hold than this is a hub, and is not there for them."""


def parameters(access: Access) -> dict[str, Any]:
    """The parameters of every query that includes a part of ``visibility.cypher``."""
    return {
        "datasets": access.names(),
        "most_holders": LITERAL_CAP,
    }


def is_visible(properties: Mapping[str, Any], access: Access) -> bool:
    """Whether the reader may see the node that has these properties, which a path passes.

    The path crosses two relationships that the reader may see. Of a crowded value (``is_crowded``)
    that is not enough to know.
    """
    if "_stub" in properties:
        return False
    return properties["id"].startswith(LITERAL) or properties["dataset"] in access.datasets


def is_crowded(properties: Mapping[str, Any]) -> bool:
    """Whether a node is a shared value that is hidden from those who may read too many holders."""
    return "_hubs" in properties
