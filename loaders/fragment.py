"""Entities out of pieces: what several rows say of one id, put together on disk, so that memory stays flat."""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby
from types import TracebackType
from typing import Any

import orjson
from followthemoney import model
from followthemoney.exc import InvalidData

from engine.errors import BadInput
from loaders.intake import Reading
from loaders.record import entity_of, shown

BUFFER = 5_000
Row = tuple[str, int, str, bytes]


class Fragments:
    """The pieces of one load's entities; a context manager.

    Values of one property stay in the order in which they were first told, each once. The schema is the more
    special one of those told (FollowTheMoney's common schema); where they don't go together nothing is made.
    """

    def __init__(self, dataset: str) -> None:
        self._dataset = dataset
        self._rows: list[Row] = []
        # an empty name is SQLite's private file: it is gone with the connection, also when we are killed
        self._database = sqlite3.connect("", isolation_level=None)
        for pragma in ("journal_mode = OFF", "synchronous = OFF", "cache_size = -32000", "temp_store = FILE"):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute("CREATE TABLE piece (id TEXT, place INTEGER, source TEXT, body BLOB)")
        self._database.execute("BEGIN")

    def __enter__(self) -> "Fragments":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._database.close()

    def put(
        self, entity_id: str, schema: str, properties: Mapping[str, Iterable[str]], source: str, place: int
    ) -> None:
        """One piece, and the source's line or row that told it; raises BadInput for what cannot be text."""
        try:
            body = orjson.dumps([schema, {name: list(values) for name, values in properties.items()}])
        except orjson.JSONEncodeError as error:
            raise BadInput(f"{schema} {shown(entity_id)}: a value that cannot be stored: {error}") from None
        self._rows.append((entity_id, place, source, body))
        if len(self._rows) >= BUFFER:
            self._flush()

    def _flush(self) -> None:
        self._database.executemany("INSERT INTO piece VALUES (?, ?, ?, ?)", self._rows)
        self._rows = []

    def readings(self) -> Iterator[Reading]:
        """Every entity in order of its id, checked; its place is that of its first piece."""
        self._flush()
        self._database.execute("CREATE INDEX piece_id ON piece (id)")
        rows: Iterator[Row] = self._database.execute("SELECT id, place, source, body FROM piece ORDER BY id, rowid")
        for entity_id, pieces in groupby(rows, key=lambda row: row[0]):
            yield self._reading(entity_id, list(pieces))

    def _reading(self, entity_id: str, pieces: list[Row]) -> Reading:
        _, place, source, _ = pieces[0]
        size = sum(len(body) for *_, body in pieces)
        try:
            entity = entity_of(self._dataset, {"id": entity_id, **merged([orjson.loads(row[3]) for row in pieces])})
        except BadInput as error:
            return Reading(source, place, size, reason=str(error), id=entity_id)
        return Reading(source, place, size, entity=entity)


def gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Properties out of pairs of a name and a value; empty values are left out."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if value:
            found.setdefault(name, []).append(value)
    return found


def merged(pieces: list[tuple[str, dict[str, list[str]]]]) -> dict[str, Any]:
    """The schema and the properties that some pieces tell together; raises BadInput where schemata are at odds."""
    if len(pieces) == 1:
        schema, told = pieces[0]
        return {"schema": schema, "properties": {name: list(dict.fromkeys(told[name])) for name in told if told[name]}}
    schema, *others = [schema for schema, _ in pieces]
    for other in others:
        if other != schema:
            try:
                schema = model.common_schema(schema, other).name
            except InvalidData:
                raise BadInput(f"is told to be a {schema} and a {other}: nothing is both") from None
    found: dict[str, dict[str, None]] = {}
    for _, properties in pieces:
        for name, values in properties.items():
            found.setdefault(name, {}).update(dict.fromkeys(values))
    return {"schema": schema, "properties": {name: list(values) for name, values in found.items() if values}}
