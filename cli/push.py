"""``clew push``: loads files into a Clew on another machine."""

from pathlib import Path

import click

from cli.bar import load_bar
from cli.load import show
from cli.terminal import note
from engine.errors import BadInput
from engine.settings import Settings
from loaders.format.registry import NAMES
from loaders.intake.meter import Meter
from loaders.load.report import Refusal, Report
from loaders.push.push import Push

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
COUNTS = ("read", "added", "changed", "removed", "unchanged", "repeated", "refused_count")


@click.command("push")
@click.argument("url", metavar="URL")
@click.argument("files", nargs=-1, required=True, type=FILE, metavar="FILE...")
@click.option("--dataset", required=True, metavar="NAME", help="The dataset to load into.")
@click.option("--title", metavar="TEXT", help="The dataset's title.")
@click.option("--format", "format_", type=click.Choice(NAMES), help="The format of the files.")
@click.option("--mapping", type=FILE, help="The mapping that says what the columns mean.")
@click.option("--keep", is_flag=True, help="Do not remove what the files no longer hold.")
@click.option("--public", is_flag=True, help="Let everybody read the dataset.")
def push_command(
    url: str,
    files: tuple[Path, ...],
    dataset: str,
    title: str | None,
    format_: str | None,
    mapping: Path | None,
    keep: bool,
    public: bool,
) -> None:
    """Load files into the dataset of a Clew at another address, as clew load does there.

    CLEW_KEY has an API key of that Clew with the scopes write and bulk. What was interrupted goes
    on where it stopped when the same is run again. The exit code is 1 when a line was refused or a
    source ended early.
    """
    settings = Settings.from_environment()
    if not settings.key:
        raise BadInput("set CLEW_KEY to an API key of that Clew with the scopes write and bulk")
    options = {
        "title": title or "",
        "format": format_ or "",
        "mapping": mapping.name if mapping is not None else "",
        "keep": "1" if keep else "",
        "public": "1" if public else "",
    }
    sent = [*files, mapping] if mapping is not None else list(files)
    push = Push(url, settings.key, dataset, {name: each for name, each in options.items() if each})
    with load_bar() as bar:
        told = push.send(sent, bar or Told())
    report = Report(**{name: told[name] for name in COUNTS}, seconds=told["seconds"])
    report.refused = [Refusal(**refusal) for refusal in told["refused"]]
    report.notes, report.kept, report.truncated = told["notes"], told["kept"], told["truncated"]
    show(report, dataset)
    if not told["ok"]:
        raise SystemExit(1)


class Told(Meter):
    """A meter that prints what is being done, where there is no terminal for a bar."""

    def begin(self, source: str, size: int | None) -> None:
        """A file is being sent."""
        note(f"Sending {source}")

    def message(self, text: str) -> None:
        """Something else is being done."""
        note(text)
