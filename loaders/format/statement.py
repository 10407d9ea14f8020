"""FollowTheMoney's statements: one value of one property a row, put together to entities.

All three ways in which FollowTheMoney writes them are read: CSV, its shorter "pack" CSV, and JSON
lines (one statement a line, or an entity with its ``statements``). ``canonical_id`` makes the
entity, as in FollowTheMoney's own aggregation, or ``entity_id`` where there is none. A value that
refers to an ``entity_id`` which stands under another ``canonical_id`` is made to refer to that, so
that chains of merged entities hold (of several, to the first by alphabet).

The rows may come in any order, and what becomes of them is the same: the values of a property stand
by alphabet. Of several names that an entity may be called by, the first is the one that
FollowTheMoney picks (``name.pick``).

All go into the one dataset that is loaded, whatever ``dataset`` they name. External statements,
which are a matcher's suggestions and not what a source says, are left out, as OpenSanctions leaves
them out of what it publishes. The report notes both. Lost are ``lang``, ``original_value``,
``origin``, ``first_seen``, ``last_seen`` and the original ``entity_id`` of what was merged.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from functools import cache
from typing import Any, NamedTuple

import orjson
from followthemoney import registry
from followthemoney.statement import Statement
from rigour.boolean import text_bool

from engine.errors import BadInput
from engine.spool import Spool
from engine.validation import is_id, known, shown
from loaders.intake.fragment import Fragments
from loaders.intake.intake import Intake, ParseResult
from loaders.intake.record import why_unreadable
from loaders.intake.source import BOM, Source, lines
from loaders.table.csvfile import CsvFile, columns_of

NEEDED = frozenset({"entity_id", "prop", "value"})
MOST_VALUES = 500
"""Values of one piece."""
MOST_COUNTED = 1000
"""Datasets that are told apart for a note."""
MOST_NAMED = 10
"""Datasets that a note names."""
FIRST = "ON CONFLICT DO UPDATE SET entity = min(entity, excluded.entity)"
"""Of several entities that one was merged into, the first by alphabet counts."""
RESOLVED = """
    SELECT r.entity, schema, prop, coalesce(m.entity, value), source, place
    FROM reference r LEFT JOIN merged m ON m.original = r.value
    ORDER BY r.rowid
"""
"""Every reference, with the id that its entity ended up with."""


class Row(NamedTuple):
    """One statement: a value of an entity, and the id that the entity had before it was merged."""

    entity: str
    original: str
    schema: str
    prop: str
    value: str
    dataset: str
    external: bool


class Statements:
    """Statements as CSV, as pack or as JSON lines."""

    name = "statements"

    def fits(self, name: str, head: bytes) -> bool:
        """Whether the header has the columns of a statement, or the first line is one in JSON."""
        first = head.removeprefix(BOM).lstrip().partition(b"\n")[0]
        if not first.startswith(b"{"):
            return set(columns_of(head)) >= NEEDED
        try:
            return is_statement(orjson.loads(first))
        except orjson.JSONDecodeError:
            return False

    def read(self, intake: Intake) -> Iterator[ParseResult]:
        """Every entity, after the rows that cannot be used."""
        with (
            Fragments(intake.dataset, arranged) as fragments,
            closing(Aggregation(fragments)) as aggregation,
        ):
            for source in intake.sources():
                for place, size, row in rows(source):
                    if isinstance(row, str):
                        yield ParseResult(source.name, place, size, reason=row)
                    else:
                        aggregation.put(row, source.name, place)
            aggregation.finish()
            intake.notes.extend(aggregation.notes())
            yield from fragments.readings()


def is_statement(value: Any) -> bool:
    """Whether a JSON value is a statement, or an entity with its statements."""
    return type(value) is dict and (
        value.keys() >= NEEDED or ("schema" in value and type(value.get("statements")) is list)
    )


def rows(source: Source) -> Iterator[tuple[int, int, Row | str]]:
    """Each statement of a source with its line and its size, or the reason why it is none."""
    with source.reading() as stream:
        if stream.peek(1)[:1] == b"{" or stream.peek(4)[:4] == BOM + b"{":
            yield from json_rows(source)
            return
        file = CsvFile(stream)
        missing = NEEDED - set(file.columns)
        if missing:
            raise BadInput(
                f"{source.name} has no column {sorted(missing)[0]}: these are no statements"
            )
        for row in file:
            yield row.line, row.size, row.reason or row_or_reason(row.cells)
        source.truncated = source.truncated or file.cut


def json_rows(source: Source) -> Iterator[tuple[int, int, Row | str]]:
    """Each statement of JSON lines; a last line that is no JSON and has no end broke off there."""
    with source.reading() as stream:
        for line in lines(stream):
            size = len(line.data)
            try:
                value: Any = orjson.loads(line.data) if line.reason is None else None
            except orjson.JSONDecodeError as error:
                yield line.number, size, why_unreadable(line.data, error)
                if not line.data.endswith(b"\n"):
                    source.truncated = source.truncated or f"line {line.number} is cut off"
                continue
            if line.reason is not None or not is_statement(value):
                reason = line.reason or "not a statement with entity_id, prop and value"
                yield line.number, size, reason
                continue
            statements = statements_of(value)
            for statement in statements:
                yield line.number, size // len(statements), row_or_reason(statement)


def statements_of(value: dict[str, Any]) -> list[dict[str, Any]]:
    """The statement that a JSON object is, or those of the entity that it is."""
    statements = value.get("statements")
    if type(statements) is not list:
        return [value]
    return [
        {**statement, "canonical_id": value.get("id")} if type(statement) is dict else {}
        for statement in statements
    ]


def row_or_reason(data: Mapping[str, Any]) -> Row | str:
    """The statement of a row, or why it is none."""
    try:
        return row_of(data)
    except BadInput as error:
        return str(error)


def row_of(data: Mapping[str, Any]) -> Row:
    """The statement of a row; raises BadInput."""
    original = data.get("entity_id")
    entity = data.get("canonical_id") or original
    check_id(entity)
    if original != entity:
        check_id(original)
    prop, value, schema = data.get("prop"), data.get("value"), data.get("schema")
    if type(prop) is str and "schema" not in data:
        # pack writes both in one
        schema, _, prop = prop.rpartition(":")
    if type(schema) is not str or type(prop) is not str or type(value) is not str:
        raise BadInput(
            f"schema {shown(schema)}, prop {shown(prop)} and value {shown(value)} are not all text"
        )
    if prop != Statement.BASE and prop not in references_of(schema):
        raise BadInput(f"{schema} has no property {shown(prop)} that can be given")
    known(schema)
    external = is_external(data.get("external"))
    dataset = str(data.get("dataset") or "")
    return Row(str(entity), str(original), schema, prop, value, dataset, external)


def check_id(value: Any) -> None:
    """Raise BadInput for what is no id."""
    if not is_id(value):
        raise BadInput(
            f"id {shown(value)} is not one of FollowTheMoney's: letters, digits, . and -"
        )


def is_external(value: Any) -> bool:
    """Whether a statement is a suggestion from outside."""
    return value if type(value) is bool else bool(text_bool(value if type(value) is str else None))


@cache
def references_of(schema: str) -> dict[str, bool]:
    """A schema's properties that can be given, each with whether it refers; raises BadInput."""
    props = known(schema).properties.values()
    return {prop.name: prop.type.name == registry.entity.name for prop in props if not prop.stub}


