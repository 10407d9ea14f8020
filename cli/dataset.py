"""``clew dataset``: which datasets there are, how old each is, what is known of it, and how it goes."""

import json
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import yaml
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.terminal import note
from engine.access import Access
from engine.dataset import Dataset, ExportPolicy, Frequency
from engine.engine import Engine
from engine.errors import BadInput
from engine.metadata import from_ftm
from engine.settings import Settings
from loaders.crawl.catalog import TextLoader, read_catalog
from loaders.intake.progress import Bar

WIDE = 200
"""Columns of a table that no terminal shows."""
LARGEST = 1_000_000
"""Bytes of a description."""


def opened() -> Engine:
    """The engine on the data folder, started or joined."""
    return Engine.open(Settings.from_environment(), progress=note)


@click.group("dataset")
def dataset_group() -> None:
    """See, describe and delete datasets."""


@dataset_group.command("list")
@click.option("--overdue", is_flag=True, help="Only those that should have come again by now.")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def list_command(overdue: bool, as_json: bool) -> None:
    """Show the datasets and how old they are, those that are late first."""
    now = datetime.now(UTC)
    with opened() as engine:
        datasets = engine.datasets(engine.everybody(), overdue or None)
        going = [] if overdue else engine.deleting()
    datasets.sort(key=lambda dataset: (not dataset.overdue(now), dataset.name))
    if as_json:
        told = [described(dataset, now) for dataset in datasets]
        click.echo(
            json.dumps(
                [*told, *({"name": name, "deleting": True} for name in going)], ensure_ascii=False
            )
        )
        return
    if not datasets and not going:
        click.echo(
            "No dataset is late."
            if overdue
            else "There are no datasets yet: clew load FILE --dataset NAME"
        )
        return
    show(datasets, going, now)


def show(datasets: Sequence[Dataset], going: Sequence[str], now: datetime) -> None:
    """The table of datasets, for people."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in ("NAME", "TITLE", "ENTITIES", "FREQUENCY", "UPDATED", "EXPECTED", "OVERDUE"):
        table.add_column(
            heading,
            justify="right" if heading == "ENTITIES" else "left",
            no_wrap=heading != "TITLE",
        )
    for dataset in datasets:
        due = dataset.next_expected
        cells = [dataset.name, dataset.title, f"{dataset.entity_count:,}", str(dataset.frequency)]
        cells += [minute(dataset.last_updated) or "never", minute(due), lateness(dataset, now)]
        table.add_row(*(Text(cell) for cell in cells))
    for name in going:
        table.add_row(*(Text(cell) for cell in (name, "being deleted", "", "", "", "", "")))
    Console(width=None if sys.stdout.isatty() else WIDE).print(table)


def minute(moment: datetime | None) -> str:
    """A moment for people: UTC, to the minute."""
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if moment is not None else ""


def lateness(dataset: Dataset, now: datetime) -> str:
    """By how much a dataset is late, in words; nothing for one that is not."""
    late = dataset.late_by(now)
    if late is None:
        return "never loaded" if dataset.overdue(now) else ""
    for unit, length in (
        ("day", timedelta(days=1)),
        ("hour", timedelta(hours=1)),
        ("minute", timedelta(minutes=1)),
    ):
        count = late // length
        if count:
            return f"{count:,} {unit}{'s' if count > 1 else ''}"
    return "just now"


def described(dataset: Dataset, now: datetime) -> dict[str, Any]:
    """All that is known of a dataset, in FtM's dataset format with what Clew adds; ``set --file`` takes it."""
    publisher = dataset.publisher
    told = {
        "name": dataset.name,
        "title": dataset.title,
        "summary": dataset.summary,
        "publisher": without_none(vars(publisher)) if publisher is not None else None,
        "url": dataset.url,
        "license": dataset.license,
        "category": dataset.category,
        "maintainer": dataset.maintainer,
        "coverage": without_none(
            {
                "start": dataset.coverage_start,
                "end": dataset.coverage_end,
                "countries": dataset.countries or None,
                "frequency": str(dataset.frequency),
            }
        ),
        "export_policy": str(dataset.export_policy),
        "updated_at": iso(dataset.last_updated),
        "next_expected": iso(dataset.next_expected),
        "overdue": dataset.overdue(now),
        "entity_count": dataset.entity_count,
        "schemata": {count.schema: count.count for count in dataset.schemata},
    }
    return without_none(told)


