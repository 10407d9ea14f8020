"""What a load shows while it runs: which source it reads, and how far it is."""


class Meter:
    """Is told how far a load is; this one shows nothing, others extend it."""

    def begin(self, source: str, size: int | None) -> None:
        """A source begins; its size in bytes where it is known."""

    def advance(self, position: int, entities: int) -> None:
        """So many bytes of this source are read, and so many entities in all."""

    def message(self, text: str) -> None:
        """What is done once all is read."""
