"""Records that several tests of the graph write."""

from engine.access import Access
from engine.entity import Entity, make_entity

ALL = Access(frozenset({"a", "b"}))


def company(key: str, dataset: str = "a", **properties: list[str]) -> Entity:
    """A company."""
    return make_entity(dataset, key, "Company", {"name": [key], **properties})


def owns(key: str, owner: str, asset: str, dataset: str = "a", **properties: list[str]) -> Entity:
    """An ownership."""
    return make_entity(
        dataset, key, "Ownership", {"owner": [owner], "asset": [asset], **properties}
    )
