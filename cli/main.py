"""The ``clew`` command: a group of the commands that the modules beside it define."""

import signal
from types import FrameType
from typing import Any

import click

from cli.audit import audit_command
from cli.backup import backup_command
from cli.block import block_group, unblock_command
from cli.check import check_command
from cli.crawl import crawl_command
from cli.dataset import dataset_group
from cli.doctor import doctor_command
from cli.export import export_command
from cli.grant import grant_group
from cli.group import group_group
from cli.load import load_command
from cli.mapping import mapping_command
from cli.migrate import migrate_command
from cli.push import push_command
from cli.query import query_command
from cli.reindex import reindex_command
from cli.restore import restore_command
from cli.status import status_command
from cli.terminal import note
from cli.up import up_command
from cli.user import user_group
from engine.errors import ClewError


class Commands(click.Group):
    """A group of commands that prints what is wrong, without a stack trace."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a ClewError becomes its message and exit code 1."""
        signal.signal(signal.SIGTERM, end)
        try:
            return super().invoke(ctx)
        except ClewError as error:
            note(f"clew: {error}")
            raise SystemExit(1) from None


def end(number: int, frame: FrameType | None) -> None:
    """Leave as on Ctrl-C, so that everything that was opened is closed."""
    raise SystemExit(128 + number)


@click.group(cls=Commands)
@click.version_option(package_name="clew")
def main() -> None:
    """Clew: a knowledge engine for people who follow money.

    All commands act on the data folder: `data/` in the current folder, or the one that CLEW_DATA
    names.
    """


for command in (
    audit_command,
    backup_command,
    block_group,
    check_command,
    crawl_command,
    dataset_group,
    doctor_command,
    export_command,
    grant_group,
    group_group,
    load_command,
    mapping_command,
    migrate_command,
    push_command,
    query_command,
    reindex_command,
    restore_command,
    status_command,
    unblock_command,
    up_command,
    user_group,
):
    main.add_command(command)
