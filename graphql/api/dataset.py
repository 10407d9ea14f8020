"""What a dataset answers: what is known of it, how old it is, what it holds; and a page of datasets."""

from datetime import UTC, datetime
from typing import Any

import strawberry

from api.connection import PageInfo, size
from api.run import RunConnection, next_run, runs
from api.session import Info
from engine import dataset as value
from engine.cursor import cursor_of, place_of
from engine.dataset import ExportPolicy, Frequency

DATASETS = 50

strawberry.enum(Frequency, description="How often a source publishes.")
strawberry.enum(
    ExportPolicy,
    description="Who, of those who may read a dataset, may also take all of it as a file.",
)


@strawberry.type(description="How many entities of one schema a dataset holds.")
class SchemaCount:
    """How many entities of one schema a dataset holds."""

    schema: str = strawberry.field(description="FtM's name of the schema.")
    count: int = strawberry.field(description="How many entities of exactly this schema there are.")


@strawberry.type(description="Who publishes a dataset.")
class Publisher:
    """Who publishes a dataset."""

    name: str = strawberry.field(description="The publisher's name.")
    url: str | None = strawberry.field(description="The publisher's web address.")
    country: str | None = strawberry.field(description="The code of the publisher's country.")


def _overdue(root: strawberry.Parent[value.Dataset]) -> bool:
    return root.overdue(datetime.now(UTC))


@strawberry.type(description="A dataset: what is known of it, how old it is, and what it holds.")
class Dataset:
    """A dataset: what is known of it, how old it is, and what it holds."""

    name: str = strawberry.field(description="The name, with which the ids of its entities begin.")
    title: str = strawberry.field(description="What people call it.")
    summary: str | None = strawberry.field(description="What it is, in a few sentences.")
    publisher: Publisher | None = strawberry.field(description="Who publishes it.")
    url: str | None = strawberry.field(description="Where it is described on the web.")
    license: str | None = strawberry.field(description="Its licence: a web address, or a name.")
    countries: list[str] = strawberry.field(
        description="The codes of the countries that it covers."
    )
    category: str | None = strawberry.field(description="What kind of dataset it is.")
    maintainer: str | None = strawberry.field(description="Who keeps it up to date here.")
    frequency: Frequency = strawberry.field(description="How often its source publishes.")
    coverage_start: str | None = strawberry.field(
        description="From when on it tells: a year, a month or a day."
    )
    coverage_end: str | None = strawberry.field(
        description="Until when it tells: a year, a month or a day."
    )
    last_updated: datetime | None = strawberry.field(
        description="When it was last loaded whole, changed or not; null if never."
    )
    next_expected: datetime | None = strawberry.field(
        description="When its next version is due: one period after the last; null if none is."
    )
    overdue: bool = strawberry.field(
        resolver=_overdue,
        description="Whether the next version is late by more than a quarter of its period (at most a week), "
        "or should have come and never did.",
    )
    next_run: datetime | None = strawberry.field(
        resolver=next_run,
        description="When its source is to be crawled again, as the catalog last had it; null if no catalog names it, "
        "or once was enough.",
    )
    runs: RunConnection = strawberry.field(
        resolver=runs, description="The crawls of its source, newest first."
    )
    export_policy: ExportPolicy = strawberry.field(description="Who may take all of it as a file.")
    entity_count: int = strawberry.field(description="How many entities it holds.")
    schemata: list[SchemaCount] = strawberry.field(
        description="How many of each schema, the most frequent first."
    )


@strawberry.type(description="A dataset on a page.")
class DatasetEdge:
    """A dataset on a page."""

    cursor: str = strawberry.field(description="Its place, to go on after.")
    node: Dataset = strawberry.field(description="The dataset.")


@strawberry.type(description="A page of datasets, by name.")
class DatasetConnection:
    """A page of datasets, by name."""

    edges: list[DatasetEdge] = strawberry.field(description="The datasets with their places.")
    nodes: list[Dataset] = strawberry.field(description="The datasets.")
    page_info: PageInfo = strawberry.field(description="Whether there are more.")
    total_count: int = strawberry.field(description="How many there are on all pages.")


async def dataset_page(
    info: Info, first: int | None = DATASETS, after: str | None = None, overdue: bool | None = None
) -> Any:
    """A page of the datasets that this reader may see."""
    start = None if after is None else place_of(after, str)[0]
    asked = size(first, DATASETS)
    known = await info.context.hop(
        info.context.engine.datasets, await info.context.access(), overdue
    )
    rest = [found for found in known if start is None or found.name > start]
    nodes: list[Any] = list(rest[:asked])
    edges = [DatasetEdge(cursor=cursor_of(found.name), node=found) for found in nodes]
    return DatasetConnection(
        edges=edges,
        nodes=nodes,
        page_info=PageInfo.of([edge.cursor for edge in edges], len(rest) > asked),
        total_count=len(known),
    )
