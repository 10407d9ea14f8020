"""``clew dataset``: shows the datasets and their age, describes, publishes and deletes them."""

import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click
import yaml

from cli.bar import load_bar
from cli.handle import opened
from cli.reader import readers
from cli.terminal import minute, note, paced, show_table
from engine.access import Access
from engine.account import OWNER
from engine.dataset import Dataset, ExportPolicy, Frequency, Visibility
from engine.errors import BadInput
from engine.metadata import from_ftm
from loaders.crawl.catalog import TextLoader, read_catalog

LARGEST = 1_000_000
"""Bytes of the largest description that is read."""


@click.group("dataset")
def dataset_group() -> None:
    """See, describe, publish and delete datasets."""


@dataset_group.command("list")
@click.option("--overdue", is_flag=True, help="Only datasets whose next version is overdue.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def list_command(overdue: bool, as_json: bool) -> None:
    """Show the datasets and their age, overdue ones first."""
    now = datetime.now(UTC)
    with opened() as engine:
        datasets = engine.datasets(engine.owner_access(), overdue or None)
        deleting = [] if overdue else engine.deleting()
    datasets.sort(key=lambda dataset: (not dataset.overdue(now), dataset.name))
    if as_json:
        rows = [described(dataset, now) for dataset in datasets]
        rows += [{"name": name, "deleting": True} for name in deleting]
        click.echo(json.dumps(rows, ensure_ascii=False))
    elif datasets or deleting:
        show(datasets, deleting, now)
    elif overdue:
        click.echo("No dataset is overdue.")
    else:
        click.echo("There are no datasets yet: clew load FILE --dataset NAME")


def show(datasets: Sequence[Dataset], deleting: Sequence[str], now: datetime) -> None:
    """Print the table of datasets."""
    headings = (
        "NAME",
        "TITLE",
        "ENTITIES",
        "READERS",
        "FREQUENCY",
        "UPDATED",
        "EXPECTED",
        "OVERDUE",
    )
    rows = []
    for dataset in datasets:
        cells = [dataset.name, dataset.title, f"{dataset.entity_count:,}"]
        cells += [str(dataset.visibility), str(dataset.frequency)]
        cells += [minute(dataset.last_updated) or "never", minute(dataset.next_expected)]
        rows.append([*cells, lateness(dataset, now)])
    rows += [[name, "being deleted", *[""] * (len(headings) - 2)] for name in deleting]
    show_table(headings, rows, folded=("TITLE",), right=("ENTITIES",))


def lateness(dataset: Dataset, now: datetime) -> str:
    """By how much a dataset is overdue, in words; empty if it is not."""
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
    """A dataset in FollowTheMoney's dataset format, with what Clew adds to it."""
    publisher = dataset.publisher
    fields = {
        "name": dataset.name,
        "title": dataset.title,
        "summary": dataset.summary,
        "publisher": without_none(vars(publisher)) if publisher is not None else None,
        "url": dataset.url,
        "license": dataset.license,
        "languages": dataset.languages or None,
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
        "visibility": str(dataset.visibility),
        "export_policy": str(dataset.export_policy),
        "updated_at": iso(dataset.last_updated),
        "next_expected": iso(dataset.next_expected),
        "overdue": dataset.overdue(now),
        "entity_count": dataset.entity_count,
        "schemata": {count.schema: count.count for count in dataset.schemata},
    }
    return without_none(fields)


def without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    """A mapping without the values that are None."""
    return {name: value for name, value in values.items() if value is not None}


def iso(moment: datetime | None) -> str | None:
    """A moment in UTC as ISO 8601 writes it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds") if moment is not None else None


@dataset_group.command("show")
@click.argument("name", help="The dataset.")
@click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")
def show_command(name: str, as_json: bool) -> None:
    """Show the description of a dataset, its age, and what it holds."""
    now = datetime.now(UTC)
    with opened() as engine:
        dataset = engine.dataset(name, Access(frozenset({name})))
        deleting = name in engine.deleting()
    if dataset is None:
        why = (
            f"it is being deleted: `clew dataset delete {name}` goes on"
            if deleting
            else "`clew dataset list` names them"
        )
        raise BadInput(f"there is no dataset {name[:100]!r}: {why}")
    description = described(dataset, now)
    if as_json:
        click.echo(json.dumps(description, ensure_ascii=False))
        return
    counts = description.pop("schemata")
    description["overdue"] = lateness(dataset, now) or "no"
    for field, value in flat(description).items():
        click.echo(f"{field.replace('_', ' '):<19} {cell(value)}")
    for schema, count in counts.items():
        click.echo(f"{'':<19} {count:>9,} {schema}")


def flat(description: dict[str, Any]) -> dict[str, Any]:
    """A description with the fields of publisher and coverage beside the others, after them."""
    publisher = description.pop("publisher", {})
    coverage = description.pop("coverage")
    names = {f"publisher {field}".removesuffix(" name"): publisher[field] for field in publisher}
    return description | names | {f"coverage {field}": coverage[field] for field in coverage}


def cell(value: Any) -> str:
    """A value of a description as people read it."""
    if isinstance(value, list):
        return ", ".join(value)
    return f"{value:,}" if isinstance(value, int) else str(value)


@dataset_group.command("set")
@click.argument("name", help="The dataset; it is made if there is none of this name.")
@click.option("--title", help="Its title.")
@click.option("--summary", help="What it is, in a few sentences.")
@click.option("--publisher", help="Who publishes it.")
@click.option("--publisher-url", help="The publisher's web address.")
@click.option("--publisher-country", help="The code of the publisher's country.")
@click.option("--url", help="The web page that describes it.")
@click.option("--license", help="Its licence: a web address, or a name.")
@click.option(
    "--country",
    "countries",
    multiple=True,
    help="The code of a country that it covers; repeatable.",
)
@click.option(
    "--language",
    "languages",
    multiple=True,
    help="A language that its documents are in (ISO 639-3: rus), for OCR; repeatable.",
)
@click.option("--category", help="What kind of dataset it is.")
@click.option("--maintainer", help="Who keeps it up to date here.")
@click.option("--frequency", help=f"How often it is published: {', '.join(Frequency)}.")
@click.option("--coverage-start", help="The first date it covers: 2019, 2019-04 or 2019-04-30.")
@click.option("--coverage-end", help="The last date it covers.")
@click.option(
    "--export-policy",
    help=f"Who, of those who may read it, may export all of it: {', '.join(ExportPolicy)}.",
)
@click.option(
    "--file",
    "path",
    type=click.Path(path_type=Path),
    help="A description in FollowTheMoney's dataset format, as YAML or JSON.",
)
def set_command(
    name: str,
    path: Path | None,
    countries: Sequence[str],
    languages: Sequence[str],
    **fields: str | None,
) -> None:
    """Describe a dataset. An empty value removes what was known."""
    changes = read(path, name) if path is not None else {}
    changes |= {field: value for field, value in fields.items() if value is not None}
    if countries:
        changes["countries"] = list(countries)
    if languages:
        changes["languages"] = list(languages)
    if not changes:
        raise BadInput(
            "nothing to set: give --title, --frequency … or --file (clew dataset set --help)"
        )
    with opened() as engine:
        exists = engine.set_dataset(name, changes)
    click.echo(f"{name}: set {', '.join(changes)}")
    if not exists:
        note(f"{name} is new and empty; to load it: clew load FILE --dataset {name}")


def read(path: Path, name: str) -> dict[str, Any]:
    """The fields that a description sets; other fields are named in a note. Raises BadInput."""
    try:
        if path.stat().st_size > LARGEST:
            raise BadInput(f"{path} is too large to describe a dataset: at most {LARGEST:,} bytes")
        data = yaml.load(path.read_text(encoding="utf-8"), Loader=TextLoader)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}") from None
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise BadInput(f"{path} is neither YAML nor JSON: {error}"[:500]) from None
    try:
        changes, ignored = from_ftm(data)
    except BadInput as error:
        raise BadInput(f"{path}: {error}") from None
    if data.get("name", name) != name:
        raise BadInput(f"{path} describes {str(data['name'])[:100]!r}, not {name!r}")
    if ignored:
        note(f"{path}: ignored {', '.join(ignored)}")
    return changes


@dataset_group.command("publish")
@click.argument("name", help="The dataset.")
@click.option(
    "--registered",
    "visibility",
    flag_value=Visibility.REGISTERED.value,
    help="Let only those read it who have an account.",
)
@click.option(
    "--restricted",
    "visibility",
    flag_value=Visibility.RESTRICTED.value,
    help="Let only those read it to whom it was granted, and the data team.",
)
def publish_command(name: str, visibility: str | None) -> None:
    """Let everybody read a dataset, or, with an option, fewer."""
    with opened() as engine:
        engine.directory.publish(OWNER, name, Visibility(visibility or Visibility.PUBLIC))
        click.echo(f"{name}: {readers(engine, name)}")


@dataset_group.command("delete")
@click.argument("name", help="The dataset.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
def delete_command(name: str, yes: bool) -> None:
    """Delete a dataset with its records, and the values that only it shared."""
    with opened() as engine:
        dataset = engine.dataset(name, Access(frozenset({name})))
        if dataset is not None and not yes:
            what = f"{dataset.name} ({dataset.title}) with {dataset.entity_count:,} entities"
            click.confirm(f"Delete {what}? This cannot be undone", abort=True, err=True)
        with engine.claim(name, "deleted"), load_bar() as bar:
            removed = engine.delete_dataset(name, paced() if bar is None else bar.message)
        catalog = engine.settings.catalog
    click.echo(f"{name}: deleted, {removed:,} records")
    if is_named(catalog, name):
        note(f"{catalog} still names {name}: it will be crawled again, unless you remove it there")


def is_named(catalog: Path, name: str) -> bool:
    """Whether a catalog names a dataset as one of its own."""
    with suppress(BadInput):  # there is no catalog, or it cannot be read
        return any(entry.name == name for entry in read_catalog(catalog).entries)
    return False
