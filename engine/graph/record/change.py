"""What a transaction changed, for the index: from the writer, or read from the graph later."""

from dataclasses import dataclass, field

from engine.entity import Entity


@dataclass(frozen=True, slots=True)
class Change:
    """One id that changed, with the entity as it is now, or None for one that is gone.

    ``keys`` are the ids of the shared values that went with it. Where a record that is still there
    has lost values, ``id`` starts with ``#``, is the id of no record, and ``entity`` is None.
    """

    revision: int
    id: str
    entity: Entity | None
    keys: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Written:
    """What one transaction wrote, and the revision under which readers find it."""

    revision: int
    added: list[Entity]
    """Records that are new."""
    changed: list[Entity]
    """Records that replaced an older version."""
    released: list[Change]
    """Values that records have lost which are still there."""
