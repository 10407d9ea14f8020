"""``clew block`` and ``clew unblock``: keep callers out, and let them in again."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import reduce

import click

from cli.handle import opened
from cli.terminal import minute, show_table, time_of
from engine.account import OWNER
from engine.block import BlockKind
from engine.errors import BadInput

Command = Callable[..., None]
NAME = click.argument(
    "name", help="A role, an account, the first eight characters of a key, or a network."
)
KIND = click.argument(
    "kind", type=click.Choice([kind.value for kind in BlockKind]), help="What the name is of."
)
OPTIONS = (
    click.option("--reason", default="", help="Why. Those who are blocked are not told."),
    click.option("--days", type=click.FloatRange(0, min_open=True), help="For how many days."),
    click.option("--until", help="Until when: 2026-12-31, or 2026-12-31T18:00, in UTC."),
)


@click.group("block")
def block_group() -> None:
    """Keep callers out: a role, an account, an API key or a network.

    It counts from their next request on. The command line is never kept out.
    """


def with_options(command: Command) -> Command:
    """A command with the options of a block."""
    return reduce(lambda made, option: option(made), reversed(OPTIONS), command)


def make(kind: BlockKind, metavar: str, help_text: str) -> None:
    """Make the command that blocks one kind of caller."""

    @block_group.command(kind.value, help=help_text)
    @click.argument("name", metavar=metavar, help="Who is kept out.")
    @with_options
    def command(name: str, reason: str, days: float | None, until: str | None) -> None:
        with opened() as engine:
            block = engine.blocks.add(OWNER, kind, name, reason, end_of(days, until))
        ends = f" until {minute(block.until)} UTC" if block.until is not None else ""
        click.echo(f"{kind} {block.name}: blocked{ends}")


make(BlockKind.ROLE, "ROLE", "Block all with a role; anonymous and registered are roles, too.")
make(BlockKind.ACCOUNT, "NAME", "Block an account, with all its keys and sessions.")
make(BlockKind.KEY, "START", "Block an API key, named by its first eight characters after clew_.")
make(BlockKind.NETWORK, "NETWORK", "Block an address, or a network such as 192.0.2.0/24.")


def end_of(days: float | None, until: str | None) -> datetime | None:
    """When a block ends; raises BadInput."""
    if days is not None and until is not None:
        raise BadInput("--days and --until contradict each other")
    if days is not None:
        return datetime.now(UTC) + timedelta(days=min(days, 36_500))
    return None if until is None else time_of("--until", until, "2026-12-31T18:00")


@block_group.command("list")
def list_command() -> None:
    """Show who is blocked, by whom, until when and why."""
    with opened() as engine:
        blocks = engine.blocks.all(OWNER)
    if not blocks:
        click.echo("Nobody is blocked.")
        return
    headings = ("KIND", "NAME", "SINCE", "UNTIL", "BY", "REASON")
    rows = [
        [block.kind, block.name, minute(block.at), minute(block.until), block.by, block.reason]
        for block in blocks
    ]
    show_table(headings, rows, folded=("REASON",))


@click.command("unblock")
@KIND
@NAME
def unblock_command(kind: str, name: str) -> None:
    """Let callers in again: `clew unblock network 192.0.2.0/24`."""
    with opened() as engine:
        engine.blocks.remove(OWNER, BlockKind(kind), name)
    click.echo(f"{kind} {name}: not blocked any more")
