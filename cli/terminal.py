"""What a person at a terminal reads: notes on stderr, and tables."""

import re
import time
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

import click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from engine.errors import BadInput
from engine.progress import Progress

WIDTH = 200
"""Columns of a table that goes into a file or a pipe."""


NUMBER = re.compile(r"(?<![\w./-])\d[\d,.]*(?![\w/])")
QUIET = 30.0
"""Seconds from one line about a task to the next where nobody watches: a log must not fill up."""


def note(text: str) -> None:
    """Print a line about what is being done, on stderr."""
    click.echo(text, err=True)


def paced() -> Progress:
    """Shows what is being done: each line on a terminal, in a file one of a kind in 30 seconds.

    Lines are of one kind if they differ in numbers only.
    """
    if Console(stderr=True).is_terminal:
        return note
    shown: dict[str, float] = {}

    def show(text: str) -> None:
        kind, now = NUMBER.sub("#", text), time.monotonic()
        if now - shown.get(kind, -QUIET) >= QUIET:
            shown[kind] = now
            note(text)

    return show


def show_interrupted(interrupted: Mapping[str, datetime]) -> None:
    """Print a note for each dataset whose load was interrupted, and when that load began."""
    for name, began in interrupted.items():
        note(f"{name}: {interruption(began)}: load or crawl it again, which finishes it")


def interruption(began: datetime) -> str:
    """What is to be said of a dataset whose load began then, and neither ended nor goes on."""
    return f"its load of {minute(began)} was interrupted, so it may hold a part of its new version"


def show_table(
    headings: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    folded: Sequence[str] = (),
    right: Sequence[str] = (),
) -> None:
    """Print a table on stdout.

    Only the columns that are ``folded`` may take several lines; those named in ``right`` are
    aligned at the right.
    """
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(
            heading,
            justify="right" if heading in right else "left",
            no_wrap=heading not in folded,
            overflow="fold",
        )
    for row in rows:
        # as Text, so that brackets in a title are not read as markup
        table.add_row(*(Text(cell) for cell in row))
    console = Console()
    # rich cuts a table to 80 columns where there is no terminal, which would lose text
    (console if console.is_terminal else Console(width=WIDTH)).print(table)


def time_of(option: str, text: str, example: str) -> datetime:
    """The time that an option names, in UTC where it has no time zone; raises BadInput."""
    try:
        time = datetime.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{option}: {text[:40]!r} is no time, such as {example}") from None
    return time if time.tzinfo is not None else time.replace(tzinfo=UTC)


def minute(moment: datetime | None) -> str:
    """A moment in UTC to the minute: ``2026-11-28 21:47``; empty for None."""
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M}" if moment is not None else ""
