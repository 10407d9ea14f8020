"""What a dataset is: a pure value."""

import re
from dataclasses import dataclass, field

from engine.errors import BadInput

NAME = re.compile(r"[a-z0-9][a-z0-9_]{0,99}")
RESERVED = frozenset({"literal"})


@dataclass(frozen=True)
class SchemaCount:
    """How many entities of one schema a dataset holds."""

    schema: str
    count: int


@dataclass(frozen=True)
class Dataset:
    """A dataset by name, with what it holds."""

    name: str
    title: str
    entity_count: int = 0
    schemata: list[SchemaCount] = field(default_factory=list)


def check_name(name: str) -> str:
    """The name, if a dataset may carry it; raises BadInput."""
    if not NAME.fullmatch(name) or name in RESERVED:
        raise BadInput(
            f"{name[:100]!r} cannot name a dataset: small letters, digits and _ only, "
            f"at most 100, and not {' or '.join(sorted(RESERVED))}"
        )
    return name
