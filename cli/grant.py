"""``clew grant``: who may read, write or manage a dataset or an investigation."""

import click

from cli.handle import opened
from cli.terminal import minute, show_table
from engine.account import OWNER, Level

DATASET = click.argument("dataset", help="The dataset or investigation.")
TO = click.argument("to", help="The account or group.")


@click.group("grant")
def grant_group() -> None:
    """Let accounts and groups read, write or manage a dataset."""


@grant_group.command("add")
@DATASET
@TO
@click.option(
    "--level",
    type=click.Choice([level.value for level in Level]),
    default=Level.READ.value,
    show_default=True,
    help="How much it allows; each level includes the ones before it.",
)
def add_command(dataset: str, to: str, level: str) -> None:
    """Let an account or a group read a dataset, write to it, or manage it."""
    with opened() as engine:
        engine.directory.grant(OWNER, dataset, to, Level(level))
    click.echo(f"{dataset}: {to} may {level} it")


@grant_group.command("list")
@click.option("--dataset", help="Only grants on this dataset or investigation.")
@click.option("--to", help="Only grants to this account or group.")
def list_command(dataset: str | None, to: str | None) -> None:
    """Show who was granted what."""
    with opened() as engine:
        grants = engine.directory.grants(OWNER, dataset, to)
    rows = [
        [grant.dataset, grant.to, str(grant.level), grant.by or "", minute(grant.at)]
        for grant in grants
    ]
    show_table(("DATASET", "TO", "LEVEL", "BY", "AT"), rows)


@grant_group.command("end")
@DATASET
@TO
def end_command(dataset: str, to: str) -> None:
    """Take away what was granted, from the next request on."""
    with opened() as engine:
        engine.directory.revoke(OWNER, dataset, to)
    click.echo(f"{dataset}: {to} has no grant any more")
