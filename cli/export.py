"""``clew export``: what is exported, in which format, to where, with a bar on a terminal."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TypeVar

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from cli.terminal import note
from engine.access import Access
from engine.engine import Engine
from engine.entity import Entity, Node
from engine.errors import BadInput
from engine.excerpt import MOST_STEPS, Answer, Whole
from engine.export.content import Content, MeasuredRelationship
from engine.export.format import Format
from engine.export.registry import FORMATS
from engine.export.target import STDOUT, opened
from engine.question import PathMode, PathQuestion, SearchQuestion
from engine.settings import Settings

T = TypeVar("T")
EVERY = 500
"""Records between two looks at the bar."""
SUFFIXES = {f".{name}": name for name in FORMATS} | {".json": "ftm", ".jsonl": "ftm"}


@click.command("export")
@click.argument("datasets", nargs=-1, metavar="[DATASET]...")
@click.option("--all", "everything", is_flag=True, help="Every dataset.")
@click.option("--query", metavar="TEXT", help="What a search finds (in these datasets).")
@click.option(
    "--edges", is_flag=True, help="With --query: also the relationships among what it finds."
)
@click.option("--around", metavar="ID", help="An entity with all that is near it.")
@click.option(
    "--hops", type=click.IntRange(1, MOST_STEPS), default=1, show_default=True, help="How near."
)
@click.option("--from", "from_", metavar="ID", multiple=True, help="The paths from here …")
@click.option("--to", metavar="ID", multiple=True, help="… to there.")
@click.option(
    "--mode",
    type=click.Choice([m.value for m in PathMode], case_sensitive=False),
    default="SHORTEST",
)
@click.option("--max-hops", type=int, default=6, show_default=True, help="The longest path.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(FORMATS)),
    help="Otherwise as -o is called, or ftm.",
)
@click.option(
    "-o",
    "--output",
    default=STDOUT,
    metavar="FILE|FILE.gz|FILE.zip|FOLDER/",
    help="Otherwise stdout.",
)
def export_command(
    datasets: tuple[str, ...],
    everything: bool,
    query: str | None,
    edges: bool,
    around: str | None,
    hops: int,
    from_: tuple[str, ...],
    to: tuple[str, ...],
    mode: str,
    max_hops: int,
    format_: str | None,
    output: str,
) -> None:
    """Write datasets, what a search finds, a neighbourhood or paths to a file or stdout."""
    if bool(from_) != bool(to):
        raise click.UsageError("paths need both --from and --to")
    if sum((query is not None, around is not None, bool(from_))) > 1 or (everything and datasets):
        raise click.UsageError("give one of DATASET, --all, --query, --around, or --from with --to")
    if not (datasets or everything or query is not None or around is not None or from_):
        raise click.UsageError("say what: DATASET, --all, --query, --around, or --from with --to")
    format = FORMATS[format_ or guessed(output)]
    if format.name == "xlsx" and output == STDOUT and sys.stdout.isatty():
        raise BadInput("xlsx is not for a terminal: give -o FILE.xlsx")
    with Engine.open(Settings.from_environment(), progress=note) as engine:
        access = engine.everybody()
        if datasets:
            engine.whole(access, datasets)
            access = Access(frozenset(datasets))
        if query is not None:
            content: Content = engine.found(SearchQuestion(query), access, edges=edges)
        elif around is not None:
            content = engine.neighbourhood(around, access, hops)
        elif from_:
            content = paths(
                engine, PathQuestion(from_, to, PathMode(mode.upper()), max_hops=max_hops), access
            )
        else:
            content = engine.whole(access)
        run(engine, content, format, output)


def guessed(output: str) -> str:
    """The name of the format that a file's name says."""
    name = output.removesuffix(".gz").removesuffix(".zip")
    if name.endswith(".statements.csv"):
        return "statements"
    return next((format for suffix, format in SUFFIXES.items() if name.endswith(suffix)), "ftm")


def paths(engine: Engine, question: PathQuestion, access: Access) -> Answer:
    """The paths as content; what was cut is told."""
    found = engine.paths(question, access)
    if found.truncated:
        note(f"Some paths are missing: {found.truncated}")
    return Answer(found.nodes, found.edges)


def run(engine: Engine, content: Content, format: Format, output: str) -> None:
    """Export, with a bar where a person watches, and say what was done on stderr."""
    before, start = engine.revision(), time.monotonic()
    total = None
    if isinstance(content, Whole) and not format.graph:
        total = sum(
            dataset.entity_count for dataset in engine.datasets(Access(frozenset(content.datasets)))
        )
    with bar(total, format) as tick:
        counted = Counted(content, tick)
        with opened(output) as target:
            notes = format.write(counted, target)
            if not counted.seen:
                raise BadInput("there is nothing to export")
    for text in notes:
        note(text)
    if engine.revision() != before:
        note(
            "The data changed meanwhile: part of this is older than the rest. Export again when no load runs."
        )
    seconds = time.monotonic() - start
    what = ", ".join(f"{count:,} {name}" for name, count in counted.seen.items())
    rate = f", {sum(counted.seen.values()) / seconds:,.0f}/s" if seconds > 0 else ""
    note(f"Exported {what} ({seconds:.1f} s{rate})" + ("" if output == STDOUT else f" to {output}"))


class Counted:
    """Content that counts what is taken of it, and tells a bar."""

    def __init__(self, content: Content, tick: Callable[[int], None]) -> None:
        self._content = content
        self._tick = tick
        self.seen: dict[str, int] = {}
        """How many of each kind there were."""

    @property
    def datasets(self) -> Sequence[str]:
        """As the content has it."""
        return self._content.datasets

    def records(self) -> Iterator[Entity]:
        """As the content has it."""
        return self._count("entities", self._content.records())

    def nodes(self) -> Iterator[Node]:
        """As the content has it."""
        return self._count("nodes", self._content.nodes())

    def relationships(self) -> Iterator[MeasuredRelationship]:
        """As the content has it."""
        return self._count("relationships", self._content.relationships())

    def _count(self, kind: str, items: Iterable[T]) -> Iterator[T]:
        count = 0
        for count, item in enumerate(items, 1):
            yield item
            if count % EVERY == 0:
                self._tick(EVERY)
        if count:
            self.seen[kind] = count


def bar(total: int | None, format: Format) -> AbstractContextManager[Callable[[int], None]]:
    """What moves a bar on a terminal, and does nothing elsewhere."""
    if not sys.stderr.isatty():
        return nullcontext(lambda _: None)
    return Bar(total, format.name)


class Bar(AbstractContextManager[Callable[[int], None]]):
    """A bar on the terminal behind stderr, with counts."""

    def __init__(self, total: int | None, title: str) -> None:
        columns = (
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.speed:,.0f}/s"),
            TimeElapsedColumn(),
        )
        self._progress = Progress(
            TextColumn(title), *columns, console=Console(stderr=True), transient=True
        )
        self._task = self._progress.add_task(title, total=total)

    def __enter__(self) -> Callable[[int], None]:
        self._progress.start()
        return lambda count: self._progress.advance(self._task, count)

    def __exit__(self, *_: object) -> None:
        self._progress.stop()
