"""``clew crawl``: fetches datasets from their sources, and shows what crawls did."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click

from cli.terminal import minute, note, paced, show_table
from engine.engine import Engine
from engine.errors import BadInput, EngineInUse
from engine.run import Run
from engine.settings import Settings
from loaders.crawl.catalog import Catalog, Entry, read_catalog
from loaders.crawl.crawler import Crawler
from loaders.crawl.due import next_run
from loaders.crawl.remote_catalog import entries_of
from loaders.crawl.schedule import due_entries, last_run, summary

RUNS = 20
"""How many crawls of each dataset ``--history`` shows."""


@click.command("crawl")
@click.argument(
    "names",
    nargs=-1,
    metavar="[NAME]...",
    help="The datasets to crawl; all of the catalog without a name.",
)
@click.option("--due", is_flag=True, help="Only the datasets whose next crawl is due.")
@click.option(
    "--list", "listing", is_flag=True, help="Show the sources with their last and next crawl."
)
@click.option("--history", is_flag=True, help=f"Show the last {RUNS} crawls of each dataset.")
@click.option("--force", is_flag=True, help="Load the source also when it is unchanged.")
@click.option(
    "--accept-removals",
    is_flag=True,
    help="Go on although most of a dataset will be removed (CLEW_MAX_REMOVED).",
)
@click.option(
    "--catalog",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The catalog of sources. Without it, the one that CLEW_CATALOG names.",
)
def crawl_command(
    names: tuple[str, ...],
    due: bool,
    listing: bool,
    history: bool,
    force: bool,
    accept_removals: bool,
    catalog: Path | None,
) -> None:
    """Bring datasets up to date from their sources.

    The exit code is 1 when a crawl failed, or when a catalog that is named in the catalog could
    not be read.
    """
    settings = Settings.from_environment()
    own = read_catalog(catalog or settings.catalog)
    with Engine.open(settings, progress=paced()) as engine:
        entries, troubles = known_entries(engine, own, names)
        missing = missing_names(names, entries, troubles)
        if due:
            # other datasets count as unplanned only if all that is planned is known
            sole = not (catalog or names or troubles)
            all_known = Catalog(entries, [], own.folder)
            entries = due_entries(engine, all_known, datetime.now(UTC), note, sole=sole)
        entries = named(entries, names)
        if listing:
            show_sources(engine, entries)
        elif history:
            show_runs(run for entry in entries for run in engine.runs(entry.name, RUNS))
        elif not crawl_all(engine, entries, due, force, accept_removals) or (
            missing if names else troubles
        ):
            raise SystemExit(1)


def known_entries(
    engine: Engine, catalog: Catalog, names: Sequence[str]
) -> tuple[list[Entry], list[str]]:
    """The datasets of a catalog, and what could not be had; that is also printed."""
    troubles: list[str] = []
    own = {entry.name for entry in catalog.entries}
    if names and set(names) <= own:
        catalog = replace(catalog, listed=[])  # catalogs of others need not be fetched
    entries = list(entries_of(engine, catalog, troubles.append))
    for trouble in troubles:
        note(f"clew: {trouble}")
    return entries, troubles


def named(entries: list[Entry], names: Sequence[str]) -> list[Entry]:
    """The datasets with one of the names; all of them without a name."""
    return [entry for entry in entries if entry.name in names] if names else entries


def missing_names(
    names: Sequence[str], entries: Sequence[Entry], troubles: Sequence[str]
) -> list[str]:
    """The names that no dataset has; raises BadInput where every catalog was read."""
    known = {entry.name for entry in entries}
    missing = [name for name in names if name not in known]
    if missing and not troubles:
        has = ", ".join(sorted(known)) or "none"
        raise BadInput(f"the catalog names no dataset {missing[0]}: it has {has}")
    for name in missing:
        note(f"clew: there is no dataset {name} among those that could be had")
    return missing


def crawl_all(
    engine: Engine, entries: Sequence[Entry], due: bool, force: bool, accept_removals: bool
) -> bool:
    """Crawl datasets one after the other; whether all of that went well."""
    failed = [entry for entry in entries if not crawl(engine, entry, due, force, accept_removals)]
    return not failed


def crawl(engine: Engine, entry: Entry, due: bool, force: bool, accept_removals: bool) -> bool:
    """Crawl one dataset and print what became of it; whether that went well."""
    crawler = Crawler(engine, paced())
    how = crawler.crawl_due if due else crawler.crawl
    try:
        run = how(entry, force=force, accept_removals=accept_removals)
    except EngineInUse as error:
        note(f"clew: {error}")
        return False
    if run is None:
        click.echo(f"{entry.name}: not due any more, another process has crawled it")
        return True
    click.echo(summary(run))
    return run.outcome.succeeded


def show_sources(engine: Engine, entries: Sequence[Entry]) -> None:
    """Print the table of sources."""
    headings = ("NAME", "SOURCE", "HOW OFTEN", "LAST CRAWL", "OUTCOME", "NEXT")
    now = datetime.now(UTC)
    rows = []
    for entry in entries:
        last = last_run(engine, entry)
        due = next_run(entry, last)
        when = "-" if due is None else "now" if due <= now else minute(due)
        often = entry.schedule or str(entry.frequency)
        outcome = (minute(last.started), str(last.outcome)) if last else ("never", "-")
        rows.append((entry.name, entry.source.label, often, *outcome, when))
    show_table(headings, rows, folded=("SOURCE",))


def show_runs(runs: Iterable[Run]) -> None:
    """Print the table of crawls, newest first."""
    counted = ("READ", "ADDED", "CHANGED", "REMOVED", "REFUSED")
    headings = ("NAME", "STARTED", "SECONDS", "OUTCOME", *counted, "WHAT")
    rows = []
    for run in sorted(runs, key=lambda run: run.started, reverse=True):
        seconds = f"{(run.ended - run.started).total_seconds():.1f}" if run.ended else "-"
        counts = (run.read, run.added, run.changed, run.removed, run.refused)
        rows.append(
            (
                run.dataset,
                minute(run.started),
                seconds,
                str(run.outcome),
                *(f"{count:,}" for count in counts),
                run.message or "",
            )
        )
    show_table(headings, rows, folded=("WHAT",))
