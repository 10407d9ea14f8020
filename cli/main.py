"""The ``clew`` command: a group of the commands that the modules beside it define.

A command's module is imported when the command is asked for: all of them together take a second and
more, and ``clew --help`` needs none.
"""

import signal
import sqlite3
from collections import UserDict
from textwrap import shorten
from types import FrameType
from typing import Any

import click

from cli.disk import trouble
from cli.start import imported
from engine.errors import ClewError

COMMANDS = {
    "audit": ("cli.audit:audit_command", "Show the audit log, the newest first."),
    "backup": ("cli.backup:backup_command", "Write everything into one file."),
    "block": (
        "cli.block:block_group",
        "Keep callers out: a role, an account, an API key or a network.",
    ),
    "check": (
        "cli.check:check_command",
        "Prove that graph and index agree, or say where they differ.",
    ),
    "crawl": ("cli.crawl:crawl_command", "Bring datasets up to date from their sources."),
    "dataset": ("cli.dataset:dataset_group", "See, describe, publish and delete datasets."),
    "doctor": (
        "cli.doctor:doctor_command",
        "Look at this installation, and say what is unsafe or unwell and what to do about it.",
    ),
    "export": (
        "cli.export:export_command",
        "Write datasets, search results, a neighbourhood or paths to a file or to stdout.",
    ),
    "grant": ("cli.grant:grant_group", "Let accounts and groups read, write or manage a dataset."),
    "group": (
        "cli.group:group_group",
        "Groups of accounts, which are granted things together: a newsroom.",
    ),
    "ingest": (
        "cli.ingest:ingest_command",
        "Bring files in as documents of a dataset: archived, unpacked, read, and searchable.",
    ),
    "judgement": (
        "cli.judgement:judgement_group",
        "Read, write and undo what was judged of pairs of records.",
    ),
    "load": (
        "cli.load:load_command",
        "Load a dataset: add what is new, change what differs, remove what is gone.",
    ),
    "mapping": ("cli.mapping:mapping_command", "Check a mapping before anything is loaded."),
    "mention": (
        "cli.mention:mention_command",
        "Look for names in the documents of the archive, and tell what was found.",
    ),
    "migrate": ("cli.migrate:migrate_command", "Bring the database up to date."),
    "ocr": (
        "cli.ocr:ocr_command",
        "Read the pages of a PDF or an image: as text, as a searchable PDF, or with every proof.",
    ),
    "push": (
        "cli.push:push_command",
        "Load files into the dataset of a Clew at another address, as clew load does there.",
    ),
    "query": ("cli.query:query_command", "Answer a GraphQL operation from FILE or stdin, as JSON."),
    "reindex": ("cli.reindex:reindex_command", "Delete the index and make it anew from the graph."),
    "restore": (
        "cli.restore:restore_command",
        "Fill an empty data folder from a backup, completely or not at all.",
    ),
    "screen": (
        "cli.screen:screen_command",
        "Whom of the archive some files name: with page, words, score and why; nothing is kept.",
    ),
    "status": (
        "cli.status:status_command",
        "Show the server and its memory, the datasets, and the revisions of graph and index.",
    ),
    "unblock": (
        "cli.block:unblock_command",
        "Let callers in again: `clew unblock network 192.0.2.0/24`.",
    ),
    "up": (
        "cli.up:up_command",
        "Start Neo4j, unless CLEW_NEO4J_URI names a server, and serve the API until Ctrl-C.",
    ),
    "user": (
        "cli.user:user_group",
        "Accounts: who they are, what they may do, and how they sign in.",
    ),
    "xref": (
        "cli.xref:xref_group",
        "Whom of a list or a dataset the archive knows, and why that may be so.",
    ),
}
"""Each command by its name: where it is, and what it does, as the first sentence of its help."""


class ImportedCommands(UserDict[str, click.Command]):
    """The commands by their names, each imported when it is looked up."""

    def __getitem__(self, name: str) -> click.Command:
        if name not in self.data and name in COMMANDS:
            module, _, attribute = COMMANDS[name][0].partition(":")
            self.data[name] = getattr(imported(module), attribute)
        return self.data[name]

    def __contains__(self, name: object) -> bool:
        return name in COMMANDS

    def __iter__(self) -> Any:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)


class Commands(click.Group):
    """A group of commands that prints what is wrong, without a stack trace."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; a ClewError, or one of the disk, becomes a message and exit code 1."""
        signal.signal(signal.SIGTERM, end)
        try:
            return super().invoke(ctx)
        except ClewError as error:
            click.echo(f"clew: {error}", err=True)
            raise SystemExit(1) from None
        except (OSError, sqlite3.OperationalError) as error:
            if (said := trouble(error)) is None:
                raise
            click.echo(f"clew: {said}", err=True)
            raise SystemExit(1) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        width = formatter.width - 6 - max(map(len, COMMANDS))
        rows = [
            (name, shorten(COMMANDS[name][1], width, placeholder="..."))
            for name in sorted(COMMANDS)
        ]
        with formatter.section("Commands"):
            formatter.write_dl(rows)


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


main.commands = ImportedCommands()
