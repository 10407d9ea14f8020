"""``clew ingest``: brings files in as documents, and tells what became of them."""

from collections.abc import Callable
from pathlib import Path

import click

from cli.mention import look_a_while
from cli.reader import readers
from cli.terminal import note, paced
from engine.document import Reason, State, StateCount, StoredFile
from engine.engine import Engine
from engine.errors import BadInput
from engine.settings import Settings
from loaders.ingest.ingest import ingest
from loaders.ingest.language import languages_of
from loaders.ingest.report import Report

PAGE = 1_000
"""Files that are listed at a time."""
EVERY = "all"
"""``--retry`` without a reason."""


@click.command("ingest")
@click.argument(
    "paths",
    nargs=-1,
    metavar="[PATH]...",
    type=click.Path(path_type=Path),
    help="A file, or a folder with files. Without any, what waits in the dataset is read.",
)
@click.option(
    "--dataset", required=True, metavar="NAME", help="The dataset that the documents belong to."
)
@click.option("--title", metavar="TEXT", help="The dataset's title.")
@click.option(
    "--language",
    metavar="CODES",
    default="",
    help="The languages of the documents (ISO 639-3: rus,eng), for the reading of images.",
)
@click.option(
    "--password",
    "passwords",
    multiple=True,
    metavar="TEXT",
    help="A password for encrypted files; may be given several times.",
)
@click.option(
    "--failures", is_flag=True, help="List what could not be read, and why, and do nothing else."
)
@click.option(
    "--retry",
    is_flag=False,
    flag_value=EVERY,
    metavar="[REASON]",
    type=click.Choice([EVERY, *map(str, Reason)]),
    help="Read again what failed or was read in part: all of it, or for one reason only.",
)
def ingest_command(
    paths: tuple[Path, ...],
    dataset: str,
    title: str | None,
    language: str,
    passwords: tuple[str, ...],
    failures: bool,
    retry: str | None,
) -> None:
    """Bring files in as documents of a dataset: archived, unpacked, read, and searchable.

    Folders keep their shape. What is there already is skipped, so the same command goes on where
    it was interrupted. Symbolic links and devices are left out. The exit code is 1 when a file
    could not be looked at.
    """
    languages = languages_of(language)
    with Engine.open(Settings.from_environment(), progress=paced()) as engine:
        if failures:
            list_failures(engine, dataset)
            return
        report = ingest(
            engine,
            paths,
            dataset,
            title=title,
            languages=languages,
            passwords=passwords,
            retry=reasons_of(retry),
            progress=paced(),
        )
        counts = engine.documents.counts([dataset], engine.owner_access()).get(dataset, [])
        look_a_while(engine)
        show(report, dataset, counts)
        click.echo(f"{dataset}: {readers(engine, dataset)}")
    if report.skipped:
        raise SystemExit(1)


def reasons_of(retry: str | None) -> tuple[Reason, ...]:
    """The reasons for which files are read again."""
    if retry is None:
        return ()
    return tuple(Reason) if retry == EVERY else (Reason(retry),)


def show(report: Report, dataset: str, counts: list[StateCount]) -> None:
    """The report: counts on stdout, what went wrong on stderr."""
    for text in report.skipped:
        note(f"Left out: {text}")
    if not report.networkless:
        note("Note: this system does not let Clew cut the reading of files off from networks.")
    rate = f", {report.read / report.seconds:,.1f}/s" if report.seconds > 0 else ""
    read = f"{report.found:,} files found, {report.new:,} new, {report.read:,} read"
    click.echo(f"{dataset}: {read} ({report.seconds:.1f} s{rate})")
    click.echo(f"{dataset}: {summary(counts)}")


def summary(counts: list[StateCount]) -> str:
    """The files of a dataset by their states, in a line."""
    told = {state: sum(each.count for each in counts if each.state is state) for state in State}
    words = {State.READ: "read", State.FAILED: "failed", State.WAITING: "waiting"}
    line = ", ".join(f"{told[state]:,} {word}" for state, word in words.items() if told[state])
    why = ", ".join(f"{each.count:,} {each.reason}" for each in counts if each.reason is not None)
    total = f"{sum(told.values()):,} documents: {line}" if line else "no documents"
    return f"{total}; of these {why} (--failures lists them)" if why else total


def list_failures(engine: Engine, dataset: str) -> None:
    """Each file with something wrong: its reason, its path, and that in a sentence."""
    if all(dataset != each.name for each in engine.datasets(engine.owner_access())):
        raise BadInput(f"there is no dataset {dataset!r}: `clew dataset list` names them")
    access = engine.owner_access()
    each_file(
        lambda after: engine.documents.listed(
            dataset, access, reasons=tuple(Reason), after=after, first=PAGE
        )
    )
    counts = engine.documents.counts([dataset], access).get(dataset, [])
    click.echo(f"{dataset}: {summary(counts)}")


def each_file(page: Callable[[str], list[StoredFile]]) -> None:
    """Print every file of a list that comes in pages."""
    after = ""
    while files := page(after):
        for file in files:
            click.echo(f"{file.reason!s:12} {file.path}: {file.detail or ''}")
        after = files[-1].id
