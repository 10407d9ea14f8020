"""``clew xref``: whom of a dataset the others know, and why that may be so."""

from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import click

from cli.bar import LoadLines, load_bar, run_bar
from cli.handle import opened
from cli.judging import every_pair, export_command, judge_command, review_command
from cli.load import show
from cli.pair import as_json, show_pairs
from cli.terminal import minute, note, show_table
from engine.account import OWNER
from engine.engine import Engine
from engine.errors import BadInput, ClewError
from engine.export.pair import check_name, write_pairs
from engine.question import SearchFilter
from engine.xref import LEAST, PairQuestion, RunState, XrefQuestion, XrefRun
from loaders.format.registry import NAMES
from loaders.intake.wording import counted
from loaders.roster.roster import Choices, load_list, name_of

FIRST = click.option(
    "--first",
    type=click.IntRange(0),
    default=20,
    show_default=True,
    help="How many pairs are shown, the likeliest first.",
)
OUTPUT = click.option(
    "-o",
    "--output",
    metavar="FILE",
    help="Write all pairs to FILE.xlsx or FILE.csv, with a column for all that a score is made of.",
)
JSON = click.option("--json", "json_", is_flag=True, help="Show them as JSON, one a line.")


class DefaultGroup(click.Group):
    """A group of commands; what is none of them is for the command that is its ``default``."""

    default = "run"

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the default before what is no command of the group."""
        if args and args[0] not in self.commands and args[0] != "--help":
            args = [self.default, *args]
        return super().parse_args(ctx, args)


@click.group("xref", cls=DefaultGroup)
def xref_group() -> None:
    """Whom of a list or a dataset the archive knows, and why that may be so.

    `clew xref WHAT` is short for `clew xref run WHAT`.
    """


@xref_group.command("run")
@click.argument(
    "what",
    metavar="WHAT",
    help="A list (a file or a URL), a dataset or an investigation.",
)
@click.option(
    "--against",
    "datasets",
    metavar="NAME",
    multiple=True,
    help="A dataset to compare with; repeatable. Without it, all that there are.",
)
@click.option(
    "--only",
    "schemata",
    metavar="SCHEMA",
    multiple=True,
    help="Compare with records of this schema only; repeatable.",
)
@click.option(
    "--country",
    "countries",
    metavar="CODE",
    multiple=True,
    help="Compare with records of this country only; repeatable.",
)
@click.option(
    "--least",
    type=click.FloatRange(0, 1),
    default=LEAST,
    show_default=True,
    help="The least score of a pair.",
)
@click.option(
    "--inside/--across",
    default=None,
    help="Whether two records of one dataset are a pair. Without it, those of a list are not.",
)
@click.option(
    "--collection",
    metavar="NAME",
    help="The dataset or investigation that the pairs belong to. Without it, WHAT; a list becomes "
    "a dataset of this name.",
)
@click.option("--schema", metavar="SCHEMA", help="What the rows of a list are: Person, Company …")
@click.option(
    "--column",
    "columns",
    metavar="COLUMN=PROPERTY",
    multiple=True,
    help='What a column of a list holds: "Nom=name", or "Nom=" for nothing; repeatable.',
)
@click.option(
    "--mapping",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The mapping that says what the columns of a list mean.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(NAMES),
    help="The format of a list. Without it, it is looked at.",
)
@FIRST
@JSON
@OUTPUT
def run_command(what: str, first: int, json_: bool, output: str | None, **options: Any) -> None:
    """Compare all records of WHAT with others, and show the pairs that may be one thing.

    A list (CSV, TSV, XLSX, ODS, or FollowTheMoney's JSON) becomes a restricted dataset. What its
    columns mean is guessed and shown. A second run compares only what is new or has changed on
    either side. One that was ended goes on where it was.
    """
    if output is not None:
        check_name(output)
    list_options = {name: options.pop(name) for name in ("schema", "columns", "mapping", "format_")}
    with opened() as engine:
        source, listed = what, is_list(what)
        if options["inside"] is None:
            options["inside"] = not listed
        if listed:
            source = loaded(engine, what, options.pop("collection"), **list_options)
            options["collection"] = source
        question = question_of(source, **options)
        run = crossed(engine, engine.crossings.start(OWNER, question, background=False))
        shown(engine, run, Showing(first, json_, output))


def is_list(what: str) -> bool:
    """Whether this names a file, and no dataset."""
    return what == "-" or "://" in what or "." in what or "/" in what or Path(what).is_file()


def loaded(
    engine: Engine,
    source: str,
    name: str | None,
    *,
    schema: str | None,
    columns: tuple[str, ...],
    mapping: Path | None,
    format_: str | None,
) -> str:
    """Load a list; the name of its dataset. Raises ClewError where nothing of it can be loaded."""
    name = name or name_of(source)
    pairs = [column.rpartition("=")[::2] for column in columns]
    if any(not heading for heading, _ in pairs):
        raise click.UsageError('--column is written "COLUMN=PROPERTY", such as "Nom=name"')
    choices = Choices(schema, dict(pairs), mapping, format_)
    with load_bar() as bar:
        report = load_list(engine, source, name, choices, note, bar or LoadLines())
    show(report, name)
    if report.stopped:
        raise ClewError(f"stopped: {report.stopped}")
    return name


def question_of(
    source: str,
    *,
    collection: str | None,
    datasets: tuple[str, ...],
    schemata: tuple[str, ...],
    countries: tuple[str, ...],
    least: float,
    inside: bool,
) -> XrefQuestion:
    """What the options of ``run`` ask."""
    scope = SearchFilter(
        datasets=datasets or None,
        schemata=schemata or None,
        countries=tuple(code.lower() for code in countries) or None,
    )
    return XrefQuestion(source, collection or source, scope, least, inside)


def crossed(engine: Engine, run: XrefRun) -> XrefRun:
    """Do a run with a bar on a terminal; raises ClewError where it has failed."""
    try:
        with run_bar() as show:
            run = engine.crossings.do(run.id, show)
    except (KeyboardInterrupt, SystemExit):
        note(f"Stopped. The same command goes on; or: clew xref resume {run.id}")
        raise
    if run.state is RunState.FAILED:
        raise ClewError(f"{run.message}. The same command goes on where it was")
    return run


@dataclass(frozen=True)
class Showing:
    """What is shown of a run's pairs, as it was typed."""

    first: int
    json_: bool
    output: str | None
    least: float = 0.0


def shown(engine: Engine, run: XrefRun, showing: Showing) -> None:
    """Show the first pairs of a run, write all of them to a file, and say how many there are."""
    access = engine.owner_access()
    question = PairQuestion(run.question.crossing, least=showing.least)
    first = islice(every_pair(engine, question), showing.first)
    if showing.json_:
        for pair in first:
            click.echo(as_json(pair))
    else:
        show_pairs(list(first))
    statistics = engine.crossings.statistics(run.question.crossing, access)
    progress = run.progress
    rate = f", {progress.compared / progress.seconds:,.0f}/s" if progress.seconds else ""
    note(
        f"{run.question.source}: {counted(progress.done, 'record')} looked for, "
        f"{counted(progress.compared, 'pair')} compared ({progress.seconds:.1f} s{rate})"
    )
    bands = "; ".join(f"{band.pairs:,} from {band.least:g} on" for band in statistics.bands)
    note(
        f"{counted(statistics.pairs, 'pair')} of {counted(statistics.records, 'record')}"
        + (f", {statistics.judged:,} of them judged: {bands}" if bands else "")
    )
    if showing.output is not None:
        count = write_pairs(every_pair(engine, question), showing.output)
        note(f"Wrote {counted(count, 'pair')} to {showing.output}")
    if run.state is RunState.STOPPED:
        note(f"It was stopped before its end: clew xref resume {run.id}")


@xref_group.command("show")
@click.argument("run", metavar="RUN", help="The id of a run, as `clew xref list` tells it.")
@click.option("--least", type=click.FloatRange(0, 1), default=0.0, help="The least score.")
@FIRST
@JSON
@OUTPUT
def show_command(run: str, least: float, first: int, json_: bool, output: str | None) -> None:
    """Show the pairs of an earlier run."""
    with opened() as engine:
        shown(engine, known(engine, run), Showing(first, json_, output, least))


@xref_group.command("list")
def list_command() -> None:
    """List the runs, the newest first."""
    with opened() as engine:
        runs = engine.crossings.runs(None, engine.owner_access(), 1000)
    headings = ("run", "state", "began", "what", "collection", "records", "compared", "by")
    rows = [
        (
            run.id,
            str(run.state),
            minute(run.started or run.queued),
            run.question.source,
            run.question.collection,
            f"{run.progress.done:,} of {run.progress.total:,}",
            f"{run.progress.compared:,}",
            run.by,
        )
        for run in runs
    ]
    show_table(headings, rows, right=("records", "compared"))


@xref_group.command("stop")
@click.argument("run", metavar="RUN", help="The id of a run that `clew up` is at.")
def stop_command(run: str) -> None:
    """Stop a run; what it found stays, and it can be resumed."""
    with opened() as engine:
        click.echo(f"{run}: {engine.crossings.stop(OWNER, run).state}")


@xref_group.command("resume")
@click.argument("run", metavar="RUN", help="The id of a run that was stopped, or that failed.")
@FIRST
@JSON
@OUTPUT
def resume_command(run: str, first: int, json_: bool, output: str | None) -> None:
    """Go on with a run where it was."""
    with opened() as engine:
        before = known(engine, run)
        if not before.state.can_resume:
            raise BadInput(f"the run is {before.state}: only one that has stopped can be resumed")
        shown(engine, crossed(engine, before), Showing(first, json_, output))


def known(engine: Engine, id: str) -> XrefRun:
    """The run with this id; raises BadInput."""
    run = engine.crossings.run(id, engine.owner_access())
    if run is None:
        raise BadInput(f"there is no run {id[:40]!r}: `clew xref list` lists them")
    return run


for command in (review_command, judge_command, export_command):
    xref_group.add_command(command)
