"""GraphQL's ``Diagram``: a drawing that is kept in an investigation."""

from datetime import datetime
from typing import Any

import strawberry

from api.session import Info


@strawberry.type(description="Where one record is drawn, and how.")
class DiagramPlace:
    """Where one record is drawn, and how."""

    id: strawberry.ID = strawberry.field(description="The id of the record.")
    x: float = strawberry.field(description="To the right.")
    y: float = strawberry.field(description="Upwards.")
    pinned: bool = strawberry.field(description="Whether layouts leave it where it is.")
    hidden: bool = strawberry.field(description="Whether it is not shown.")
    group: str | None = strawberry.field(description="The name of the group that it is in.")


@strawberry.type(description="How a drawing looks, in the explorer's words.")
class DiagramStyle:
    """How a drawing looks."""

    colouring: str | None = strawberry.field(description="What the colours of the nodes tell.")
    width: str | None = strawberry.field(description="What the widths of the lines tell.")
    year: int | None = strawberry.field(description="The year in which what held is not faded.")
    without_schemata: list[str] = strawberry.field(description="Types of records not shown.")
    without_types: list[str] = strawberry.field(description="Types of relationships not shown.")
    without_datasets: list[str] = strawberry.field(
        description="Datasets of which nothing is shown, of those that you may see."
    )


@strawberry.type(description="A drawing that is kept in an investigation.")
class Diagram:
    """A drawing that is kept in an investigation."""

    id: strawberry.ID = strawberry.field(description="The id, by which it is opened.")
    investigation: str = strawberry.field(description="The name of the investigation.")
    title: str = strawberry.field(description="The title for people.")
    version: int = strawberry.field(description="How often it was saved.")
    by: str = strawberry.field(description="Who saved it first.")
    at: datetime = strawberry.field(description="When it was saved first.")
    changed_by: str = strawberry.field(description="Who saved this version.")
    changed: datetime = strawberry.field(description="When this version was saved.")
    style: DiagramStyle = strawberry.field(description="How it looks.")
    places: list[DiagramPlace] = strawberry.field(
        description="What is drawn: the records that you may see. In the list of an "
        "investigation's diagrams it is empty."
    )


async def _diagram(info: Info, id: strawberry.ID) -> Any:
    return await info.context.ask(info.context.engine.diagrams.named, str(id))


@strawberry.type
class DiagramQuery:
    """The root field about diagrams."""

    diagram: Diagram | None = strawberry.field(
        resolver=_diagram,
        description="The diagram with this id; null if you can see none. It has the places of "
        "the records that you may see.",
    )
