"""``clew reindex``: makes the index anew from the graph."""

import click

from cli.terminal import paced
from engine.engine import Engine
from engine.settings import Settings


@click.command("reindex")
def reindex_command() -> None:
    """Delete the index and make it anew from the graph."""
    with Engine.open(Settings.from_environment(), progress=paced()) as engine:
        click.echo(f"Indexed {engine.reindex(paced()):,} records")
