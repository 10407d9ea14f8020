"""``clew push``: loads files into a Clew on another machine."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from cli.bar import load_bar
from cli.load import advice, show
from cli.terminal import note
from engine.errors import BadInput, ClewError
from engine.settings import Settings
from loaders.format.registry import NAMES
from loaders.intake.meter import Meter
from loaders.load.report import Refusal, Report
from loaders.push.push import Push

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
COUNTS = ("read", "added", "changed", "removed", "unchanged", "repeated", "refused_count")


@click.command("push")
@click.argument("url", metavar="URL", help="The address of the other Clew.")
@click.argument(
    "files", nargs=-1, required=True, type=FILE, metavar="FILE...", help="The files to load."
)
@click.option("--dataset", required=True, metavar="NAME", help="The dataset to load into.")
@click.option("--title", metavar="TEXT", help="The dataset's title.")
@click.option("--format", "format_", type=click.Choice(NAMES), help="The format of the files.")
@click.option("--mapping", type=FILE, help="The mapping that says what the columns mean.")
@click.option("--keep", is_flag=True, help="Do not remove what the files no longer hold.")
@click.option(
    "--accept-removals",
    is_flag=True,
    help="Go on although most of the dataset will be removed (CLEW_MAX_REMOVED).",
)
@click.option("--public", is_flag=True, help="Let everybody read the dataset.")
def push_command(url: str, files: tuple[Path, ...], dataset: str, **options: Any) -> None:
    """Load files into the dataset of a Clew at another address, as clew load does there.

    CLEW_KEY has an API key of that Clew with the scopes write and bulk. What was interrupted goes
    on where it stopped when the same is run again. The exit code is 1 when a line was refused or a
    source ended early.
    """
    settings = Settings.from_environment()
    if not settings.key:
        raise BadInput("set CLEW_KEY to an API key of that Clew with the scopes write and bulk")
    mapping = options["mapping"]
    push = Push(url, settings.key, dataset, written(options))
    with load_bar() as bar:
        told = push.send([*files, *([mapping] if mapping else [])], bar or Told())
    report = report_of(told)
    show(report, dataset)
    if report.stopped:
        raise ClewError(f"stopped: {report.stopped}{advice(report)}")
    if not told["ok"]:
        raise SystemExit(1)


def written(options: Mapping[str, Any]) -> dict[str, str]:
    """The options of a load as the address of a request has them; without those not given."""
    texts = {
        "title": options["title"],
        "format": options["format_"],
        "mapping": options["mapping"].name if options["mapping"] is not None else None,
        "keep": "1" if options["keep"] else None,
        "accept_removals": "1" if options["accept_removals"] else None,
        "public": "1" if options["public"] else None,
    }
    return {name: text for name, text in texts.items() if text}


def report_of(told: Mapping[str, Any]) -> Report:
    """The report that the other side told."""
    report = Report(**{name: told[name] for name in COUNTS}, seconds=told["seconds"])
    report.refused = [Refusal(**refusal) for refusal in told["refused"]]
    report.notes, report.kept, report.truncated = told["notes"], told["kept"], told["truncated"]
    # an earlier Clew tells neither
    report.stopped, report.would_remove = told.get("stopped"), told.get("would_remove", 0)
    return report


class Told(Meter):
    """A meter that prints what is being done, where there is no terminal for a bar."""

    def begin(self, source: str, size: int | None) -> None:
        """A file is being sent."""
        note(f"Sending {source}")

    def message(self, text: str) -> None:
        """Something else is being done."""
        note(text)
