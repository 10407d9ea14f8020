"""FollowTheMoney's statements: one value of one property a row, put together to entities.

All three ways in which FollowTheMoney writes them are read: CSV, its shorter "pack" CSV, and JSON lines (one
statement a line, or an entity with its ``statements``). ``canonical_id`` makes the entity, as in FollowTheMoney's
own aggregation, ``entity_id`` where there is none; a value that refers to an ``entity_id`` which was told under
another ``canonical_id`` is led there, so that chains of merged entities hold (of several, to the first by alphabet).

The rows may come in any order, and what becomes of them is the same: the values of a property stand by alphabet. Of
several names that an entity may be called by, the first is the one that FollowTheMoney picks (``name.pick``).

All go into the one dataset that is loaded, whatever ``dataset`` they name. External statements, which are a
matcher's suggestions and not what a source says, are left out as OpenSanctions leaves them out of what it
publishes. The report notes both. Lost are ``lang``, ``original_value``, ``origin``, ``first_seen``, ``last_seen``
and the original ``entity_id`` of what was merged.
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
from loaders.intake.fragment import Fragments
from loaders.intake.intake import Intake, Reading
from loaders.intake.record import is_id, known, shown, why_unreadable
from loaders.intake.source import BOM, Source, lines
from loaders.table.csvfile import CsvFile, columns_of

NEEDED = frozenset({"entity_id", "prop", "value"})
MOST_VALUES = 500
"""Values that are put down at once."""
MOST_COUNTED = 1000
"""Datasets that are told apart for a note."""
MOST_NAMED = 10
"""Datasets that a note names."""
FIRST = "ON CONFLICT DO UPDATE SET entity = min(entity, excluded.entity)"
"""Of several entities that one was merged into, the first by alphabet counts."""


class Told(NamedTuple):
    """One statement: what it says of which entity, under which id the entity was told first."""

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
            return is_told(orjson.loads(first))
        except orjson.JSONDecodeError:
            return False

    def read(self, intake: Intake) -> Iterator[Reading]:
        """Every entity, after the rows that cannot be used."""
        with (
            Fragments(intake.dataset, arranged) as fragments,
            closing(Gathering(fragments)) as gathering,
        ):
            for source in intake.sources():
                for place, size, told in statements(source):
                    if isinstance(told, str):
                        yield Reading(source.name, place, size, reason=told)
                    else:
                        gathering.put(told, source.name, place)
            gathering.finish()
            intake.notes.extend(gathering.notes())
            yield from fragments.readings()


def is_told(raw: Any) -> bool:
    """Whether a JSON value is a statement, or an entity with its statements."""
    return type(raw) is dict and (
        raw.keys() >= NEEDED or ("schema" in raw and type(raw.get("statements")) is list)
    )


def statements(source: Source) -> Iterator[tuple[int, int, Told | str]]:
    """Each statement of a source with its line and its size, or the reason why it is none."""
    with source.reading() as stream:
        if stream.peek(1)[:1] == b"{" or stream.peek(4)[:4] == BOM + b"{":
            yield from of_lines(source)
            return
        sheet = CsvFile(stream)
        missing = NEEDED - set(sheet.columns)
        if missing:
            raise BadInput(
                f"{source.name} has no column {sorted(missing)[0]}: these are no statements"
            )
        for row in sheet:
            yield row.line, row.size, row.reason or told_or_why(row.cells)
        source.truncated = source.truncated or sheet.cut


def of_lines(source: Source) -> Iterator[tuple[int, int, Told | str]]:
    """Each statement of JSON lines; a last line that is no JSON and has no end broke off there."""
    with source.reading() as stream:
        for line in lines(stream):
            size = len(line.data)
            try:
                raw: Any = orjson.loads(line.data) if line.reason is None else None
            except orjson.JSONDecodeError as error:
                yield line.number, size, why_unreadable(line.data, error)
                if not line.data.endswith(b"\n"):
                    source.truncated = source.truncated or f"line {line.number} is cut off"
                continue
            if line.reason is not None or not is_told(raw):
                yield (
                    line.number,
                    size,
                    line.reason or "not a statement with entity_id, prop and value",
                )
            elif type(raw.get("statements")) is list:
                for told in raw["statements"]:
                    of_entity = (
                        {**told, "canonical_id": raw.get("id")} if type(told) is dict else {}
                    )
                    yield line.number, size // len(raw["statements"]), told_or_why(of_entity)
            else:
                yield line.number, size, told_or_why(raw)


def told_or_why(data: Mapping[str, Any]) -> Told | str:
    """What a row tells, or why it tells nothing."""
    try:
        return told_of(data)
    except BadInput as error:
        return str(error)


def told_of(data: Mapping[str, Any]) -> Told:
    """What a row tells; raises BadInput."""
    original, prop, value, schema = (
        data.get("entity_id"),
        data.get("prop"),
        data.get("value"),
        data.get("schema"),
    )
    entity = data.get("canonical_id") or original
    for id_ in (entity,) if entity == original else (entity, original):
        if not is_id(id_):
            raise BadInput(
                f"id {shown(id_)} is not one of FollowTheMoney's: letters, digits, . and -"
            )
    if type(prop) is str and "schema" not in data:
        schema, _, prop = prop.rpartition(":")
    if type(schema) is not str or type(prop) is not str or type(value) is not str:
        raise BadInput(
            f"schema {shown(schema)}, prop {shown(prop)} and value {shown(value)} are not all text"
        )
    if prop != Statement.BASE and prop not in references_of(schema):
        raise BadInput(f"{schema} has no property {shown(prop)} that can be given")
    known(schema)
    dataset = data.get("dataset")
    return Told(
        str(entity),
        str(original),
        schema,
        prop,
        value,
        str(dataset or ""),
        is_external(data.get("external")),
    )


def is_external(value: Any) -> bool:
    """Whether a statement is a suggestion from outside."""
    return value if type(value) is bool else bool(text_bool(value if type(value) is str else None))


@cache
def references_of(schema: str) -> dict[str, bool]:
    """A schema's properties that can be given, and whether they refer to entities; raises BadInput."""
    props = known(schema).properties.values()
    return {prop.name: prop.type.name == registry.entity.name for prop in props if not prop.stub}


