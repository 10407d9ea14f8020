"""GraphQL's ``Investigation``: what is in it, and who sees it."""

from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any

import strawberry

from api.argument import SearchFilter, search_filter
from api.connection import Connection, listed, page_size
from api.diagram import Diagram
from api.entity import Entity
from api.grant import Grant
from api.search import Search, SearchConnection
from api.session import Info
from engine import investigation as value
from engine.account import Level
from engine.question import SearchQuestion

PAGE = 25


def _included_entity(root: strawberry.Parent[value.Inclusion], info: Info) -> Any:
    return info.context.nodes.load(root.record)


@strawberry.type(description="A record of a dataset that somebody brought into an investigation.")
class Inclusion:
    """A record of a dataset that somebody brought into an investigation."""

    id: strawberry.ID = strawberry.field(
        resolver=lambda root: root.record, description="The id of the record."
    )
    entity: Entity | None = strawberry.field(
        resolver=_included_entity, description="The record; null if its dataset no longer has it."
    )
    by: str = strawberry.field(description="Who brought it in.")
    at: datetime = strawberry.field(description="When it was brought in.")


async def _readers(root: strawberry.Parent[value.Investigation], info: Info) -> Any:
    return await info.context.ask(info.context.engine.investigations.readers, root.name)


def _level(root: strawberry.Parent[value.Investigation], info: Info) -> Any:
    access = info.context.caller.access
    levels = (Level.MANAGE, Level.WRITE, Level.READ)
    return next(level for level in levels if access.may(level, root.name))


def _entities(
    root: strawberry.Parent[value.Investigation],
    info: Info,
    query: str | None = "",
    filter: SearchFilter | None = None,
    first: int | None = PAGE,
    after: str | None = None,
) -> Any:
    wanted = replace(search_filter(filter), datasets=(root.name,))
    question = SearchQuestion(query or "", wanted, first=page_size(first, PAGE), after=after)
    return Search(info.context, question)


async def _included(
    root: strawberry.Parent[value.Investigation],
    info: Info,
    first: int | None = PAGE,
    after: str | None = None,
) -> Any:
    found = await info.context.ask(info.context.engine.investigations.inclusions, root.name)
    return listed(found, lambda each: each.record, page_size(first, PAGE), after)


async def _diagrams(root: strawberry.Parent[value.Investigation], info: Info) -> Any:
    return await info.context.ask(info.context.engine.diagrams.all, root.name)


@strawberry.type(description="A private collection: what you and your colleagues add by hand.")
class Investigation:
    """A private collection: what you and your colleagues add by hand."""

    name: str = strawberry.field(description="The name; the ids of its entities begin with it.")
    title: str = strawberry.field(description="The title for people.")
    summary: str | None = strawberry.field(description="What it is about.")
    archived: bool = strawberry.field(description="Whether it is closed: nothing can be added.")
    created: datetime | None = strawberry.field(description="When it was opened.")
    created_by: str | None = strawberry.field(description="Who opened it.")
    level: Level = strawberry.field(resolver=_level, description="What you may do with it.")
    readers: list[Grant] = strawberry.field(
        resolver=_readers,
        description="Whom it is shared with. The data team of this installation sees it, too; "
        "nobody else does.",
    )
    entities: SearchConnection = strawberry.field(
        resolver=_entities,
        description="What was added to it: persons, companies, relationships and notes.",
    )
    included: Connection[Inclusion] = strawberry.field(
        resolver=_included,
        description="Records of datasets that were brought into it by reference, as far as you "
        "may see them.",
    )
    diagrams: list[Diagram] = strawberry.field(
        resolver=_diagrams, description="The drawings that are kept in it, by title."
    )


Archived = Annotated[
    bool | None,
    strawberry.argument(description="Only those that are (not) archived; null for all."),
]


async def _investigation(info: Info, name: str) -> Any:
    found = await info.context.ask(info.context.engine.investigations.named, [name])
    return found[0] if found else None


async def _investigations(
    info: Info, archived: Archived = False, first: int | None = PAGE, after: str | None = None
) -> Any:
    found = await info.context.ask(info.context.engine.investigations.all, archived)
    return listed(found, _place, page_size(first, PAGE), after)


async def _with(info: Info, record: strawberry.ID) -> Any:
    return await info.context.ask(info.context.engine.investigations.including, str(record))


def _place(investigation: value.Investigation) -> str:
    return f"{investigation.title}\n{investigation.name}"  # no title has a line break


@strawberry.type
class InvestigationQuery:
    """The root fields about investigations."""

    investigation: Investigation | None = strawberry.field(
        resolver=_investigation,
        description="The investigation with this name; null if you can see none.",
    )
    investigations: Connection[Investigation] | None = strawberry.field(
        resolver=_investigations, description="The investigations that you may see, by title."
    )
    investigations_with: list[Investigation] | None = strawberry.field(
        resolver=_with,
        description="The investigations that a record of a dataset was brought into, as far as "
        "you may see them.",
    )
