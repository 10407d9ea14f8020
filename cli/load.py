"""``clew load``: the command and its report."""

from pathlib import Path
from typing import Any

import click

from cli.bar import LoadLines, load_bar
from cli.mention import look_a_while
from cli.reader import readers, sentence
from cli.terminal import note, paced
from engine.account import OWNER
from engine.dataset import Visibility
from engine.engine import Engine
from engine.errors import ClewError
from engine.process.worker import workers
from engine.settings import Settings
from loaders.format.registry import NAMES
from loaders.load.load import load
from loaders.load.offline import fill
from loaders.load.report import Report

LISTED = 20
"""Refused lines that are listed; the others are counted."""


@click.command("load")
@click.argument(
    "sources",
    nargs=-1,
    required=True,
    metavar="SOURCE...",
    help="A file, a .gz file, a folder with files, a URL, or - for stdin.",
)
@click.option(
    "--dataset", required=True, metavar="NAME", help="The dataset that the entities belong to."
)
@click.option("--title", metavar="TEXT", help="The dataset's title.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(NAMES),
    help="The format of the sources. Without it, the first source is looked at.",
)
@click.option(
    "--mapping",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The mapping that says what the columns of the tables mean.",
)
@click.option("--keep", is_flag=True, help="Do not remove what the sources no longer hold.")
@click.option(
    "--accept-removals",
    is_flag=True,
    help="Go on although most of the dataset will be removed (CLEW_MAX_REMOVED).",
)
@click.option("--public", is_flag=True, help="Let everybody read the dataset once it is loaded.")
@click.option(
    "--offline",
    is_flag=True,
    help="Fill a data folder whose database is empty with Neo4j's own import, which is faster.",
)
def load_command(dataset: str, offline: bool, public: bool, **options: Any) -> None:
    """Load a dataset: add what is new, change what differs, remove what is gone.

    The sources together are one version of the dataset. The last line says who may read it now: a
    new dataset is restricted until it is published. The exit code is 1 when a line was refused,
    a source ended early, or the load stopped because it would have removed too much.
    """
    options["format"] = options.pop("format_")
    settings = Settings.from_environment()
    if offline:
        visibility = Visibility.PUBLIC if public else Visibility.RESTRICTED
        report = run_offline(settings, dataset=dataset, visibility=visibility, **options)
        who = sentence(dataset, visibility, [])
    else:
        with Engine.open(settings, progress=paced()) as engine:
            report = run(engine, dataset=dataset, **options)
            if public and not report.stopped:
                engine.directory.publish(OWNER, dataset, Visibility.PUBLIC)
            look_a_while(engine)
            who = readers(engine, dataset)
    show(report, dataset)
    if report.stopped:
        raise ClewError(f"stopped: {report.stopped}{advice(report)}")
    click.echo(f"{dataset}: {who}")
    if not report.is_well:
        raise SystemExit(1)


def advice(report: Report) -> str:
    """What to do where a load has stopped because it would remove too much."""
    return "; if that is right, add --accept-removals" if report.would_remove else ""


def run(engine: Engine, **options: Any) -> Report:
    """Load with the options of ``load``, with a bar on a terminal."""
    with load_bar() as bar:
        return load(engine, **options, meter=bar or LoadLines())


def run_offline(settings: Settings, **options: Any) -> Report:
    """Fill an empty data folder with the options of ``fill``, with a bar on a terminal."""
    # there is nothing yet that could be removed
    del options["keep"], options["accept_removals"]
    with workers() as processes, load_bar() as bar:
        progress = paced() if bar is None else None
        return fill(settings, processes, **options, meter=bar, progress=progress)


def show(report: Report, dataset: str) -> None:
    """The report: counts on stdout, what went wrong on stderr."""
    for refusal in report.refused[:LISTED]:
        note(f"{refusal.source}:{refusal.line}: {refusal.reason}")
    if report.refused_count > LISTED:
        note(f"… and {report.refused_count - LISTED:,} more refused lines")
    for text in report.notes:
        note(f"Note: {text}")
    if report.truncated:
        note(f"Ended early: {report.truncated}")
    if report.kept:
        note(f"Nothing was removed, because {report.kept}.")
    counts = {
        "read": report.read,
        "added": report.added,
        "changed": report.changed,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "repeated": report.repeated,
        "refused": report.refused_count,
    }
    shown = ", ".join(
        f"{count:,} {name}" for name, count in counts.items() if count or name != "repeated"
    )
    rate = f", {report.read / report.seconds:,.0f}/s" if report.seconds > 0 else ""
    click.echo(f"{dataset}: {shown} ({report.seconds:.1f} s{rate})")
