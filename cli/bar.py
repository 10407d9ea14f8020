"""Progress bars on a terminal, on stderr; where stderr is a file, there is none."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from cli.terminal import QUIET, note
from engine.progress import Ticker
from engine.xref import XrefRun
from loaders.intake.meter import Meter

Advance = Callable[[int], None]
"""Moves a bar by so many items."""


class Rate(ProgressColumn):
    """How many items a second; empty until it is known."""

    def render(self, task: Task) -> Text:
        """The cell of one bar."""
        return Text("" if task.speed is None else f"{task.speed:,.0f}/s")


@contextmanager
def load_bar() -> Iterator["LoadBar | None"]:
    """A bar for what is read; None where stderr is not a terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield None
        return
    with LoadBar(console) as bar:
        yield bar


class LoadLines(Meter):
    """A meter that prints a line now and then: a log shows that a long load goes on."""

    def __init__(self) -> None:
        self._ticker = Ticker(QUIET)
        self._source = ""

    def begin(self, source: str, size: int | None) -> None:
        """A source begins."""
        self._source = source

    def advance(self, position: int, entities: int) -> None:
        """So many entities were read."""
        if self._ticker.due():
            note(f"Read {entities:,} entities, now from {self._source}")

    def message(self, text: str) -> None:
        """Something else is being done."""
        if self._ticker.due():
            note(text)


@contextmanager
def count_bar(title: str, total: int | None) -> Iterator[Advance]:
    """A bar for items that are counted; without a total it shows their number only."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    columns = (
        TextColumn(title, markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        Rate(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task(title, total=total)
        yield lambda count: progress.advance(task, count)


@contextmanager
def run_bar() -> Iterator[Callable[[XrefRun], None]]:
    """A bar for a run: records, pairs a second, and the time left; lines where nobody watches."""
    console = Console(stderr=True)
    if not console.is_terminal:
        ticker = Ticker(QUIET)
        yield lambda run: note(run_line(run)) if ticker.due() else None
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[rate]}", markup=False),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("Starting …", total=None, rate="")

        def show(run: XrefRun) -> None:
            now = run.progress
            rate = f"{now.compared / now.seconds:,.0f} pairs/s" if now.done else ""
            what = run.question.source if now.done else "Starting …"
            progress.update(task, description=what, total=now.total, completed=now.done, rate=rate)

        yield show


def run_line(run: XrefRun) -> str:
    """How far a run is, in a line."""
    now, left = run.progress, run.progress.seconds_left
    rest = "" if left is None else f", about {left:,.0f} s left"
    return f"Compared {now.done:,} of {now.total:,} records of {run.question.source}{rest}"


class LoadBar(Meter):
    """A meter that is a bar: bytes of the source, entities, rate and time left."""

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

    def __enter__(self) -> "LoadBar":
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
        """Start the bar of a source; without a size it shows that work goes on."""
        if self._task is not None:
            self._progress.stop_task(self._task)
        self._before = self._entities
        name = source if len(source) <= 30 else f"…{source[-29:]}"
        self._task = self._progress.add_task(name, total=size, rate="")

    def advance(self, position: int, entities: int) -> None:
        """Move the bar to a position in bytes, and show how many entities were read."""
        self._entities = entities
        if self._task is None:
            return
        elapsed = self._progress.tasks[-1].elapsed or 0.0
        rate = f"{(entities - self._before) / elapsed:,.0f}/s" if elapsed > 0.5 else ""
        self._progress.update(self._task, completed=position, rate=f"{entities:,} entities {rate}")

    def message(self, text: str) -> None:
        """Show what is being done, with a bar that shows that work goes on."""
        if self._task is None or self._progress.tasks[-1].total is not None:
            self._task = self._progress.add_task(text, total=None, rate="")
        self._progress.update(self._task, description=text, rate="")
