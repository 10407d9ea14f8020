"""The operations that an analyst starts from: documents in ``graphql/operations``, by name."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Operation:
    """One operation: what its first comment says, and its text."""

    name: str
    title: str
    document: str


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation, by name; beside the package in a checkout, inside it in a wheel."""
    for folder in (HERE / "operations", HERE.parent / "operations"):
        found = sorted(folder.glob("*.graphql"))
        if found:
            return tuple(_operation(path) for path in found)
    return ()


def _operation(path: Path) -> Operation:
    text = path.read_text(encoding="utf-8")
    first = text.split("\n", 1)[0]
    return Operation(path.stem, first.lstrip("# ").strip() or path.stem, text)
