"""FollowTheMoney's own format: one entity a line, as JSON."""

from collections.abc import Iterator
from typing import Protocol

from engine.entity import Entity
from engine.errors import BadInput
from loaders.intake.intake import Intake, ParseResult
from loaders.intake.record import Unreadable, parse, readable_id
from loaders.intake.source import Line


class Lined(Protocol):
    """A source, or a piece of one."""

    name: str
    truncated: str | None

    def lines(self) -> Iterator[Line]:
        """Its lines, in order."""


class Ftm:
    """Entities as JSON lines: what no other format fits, with what is wrong line by line."""

    name = "ftm"

    def fits(self, name: str, head: bytes) -> bool:
        """Always: it is asked last."""
        return True

    def read(self, intake: Intake) -> Iterator[ParseResult]:
        """Each line, in order."""
        for number, source in enumerate(intake.sources()):
            yield from lines(source, intake.dataset, alone=number == 0)


def lines(source: Lined, dataset: str, alone: bool) -> Iterator[ParseResult]:
    """The entities of one source; one whose last line is no JSON and has no end broke off there.

    With ``alone`` a single such line is not taken for the rest of something longer.
    """
    cut: Line | None = None
    for line in source.lines():
        try:
            yield ParseResult(
                source.name, line.number, len(line.data), entity=entity_of(dataset, line)
            )
            cut = None
        except BadInput as error:
            yield ParseResult(
                source.name,
                line.number,
                len(line.data),
                reason=str(error),
                id=readable_id(line.data),
            )
            broken = isinstance(error, Unreadable) and not line.data.endswith(b"\n")
            cut = line if broken and not alone else None
        alone = False
    if cut is not None and source.truncated is None:
        source.truncated = f"line {cut.number} is cut off"


def entity_of(dataset: str, line: Line) -> Entity:
    """The entity on a line; raises BadInput."""
    if line.reason is not None:
        raise BadInput(line.reason)
    return parse(dataset, line.data)
