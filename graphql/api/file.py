"""GraphQL's ``StoredFile``: the files of a dataset, and what became of each."""

from datetime import datetime
from typing import Any
from urllib.parse import quote

import strawberry

from api.connection import PageInfo, page_size
from api.session import Info, Session
from engine import dataset, document
from engine.cursor import cursor_of, place_of
from engine.document import Reason, State

PAGE = 25

strawberry.enum(State, name="FileState", description="How far a file is.")
strawberry.enum(
    Reason, name="FileReason", description="Why a file could not be read, or not wholly."
)


def _url(root: strawberry.Parent[document.StoredFile]) -> str:
    return f"/documents/{quote(root.id)}/file"


@strawberry.type(description="How many files of a dataset are in a state, for a reason.")
class FileCount:
    """How many files of a dataset are in a state, for a reason."""

    state: State = strawberry.field(description="How far these files are.")
    reason: Reason | None = strawberry.field(description="What was wrong; null where nothing was.")
    count: int = strawberry.field(description="How many files there are.")


@strawberry.type(description="A file of a dataset: brought in, or found in an archive or a mail.")
class StoredFile:
    """A file of a dataset: brought in, or found in an archive or a mail."""

    id: strawberry.ID = strawberry.field(description="The id of its record: see `entity(id:)`.")
    name: str = strawberry.field(description="Its name.")
    path: str = strawberry.field(
        description="Where it is among what was brought in, with what it was found in."
    )
    size: int = strawberry.field(description="Its bytes.")
    sha256: str = strawberry.field(description="The SHA-256 of its content.")
    media_type: str | None = strawberry.field(
        description="What it is, by its content; null until it was read."
    )
    state: State = strawberry.field(description="Whether it was read.")
    reason: Reason | None = strawberry.field(description="What was wrong; null where nothing was.")
    detail: str | None = strawberry.field(description="What was wrong, in a sentence.")
    pages: int = strawberry.field(description="How many pages or passages were read.")
    languages: list[str] = strawberry.field(description="The languages that were given for it.")
    updated: datetime | None = strawberry.field(description="When its state changed.")
    file_url: str = strawberry.field(
        resolver=_url, description="Where it can be downloaded, on this server."
    )


@strawberry.type(description="A file on a page.")
class StoredFileEdge:
    """A file on a page."""

    cursor: str = strawberry.field(description="Pass it as `after` to read on from here.")
    node: StoredFile = strawberry.field(description="The file.")


@strawberry.type(description="A page of files, in the order of their ids.")
class StoredFileConnection:
    """A page of files, in the order of their ids."""

    edges: list[StoredFileEdge] = strawberry.field(description="The files with their cursors.")
    nodes: list[StoredFile] = strawberry.field(description="The files.")
    page_info: PageInfo = strawberry.field(
        description="Where the page begins and ends, and whether there are other ones."
    )


async def file_counts(root: strawberry.Parent[dataset.Dataset], info: Info) -> Any:
    """How many files of a dataset are in which state; those of all datasets are read together."""
    return await info.context.file_counts.load(root.name)


async def files(
    root: strawberry.Parent[dataset.Dataset],
    info: Info,
    first: int | None = PAGE,
    after: str | None = None,
    states: list[State] | None = None,
    reasons: list[Reason] | None = None,
) -> Any:
    """A page of a dataset's files."""
    session: Session = info.context
    size = page_size(first, PAGE)
    place = "" if after is None else place_of(after, str)[0]
    found = await session.ask(
        session.engine.documents.listed,
        root.name,
        states=tuple(State) if states is None else states,
        reasons=reasons,
        after=place,
        first=size + 1,  # one more than the page holds shows whether there is another page
    )
    nodes: list[Any] = found[:size]
    cursors = [cursor_of(node.id) for node in nodes]
    return StoredFileConnection(
        edges=[
            StoredFileEdge(cursor=at, node=node) for at, node in zip(cursors, nodes, strict=True)
        ],
        nodes=nodes,
        page_info=PageInfo.of(cursors, len(found) > size, bool(place)),
    )
