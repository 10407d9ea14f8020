"""What is exported, in any format: records, or nodes with relationships, as ordered streams."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.entity import Entity, Node, Relationship


@dataclass(frozen=True, slots=True)
class MeasuredRelationship:
    """A relationship with what can be measured of it, as the graph has it for filters."""

    relationship: Relationship
    start: str | None = None
    """Its first day, or the year or month of it, as YYYY-MM-DD."""
    end: str | None = None
    """Its last day."""
    amount: float | None = None
    share: float | None = None
    """A fraction: 0.25 is 25 %."""


class Content(Protocol):
    """What an export holds; each stream may be read several times."""

    @property
    def datasets(self) -> Sequence[str]:
        """The datasets that records come from, in the order of their ids."""

    def records(self) -> Iterator[Entity]:
        """Every record, edges included, in code point order of the ids."""

    def nodes(self) -> Iterator[Node]:
        """Every record that is no edge and every shared value, in code point order of the ids."""

    def relationships(self) -> Iterator[MeasuredRelationship]:
        """Every relationship among the nodes, in an order that does not change."""
