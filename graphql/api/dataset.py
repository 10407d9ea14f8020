"""GraphQL's ``Dataset``: its metadata, how old it is and what it holds; and pages of datasets."""

from datetime import UTC, datetime
from typing import Any

import strawberry

from api.connection import PageInfo, cut, page_size
from api.file import FileCount, StoredFileConnection, file_counts, files
from api.run import RunConnection, next_run, runs
from api.session import Info
from engine import dataset
from engine.dataset import ExportPolicy, Frequency, Visibility

PAGE = 50

strawberry.enum(Frequency, description="How often a source publishes a new version.")
strawberry.enum(
    ExportPolicy,
    description="Who may download a whole dataset as a file, among those who may read it.",
)

strawberry.enum(Visibility, description="Who may read a dataset without a grant.")


@strawberry.type(description="How many entities of one schema a dataset holds.")
class SchemaCount:
    """How many entities of one schema a dataset holds."""

    schema: str = strawberry.field(description="The name of the FollowTheMoney schema.")
    count: int = strawberry.field(description="How many entities have exactly this schema.")


@strawberry.type(description="Who publishes a dataset.")
class Publisher:
    """Who publishes a dataset."""

    name: str = strawberry.field(description="The publisher's name.")
    url: str | None = strawberry.field(description="The publisher's web address.")
    country: str | None = strawberry.field(description="The code of the publisher's country.")


def _overdue(root: strawberry.Parent[dataset.Dataset]) -> bool:
    return root.overdue(datetime.now(UTC))


@strawberry.type(description="A dataset: its metadata, how old it is, and what it holds.")
class Dataset:
    """A dataset: its metadata, how old it is, and what it holds."""

    name: str = strawberry.field(description="The name; the ids of its entities begin with it.")
    title: str = strawberry.field(description="The title for people.")
    summary: str | None = strawberry.field(description="What it contains, in a few sentences.")
    publisher: Publisher | None = strawberry.field(description="Who publishes it.")
    url: str | None = strawberry.field(description="Its web address.")
    license: str | None = strawberry.field(description="Its licence: a web address or a name.")
    languages: list[str] = strawberry.field(
        description="The languages that its documents are in (ISO 639-3), for their OCR."
    )
    countries: list[str] = strawberry.field(
        description="The codes of the countries that it covers."
    )
    category: str | None = strawberry.field(description="What kind of dataset it is.")
    maintainer: str | None = strawberry.field(
        description="Who keeps it up to date in this installation."
    )
    frequency: Frequency = strawberry.field(
        description="How often its source publishes a new version."
    )
    coverage_start: str | None = strawberry.field(
        description="The date from which on it has data: a year, a month or a day."
    )
    coverage_end: str | None = strawberry.field(
        description="The date up to which it has data: a year, a month or a day."
    )
    last_updated: datetime | None = strawberry.field(
        description="When it was last loaded completely, whether anything changed or not; null if "
        "it never was."
    )
    next_expected: datetime | None = strawberry.field(
        description="When its next version is due: one period after the last update; null if none "
        "is due."
    )
    overdue: bool = strawberry.field(
        resolver=_overdue,
        description="Whether the next version is late by more than a quarter of its period (at "
        "most a week), or it was never loaded although its source publishes regularly.",
    )
    next_run: datetime | None = strawberry.field(
        resolver=next_run,
        description="When its source is crawled next, according to the catalog; null if no catalog "
        "names it, or if it is crawled only once.",
    )
    runs: RunConnection = strawberry.field(
        resolver=runs, description="The crawls of its source, the newest first."
    )
    files: StoredFileConnection = strawberry.field(
        resolver=files, description="The files of its documents, and what became of each."
    )
    file_counts: list[FileCount] = strawberry.field(
        resolver=file_counts, description="How many files are in which state, and why."
    )
    export_policy: ExportPolicy = strawberry.field(description="Who may download it as a file.")
    is_investigation: bool = strawberry.field(
        description="Whether it is an investigation: `investigation(name:)` says more of it."
    )
    visibility: Visibility = strawberry.field(description="Who may read it without a grant.")
    entity_count: int = strawberry.field(description="How many entities it holds.")
    schemata: list[SchemaCount] = strawberry.field(
        description="How many entities there are of each schema, the most frequent first."
    )


@strawberry.type(description="A dataset on a page.")
class DatasetEdge:
    """A dataset on a page."""

    cursor: str = strawberry.field(description="Pass it as `after` to read on from here.")
    node: Dataset = strawberry.field(description="The dataset.")


@strawberry.type(description="A page of datasets, by name.")
class DatasetConnection:
    """A page of datasets, by name."""

    edges: list[DatasetEdge] = strawberry.field(description="The datasets with their cursors.")
    nodes: list[Dataset] = strawberry.field(description="The datasets.")
    page_info: PageInfo = strawberry.field(
        description="Where the page begins and ends, and whether there are other ones."
    )
    total_count: int = strawberry.field(description="How many datasets there are on all pages.")


async def dataset_page(
    info: Info, first: int | None = PAGE, after: str | None = None, overdue: bool | None = None
) -> Any:
    """A page of the datasets that the reader may see; investigations are pages of their own."""
    # An installation has at most some thousand datasets: all are read, and cut into pages here.
    found = await info.context.list_datasets(overdue)
    datasets = [each for each in found if not each.is_investigation]
    page, cursors, page_info = cut(datasets, lambda each: each.name, page_size(first, PAGE), after)
    nodes: list[Any] = list(page)
    return DatasetConnection(
        edges=[DatasetEdge(cursor=at, node=node) for at, node in zip(cursors, nodes, strict=True)],
        nodes=nodes,
        page_info=page_info,
        total_count=len(datasets),
    )
