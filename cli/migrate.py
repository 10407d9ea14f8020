"""``clew migrate``: brings the database up to date."""

import click

from cli.terminal import paced
from engine.engine import Engine
from engine.settings import Settings


@click.command("migrate")
def migrate_command() -> None:
    """Bring the database up to date. Every other command does so too."""
    with Engine.open(Settings.from_environment(), progress=paced()):
        click.echo("The database is up to date")
