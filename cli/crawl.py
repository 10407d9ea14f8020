"""``clew crawl``: fetch datasets from where they come from, and tell how that went."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.terminal import note
from engine.engine import Engine
from engine.errors import BadInput, EngineInUse
from engine.run import Run
from engine.settings import Settings
from loaders.crawl.catalog import Catalog, Entry, read_catalog
from loaders.crawl.crawler import Crawler
from loaders.crawl.due import next_run
from loaders.crawl.listing import entries_of
from loaders.crawl.schedule import due_entries, last_run, summary

RUNS = 20
WIDE = 200


@click.command("crawl")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--due", is_flag=True, help="Only those whose time has come.")
@click.option(
    "--list", "listing", is_flag=True, help="Show the sources, their last crawl and the next."
)
@click.option("--history", is_flag=True, help="Show the crawls there were.")
@click.option("--force", is_flag=True, help="Load also what seems to be unchanged.")
@click.option(
    "--catalog",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The file that names the sources.",
)
def crawl_command(
    names: tuple[str, ...],
    due: bool,
    listing: bool,
    history: bool,
    force: bool,
    catalog: Path | None,
) -> None:
    """Bring the datasets of the catalog up to date: all of them, those named, or those that are due."""
    settings = Settings.from_environment()
    known = read_catalog(catalog or settings.catalog)
    with Engine.open(settings, progress=note) as engine:
        chosen, whole = choose(engine, known, names, due, sole=catalog is None)
        if listing:
            show_sources(engine, chosen)
        elif history:
            show_runs([run for entry in chosen for run in engine.runs(entry.name, RUNS)])
        elif [entry for entry in chosen if not crawled(engine, entry, force)] or not whole:
            raise SystemExit(1)


def choose(
    engine: Engine, catalog: Catalog, names: Sequence[str], due: bool, *, sole: bool
) -> tuple[list[Entry], bool]:
    """The datasets that are asked for, and whether all of them could be had; what could not is told.

    Raises BadInput for a name that the catalog, the ``sole`` one or not, lacks. Catalogs of others are asked where
    its own datasets are not enough.
    """
    enough = bool(names) and set(names) <= {entry.name for entry in catalog.entries}
    troubles: list[str] = []
    found = list(
        entries_of(engine, replace(catalog, listed=[]) if enough else catalog, troubles.append)
    )
    for trouble in troubles:
        note(f"clew: {trouble}")
    known = {entry.name for entry in found}
    lacking = [name for name in names if name not in known]
    if lacking and not troubles:
        has = ", ".join(sorted(known)) or "none"
        raise BadInput(f"the catalog names no dataset {lacking[0]}: it has {has}")
    for name in lacking:
        note(f"clew: there is no dataset {name} among those that could be had")
    if due:
        one = Catalog(found, [], catalog.folder)
        found = due_entries(
            engine, one, datetime.now(UTC), note, sole=sole and not troubles and not names
        )
    return [entry for entry in found if not names or entry.name in names], not (
        lacking if names else troubles
    )


def crawled(engine: Engine, entry: Entry, force: bool) -> bool:
    """Crawl one, tell how it went; whether it went well."""
    try:
        run = Crawler(engine, note).crawl(entry, force=force)
    except EngineInUse as error:
        note(f"clew: {error}")
        return False
    click.echo(summary(run))
    return run.outcome.proves


def show_sources(engine: Engine, entries: Sequence[Entry]) -> None:
    """The table of sources."""
    table = table_of("NAME", "SOURCE", "HOW OFTEN", "LAST CRAWL", "OUTCOME", "NEXT")
    now = datetime.now(UTC)
    for entry in entries:
        last = last_run(engine, entry)
        due = next_run(entry, last)
        when = "-" if due is None else "now" if due <= now else minute(due)
        often = entry.schedule or str(entry.frequency)
        told = (minute(last.started), str(last.outcome)) if last else ("never", "-")
        table.add_row(
            *(Text(cell) for cell in (entry.name, entry.source.label, often, *told, when))
        )
    show(table)


def show_runs(runs: Sequence[Run]) -> None:
    """The table of crawls, newest first."""
    table = table_of(
        "NAME",
        "STARTED",
        "SECONDS",
        "OUTCOME",
        "READ",
        "ADDED",
        "CHANGED",
        "REMOVED",
        "REFUSED",
        "WHAT",
    )
    for run in sorted(runs, key=lambda run: run.started, reverse=True):
        took = f"{(run.ended - run.started).total_seconds():.1f}" if run.ended else "-"
        counts = [
            f"{count:,}" for count in (run.read, run.added, run.changed, run.removed, run.refused)
        ]
        cells = [
            run.dataset,
            minute(run.started),
            took,
            str(run.outcome),
            *counts,
            run.message or "",
        ]
        table.add_row(*(Text(cell) for cell in cells))
    show(table)


def table_of(*headings: str) -> Table:
    """A table without frames, whose last column may be folded."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, no_wrap=heading not in ("SOURCE", "WHAT"), overflow="fold")
    return table


def show(table: Table) -> None:
    """Print a table, as wide as the terminal; where there is none, wide enough."""
    console = Console()
    (console if console.is_terminal else Console(width=WIDE)).print(table)


def minute(moment: datetime) -> str:
    """A moment as people read it, in UTC."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}"
