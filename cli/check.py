"""``clew check``: proves that graph and index agree, or says where they differ."""

import click

from cli.terminal import paced, show_interrupted
from engine.engine import Engine
from engine.settings import Settings


@click.command("check")
def check_command() -> None:
    """Prove that graph and index agree, or say where they differ.

    The exit code is 1 when they differ. `clew reindex` then makes the index anew.
    """
    with Engine.open(Settings.from_environment(), progress=paced()) as engine:
        differences = engine.check(paced())
        interrupted = engine.interrupted()
    show_interrupted(interrupted)
    for difference in differences:
        click.echo(difference)
    if differences:
        raise SystemExit(1)
    click.echo("Graph and index agree")