def without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping without what is not known."""
    return {name: value for name, value in values.items() if value is not None}


def iso(moment: datetime | None) -> str | None:
    """A moment for programs."""
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment is not None else None


@dataset_group.command("show")
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="For programs.")
def show_command(name: str, as_json: bool) -> None:
    """Show all that is known of a dataset, and what it holds."""
    now = datetime.now(UTC)
    with opened() as engine:
        dataset = engine.dataset(name, Access(frozenset({name})))
        going = name in engine.deleting()
    if dataset is None:
        why = (
            f"it is being deleted: `clew dataset delete {name}` goes on"
            if going
            else "`clew dataset list` names them"
        )
        raise BadInput(f"there is no dataset {name[:100]!r}: {why}")
    told = described(dataset, now)
    if as_json:
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    counts, publisher, coverage = (
        told.pop("schemata"),
        told.pop("publisher", {}),
        told.pop("coverage"),
    )
    told |= {
        f"publisher {field}".removesuffix(" name"): value for field, value in publisher.items()
    }
    told |= {f"coverage {field}": value for field, value in coverage.items()}
    told["overdue"] = lateness(dataset, now) or "no"
    for field, value in told.items():
        shown = (
            ", ".join(value)
            if isinstance(value, list)
            else f"{value:,}"
            if isinstance(value, int)
            else value
        )
        click.echo(f"{field.replace('_', ' '):<19} {shown}")
    for schema, count in counts.items():
        click.echo(f"{'':<19} {count:>9,} {schema}")


@dataset_group.command("set")
@click.argument("name")
@click.option("--title", help="What people call it.")
@click.option("--summary", help="What it is, in a few sentences.")
@click.option("--publisher", help="Who publishes it.")
@click.option("--publisher-url", help="The publisher's web address.")
@click.option("--publisher-country", help="The code of the publisher's country.")
@click.option("--url", help="Where it is described on the web.")
@click.option("--license", help="Its licence: a web address, or a name.")
@click.option(
    "--country",
    "countries",
    multiple=True,
    help="The code of a country that it covers; repeatable.",
)
@click.option("--category", help="What kind of dataset it is.")
@click.option("--maintainer", help="Who keeps it up to date here.")
@click.option("--frequency", help=f"How often it comes: {', '.join(Frequency)}.")
@click.option("--coverage-start", help="From when on it tells: 2019, 2019-04 or 2019-04-30.")
@click.option("--coverage-end", help="Until when it tells.")
@click.option(
    "--export-policy", help=f"Who may take all of it as a file: {', '.join(ExportPolicy)}."
)
@click.option(
    "--file", "path", type=click.Path(path_type=Path), help="FtM's dataset format, as YAML or JSON."
)
def set_command(
    name: str, path: Path | None, countries: Sequence[str], **given: str | None
) -> None:
    """Describe a dataset; an empty value takes away what was known."""
    changes = read(path, name) if path is not None else {}
    changes |= {field: value for field, value in given.items() if value is not None}
    if countries:
        changes["countries"] = list(countries)
    if not changes:
        raise BadInput(
            "nothing to set: give --title, --frequency … or --file (clew dataset set --help)"
        )
    with opened() as engine:
        there = engine.set_dataset(name, changes)
    click.echo(f"{name}: set {', '.join(changes)}")
    if not there:
        note(f"{name} is new and empty; to load it: clew load FILE --dataset {name}")


def read(path: Path, name: str) -> dict[str, Any]:
    """The changes that a description asks for; what it has beside them is told. Raises BadInput."""
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{path} is too large to describe a dataset: at most {LARGEST:,} bytes")
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=TextLoader)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadInput(f"{path} is neither YAML nor JSON: {error}"[:500]) from None
    try:
        changes, aside = from_ftm(data)
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from None
    if data.get("name", name) != name:
        raise BadInput(f"{path} describes {str(data['name'])[:100]!r}, not {name!r}")
    if aside:
        note(f"{path}: left aside {', '.join(aside)}")
    return changes


@dataset_group.command("delete")
@click.argument("name")
@click.option("--yes", is_flag=True, help="Do not ask.")
def delete_command(name: str, yes: bool) -> None:
    """Delete a dataset with its records, and the values known only through it."""
    with opened() as engine:
        dataset = engine.dataset(name, Access(frozenset({name})))
        if dataset is not None and not yes:
            what = f"{dataset.name} ({dataset.title}) with {dataset.entity_count:,} entities"
            click.confirm(f"Delete {what}? This cannot be undone", abort=True, err=True)
        with engine.claim(name, "deleted"):
            if not sys.stderr.isatty():
                removed = engine.delete_dataset(name, note)
            else:
                with Bar(Console(stderr=True)) as bar:
                    removed = engine.delete_dataset(name, bar.message)
        again = engine.settings.catalog if is_named(engine.settings.catalog, name) else None
    click.echo(f"{name}: deleted, {removed:,} records")
    if again is not None:
        note(f"{again} still names {name}: it will be crawled again, unless you take it out there")


def is_named(catalog: Path, name: str) -> bool:
    """Whether a catalog names a dataset as one of its own."""
    with suppress(BadInput):  # none, or none that can be read
        return any(entry.name == name for entry in read_catalog(catalog).entries)
    return False
