r"""A Cypher script that makes the same graph in another Neo4j; run twice, it changes nothing.

Its queries come from ``script.cypher``, one a line. Names are FtM's own; values are quoted, and
what ends a string or a line, or is a control character, is escaped.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import BinaryIO

from engine.entity import Entity, Literal, Node, schema_of
from engine.export.content import Content, MeasuredRelationship
from engine.export.format import Target

TEMPLATES = Path(__file__).parent / "script.cypher"
HEADING = re.compile(r"^// -- ([a-z]+) --\n// .*\n", re.M)
"""A template's name, and the line that says what it writes; the text below goes out as it is."""
MAX_ROWS = 200
"""Rows of one query, at most."""
MAX_CHARACTERS = 200_000
"""About how long a query may become."""
UNSAFE = re.compile(r"['\\\x00-\x1f\x7f-\x9f\u2028\u2029]")
ESCAPES = {"'": "\\'", "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}

Scalar = str | float | list[str]


class CypherFormat:
    """A script for ``cypher-shell``."""

    name = "cypher"
    graph = True

    def write(self, content: Content, target: Target) -> list[str]:
        """One file: constraints, nodes, relationships."""
        with target.member("clew.cypher") as out:
            script = Script(out)
            for node in content.nodes():
                script.add_node(node)
            script.flush()  # a relationship is only made where both its ends are there
            for relationship in content.relationships():
                script.add_relationship(relationship)
            script.flush()
        return []


class Script:
    """Writes queries, each for as many rows of one kind as fit."""

    def __init__(self, out: BinaryIO) -> None:
        self._out = out
        self._rows: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        self._length: defaultdict[tuple[str, str], int] = defaultdict(int)
        out.write(templates()["head"].encode() + b"\n")

    def add_node(self, node: Node) -> None:
        """Adds a record or a shared value."""
        if isinstance(node, Literal):
            fields = {"id": node.id, "type": node.type, "value": node.value}
            self._add("literal", "", mapping(fields.items()))
        else:
            self._add("entity", labels(node.schema), mapping(properties(node).items()))

    def add_relationship(self, measured: MeasuredRelationship) -> None:
        """Adds a relationship, whose ends have been added."""
        relationship = measured.relationship
        if isinstance(relationship.entity, Entity):
            kind, fields = "edge", properties(relationship.entity) | measures(measured)
        else:
            kind = "shared" if relationship.target.startswith("literal:") else "link"
            fields = {"dataset": relationship.dataset}
        ends = f"source: {quoted(relationship.source)}, target: {quoted(relationship.target)}"
        row = f"{{{ends}, told: {mapping(fields.items())}}}"
        self._add(kind, f":{name(relationship.type)}", row)

    def flush(self) -> None:
        """Writes the rows that wait for others of their kind."""
        for key in sorted(self._rows):
            self._write(key)

    def _add(self, kind: str, labels: str, row: str) -> None:
        key = (kind, labels)
        self._rows[key].append(row)
        self._length[key] += len(row)
        if len(self._rows[key]) == MAX_ROWS or self._length[key] > MAX_CHARACTERS:
            self._write(key)

    def _write(self, key: tuple[str, str]) -> None:
        kind, labels = key
        rows = ", ".join(self._rows.pop(key))
        self._length.pop(key)
        # split rather than replaced: a value may hold $$rows$$ itself
        before, after = templates()[kind].replace("$$labels$$", labels).split("$$rows$$")
        self._out.write(f"{before}[{rows}]{after}\n".encode())


@cache
def templates() -> Mapping[str, str]:
    """The texts of ``script.cypher`` by name."""
    _, *parts = HEADING.split(TEMPLATES.read_text(encoding="utf-8"))
    return {name: text.strip() for name, text in zip(parts[::2], parts[1::2], strict=True)}


@cache
def labels(schema: str) -> str:
    """The labels of a record: its schema and all ancestors."""
    names = sorted(ancestor.name for ancestor in schema_of(schema).schemata)
    return "".join(f":{name(label)}" for label in names)


def properties(entity: Entity) -> dict[str, Scalar]:
    """What the graph keeps of a record; the order does not depend on the order it came in."""
    fixed = {
        "id": entity.id,
        "dataset": entity.dataset,
        "schema": entity.schema,
        "caption": entity.caption,
    }
    return {**fixed, **dict(sorted(entity.properties.items()))}


def measures(measured: MeasuredRelationship) -> dict[str, Scalar]:
    """The typed copies that walks filter on, under the names that Clew's own graph has."""
    copies = {
        "_start": measured.start,
        "_end": measured.end,
        "_amount": measured.amount,
        "_share": measured.share,
    }
    return {key: value for key, value in copies.items() if value is not None}


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
    return "'" + UNSAFE.sub(_escaped, value) + "'"


def _escaped(match: re.Match[str]) -> str:
    return ESCAPES.get(match[0]) or f"\\u{ord(match[0]):04X}"


@cache
def name(text: str) -> str:
    """A label, type or property name as Cypher writes it."""
    return "`" + text.replace("`", "``") + "`"
