"""The text of every Cypher statement, by name; the only place that puts one together."""

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent / "queries"
PART = re.compile(r"\$\$([a-z_]+)\$\$")


def quoted(name: str) -> str:
    """A label, relationship type or property name as Cypher reads it, whatever it holds."""
    return "`" + name.replace("`", "``") + "`"


def labels(names: Iterable[str]) -> str:
    """Labels as a statement names them: ``:`Company`:`Thing```, or nothing."""
    return "".join(":" + quoted(name) for name in names)


@cache
def source(name: str) -> str:
    """What queries/<name>.cypher says, without its ``//`` lines."""
    lines = (FOLDER / f"{name}.cypher").read_text(encoding="utf-8").splitlines()
    return "\n".join(line for line in lines if not line.lstrip().startswith("//")).strip()


@lru_cache(maxsize=1000)  # readers choose types and schemata, and so how many there are
def filled(name: str, parts: tuple[tuple[str, str], ...]) -> str:
    """A statement with its ``$$part$$`` placeholders filled in; raises KeyError for a missing part."""
    values = dict(parts)
    return f"/* {name} */ " + PART.sub(lambda match: values[match[1]], source(name))


def statement(name: str, **parts: str) -> str:
    """The statement of this name; parts are made with ``quoted`` from FtM's model, never from input."""
    return filled(name, tuple(sorted(parts.items())))


@cache
def branches(name: str, types: tuple[str, ...]) -> str:
    """One copy of queries/<name>_branch.cypher for each relationship type, as a union."""
    text = source(f"{name}_branch")
    return "\nUNION ALL\n".join(text.replace("$$type$$", quoted(kind)) for kind in types)


def alternatives(types: Iterable[str]) -> str:
    """Relationship types as a pattern names them: ``:`OWNERSHIP`|`DEBT```, or nothing for any."""
    names = "|".join(quoted(kind) for kind in types)
    return f":{names}" if names else ""
