"""``clew mapping``: looks at a mapping before anything is loaded."""

from pathlib import Path

import click

from engine.entity import Entity
from loaders.intake.record import shown
from loaders.mapping.check import Preview, check

LONGEST = 100
"""Characters of a value that are shown."""
REFUSED = 20
"""Rows that are listed with the reason why they cannot be used."""


@click.group("mapping")
def mapping_command() -> None:
    """Look at a mapping before anything is loaded."""


@mapping_command.command("check")
@click.argument("mapping", metavar="FILE.yml", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("tables", nargs=-1, required=True, metavar="TABLE...")
@click.option(
    "--rows",
    default=10,
    show_default=True,
    type=click.IntRange(1, 10_000),
    help="Rows of each table.",
)
def check_command(mapping: Path, tables: tuple[str, ...], rows: int) -> None:
    """Show what the mapping makes of the tables' first rows; nothing is loaded.

    Ends with 1 where the mapping cannot work, or makes nothing of these rows.
    """
    found = check(mapping, tables, rows)
    tell(found)
    if not found.entities:
        click.echo(f"Nothing comes of the first {rows:,} rows.", err=True)
        raise SystemExit(1)


def tell(found: Preview) -> None:
    """The entities on stdout; what was found out, lost, refused and not used on stderr."""
    for note in found.notes:
        click.echo(note, err=True)
    place = ""
    for reading in found.readings:
        if reading.entity is not None:
            row = f"{reading.source} row {reading.place:,}"
            if row != place:
                click.echo(row)
            place = row
            click.echo(described(reading.entity))
    refused = [reading for reading in found.readings if reading.entity is None]
    for reading in refused[:REFUSED]:
        click.echo(f"{reading.source}:{reading.place}: {reading.reason}", err=True)
    if len(refused) > REFUSED:
        click.echo(f"… and {len(refused) - REFUSED:,} more refused rows", err=True)
    for text in found.unused:
        click.echo(text, err=True)


def described(entity: Entity) -> str:
    """An entity as some lines of text, harmless to a terminal."""
    lines = [f"  {entity.schema} {entity.id.partition(':')[2]}"]
    for name, values in entity.properties.items():
        told = "; ".join(value if value.isprintable() else shown(value) for value in values[:5])
        lines.append(
            f"    {name}: {told[:LONGEST]}{'…' if len(told) > LONGEST or len(values) > 5 else ''}"
        )
    return "\n".join(lines)
