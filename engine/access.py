"""Whose eyes a read has: the datasets that it may see, worked out once per request."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Access:
    """The names of the datasets that may be read; nothing else exists for this reader."""

    datasets: frozenset[str]

    def names(self) -> list[str]:
        """The names in order, as a query's ``$datasets``."""
        return sorted(self.datasets)
