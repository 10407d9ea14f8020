"""The operations that an analyst starts from: files in ``graphql/operations``."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
FIRST = ("search", "entity", "neighbours", "shortest_path", "owners", "holdings", "sanctions")
"""What most people begin with; the others come after these, by name."""


@dataclass(frozen=True)
class Operation:
    """One operation: the file's name, its first comment, and the whole text."""

    name: str
    title: str
    text: str


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation, what most people begin with first."""
    # in a wheel they are inside the package, in a checkout beside it
    for folder in (HERE / "operations", HERE.parent / "operations"):
        paths = sorted(folder.glob("*.graphql"))
        if paths:
            return tuple(sorted(map(_operation, paths), key=_order))
    return ()


def _order(operation: Operation) -> tuple[int, str]:
    at = FIRST.index(operation.name) if operation.name in FIRST else len(FIRST)
    return at, operation.name


def _operation(path: Path) -> Operation:
    text = path.read_text(encoding="utf-8")
    first = text.split("\n", 1)[0]
    return Operation(path.stem, first.lstrip("# ").strip() or path.stem, text)
