"""Entities out of pieces: what several rows say of one id, put together on disk, so that memory stays flat."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import TracebackType

import orjson

from engine.errors import BadInput
from loaders.intake.intake import Reading
from loaders.intake.record import entity_of, known, shown

BUFFER = 5_000
Row = tuple[str, int, str, bytes]
Told = dict[str, list[str]]
Kept = tuple[str, int, int, bytes]
"""A row that waits: its source, its place there, its size, and what it says."""


class AtOdds(BadInput):
    """Pieces of one id are of two ``schemata`` that nothing is both of."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"is told to be a {one} and a {other}: nothing is both")
        self.schemata = one, other


class Fragments:
    """The pieces of one load's entities; a context manager.

    Values of one property stay in the order in which they were first told, each once, or come in the one that
    ``arrange`` makes of a schema and its properties. The schema is the most special one of those told
    (FollowTheMoney's common schema); where they don't go together nothing is made. What to do about that, for these two
    schemata, ``cure`` says, where there is a mapping that can be changed.
    """

    def __init__(
        self,
        dataset: str,
        arrange: Callable[[str, Told], Told] = lambda schema, told: told,
        cure: Callable[[str, str], str] | None = None,
    ) -> None:
        self._dataset = dataset
        self._arrange = arrange
        self._cure = cure
        self._rows: list[Row] = []
        # an empty name is SQLite's private file: it is gone with the connection, also when we are killed
        self._database = sqlite3.connect("", isolation_level=None)
        for pragma in (
            "journal_mode = OFF",
            "synchronous = OFF",
            "cache_size = -32000",
            "temp_store = FILE",
        ):
            self._database.execute(f"PRAGMA {pragma}")
        self._database.execute(
            "CREATE TABLE piece (id TEXT, place INTEGER, source TEXT, body BLOB)"
        )
        self._database.execute(
            "CREATE TABLE kept (source TEXT, place INTEGER, size INTEGER, body BLOB)"
        )
        self._database.execute("BEGIN")

    def __enter__(self) -> "Fragments":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._database.close()

    def put(
        self,
        entity_id: str,
        schema: str,
        properties: Mapping[str, Iterable[str]],
        source: str,
        place: int,
    ) -> None:
        """One piece, and the source's line or row that told it; raises BadInput for what cannot be text."""
        try:
            body = orjson.dumps(
                [schema, {name: list(values) for name, values in properties.items()}]
            )
        except orjson.JSONEncodeError as error:
            raise BadInput(
                f"{schema} {shown(entity_id)}: a value that cannot be stored: {error}"
            ) from None
        self._rows.append((entity_id, place, source, body))
        if len(self._rows) >= BUFFER:
            self._flush()

    def _flush(self) -> None:
        self._database.executemany("INSERT INTO piece VALUES (?, ?, ?, ?)", self._rows)
        self._rows = []

    def keep(self, rows: Iterable[Kept]) -> None:
        """Put rows aside that can be understood only when all others are read."""
        self._database.executemany("INSERT INTO kept VALUES (?, ?, ?, ?)", rows)

    def kept(self, size: int) -> Iterator[list[Kept]]:
        """The rows that were put aside, in their order, at most so many at a time; pieces may be put meanwhile."""
        cursor = self._database.execute("SELECT source, place, size, body FROM kept ORDER BY rowid")
        while rows := cursor.fetchmany(size):
            yield rows

    def readings(self) -> Iterator[Reading]:
        """Every entity in order of its id, checked; its place is that of its first piece."""
        self._flush()
        self._database.execute("CREATE INDEX piece_id ON piece (id)")
        rows: Iterator[Row] = self._database.execute(
            "SELECT id, place, source, body FROM piece ORDER BY id, rowid"
        )
        for entity_id, pieces in groupby(rows, key=lambda row: row[0]):
            yield self._reading(entity_id, list(pieces))

    def _reading(self, entity_id: str, pieces: list[Row]) -> Reading:
        _, place, source, _ = pieces[0]
        size = sum(len(body) for *_, body in pieces)
        try:
            schema, told = merged([orjson.loads(row[3]) for row in pieces])
            raw = {"id": entity_id, "schema": schema, "properties": self._arrange(schema, told)}
            entity = entity_of(self._dataset, raw)
        except BadInput as error:
            reason = str(error)
            if isinstance(error, AtOdds) and self._cure is not None:
                reason = f"{where_told(error.schemata, pieces)}; {self._cure(*error.schemata)}"
            return Reading(source, place, size, reason=reason, id=entity_id)
        return Reading(source, place, size, entity=entity)


def where_told(schemata: Sequence[str], pieces: list[Row]) -> str:
    """By what name and in which places pieces of one id are said to be of these schemata."""
    told = [(*orjson.loads(body), f"{source}:{place}") for _, place, source, body in pieces]
    name = next(
        (name for _, properties, _ in told for name in properties.get("name", ())), pieces[0][0]
    )
    each = [
        next(f"a {schema} in {place}" for schema, _, place in told if schema == wanted)
        for wanted in schemata
    ]
    return f"{shown(name)} is told to be {' and '.join(each)}: nothing is both"


def gathered(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    """Properties out of pairs of a name and a value; empty values are left out."""
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        if value:
            found.setdefault(name, []).append(value)
    return found


def merged(pieces: list[tuple[str, Told]]) -> tuple[str, Told]:
    """The schema and the properties that some pieces tell together; raises AtOdds."""
    if len(pieces) == 1:
        schema, told = pieces[0]
        return schema, {name: list(dict.fromkeys(told[name])) for name in told if told[name]}
    schema = narrowest(list(dict.fromkeys(schema for schema, _ in pieces)))
    found: dict[str, dict[str, None]] = {}
    for _, properties in pieces:
        for name, values in properties.items():
            found.setdefault(name, {}).update(dict.fromkeys(values))
    return schema, {name: list(values) for name, values in found.items() if values}


def narrowest(schemata: list[str]) -> str:
    """That one of some schemata that is all the others too, whatever their order; raises AtOdds."""
    if len(schemata) == 1:
        return schemata[0]
    kinds = [known(name) for name in schemata]
    for kind in kinds:
        if all(kind.is_a(other) for other in kinds):
            return kind.name
    first, second = next((a, b) for a in kinds for b in kinds if not a.is_a(b) and not b.is_a(a))
    raise AtOdds(first.name, second.name)
