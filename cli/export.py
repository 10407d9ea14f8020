"""``clew export``: the command, and a bar that counts what is written."""

import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import click

from cli.bar import Advance, count_bar
from cli.terminal import note, paced
from engine.access import Access
from engine.account import OWNER
from engine.engine import Engine
from engine.entity import Entity, Node
from engine.errors import BadInput
from engine.excerpt import MOST_STEPS, AnswerExcerpt, DatasetExcerpt
from engine.export.content import Content, MeasuredRelationship
from engine.export.format import Format
from engine.export.registry import FORMATS
from engine.export.target import STDOUT, opened
from engine.question import PathMode, PathQuestion, SearchQuestion
from engine.settings import Settings
from engine.warning import collected

T = TypeVar("T")
STEP = 500
"""Records after which the bar moves."""
SUFFIXES = {f".{name}": name for name in FORMATS} | {".json": "ftm", ".jsonl": "ftm"}


@dataclass(frozen=True)
class RecordExcerpt:
    """What is to be exported, as it was typed."""

    datasets: tuple[str, ...]
    everything: bool
    query: str | None
    edges: bool
    around: str | None
    hops: int
    from_: tuple[str, ...]
    to: tuple[str, ...]
    mode: str
    max_hops: int

    def check(self) -> None:
        """Raises UsageError where this is nothing, or more than one thing."""
        if bool(self.from_) != bool(self.to):
            raise click.UsageError("paths need both --from and --to")
        kinds = (self.query is not None, self.around is not None, bool(self.from_))
        one = "DATASET, --all, --query, --around, or --from with --to"
        if sum(kinds) > 1 or (self.everything and self.datasets):
            raise click.UsageError(f"give one of {one}")
        if not any((*kinds, self.datasets, self.everything)):
            raise click.UsageError(f"say what: {one}")

    def content(self, engine: Engine) -> Content:
        """What the engine has of it; raises BadInput for a dataset or entity that is unknown."""
        access = engine.owner_access()
        if self.datasets:
            engine.dataset_excerpt(access, self.datasets)
            access = Access(frozenset(self.datasets))
        if self.query is not None:
            return engine.search_excerpt(SearchQuestion(self.query), access, edges=self.edges)
        if self.around is not None:
            return engine.neighbourhood(self.around, access, self.hops)
        if self.from_:
            mode = PathMode(self.mode.upper())
            question = PathQuestion(self.from_, self.to, mode, max_hops=self.max_hops)
            return paths(engine, question, access)
        return engine.dataset_excerpt(access)


@click.command("export")
@click.argument("datasets", nargs=-1, metavar="[DATASET]...", help="The datasets to export.")
@click.option("--all", "everything", is_flag=True, help="Export every dataset.")
@click.option(
    "--query", metavar="TEXT", help="Export what a search finds, in the named datasets if any."
)
@click.option(
    "--edges", is_flag=True, help="With --query: also the relationships among the results."
)
@click.option("--around", metavar="ID", help="Export an entity and what is near it.")
@click.option(
    "--hops",
    type=click.IntRange(1, MOST_STEPS),
    default=1,
    show_default=True,
    help="With --around: how many relationships away.",
)
@click.option(
    "--from", "from_", metavar="ID", multiple=True, help="Export the paths from here; repeatable."
)
@click.option("--to", metavar="ID", multiple=True, help="Where the paths lead; repeatable.")
@click.option(
    "--mode",
    type=click.Choice([m.value for m in PathMode], case_sensitive=False),
    default="SHORTEST",
    show_default=True,
    help="Which paths: one shortest, all of that length, or the five shortest.",
)
@click.option(
    "--max-hops", type=int, default=6, show_default=True, help="The length of the longest path."
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(list(FORMATS)),
    help="The format. Without it, the one that FILE is named after, or ftm.",
)
@click.option(
    "-o",
    "--output",
    default=STDOUT,
    metavar="FILE",
    help="FILE, FILE.gz, FILE.zip or a new FOLDER/. Without it, stdout.",
)
def export_command(format_: str | None, output: str, **what: Any) -> None:
    """Write datasets, search results, a neighbourhood or paths to a file or to stdout."""
    selection = RecordExcerpt(**what)
    selection.check()
    format = FORMATS[format_ or format_by_name(output)]
    if format.name == "xlsx" and output == STDOUT and sys.stdout.isatty():
        raise BadInput("xlsx is not for a terminal: give -o FILE.xlsx")
    with Engine.open(Settings.from_environment(), progress=paced()) as engine:
        with collected() as warnings:
            content = selection.content(engine)
        for warning in warnings:
            note(f"Warning: {warning}")
        run(engine, content, format, output)


