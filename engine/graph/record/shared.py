"""A value that records share, and who holds it, as the graph keeps it (see ``visibility``)."""

from collections.abc import Sequence
from dataclasses import dataclass

from engine.graph import visibility
from engine.graph.record.row import Row


@dataclass(frozen=True, slots=True)
class SharedValue:
    """A value, the records that are linked with it, and the datasets that have too many."""

    id: str
    """``literal:type:value``"""
    records: Sequence[str]
    """The ids of all its holders in the other datasets."""
    hubs: Sequence[str] = ()
    """The datasets that each have more than LITERAL_CAP holders."""

    @property
    def type(self) -> str:
        """FtM's type of the value."""
        return self.id.split(":", 2)[1]

    @property
    def is_shared(self) -> bool:
        """Whether any reader can see it: that takes two holders."""
        return len(self.records) > 1

    def row(self) -> Row:
        """What the graph keeps of it."""
        _, kind, value = self.id.split(":", 2)
        crowded = bool(self.hubs) or len(self.records) > visibility.LITERAL_CAP
        return {
            "id": self.id,
            "type": kind,
            "value": value,
            "records": sorted(self.records),
            "hubs": sorted(self.hubs) if crowded else None,
        }
