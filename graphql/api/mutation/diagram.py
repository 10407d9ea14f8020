"""Mutations of diagrams: keep a drawing in an investigation, and delete it."""

from typing import Annotated, Any

import strawberry

from api.diagram import Diagram
from api.session import Info
from engine import diagram as value


@strawberry.input(description="Where one record is drawn, and how.")
class DiagramPlaceInput:
    """Where one record is drawn, and how."""

    id: strawberry.ID
    x: float
    y: float
    pinned: bool = False
    hidden: bool = False
    group: str | None = None


@strawberry.input(description="How a drawing looks, in the explorer's words.")
class DiagramStyleInput:
    """How a drawing looks."""

    colouring: str | None = None
    width: str | None = None
    year: int | None = None
    without_schemata: list[str] = strawberry.field(default_factory=list)
    without_types: list[str] = strawberry.field(default_factory=list)
    without_datasets: list[str] = strawberry.field(default_factory=list)

    def look(self) -> value.Style:
        """The same as the engine has it."""
        return value.Style(
            self.colouring,
            self.width,
            self.year,
            tuple(self.without_schemata),
            tuple(self.without_types),
            tuple(self.without_datasets),
        )


Id = Annotated[
    strawberry.ID | None,
    strawberry.argument(description="Of the diagram that is saved again; a new one without it."),
]
Version = Annotated[
    int | None,
    strawberry.argument(
        description="The version that was opened: if somebody has saved another one meanwhile, "
        "nothing is saved."
    ),
]


async def _save(
    info: Info,
    investigation: str,
    title: str,
    places: list[DiagramPlaceInput],
    style: DiagramStyleInput | None = None,
    id: Id = None,
    version: Version = None,
) -> Any:
    drawn = [
        value.Place(str(each.id), each.x, each.y, each.pinned, each.hidden, each.group)
        for each in places
    ]
    look = value.Style() if style is None else style.look()
    save = info.context.engine.diagrams.save
    return await info.context.change(
        save, investigation, title, drawn, look, id=id and str(id), version=version
    )


async def _remove(info: Info, investigation: str, id: strawberry.ID) -> bool:
    return await info.context.change(info.context.engine.diagrams.remove, investigation, str(id))


@strawberry.type
class DiagramMutation:
    """What can be changed of diagrams."""

    save_diagram: Diagram | None = strawberry.field(
        resolver=_save,
        description="Keep a drawing in an investigation that you may add to: at most 5,000 "
        "records. Of a diagram of which you see a part, the rest stays as it was.",
    )
    remove_diagram: bool | None = strawberry.field(
        resolver=_remove, description="Delete a diagram of an investigation that you may add to."
    )
