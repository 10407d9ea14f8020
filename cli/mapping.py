"""``clew mapping``: shows what a mapping makes of tables, before anything is loaded."""

from pathlib import Path

import click

from cli.terminal import note
from engine.entity import Entity
from engine.validation import shown
from loaders.mapping.check import Preview, check

LONGEST = 100
"""Characters of a value that are shown."""
VALUES = 5
"""Values of a property that are shown."""
LISTED = 20
"""Refused rows that are listed; the others are counted."""


@click.group("mapping")
def mapping_command() -> None:
    """Check a mapping before anything is loaded."""


@mapping_command.command("check")
@click.argument(
    "mapping",
    metavar="FILE.yml",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The mapping.",
)
@click.argument(
    "tables", nargs=-1, required=True, metavar="TABLE...", help="The tables that it is for."
)
@click.option(
    "--rows",
    default=10,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="How many rows of each table are read.",
)
def check_command(mapping: Path, tables: tuple[str, ...], rows: int) -> None:
    """Show what a mapping makes of the first rows of each table. Nothing is loaded.

    The exit code is 1 when the mapping cannot be used, or makes no entity of these rows.
    """
    preview = check(mapping, tables, rows)
    show(preview)
    if not preview.entities:
        note(f"Nothing comes of the first {rows:,} rows.")
        raise SystemExit(1)


def show(preview: Preview) -> None:
    """The entities on stdout; what was detected, lost, refused and not used on stderr."""
    for text in preview.notes:
        note(text)
    place = ""
    for reading in preview.readings:
        if reading.entity is not None:
            row = f"{reading.source} row {reading.place:,}"
            if row != place:
                click.echo(row)
            place = row
            click.echo(described(reading.entity))
    refused = [reading for reading in preview.readings if reading.entity is None]
    for reading in refused[:LISTED]:
        note(f"{reading.source}:{reading.place}: {reading.reason}")
    if len(refused) > LISTED:
        note(f"… and {len(refused) - LISTED:,} more refused rows")
    for text in preview.unused:
        note(text)


def described(entity: Entity) -> str:
    """An entity as lines of text, without characters that control a terminal."""
    lines = [f"  {entity.schema} {entity.id.partition(':')[2]}"]
    for name, values in entity.properties.items():
        printable = (value if value.isprintable() else shown(value) for value in values[:VALUES])
        text = "; ".join(printable)
        cut = len(text) > LONGEST or len(values) > VALUES
        lines.append(f"    {name}: {text[:LONGEST]}{'…' if cut else ''}")
    return "\n".join(lines)
