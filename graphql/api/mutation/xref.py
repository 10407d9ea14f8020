"""Mutations of cross-referencing: start, stop and resume a run."""

from typing import Annotated, Any

import strawberry

from api.argument import XrefScope, tuple_of
from api.session import Info
from api.xref import XrefRun
from engine.question import SearchFilter
from engine.xref import LEAST, XrefQuestion

Source = Annotated[
    str,
    strawberry.argument(
        description="The dataset or investigation whose records are looked for. Of an "
        "investigation also those that it includes."
    ),
]
Collection = Annotated[
    str | None,
    strawberry.argument(
        description="The dataset or investigation that the pairs belong to, which you may write "
        "to; without it the source. Who may read it sees them."
    ),
]
Scope = Annotated[
    XrefScope | None,
    strawberry.argument(
        description="What they are compared with; without it all that you may see."
    ),
]
Inside = Annotated[
    bool | None,
    strawberry.argument(description="Whether two records of one dataset are a pair."),
]


async def _xref(
    info: Info,
    source: Source,
    collection: Collection = None,
    scope: Scope = None,
    inside: Inside = True,
) -> Any:
    least = LEAST if scope is None or scope.min_score is None else scope.min_score
    question = XrefQuestion(
        source, collection or source, _filter(scope), least, inside is not False
    )
    return await info.context.change(info.context.engine.crossings.start, question)


def _filter(scope: XrefScope | None) -> SearchFilter:
    if scope is None:
        return SearchFilter()
    codes = scope.countries
    return SearchFilter(
        schemata=tuple_of(scope.schemata),
        datasets=tuple_of(scope.datasets),
        countries=tuple_of(None if codes is None else [code.lower() for code in codes]),
    )


async def _stop(info: Info, id: strawberry.ID) -> Any:
    return await info.context.change(info.context.engine.crossings.stop, str(id))


async def _resume(info: Info, id: strawberry.ID) -> Any:
    return await info.context.change(info.context.engine.crossings.resume, str(id))


@strawberry.type
class XrefMutation:
    """What can be done with runs of cross-referencing."""

    xref: XrefRun | None = strawberry.field(
        resolver=_xref,
        description="Compare all records of a dataset or an investigation with others, in the "
        "background. Asked again, it compares only what is new or has changed; where a run that "
        "asks the same has not ended, it is that one.",
    )
    stop_xref: XrefRun | None = strawberry.field(
        resolver=_stop,
        description="Stop a run within seconds. What it has found stays, and it can be resumed.",
    )
    resume_xref: XrefRun | None = strawberry.field(
        resolver=_resume,
        description="Go on with a run that was stopped or interrupted, or that failed.",
    )