def arranged(schema: str, told: Mapping[str, list[str]]) -> dict[str, list[str]]:
    """Properties in an order that does not depend on the one in which they were told."""
    found = {name: sorted(told[name]) for name in sorted(told)}
    for name in names_of(schema):
        if best := registry.name.pick(found.get(name, ())):
            found[name].sort(key=lambda value: value != best)
    return found


@cache
def names_of(schema: str) -> tuple[str, ...]:
    """The properties that hold the names by which an entity of this schema is called."""
    properties = known(schema).properties
    return tuple(
        name for name in known(schema).caption if properties[name].type.name == registry.name.name
    )


class Gathering:
    """Statements on their way into pieces: rows in a row that tell of one entity are one piece.

    References wait until all is told, as only then is it known which id an entity ended up with.
    """

    def __init__(self, fragments: Fragments) -> None:
        self._fragments = fragments
        self._of = ("", "")
        self._where = ("", 0)
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

    def put(self, told: Told, source: str, place: int) -> None:
        """Take one statement."""
        if told.external:
            self._external += 1
            return
        if len(self._datasets) < MOST_COUNTED:
            self._datasets.add(told.dataset)
        if self._of != (told.entity, told.schema) or self._count >= MOST_VALUES:
            self._flush()
            self._of, self._where = (told.entity, told.schema), (source, place)
        if told.original != told.entity:
            self._merged.add((told.original, told.entity))
        if told.prop == Statement.BASE:
            return
        if references_of(told.schema)[told.prop]:
            row = (told.entity, told.schema, told.prop, told.value, source, place)
            self._references.add(row)
        else:
            self._values.setdefault(told.prop, []).append(told.value)
            self._count += 1

    def _flush(self) -> None:
        entity, schema = self._of
        if entity:
            self._fragments.put(entity, schema, self._values, *self._where)
        self._values, self._count = {}, 0

    def finish(self) -> None:
        """Put down what is left, and every reference with the id that its entity ended up with."""
        self._flush()
        rows = self._spool.query(
            "SELECT r.entity, schema, prop, coalesce(m.entity, value), source, place "
            "FROM reference r LEFT JOIN merged m ON m.original = r.value ORDER BY r.rowid"
        )
        for entity, schema, prop, value, source, place in rows:
            self._fragments.put(entity, schema, {prop: [value]}, source, place)

    def notes(self) -> Iterator[str]:
        """What people would miss."""
        if self._external:
            yield f"{self._external:,} external statements are left out"
        if len(self._datasets) > 1:
            names = ", ".join(sorted(self._datasets)[:MOST_NAMED])
            more = ", …" if len(self._datasets) > MOST_NAMED else ""
            yield f"statements of {len(self._datasets):,} datasets ({names}{more}) are loaded as one"
