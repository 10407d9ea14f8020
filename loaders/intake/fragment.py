"""Entities out of pieces: what several rows say of one id, put together on disk.

Memory stays flat however many rows there are: they wait in a spool, sorted by id at the end.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from types import TracebackType
from typing import Any

import orjson

from engine.errors import BadInput
from engine.spool import Spool
from engine.validation import entity_of, known, shown
from loaders.intake.intake import ParseResult

Row = tuple[str, int, str, bytes]
"""A piece: its entity's id, its place in the source, the source, and its body as JSON."""
Values = dict[str, list[str]]
Piece = Sequence[Any]
"""What the body says: the schema, the properties, and the digest where there is one."""
SetAside = tuple[str, int, int, bytes]
"""A row that waits: its source, its place there, its size, and its body."""


class SchemaConflict(BadInput):
    """Pieces of one id are of two ``schemata`` that nothing is both of."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"is described as {one} and as {other}: nothing is both")
        self.schemata = one, other


class Fragments:
    """The pieces of one load's entities; a context manager.

    Values of one property stay in the order in which they were first put, each once, or come in
    the order that ``arrange`` makes of a schema and its properties. The schema is the most special
    one of all pieces (FollowTheMoney's common schema); where there is none, no entity is made.
    ``advise`` says what to do about that for two schemata, where a mapping can be changed.
    """

    def __init__(
        self,
        dataset: str,
        arrange: Callable[[str, Values], Values] = lambda schema, values: values,
        advise: Callable[[str, str], str] | None = None,
    ) -> None:
        self.collisions = 0
        """Once all are read: ids that were put with different digests."""
        self.collision = ""
        """Where the first of them stands."""
        self._dataset = dataset
        self._arrange = arrange
        self._advise = advise
        self._spool = Spool(cache_mb=32)
        self._pieces = self._spool.table("piece", "id TEXT, place INTEGER, source TEXT, body BLOB")
        self._set_aside = self._spool.table(
            "set_aside", "source TEXT, place INTEGER, size INTEGER, body BLOB"
        )

    def __enter__(self) -> "Fragments":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._spool.close()

    def put(
        self,
        entity_id: str,
        schema: str,
        properties: Mapping[str, Iterable[str]],
        source: str,
        place: int,
        digest: str = "",
    ) -> None:
        """Put down one piece, with the line or row of the source that it is from.

        ``digest`` tells apart what has one id but was not meant to be one entity. Raises BadInput
        for a value that cannot be text.
        """
        piece = [schema, {name: list(values) for name, values in properties.items()}]
        try:
            body = orjson.dumps([*piece, digest] if digest else piece)
        except orjson.JSONEncodeError as error:
            raise BadInput(
                f"{schema} {shown(entity_id)}: a value that cannot be stored: {error}"
            ) from None
        self._pieces.add((entity_id, place, source, body), len(body))

    def set_aside(self, rows: Iterable[SetAside]) -> None:
        """Keep rows that can be understood only when all others are read."""
        self._set_aside.extend(rows)

    def taken_back(self, size: int) -> Iterator[list[SetAside]]:
        """The rows that were set aside, in their order, ``size`` at a time; more may be put."""
        cursor = self._spool.query("SELECT source, place, size, body FROM set_aside ORDER BY rowid")
        while rows := cursor.fetchmany(size):
            yield rows

    def readings(self) -> Iterator[ParseResult]:
        """Every entity in order of its id, checked; its place is that of its first piece."""
        self._spool.query("CREATE INDEX piece_id ON piece (id)")
        rows: Iterator[Row] = self._spool.query(
            "SELECT id, place, source, body FROM piece ORDER BY id, rowid"
        )
        for entity_id, pieces in groupby(rows, key=lambda row: row[0]):
            yield self._reading(entity_id, list(pieces))

    def _reading(self, entity_id: str, rows: list[Row]) -> ParseResult:
        _, place, source, _ = rows[0]
        size = sum(len(body) for *_, body in rows)
        pieces = [orjson.loads(body) for *_, body in rows]
        self._count_collision(pieces, f"{source} row {place:,}")
        try:
            schema, values = merged(pieces)
            raw = {"id": entity_id, "schema": schema, "properties": self._arrange(schema, values)}
            entity = entity_of(self._dataset, raw)
        except BadInput as error:
            reason = str(error)
            if isinstance(error, SchemaConflict) and self._advise is not None:
                reason = f"{contradiction(error.schemata, rows)}; {self._advise(*error.schemata)}"
            return ParseResult(source, place, size, reason=reason, id=entity_id)
        return ParseResult(source, place, size, entity=entity)

    def _count_collision(self, pieces: Sequence[Piece], place: str) -> None:
        if len(pieces) > 1 and len({piece[2] for piece in pieces if len(piece) > 2}) > 1:
            self.collisions += 1
            self.collision = self.collision or place


def contradiction(schemata: Sequence[str], rows: list[Row]) -> str:
    """In which places pieces of one id are of these schemata, which nothing is both of."""
    pieces = [(*orjson.loads(body)[:2], f"{source}:{place}") for _, place, source, body in rows]
    name = next(
        (name for _, properties, _ in pieces for name in properties.get("name", ())), rows[0][0]
    )
    each = [
        next(f"as {schema} in {place}" for schema, _, place in pieces if schema == wanted)
        for wanted in schemata
    ]
    return f"{shown(name)} is described {' and '.join(each)}: nothing is both"


def gathered(pairs: Iterable[tuple[str, str]]) -> Values:
    """Properties out of pairs of a name and a value; empty values are left out."""
    values: Values = {}
    for name, value in pairs:
        if value:
            values.setdefault(name, []).append(value)
    return values


def merged(pieces: Sequence[Piece]) -> tuple[str, Values]:
    """The schema and the properties that some pieces have together; raises SchemaConflict."""
    if len(pieces) == 1:
        schema, properties = pieces[0][:2]
        return schema, {
            n: list(dict.fromkeys(values)) for n, values in properties.items() if values
        }
    schema = narrowest(list(dict.fromkeys(piece[0] for piece in pieces)))
    # a dictionary of dictionaries keeps the order of both names and values, each once
    merging: dict[str, dict[str, None]] = {}
    for piece in pieces:
        for name, values in piece[1].items():
            merging.setdefault(name, {}).update(dict.fromkeys(values))
    return schema, {name: list(values) for name, values in merging.items() if values}


def narrowest(schemata: list[str]) -> str:
    """The schema that is all the others too, whatever their order; raises SchemaConflict."""
    if len(schemata) == 1:
        return schemata[0]
    kinds = [known(name) for name in schemata]
    for kind in kinds:
        if all(kind.is_a(other) for other in kinds):
            return kind.name
    first, second = next((a, b) for a in kinds for b in kinds if not a.is_a(b) and not b.is_a(a))
    raise SchemaConflict(first.name, second.name)
