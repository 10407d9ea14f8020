"""Parties that a source leaves unnamed, with its reason: how they are written, and recognised.

An owner whom nobody named is a record without a name, whose weak alias says what it is and why:
``unknown person (subject unable to confirm or identify beneficial owner)``. A company of which a
source says that nobody is to be named as its owner has a note that says so.
"""

import re

from engine.entity import Entity

NO_REASON = "no reason given"
NO_OWNER = "no beneficial owners"
"""What a company's note begins with that has no owner to name."""
UNNAMED = re.compile(r"(?:unspecified|unknown|anonymous)(?: \w+)?(?: \(.*\))?", re.S)


def unnamed(who: str, reason: str) -> str:
    """The weak alias of a party that is not named."""
    return f"{who or 'unspecified'} ({reason or NO_REASON})"


def why_unnamed(entity: Entity) -> str | None:
    """What a source calls a party that it does not name, and why; None for one with a name."""
    if entity.properties.get("name"):
        return None
    for alias in entity.properties.get("weakAlias", ()):
        if UNNAMED.fullmatch(alias):
            return alias
    return None


def without_owner(entity: Entity) -> str | None:
    """What a source says where nobody is to be named as an owner; None where it does not."""
    notes = entity.properties.get("notes", ())
    return next((note for note in notes if note.startswith(NO_OWNER)), None)
