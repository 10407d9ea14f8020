"""How records become lines of the files that ``neo4j-admin`` imports: what ``row`` says, as CSV.

The separators are control characters, so that hardly any value needs quotes: cells with line breaks have them, in
files of their own, since the importer reads others faster. A record that such a file cannot carry exactly is odd,
and is written by a transaction afterwards: a value that holds a separator, one without end, or an empty cell, which
the importer takes for none. Empty cells at the end of a line are left out.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any

from engine.entity import LITERAL_TYPES, Entity, literal_ids, relationship_type, schema_of
from engine.graph.record import row as rows

DELIMITER, BETWEEN, QUOTE = "\x1d", "\x1f", "\x1c"
BREAK = re.compile("[\r\n]")
LONGEST = 500_000
"""Characters of a record's values; the importer's buffer holds 4 MiB."""
BROKEN = "+"
"""Ends the name of a file whose cells have line breaks."""
RECORD = ("id", "dataset", "schema", "caption", "_checksum", "_revision")
COPIES = ("_start", "_end", "_share", "_amount")
TYPES = {"_revision": "long", "_share": "double", "_amount": "double", "_stub": "boolean"}
ENDS = (":START_ID", ":END_ID")
OTHERS: Mapping[str, tuple[str, ...]] = {
    "stub": ("id:ID", "dataset", "_stub:boolean"),
    "literal": ("id:ID", "type", "value"),
    "clew": ("id:long", "revision:long", "literal_revision:long", "purged_revision:long"),
    "dataset": ("name", "title", "last_updated:datetime"),
}
"""What else there is, each with its header."""
LABELS = {"stub": "Entity", "literal": "Literal", "clew": "Clew", "dataset": "Dataset"}


@dataclass
class Page:
    """Some records as lines, by the names of their files, and what else is to be known of them."""

    lines: dict[str, bytes] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    ids: list[str] = field(default_factory=list)
    """Of the nodes."""
    named: set[str] = field(default_factory=set)
    """Ids that others refer to."""
    keys: list[tuple[str, str]] = field(default_factory=list)
    """The ids of values that may be shared, each with the record that holds it."""
    entities: list[tuple[Entity, list[str]]] = field(default_factory=list)
    """All of them, each with the ids of the values that it may share."""
    odd: list[Entity] = field(default_factory=list)
    """Records that are in no file."""


@cache
def columns(schema: str) -> dict[str, int]:
    """The columns of a schema's records by name; those that are often filled first."""
    found = schema_of(schema)
    given = [prop.name for prop in found.sorted_properties if not prop.stub]
    copies = COPIES if found.edge else ()
    return {name: place for place, name in enumerate(dict.fromkeys([*RECORD, *copies, *given]))}


def header(name: str) -> str:
    """The first line of a file."""
    kind, _, what = name.removesuffix(BROKEN).partition("-")
    if kind in OTHERS:
        return DELIMITER.join(OTHERS[kind])
    if kind in ("link", "shared"):
        return DELIMITER.join([*ENDS, "dataset"])
    typed = {name: f"{name}:{TYPES[name]}" for name in TYPES} | dict.fromkeys(
        [*RECORD[:-1], *COPIES[:2]]
    )
    cells = [
        f"{name}:string[]" if name not in typed else typed[name] or name for name in columns(what)
    ]
    return DELIMITER.join([*ENDS, *cells] if kind == "edge" else ["id:ID", *cells[1:]])


def argument(name: str) -> tuple[bool, str]:
    """Whether a file is one of nodes, and the labels or the type that its lines have."""
    kind, _, what = name.partition("-")
    if kind in LABELS:
        return True, LABELS[kind]
    if kind == "node":
        return True, ":".join(["Entity", *sorted(found.name for found in schema_of(what).schemata)])
    return False, relationship_type(what) if kind == "edge" else what


