"""Entities out of pieces: what several rows say of one id, put together on disk, so that memory stays flat."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
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


class AtOdds(BadInput):
    """Pieces of one id are of two ``schemata`` that nothing is both of."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"is told to be a {one} and a {other}: nothing is both")
        self.schemata = one, other


class Fragments:
    """The pieces of one load's entities; a context manager.

    Values of one property stay in the order in which they were first told, each once. The schema is the more
    special one of those told (FollowTheMoney's common schema); where they don't go together nothing is made. What to do
    about that, for these two schemata, ``cure`` says, where there is a mapping that can be changed.
    """

    def __init__(self, dataset: str, cure: Callable[[str, str], str] | None = None) -> None:
        self._dataset = dataset
        self._cure = cure
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
            reason = str(error)
            if isinstance(error, AtOdds) and self._cure is not None:
                reason = f"{where_told(error.schemata, pieces)}; {self._cure(*error.schemata)}"
            return Reading(source, place, size, reason=reason, id=entity_id)
        return Reading(source, place, size, entity=entity)


def where_told(schemata: Sequence[str], pieces: list[Row]) -> str:
    """By what name and in which places pieces of one id are said to be of these schemata."""
    told = [(*orjson.loads(body), f"{source}:{place}") for _, place, source, body in pieces]
    name = next((name for _, properties, _ in told for name in properties.get("name", ())), pieces[0][0])
    each = [next(f"a {schema} in {place}" for schema, _, place in told if schema == wanted) for wanted in schemata]
    return f"{shown(name)} is told to be {' and '.join(each)}: nothing is both"


def gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Properties out of pairs of a name and a value; empty values are left out."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if value:
            found.setdefault(name, []).append(value)
    return found


def merged(pieces: list[tuple[str, dict[str, list[str]]]]) -> dict[str, Any]:
    """The schema and the properties that some pieces tell together; raises AtOdds."""
    if len(pieces) == 1:
        schema, told = pieces[0]
        return {"schema": schema, "properties": {name: list(dict.fromkeys(told[name])) for name in told if told[name]}}
    schema, *others = [schema for schema, _ in pieces]
    for other in others:
        if other != schema:
            try:
                schema = model.common_schema(schema, other).name
            except InvalidData:
                raise AtOdds(schema, other) from None
    found: dict[str, dict[str, None]] = {}
    for _, properties in pieces:
        for name, values in properties.items():
            found.setdefault(name, {}).update(dict.fromkeys(values))
    return {"schema": schema, "properties": {name: list(values) for name, values in found.items() if values}}
