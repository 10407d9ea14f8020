"""``clew group``: several accounts that are granted things together."""

import click

from cli.handle import opened
from cli.terminal import show_table
from engine.account import OWNER

NAME = click.argument("name", help="The group.")
USER = click.argument("user", help="The account.")


@click.group("group")
def group_group() -> None:
    """Groups of accounts, which are granted things together: a newsroom."""


@group_group.command("list")
def list_command() -> None:
    """Show all groups and their members."""
    with opened() as engine:
        groups = engine.directory.groups(OWNER)
    rows = [[group.name, group.title, ", ".join(group.members)] for group in groups]
    show_table(("NAME", "TITLE", "MEMBERS"), rows, folded=("TITLE", "MEMBERS"))


@group_group.command("add")
@NAME
@click.option("--title", default="", help="The name that people read.")
def add_command(name: str, title: str) -> None:
    """Make a group."""
    with opened() as engine:
        engine.directory.add_group(OWNER, name, title)
    click.echo(f"{name}: made")


@group_group.command("remove")
@NAME
def remove_command(name: str) -> None:
    """Delete a group with what it was granted. Its members stay."""
    with opened() as engine:
        engine.directory.remove_group(OWNER, name)
    click.echo(f"{name}: removed")


@group_group.command("join")
@NAME
@USER
def join_command(name: str, user: str) -> None:
    """Make an account a member of a group."""
    with opened() as engine:
        group = engine.directory.join_group(OWNER, user, name)
    click.echo(f"{name}: {', '.join(group.members)}")


@group_group.command("leave")
@NAME
@USER
def leave_command(name: str, user: str) -> None:
    """End an account's membership of a group."""
    with opened() as engine:
        group = engine.directory.leave_group(OWNER, user, name)
    click.echo(f"{name}: {', '.join(group.members) or 'no members'}")
