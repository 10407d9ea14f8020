"""``clew screen``: whom of the archive files name; nothing of them is kept."""

import csv
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import click
import orjson

from cli.handle import opened
from cli.terminal import note, paced, show_table
from engine.engine import Engine
from engine.export.csv import guarded
from engine.mentioned import LIKELY
from engine.mentions import Screened
from engine.progress import Ticker
from loaders.ingest.language import languages_of
from loaders.ingest.skim import Unread, skim

HEADINGS = ("file", "page", "words", "score", "names", "dataset", "id", "why")
FIELDS = (*HEADINGS, "kind", "times")


@click.command("screen")
@click.argument(
    "paths",
    nargs=-1,
    required=True,
    metavar="PATH...",
    type=click.Path(path_type=Path, allow_dash=True),
    help="A file, a folder with files, or - for a text from stdin.",
)
@click.option(
    "--min-score",
    "least",
    type=click.FloatRange(0, 1),
    default=LIKELY,
    show_default=True,
    help="The least score, from 0 to 1.",
)
@click.option(
    "--dataset",
    "datasets",
    multiple=True,
    metavar="NAME",
    help="Only records of this dataset; may be given several times.",
)
@click.option(
    "--language",
    metavar="CODES",
    default="",
    help="The languages of the files (ISO 639-3: rus,eng), for the reading of images.",
)
@click.option(
    "--password", "passwords", multiple=True, metavar="TEXT", help="A password of encrypted files."
)
@click.option(
    "--values/--no-values",
    default=True,
    help="Whether to show e-mail addresses, account numbers and the like that no record has.",
)
@click.option(
    "--format",
    "format_",
    type=click.Choice(("table", "json", "csv")),
    default="table",
    show_default=True,
    help="A table for people, JSON with one object a line, or CSV.",
)
def screen_command(
    paths: tuple[Path, ...],
    least: float,
    datasets: tuple[str, ...],
    language: str,
    passwords: tuple[str, ...],
    values: bool,
    format_: str,
) -> None:
    """Whom of the archive some files name: with page, words, score and why; nothing is kept.

    Every file is read that `clew ingest` reads, with what is in it. What could not be read is said
    on stderr, and the exit code is 1.
    """
    languages = languages_of(language)
    with opened() as engine, tempfile.TemporaryDirectory() as folder:
        files = [_from_stdin(folder) if str(path) == "-" else path for path in paths]
        unread: list[Unread] = []
        found = _rows(engine, files, (languages, passwords), datasets, unread)
        wanted = (
            row
            for row in found
            if row.mention.score >= least and (values or row.mention.entity is not None)
        )
        _show(wanted, format_)
    if unread:
        raise SystemExit(1)


def _from_stdin(folder: str) -> Path:
    path = Path(folder) / "stdin.txt"
    path.write_bytes(sys.stdin.buffer.read())
    return path


def _rows(
    engine: Engine,
    files: Sequence[Path],
    told: tuple[Sequence[str], Sequence[str]],
    datasets: Sequence[str],
    unread: list[Unread],
) -> Iterator[Screened]:
    access = engine.owner_access()
    access = access.narrowed(datasets) if datasets else access
    progress, pages, paths, ticker = paced(), 0, set(), Ticker()
    for sheet in skim(files, *told):
        if isinstance(sheet, Unread):
            unread.append(sheet)
            note(f"{sheet.path}: {sheet.reason}: {sheet.detail}")
            continue
        pages += 1
        paths.add(sheet.path)
        if ticker.due():
            progress(f"Looked at {pages:,} pages of {len(paths):,} files")
        yield from engine.mentions.screened(sheet.path, sheet.page, sheet.text, access, told[0])


def _show(rows: Iterator[Screened], format_: str) -> None:
    if format_ == "json":
        for row in rows:
            click.echo(orjson.dumps(row.values()).decode())
    elif format_ == "csv":
        writer = csv.DictWriter(sys.stdout, FIELDS, extrasaction="ignore")
        writer.writeheader()
        for row in rows:
            values = row.values().items()
            writer.writerow({k: guarded(v) if isinstance(v, str) else v for k, v in values})
    else:
        cells = [[_cell(row.values()[name]) for name in HEADINGS] for row in rows]
        if cells:
            show_table(HEADINGS, cells, folded=("file", "words", "names", "why"), right=("page",))
        note(f"{len(cells):,} mentions" if cells else "nobody and nothing that the archive knows")


def _cell(value: Any) -> str:
    return f"{value:.2f}" if isinstance(value, float) else " ".join(str(value).split())
