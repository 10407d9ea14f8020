"""What a load shows while it runs: which source it reads, and how far it is."""

from typing import Protocol


class Meter(Protocol):
    """Shows how far a load is."""

    def begin(self, source: str, size: int | None) -> None:
        """A source begins; its size in bytes where it is known."""

    def advance(self, position: int, entities: int) -> None:
        """So many bytes of this source are read, and so many entities in all."""

    def message(self, text: str) -> None:
        """What is done once all is read."""


class Silence:
    """A meter that shows nothing."""

    def begin(self, source: str, size: int | None) -> None:
        """Show nothing of a source."""

    def advance(self, position: int, entities: int) -> None:
        """Show nothing of how far it is read."""

    def message(self, text: str) -> None:
        """Show nothing of what is done."""
