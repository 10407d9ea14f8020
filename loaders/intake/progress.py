"""What a person sees while data comes in: a bar with rate and time left, on a terminal only."""

from types import TracebackType
from typing import Protocol

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


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


class Bar:
    """A meter on the terminal behind stderr; a context manager."""

    def __init__(self, console: Console) -> None:
        self._progress = Progress(
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            DownloadColumn(),
            TextColumn("{task.fields[rate]}", markup=False),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=True,
        )
        self._task: TaskID | None = None
        self._before = 0
        self._entities = 0

    def __enter__(self) -> "Bar":
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def begin(self, source: str, size: int | None) -> None:
        """A bar for this source; without a size it only moves."""
        if self._task is not None:
            self._progress.stop_task(self._task)
        self._before = self._entities
        name = source if len(source) <= 30 else f"…{source[-29:]}"
        self._task = self._progress.add_task(name, total=size, rate="")

    def advance(self, position: int, entities: int) -> None:
        """Move the bar and work out the rate."""
        self._entities = entities
        if self._task is None:
            return
        elapsed = self._progress.tasks[-1].elapsed or 0.0
        rate = f"{(entities - self._before) / elapsed:,.0f}/s" if elapsed > 0.5 else ""
        self._progress.update(self._task, completed=position, rate=f"{entities:,} entities {rate}")

    def message(self, text: str) -> None:
        """A bar that moves, with what is being done."""
        if self._task is None or self._progress.tasks[-1].total is not None:
            self._task = self._progress.add_task(text, total=None, rate="")
        self._progress.update(self._task, description=text, rate="")
