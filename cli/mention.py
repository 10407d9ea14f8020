"""``clew mention``: looks for names in the documents of the archive, and tells what was found."""

import threading
from collections.abc import Callable

import click

from cli.handle import opened
from cli.terminal import note, paced, show_table
from engine.engine import Engine

WHILE = 30.0
"""Seconds that a load, or the bringing in of files, looks for names at its end."""


@click.command("mention")
@click.option("--status", is_flag=True, help="Only tell what was found, and what waits.")
@click.option("--again", is_flag=True, help="Look at everything again, also what did not change.")
def mention_command(status: bool, again: bool) -> None:
    """Look for names in the documents of the archive, and tell what was found.

    `clew up`, `clew ingest` and `clew load` look for names whenever something is new. This looks
    at what is left, goes on where it was interrupted, and tells how much there is.
    """
    with opened() as engine:
        if not status:
            look(engine, again)
        show(engine)


def look(engine: Engine, again: bool = False) -> None:
    """Look for names in what is new, with progress; raises EngineInUse."""
    if again:
        engine.mentions.begin_again()
    count = engine.mentions.work(teller())
    if count:
        note(f"Looked at {count:,} new texts and records")


def look_a_while(engine: Engine) -> None:
    """Look for names in what is new, for a while: `clew up` looks at the rest."""
    ends = threading.Event()
    timer = threading.Timer(WHILE, ends.set)
    timer.start()
    try:
        engine.mentions.work_if_free(ends, teller())
    finally:
        timer.cancel()
    at, goal = engine.mentions.waiting()
    if ends.is_set() and at < goal:
        note("More names are to be looked for: `clew up` or `clew mention` does that")


def teller() -> Callable[[int, int], None]:
    """Shows how far the search for names is."""
    progress = paced()
    return lambda at, goal: progress(f"Looked for names: {at:,} of {goal:,} revisions")


def show(engine: Engine) -> None:
    """Tell how many mentions there are, and what waits."""
    access = engine.owner_access()
    rows = [
        (documents, records, f"{mentions:,}", f"{named:,}")
        for documents, records, mentions, named in engine.mentions.counts(access)
    ]
    if rows:
        headings = ("documents of", "name records of", "mentions", "records")
        show_table(headings, rows, right=("mentions", "records"))
    else:
        click.echo("No document names anybody that the archive knows.")
    at, goal = engine.mentions.waiting()
    if at < goal:
        click.echo(f"{goal - at:,} revisions wait: `clew up` or `clew mention` looks at them")
    if not engine.mentions.models():
        note("No language model is installed: only names and numbers of the archive are found")
