"""OpenSanctions' changes: one operation a line, ADD and MOD with the entity, DEL with its id.

They hold in the order in which they come: the last one that names an id counts. An entity that none
of them names stays as it is.
"""

from collections.abc import Iterator
from typing import Any

import orjson

from engine.errors import BadInput
from engine.validation import entity_of, is_id
from loaders.intake.intake import Intake, ParseResult
from loaders.intake.record import why_unreadable
from loaders.intake.source import Line

OPERATIONS = ("ADD", "MOD", "DEL")


class Delta:
    """Changes to a dataset that is there."""

    name = "delta"

    def fits(self, name: str, head: bytes) -> bool:
        """Whether the first line is an operation."""
        try:
            return is_operation(orjson.loads(head.split(b"\n", 1)[0]))
        except orjson.JSONDecodeError:
            return False

    def read(self, intake: Intake) -> Iterator[ParseResult]:
        """Each line, in order."""
        for source in intake.sources():
            for line in source.lines():
                yield reading(source.name, intake.dataset, line)


def reading(source: str, dataset: str, line: Line) -> ParseResult:
    """What one operation says."""
    size, entity_id = len(line.data), None
    try:
        if line.reason is not None:
            raise BadInput(line.reason)
        change = operation(line.data)
        entity_id = change["entity"].get("id")
        if change["op"] == "DEL":
            if not is_id(entity_id):
                raise BadInput("DEL without the id of an entity")
            return ParseResult(source, line.number, size, id=entity_id, gone=True)
        return ParseResult(source, line.number, size, entity=entity_of(dataset, change["entity"]))
    except BadInput as error:
        known_id = entity_id if is_id(entity_id) else None
        return ParseResult(source, line.number, size, reason=str(error), id=known_id)


def operation(data: bytes) -> dict[str, Any]:
    """A line's operation; raises BadInput."""
    try:
        value = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise BadInput(why_unreadable(data, error)) from None
    if not is_operation(value):
        raise BadInput(
            f"not an operation: op is one of {', '.join(OPERATIONS)}, and entity is an object"
        )
    return dict(value)


def is_operation(value: Any) -> bool:
    """Whether a JSON value is an operation."""
    return (
        isinstance(value, dict)
        and value.get("op") in OPERATIONS
        and isinstance(value.get("entity"), dict)
    )
