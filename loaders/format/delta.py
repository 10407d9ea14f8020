"""OpenSanctions' changes: one operation a line, ADD and MOD with the entity as it is now, DEL with its id.

They hold in the order in which they come: the last one that names an id counts. What none names stays.
"""

from collections.abc import Iterator
from typing import Any

import orjson

from engine.errors import BadInput
from loaders.intake.intake import Intake, Reading
from loaders.intake.record import entity_of, is_id, why_unreadable
from loaders.intake.source import Line


class Delta:
    """Changes to what is there."""

    name = "delta"

    def fits(self, name: str, head: bytes) -> bool:
        """Whether the first line is an operation."""
        try:
            first = orjson.loads(head.split(b"\n", 1)[0])
        except orjson.JSONDecodeError:
            return False
        return (
            isinstance(first, dict)
            and isinstance(first.get("entity"), dict)
            and first.get("op") in OPERATIONS
        )

    def read(self, intake: Intake) -> Iterator[Reading]:
        """Each line, in order."""
        for source in intake.sources():
            for line in source.lines():
                yield reading(source.name, intake.dataset, line)


OPERATIONS = ("ADD", "MOD", "DEL")


def reading(source: str, dataset: str, line: Line) -> Reading:
    """What one operation says."""
    size, entity_id = len(line.data), None
    try:
        if line.reason is not None:
            raise BadInput(line.reason)
        given = operation(line.data)
        entity_id = given["entity"].get("id")
        if given["op"] == "DEL":
            if not is_id(entity_id):
                raise BadInput("DEL without the id of an entity")
            return Reading(source, line.number, size, id=entity_id, gone=True)
        return Reading(source, line.number, size, entity=entity_of(dataset, given["entity"]))
    except BadInput as error:
        told = entity_id if is_id(entity_id) else None
        return Reading(source, line.number, size, reason=str(error), id=told)


def operation(data: bytes) -> dict[str, Any]:
    """A line's operation; raises BadInput."""
    try:
        given = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise BadInput(why_unreadable(data, error)) from None
    if (
        not isinstance(given, dict)
        or given.get("op") not in OPERATIONS
        or not isinstance(given.get("entity"), dict)
    ):
        raise BadInput(
            f"not an operation: op is one of {', '.join(OPERATIONS)}, and entity is an object"
        )
    return given
