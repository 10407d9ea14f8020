r"""A Cypher script that makes the same graph in another Neo4j; run twice, it changes nothing.

Every statement is one line, put together from the texts in ``script/``. Names are FtM's own; values are
quoted, and what ends a string or a line, or is a control character, is an escape.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import BinaryIO

from engine.entity import Entity, Literal, Node, schema_of
from engine.export.content import Arrow, Content
from engine.export.format import Target

FOLDER = Path(__file__).parent / "script"
ROWS = 200
"""Rows of one statement, at most."""
CHARACTERS = 200_000
"""About as long as a statement may become."""
UNSAFE = re.compile(r"['\\\x00-\x1f\x7f-\x9f\u2028\u2029]")
ESCAPES = {"'": "\\'", "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}

Scalar = str | float | list[str]


class CypherForm:
    """A script for ``cypher-shell``."""

    name = "cypher"
    graph = True

    def write(self, content: Content, target: Target) -> list[str]:
        """One file: constraints, nodes, relationships."""
        with target.member("clew.cypher") as out:
            script = Script(out)
            for node in content.nodes():
                script.node(node)
            script.flush()
            for arrow in content.arrows():
                script.arrow(arrow)
            script.flush()
        return []


class Script:
    """Writes statements, each for as many rows of one kind as fit."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._rows: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self._length: defaultdict[tuple[str, str], int] = defaultdict(int)
        out.write(text("head").encode() + b"\n")

    def node(self, node: Node) -> None:
        """A record or a shared value."""
        if isinstance(node, Literal):
            self._add(
                "literal",
                "",
                mapping({"id": node.id, "type": node.type, "value": node.value}.items()),
            )
        else:
            self._add("entity", labels(node.schema), mapping(told(node).items()))

    def arrow(self, arrow: Arrow) -> None:
        """A relationship."""
        found, entity = arrow.relationship, arrow.relationship.entity
        if isinstance(entity, Entity):
            kind, properties = "edge", told(entity) | measured(arrow)
        else:
            kind = "shared" if found.target.startswith("literal:") else "link"
            properties = {"dataset": found.dataset}
        row = f"{{source: {quoted(found.source)}, target: {quoted(found.target)}, told: {mapping(properties.items())}}}"
        self._add(kind, f":{name(found.type)}", row)

    def flush(self) -> None:
        """Write what waits."""
        for key in sorted(self._rows):
            self._write(key)

    def _add(self, kind: str, labels: str, row: str) -> None:
        key = (kind, labels)
        self._rows[key].append(row)
        self._length[key] += len(row)
        if len(self._rows[key]) == ROWS or self._length[key] > CHARACTERS:
            self._write(key)

    def _write(self, key: tuple[str, str]) -> None:
        rows = ", ".join(self._rows.pop(key))
        self._length.pop(key)
        before, after = text(key[0]).replace("$$labels$$", key[1]).split("$$rows$$")
        self._out.write(f"{before}[{rows}]{after}\n".encode())


@cache
def text(kind: str) -> str:
    """What script/<kind>.cypher says."""
    return (FOLDER / f"{kind}.cypher").read_text(encoding="utf-8").strip()


@cache
def labels(schema: str) -> str:
    """The labels of a record: its schema and all ancestors."""
    return "".join(
        f":{name(found.name)}" for found in sorted(schema_of(schema).schemata, key=lambda s: s.name)
    )


def told(entity: Entity) -> dict[str, Scalar]:
    """What the graph keeps of a record; the order does not depend on how it came in."""
    fixed = {
        "id": entity.id,
        "dataset": entity.dataset,
        "schema": entity.schema,
        "caption": entity.caption,
    }
    return {**fixed, **dict(sorted(entity.properties.items()))}


def measured(arrow: Arrow) -> dict[str, Scalar]:
    """The typed copies that walks filter on, under the names that Clew's own graph has."""
    found = {
        "_start": arrow.start,
        "_end": arrow.end,
        "_amount": arrow.amount,
        "_share": arrow.share,
    }
    return {key: value for key, value in found.items() if value is not None}


def mapping(pairs: Iterable[tuple[str, Scalar]]) -> str:
    """A map as Cypher writes it."""
    return "{" + ", ".join(f"{name(key)}: {literal(value)}" for key, value in pairs) + "}"


def literal(value: Scalar) -> str:
    """A value as Cypher writes it."""
    if isinstance(value, list):
        return "[" + ", ".join(map(quoted, value)) + "]"
    return quoted(value) if isinstance(value, str) else repr(value)


def quoted(value: str) -> str:
    """A string as Cypher writes it, whatever it holds."""
    return (
        "'"
        + UNSAFE.sub(lambda match: ESCAPES.get(match[0]) or f"\\u{ord(match[0]):04X}", value)
        + "'"
    )


@cache
def name(given: str) -> str:
    """A label, type or property name as Cypher writes it."""
    return "`" + given.replace("`", "``") + "`"
