"""How records become lines of the CSV files that ``neo4j-admin`` imports.

The separators are control characters, so that hardly any value must be quoted. Only cells with
line breaks are: they have files of their own, because the importer reads all others faster.
Empty cells at the end of a line are left out.

A record that such a file cannot hold exactly is odd: it has a separator in a value, is very long,
or has an empty value, which the importer takes for none. A transaction writes it afterwards.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from itertools import chain
from typing import Any

from engine.dataset import Visibility
from engine.entity import LITERAL_TYPES, Entity, literal_ids, relationship_type, schema_of
from engine.graph.record import row as rows

DELIMITER, BETWEEN, QUOTE = "\x1d", "\x1f", "\x1c"
BREAK = re.compile("[\r\n]")
LONGEST = 500_000
"""Characters of a record's values; the importer's buffer holds 4 MiB."""
BROKEN = "+"
"""Ends the name of a file whose cells may have line breaks."""
RECORD = ("id", "dataset", "schema", "caption", "_checksum", "_revision")
COPIES = ("_start", "_end", "_share", "_amount")
TYPES = {"_revision": "long", "_share": "double", "_amount": "double", "_stub": "boolean"}
ENDS = (":START_ID", ":END_ID")
OTHERS: Mapping[str, tuple[str, ...]] = {
    "stub": ("id:ID", "dataset", "_stub:boolean"),
    "literal": ("id:ID", "type", "value"),
    "moment": ("at:long", "revision:long"),
    "clew": ("id:long", "revision:long", "literal_revision:long", "purged_revision:long"),
    "dataset": ("name", "visibility", "title", "last_updated:datetime"),
}
"""The columns of the files that hold no records."""
LABELS = {
    "stub": "Entity",
    "literal": "Literal",
    "moment": "Moment",
    "clew": "Clew",
    "dataset": "Dataset",
}


@dataclass
class Page:
    """Some records as lines, and what an import must know of them besides."""

    lines: dict[str, bytes] = field(default_factory=dict)
    """By the name of the file that they belong to."""
    counts: dict[str, int] = field(default_factory=dict)
    """How many lines there are for each file."""
    ids: list[str] = field(default_factory=list)
    """The ids of the records that are nodes."""
    named: set[str] = field(default_factory=set)
    """Ids that records refer to, if they are not among ``ids``."""
    keys: list[tuple[str, str]] = field(default_factory=list)
    """The ids of values that may be shared, each with the record that holds it."""
    entities: list[tuple[Entity, list[str]]] = field(default_factory=list)
    """All records with lines, each with the ids of the values that it may share."""
    odd: list[Entity] = field(default_factory=list)
    """Records without a line: no file can hold them exactly."""


@cache
def columns(schema: str) -> dict[str, int]:
    """The place of each column of a schema's records; those that are often filled come first."""
    model = schema_of(schema)
    properties = [prop.name for prop in model.sorted_properties if not prop.stub]
    copies = COPIES if model.edge else ()
    names = dict.fromkeys([*RECORD, *copies, *properties])
    return {name: place for place, name in enumerate(names)}


def header(name: str) -> str:
    """The first line of a file: its columns with their types."""
    kind, _, schema = name.removesuffix(BROKEN).partition("-")
    if kind in OTHERS:
        return DELIMITER.join(OTHERS[kind])
    if kind in ("link", "shared"):
        return DELIMITER.join([*ENDS, "dataset"])
    typed = {name: f"{name}:{TYPES[name]}" for name in TYPES} | dict.fromkeys(
        [*RECORD[:-1], *COPIES[:2]]
    )
    cells = [
        f"{name}:string[]" if name not in typed else typed[name] or name for name in columns(schema)
    ]
    return DELIMITER.join([*ENDS, *cells] if kind == "edge" else ["id:ID", *cells[1:]])


def argument(name: str) -> tuple[bool, str]:
    """Whether a file holds nodes, and the labels of its nodes or the type of its relationships."""
    kind, _, what = name.partition("-")
    if kind in LABELS:
        return True, LABELS[kind]
    if kind == "node":
        ancestors = sorted(schema.name for schema in schema_of(what).schemata)
        return True, ":".join(["Entity", *ancestors])
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
    made.lines = {name: "".join(texts).encode() for name, texts in lines.items()}
    made.counts = {name: len(texts) for name, texts in lines.items()}
    made.named.difference_update(made.ids)
    return made


def put_node(entity: Entity, revision: int, made: Page, lines: Mapping[str, list[str]]) -> None:
    """Add the lines of a node record and of the links to what it refers to."""
    text, broken = line(entity, rows.node_row(entity) | {"_revision": revision})
    lines[f"node-{entity.schema}{broken}"].append(f"{text}\n")
    made.ids.append(entity.id)
    for kind, target in rows.links(entity):
        lines[f"link-{kind}"].append(f"{entity.id}{DELIMITER}{target}{DELIMITER}{entity.dataset}\n")
        made.named.add(target)


def put_edge(entity: Entity, revision: int, made: Page, lines: Mapping[str, list[str]]) -> None:
    """Add the lines of an edge, one for each pair of its ends."""
    text, broken = line(entity, rows.edge_row(entity) | {"_revision": revision})
    of_schema = lines[f"edge-{entity.schema}{broken}"]
    for source, target in rows.ends(entity):
        of_schema.append(f"{source}{DELIMITER}{target}{DELIMITER}{text}\n")
        made.named.update((source, target))


def is_odd(entity: Entity) -> bool:
    """Whether no file can hold a record exactly."""
    values = entity.properties.values()
    text = "".join(chain.from_iterable(values))
    marked = DELIMITER in text or BETWEEN in text or QUOTE in text
    return marked or len(text) > LONGEST or not entity.caption or [""] in values


def line(entity: Entity, row: Mapping[str, Any]) -> tuple[str, str]:
    """A record's cells as text, and BROKEN if they have line breaks, otherwise nothing."""
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
    """A cell as it stands in a file whose cells may have line breaks."""
    return f"{QUOTE}{cell}{QUOTE}" if BREAK.search(cell) else cell


def stub_line(id_: str) -> str:
    """The line of a stub, which stands for a record that has not arrived."""
    return DELIMITER.join([*(str(rows.stub_row(id_)[name]) for name in ("id", "dataset")), "true"])


def dataset_line(
    name: str, title: str | None, visibility: Visibility, updated: datetime | None
) -> str:
    """The line of a dataset; its title has no line breaks."""
    cells = (name, visibility, title or "", updated.isoformat() if updated else "")
    return DELIMITER.join(cells).rstrip(DELIMITER)


def shared_lines(key: str, records: Iterable[str]) -> dict[str, list[str]]:
    """The lines of a value that some records share, and of the links to it, by file."""
    _, kind, value = key.split(":", 2)
    assert kind in LITERAL_TYPES
    broken = BROKEN if BREAK.search(key) else ""
    node = DELIMITER.join(map(quoted, (key, kind, value)))
    links = [DELIMITER.join((record, quoted(key), record.split(":", 1)[0])) for record in records]
    return {f"literal{broken}": [node], f"shared-{kind.upper()}{broken}": links}
