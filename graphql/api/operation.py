"""The operations that an analyst starts from: files in ``graphql/operations``, by name."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Operation:
    """One operation: the file's name, its first comment, and the whole text."""

    name: str
    title: str
    text: str


@cache
def operations() -> tuple[Operation, ...]:
    """Every operation, by name."""
    # in a wheel they are inside the package, in a checkout beside it
    for folder in (HERE / "operations", HERE.parent / "operations"):
        paths = sorted(folder.glob("*.graphql"))
        if paths:
            return tuple(_operation(path) for path in paths)
    return ()


def _operation(path: Path) -> Operation:
    text = path.read_text(encoding="utf-8")
    first = text.split("\n", 1)[0]
    return Operation(path.stem, first.lstrip("# ").strip() or path.stem, text)