def arranged(schema: str, properties: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Properties in an order that does not depend on the order of the rows."""
    ordered = {name: sorted(properties[name]) for name in sorted(properties)}
    for name in names_of(schema):
        if best := registry.name.pick(ordered.get(name, ())):
            ordered[name].sort(key=lambda value: value != best)
    return ordered


@cache
def names_of(schema: str) -> tuple[str, ...]:
    """The properties that hold the names by which an entity of this schema is called."""
    properties = known(schema).properties
    return tuple(
        name for name in known(schema).caption if properties[name].type.name == registry.name.name
    )


class Aggregation:
    """Statements on their way into pieces: consecutive rows of one entity are one piece.

    References wait until all rows are read, as only then is it known which id an entity ended up
    with.
    """

    def __init__(self, fragments: Fragments) -> None:
        self._fragments = fragments
        self._entity = ("", "")
        self._place = ("", 0)
        self._values: dict[str, list[str]] = {}
        self._count = 0
        self._external = 0
        self._datasets: set[str] = set()
        self._spool = Spool()
        self._merged = self._spool.table(
            "merged",
            "original TEXT PRIMARY KEY, entity TEXT",
            options="WITHOUT ROWID",
            conflict=FIRST,
        )
        self._references = self._spool.table(
            "reference", "entity, schema, prop, value, source, place"
        )

    def close(self) -> None:
        """Let go of what waited."""
        self._spool.close()

    def put(self, row: Row, source: str, place: int) -> None:
        """Take one statement."""
        if row.external:
            self._external += 1
            return
        if len(self._datasets) < MOST_COUNTED:
            self._datasets.add(row.dataset)
        if self._entity != (row.entity, row.schema) or self._count >= MOST_VALUES:
            self._flush()
            self._entity, self._place = (row.entity, row.schema), (source, place)
        if row.original != row.entity:
            self._merged.add((row.original, row.entity))
        if row.prop == Statement.BASE:
            return
        if references_of(row.schema)[row.prop]:
            self._references.add((row.entity, row.schema, row.prop, row.value, source, place))
        else:
            self._values.setdefault(row.prop, []).append(row.value)
            self._count += 1

    def _flush(self) -> None:
        entity, schema = self._entity
        if entity:
            self._fragments.put(entity, schema, self._values, *self._place)
        self._values, self._count = {}, 0

    def finish(self) -> None:
        """Put down what is left, and every reference to the entity that it ended up with."""
        self._flush()
        for entity, schema, prop, value, source, place in self._spool.query(RESOLVED):
            self._fragments.put(entity, schema, {prop: [value]}, source, place)

    def notes(self) -> Iterator[str]:
        """What people would miss."""
        if self._external:
            yield f"{self._external:,} external statements are left out"
        if len(self._datasets) > 1:
            names = ", ".join(sorted(self._datasets)[:MOST_NAMED])
            more = ", …" if len(self._datasets) > MOST_NAMED else ""
            count = len(self._datasets)
            yield f"statements of {count:,} datasets ({names}{more}) are loaded as one"
