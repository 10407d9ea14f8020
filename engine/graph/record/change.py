"""What became of records in one transaction: what the index takes, told by the writer or read again later."""

from dataclasses import dataclass, field

from engine.entity import Entity


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one id: the entity as it is now, or None for one that is gone.

    ``keys`` are the ids of shared values that went with it, or that a record let go which is still there
    (then ``id`` starts with ``#`` and is no record's).
    """

    revision: int
    id: str
    entity: Entity | None
    keys: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Written:
    """One transaction's revision, and all that readers would find under it."""

    revision: int
    added: list[Entity]
    """Those of whose ids there was no record before."""
    changed: list[Entity]
    released: list[Change]
    """Values that records let go which are still there."""
