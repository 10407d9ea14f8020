"""``clew check``: proves that graph and index agree, or says where they differ."""

import click

from cli.terminal import note
from engine.engine import Engine
from engine.settings import Settings


@click.command("check")
def check_command() -> None:
    """Prove that graph and index agree, or say where they differ."""
    with Engine.open(Settings.from_environment(), progress=note) as engine:
        found = engine.check()
    for difference in found:
        click.echo(difference)
    if found:
        raise SystemExit(1)
    click.echo("Graph and index agree")
