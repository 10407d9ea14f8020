"""The text of every Cypher query, by name; the only place that puts one together.

Queries stand in ``.cypher`` files beside the module that asks them. Each begins with a heading
and a sentence that says what it answers, and ends at the next empty line::

    // -- graph_id --
    // Neo4j's id of this database, which no other has.
    CALL db.info() YIELD id RETURN id

``$$labels$$`` is filled in by the caller. ``$$visible_record:n$$`` is the query of that name, in
which ``n`` takes the place of ``$$it$$``: that is how a condition is written once for all.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

ROOM = Path(__file__).parent
HEADING = re.compile(r"^// -- ([a-z_]+) --$")
LIKE_A_HEADING = re.compile(r"^\s*//\s*--")
PLACE = re.compile(r"\$\$([a-z_]+)\$\$")
"""What the caller fills in."""
INCLUDED = re.compile(r"\$\$([a-z_]+):(\w+)\$\$")
"""Another query, and what it is to speak of."""


class QueryFileError(Exception):
    """A .cypher file that is not written as this module says; the message names the place."""


@dataclass(frozen=True)
class NamedQuery:
    """One query as its file has it, without comments; ``answers`` is the text of its comment."""

    name: str
    answers: str
    text: str
    file: str


def quoted(name: str) -> str:
    """A label, relationship type or property name as Cypher reads it, whatever it holds."""
    return "`" + name.replace("`", "``") + "`"


def labels(names: Iterable[str]) -> str:
    """Labels as a query names them: ``:`Company`:`Thing```, or nothing."""
    return "".join(":" + quoted(name) for name in names)


def alternatives(types: Iterable[str]) -> str:
    """Relationship types as a pattern names them: ``:`OWNERSHIP`|`DEBT```, or nothing for any."""
    names = "|".join(quoted(type_) for type_ in types)
    return f":{names}" if names else ""


def parse(text: str, file: str) -> Iterator[NamedQuery]:
    """The queries of a file, in order; raises QueryFileError."""
    blocks = (block.splitlines() for block in re.split(r"\n\s*\n", text) if block.strip())
    for number, (first, *lines) in enumerate(blocks):
        heading = HEADING.match(first)
        if heading is None:
            # only the first block may be one without a query: it says what the file is about
            if number or not all(is_comment(line) for line in (first, *lines)):
                raise QueryFileError(f"{file}: no name stands above the query {first!r}")
            continue
        if wrong := [line for line in lines if LIKE_A_HEADING.match(line)]:
            raise QueryFileError(f"{file}: no empty line stands before {wrong[0]!r}")
        asked = [line for line in lines if not is_comment(line)]
        if not asked:
            raise QueryFileError(f"{file}: the query {heading[1]} is empty")
        about = " ".join(line.strip("/ ") for line in lines[: lines.index(asked[0])])
        yield NamedQuery(heading[1], about, "\n".join(asked).strip(), file)


def is_comment(line: str) -> bool:
    """Whether a line is a comment as a whole."""
    return line.lstrip().startswith("//")


def by_name(queries: Iterable[NamedQuery]) -> dict[str, NamedQuery]:
    """Queries by name; raises QueryFileError for two of one name."""
    named: dict[str, NamedQuery] = {}
    for query in queries:
        if other := named.get(query.name):
            raise QueryFileError(
                f"{query.file}: there is a query {query.name} in {other.file} already"
            )
        named[query.name] = query
    return named


@cache
def queries() -> Mapping[str, NamedQuery]:
    """Every query by name, read from the files once; raises QueryFileError."""
    files = sorted(ROOM.rglob("*.cypher"))
    return by_name(
        query
        for file in files
        for query in parse(file.read_text(encoding="utf-8"), file.relative_to(ROOM).as_posix())
    )


@cache
def source(name: str) -> str:
    """The text of a query with all that it includes; raises QueryFileError for an unknown name."""
    if name not in queries():
        raise QueryFileError(f"no .cypher file holds a query {name}")
    return INCLUDED.sub(lambda match: included(match[1], match[2]), queries()[name].text)


def included(name: str, variable: str) -> str:
    """The text of a query that another includes; ``it`` stands for what that other speaks of."""
    text = source(name)
    return text if variable == "it" else text.replace("$$it$$", variable)


@lru_cache(maxsize=1000)  # readers choose types and schemata, and so how many there are
def filled(name: str, parts: tuple[tuple[str, str], ...]) -> str:
    """A query with its ``$$part$$`` places filled in; raises QueryFileError for a missing part."""
    text, values = source(name), dict(parts)
    if missing := set(PLACE.findall(text)) - values.keys():
        raise QueryFileError(f"the query {name} needs {', '.join(sorted(missing))}")
    return PLACE.sub(lambda match: values[match[1]], text)


def fragment(name: str, **parts: str) -> str:
    """A piece of a query, to be one of the parts of another."""
    return filled(name, tuple(sorted(parts.items())))


def query_text(name: str, **parts: str) -> str:
    """The query of this name, as it is sent; the comment shows its name in Neo4j's query log.

    Parts are made with ``quoted`` from FtM's model, or of other queries, never from input.
    """
    return f"/* {name} */ {fragment(name, **parts)}"


@cache
def branches(name: str, types: tuple[str, ...]) -> str:
    """A union of one copy of a query for each relationship type, as a part of another query."""
    return "\nUNION ALL\n".join(fragment(name, type=quoted(type_)) for type_ in types)