def page(entities: Iterable[Entity], revision: int) -> Page:
    """These records as lines, under one revision."""
    made = Page()
    lines: defaultdict[str, list[str]] = defaultdict(list)
    for entity in entities:
        if is_odd(entity):
            made.odd.append(entity)
            continue
        shared = literal_ids(entity)
        made.entities.append((entity, shared))
        if schema_of(entity.schema).edge:
            put_edge(entity, revision, made, lines)
        else:
            put_node(entity, revision, made, lines)
            made.keys += [(key, entity.id) for key in shared]
    made.lines = {name: "".join(found).encode() for name, found in lines.items()}
    made.counts = {name: len(found) for name, found in lines.items()}
    made.named.difference_update(made.ids)
    return made


def put_node(entity: Entity, revision: int, made: Page, lines: Mapping[str, list[str]]) -> None:
    """The lines of a node record and of what it refers to."""
    text, broken = line(entity, rows.node_row(entity) | {"_revision": revision})
    lines[f"node-{entity.schema}{broken}"].append(f"{text}\n")
    made.ids.append(entity.id)
    for kind, target in rows.links(entity):
        lines[f"link-{kind}"].append(f"{entity.id}{DELIMITER}{target}{DELIMITER}{entity.dataset}\n")
        made.named.add(target)


def put_edge(entity: Entity, revision: int, made: Page, lines: Mapping[str, list[str]]) -> None:
    """The lines of an edge, one for each pair of its ends."""
    text, broken = line(entity, rows.edge_row(entity) | {"_revision": revision})
    found = lines[f"edge-{entity.schema}{broken}"]
    for source, target in rows.ends(entity):
        found.append(f"{source}{DELIMITER}{target}{DELIMITER}{text}\n")
        made.named.update((source, target))


def is_odd(entity: Entity) -> bool:
    """Whether no file can carry a record exactly."""
    values = entity.properties.values()
    text = "".join(chain.from_iterable(values))
    marked = DELIMITER in text or BETWEEN in text or QUOTE in text
    return marked or len(text) > LONGEST or not entity.caption or [""] in values


def line(entity: Entity, row: Mapping[str, Any]) -> tuple[str, str]:
    """A record's cells as text, and whether they have line breaks: then BROKEN."""
    places = columns(entity.schema)
    cells = [""] * len(places)
    for name, value in row.items():
        if type(value) is list:
            cells[places[name]] = value[0] if len(value) == 1 else BETWEEN.join(value)
        else:
            cells[places[name]] = value if type(value) is str else repr(value)
    text = DELIMITER.join(cells).rstrip(DELIMITER)
    if "\n" not in text and "\r" not in text:
        return text, ""
    return DELIMITER.join(map(quoted, cells)).rstrip(DELIMITER), BROKEN


def quoted(cell: str) -> str:
    """A cell as it stands in a file whose cells have line breaks."""
    return f"{QUOTE}{cell}{QUOTE}" if BREAK.search(cell) else cell


def stub_line(id_: str) -> str:
    """What stands for a record that has not arrived."""
    return DELIMITER.join([*(str(rows.stub_row(id_)[name]) for name in ("id", "dataset")), "true"])


def dataset_line(name: str, title: str | None, updated: datetime | None) -> str:
    """A dataset with a title, which has no line breaks, and a date, if it has them."""
    return DELIMITER.join((name, title or "", updated.isoformat() if updated else "")).rstrip(
        DELIMITER
    )


def shared_lines(key: str, records: Iterable[str]) -> dict[str, list[str]]:
    """A value that some records share, and what leads to it, by file."""
    _, kind, value = key.split(":", 2)
    assert kind in LITERAL_TYPES
    broken = BROKEN if BREAK.search(key) else ""
    node = DELIMITER.join(map(quoted, (key, kind, value)))
    found = [DELIMITER.join((record, quoted(key), record.split(":", 1)[0])) for record in records]
    return {f"literal{broken}": [node], f"shared-{kind.upper()}{broken}": found}
