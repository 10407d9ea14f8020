"""``clew load``: the command, its bar and its report."""

import sys
from pathlib import Path
from typing import Any

import click
from rich.console import Console

from cli.terminal import note
from engine.engine import Engine
from engine.process.worker import workers
from engine.progress import throttled
from engine.settings import Settings
from loaders.format.registry import NAMES
from loaders.intake.progress import Bar
from loaders.load.load import load
from loaders.load.offline import fill
from loaders.load.report import Report

SHOWN = 20
"""Refused lines that are listed."""


@click.command("load")
@click.argument("sources", nargs=-1, required=True, metavar="FILE|FOLDER|URL|-...")
@click.option(
    "--dataset", required=True, metavar="NAME", help="The dataset that the entities belong to."
)
@click.option("--title", metavar="TEXT", help="What people call the dataset.")
@click.option(
    "--format",
    "format_",
    type=click.Choice(NAMES),
    help="What it is written in; told by its beginning.",
)
@click.option(
    "--mapping",
    type=click.Path(dir_okay=False, path_type=Path),
    help="What a table's columns mean.",
)
@click.option("--keep", is_flag=True, help="Remove nothing that the sources no longer hold.")
@click.option(
    "--offline", is_flag=True, help="Fill an empty data folder, by Neo4j's own import: faster."
)
def load_command(dataset: str, offline: bool, **given: Any) -> None:
    """Bring entities in, from files (also gzipped), folders of files, URLs or stdin (-)."""
    given["format"] = given.pop("format_")
    settings = Settings.from_environment()
    if offline:
        report = run_offline(settings, dataset=dataset, **given)
    else:
        with Engine.open(settings, progress=note) as engine:
            report = run(engine, dataset=dataset, **given)
    tell(report, dataset)
    if report.refused_count or report.truncated:
        raise SystemExit(1)


def run(engine: Engine, **given: Any) -> Report:
    """Load, as ``load`` is told to, with a bar where a person watches."""
    if not sys.stderr.isatty():
        return load(engine, **given)
    with Bar(Console(stderr=True)) as bar:
        return load(engine, **given, meter=bar)


def run_offline(settings: Settings, **given: Any) -> Report:
    """Fill an empty data folder, as ``fill`` is told to; of what is gone there is nothing to keep."""
    del given["keep"]
    with workers() as processes:
        if not sys.stderr.isatty():
            return fill(settings, processes, **given, progress=throttled(note))
        with Bar(Console(stderr=True)) as bar:
            return fill(settings, processes, **given, meter=bar)


def tell(report: Report, dataset: str) -> None:
    """The report: counts on stdout, what went wrong on stderr."""
    for refusal in report.refused[:SHOWN]:
        note(f"{refusal.source}:{refusal.line}: {refusal.reason}")
    if report.refused_count > SHOWN:
        note(f"… and {report.refused_count - SHOWN:,} more refused lines")
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
    told = ", ".join(
        f"{count:,} {name}" for name, count in counts.items() if count or name != "repeated"
    )
    rate = f", {report.read / report.seconds:,.0f}/s" if report.seconds > 0 else ""
    click.echo(f"{dataset}: {told} ({report.seconds:.1f} s{rate})")
