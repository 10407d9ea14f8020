"""What is exported, whatever the form: records, or nodes with the arrows between them, as streams in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from engine.entity import Entity, Node, Relationship


@dataclass(frozen=True, slots=True)
class Arrow:
    """A relationship with what can be measured of it: its days as YYYY-MM-DD, its amount, its share (a fraction)."""

    relationship: Relationship
    start: str | None = None
    end: str | None = None
    amount: float | None = None
    share: float | None = None


class Content(Protocol):
    """What an export holds; each stream may be asked for several times."""

    @property
    def datasets(self) -> Sequence[str]:
        """The datasets that records come from, in the order of their ids."""

    def records(self) -> Iterator[Entity]:
        """Every record, edges included, in code point order of the ids."""

    def nodes(self) -> Iterator[Node]:
        """Every record that is no edge and every shared value, in code point order of the ids."""

    def arrows(self) -> Iterator[Arrow]:
        """Every relationship among the nodes, in an order that does not change."""