def format_by_name(output: str) -> str:
    """The name of the format that a file is named after; ``ftm`` if there is none."""
    name = output.removesuffix(".gz").removesuffix(".zip")
    if name.endswith(".statements.csv"):
        return "statements"
    return next((format for suffix, format in SUFFIXES.items() if name.endswith(suffix)), "ftm")


def paths(engine: Engine, question: PathQuestion, access: Access) -> AnswerExcerpt:
    """The paths as content; a note says why some are missing."""
    result = engine.paths(question, access)
    if result.truncated:
        note(f"Some paths are missing: {result.truncated}")
    return AnswerExcerpt(result.nodes, result.edges)


def run(engine: Engine, content: Content, format: Format, output: str) -> None:
    """Export with a bar on a terminal, and say on stderr what was written."""
    before, start = engine.revision(), time.monotonic()
    with count_bar(format.name, total_of(engine, content, format)) as advance:
        counted = Counted(content, advance)
        with opened(output) as target:
            notes = format.write(counted, target)
            if not counted.seen:
                raise BadInput("there is nothing to export")
    if isinstance(content, DatasetExcerpt):
        engine.audit.exported(OWNER, content.datasets, format=format.name)
    for text in notes:
        note(text)
    if engine.revision() != before:
        note(
            "The data changed meanwhile: part of this is older than the rest. "
            "Export again when no load runs."
        )
    seconds = time.monotonic() - start
    what = ", ".join(f"{count:,} {name}" for name, count in counted.seen.items())
    rate = f", {sum(counted.seen.values()) / seconds:,.0f}/s" if seconds > 0 else ""
    note(f"Exported {what} ({seconds:.1f} s{rate})" + ("" if output == STDOUT else f" to {output}"))


def total_of(engine: Engine, content: Content, format: Format) -> int | None:
    """How many entities an export has, where that is known beforehand."""
    if not isinstance(content, DatasetExcerpt) or format.graph:
        return None
    access = Access(frozenset(content.datasets))
    return sum(dataset.entity_count for dataset in engine.datasets(access))


class Counted:
    """Content that counts what is taken of it, and moves a bar."""

    def __init__(self, content: Content, advance: Advance) -> None:
        self._content = content
        self._advance = advance
        self.seen: dict[str, int] = {}
        """How many of each kind there were."""

    @property
    def datasets(self) -> Sequence[str]:
        """The datasets that the content is of."""
        return self._content.datasets

    def records(self) -> Iterator[Entity]:
        """The records, counted."""
        return self._count("entities", self._content.records())

    def nodes(self) -> Iterator[Node]:
        """The nodes, counted."""
        return self._count("nodes", self._content.nodes())

    def relationships(self) -> Iterator[MeasuredRelationship]:
        """The relationships, counted."""
        return self._count("relationships", self._content.relationships())

    def _count(self, kind: str, items: Iterable[T]) -> Iterator[T]:
        count = 0
        for count, item in enumerate(items, 1):
            yield item
            if count % STEP == 0:
                self._advance(STEP)
        if count:
            self.seen[kind] = count
