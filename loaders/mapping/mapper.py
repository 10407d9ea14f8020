"""From rows to pieces of entities: a query made ready for one table's columns.

Values are cleaned as FollowTheMoney's own mapping cleans them. Ids are not its own: it hashes the keys one after
the other, sorted and with nothing between, so that ('ab', 'c') and ('a', 'bc'), and a share of A in B and of B in
A, get one id. Here each key is hashed in the order written, with its length before it.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha1
from operator import itemgetter

from followthemoney.util import sanitize_text

from loaders.intake.record import ends_of, is_id, shown
from loaders.mapping.language import FILE, ROW, EntityRule, Query, schema_named
from loaders.mapping.property import PropertyMapper
from loaders.mapping.tally import Tally
from loaders.table.table import Row, Table

CACHED = 20_000
"""Cells that are remembered cleaned."""
REMEMBERED = 20_000
"""Pieces that are remembered, for each entity of a query."""
plain = lru_cache(CACHED)(sanitize_text)


class Unfit(Exception):
    """The row cannot be used; the message says why."""


class Piece:
    """What a row says of one entity; ``told`` once it was put down. Without an id it makes none, for ``reason``."""

    __slots__ = ("id", "losses", "names", "properties", "reason", "schema", "told")

    def __init__(self, schema: str) -> None:
        self.id = ""
        self.schema = schema
        self.properties: dict[str, list[str]] = {}
        self.names: list[str] = []
        self.losses: list[tuple[str, str]] = []
        self.reason = ""
        self.told = False


class Mapper:
    """One query for a table that its own columns call ``file``; what is lost on the way is counted."""

    def __init__(self, query: Query, table: Table, file: str, tally: Tally) -> None:
        columns = table.columns
        at = {name: columns.index(name) for name, _ in query.columns}
        at |= {FILE: len(columns), ROW: len(columns) + 1}
        self._source = table.name
        self._file = file
        self._tally = tally
        self._entities = [EntityMapper(rule, at) for rule in query.entities]
        self._filters = [(at[name], values, True) for name, values in query.filters]
        self._filters += [(at[name], values, False) for name, values in query.filters_not]

    def pieces(self, row: Row) -> Iterator[Piece]:
        """What this row says that was not told before; raises Unfit after what can be used."""
        source = self._source
        cells = [*row.cells, self._file, str(row.place)]
        for at, values, wanted in self._filters:
            if ((plain(cells[at]) or "") in values) is not wanted:
                return
        made: dict[str, Piece] = {}
        unfit = None
        for entity in self._entities:
            try:
                piece = entity.piece(cells, made)
            except Unfit as error:
                unfit = error
                continue
            for what, value in piece.losses:
                self._tally.add(what, source, row.place, value)
            if piece.reason:
                self._tally.add(piece.reason, source, row.place)
                continue
            made[entity.name] = piece
            if not piece.told:
                piece.told = True
                yield piece
        if unfit is not None:
            raise unfit


class EntityMapper:
    """One entity of a query. What has no links is worked out once for rows with the same cells."""

    def __init__(self, rule: EntityRule, at: Mapping[str, int]) -> None:
        self.name = rule.name
        self._schema = rule.schema
        self._seed = sha1(netstring(rule.key_literal))
        self._keys = [at[key] for key in rule.keys]
        self._id_column = rule.id_column or ""
        self._id_at = -1 if rule.id_column is None else at[rule.id_column]
        known = schema_named(rule.schema).properties
        self._mappers = [
            PropertyMapper(p, known[p.name], at, rule.name)
            for p in rule.properties
            if p.entity is None
        ]
        self._links = [
            (p.name, p.entity, p.required) for p in rule.properties if p.entity is not None
        ]
        self._mentions = "namesMentioned" in known
        self._ends = set(ends_of(rule.schema) or ())
        columns = {
            rule.id_column,
            *rule.keys,
            *(name for p in rule.properties for name in p.columns),
        } - {None}
        self._cells = itemgetter(*sorted(at[name] for name in columns if name is not None))
        self._remembered: dict[object, Piece] | None = None if self._links else {}
        named = " and ".join(repr(name) for name in rule.keys or [rule.id_column])
        self._keyless = f"{{count}} rows made no {rule.name}, as nothing stands in {escaped(named)}"

    def piece(self, cells: Sequence[str], made: Mapping[str, Piece]) -> Piece:
        """What these cells say of it, given what they say of the entities before it; raises Unfit."""
        if self._remembered is None:
            return self._make(cells, made)
        key = self._cells(cells)
        piece = self._remembered.get(key)
        if piece is None:
            piece = self._make(cells, made)
            if len(self._remembered) >= REMEMBERED:
                self._remembered.clear()
            self._remembered[key] = piece
        return piece

    def _make(self, cells: Sequence[str], made: Mapping[str, Piece]) -> Piece:
        piece = Piece(self._schema)
        piece.id = self._id(cells)
        if not piece.id:
            piece.reason = self._keyless
            return piece
        for mapper in self._mappers:
            values = mapper.values(cells, piece.losses)
            if values:
                piece.properties[mapper.name] = values
                if mapper.is_name:
                    piece.names += values
            elif mapper.required:
                piece.reason = (
                    f"{{count}} rows made no {self.name}, as {mapper.name} is required and empty"
                )
                return piece
        self._link(piece, made)
        for end in self._ends - piece.properties.keys():
            piece.reason = f"{{count}} rows made no {self.name}, as its {end} is not there"
        return piece

    def _link(self, piece: Piece, made: Mapping[str, Piece]) -> None:
        """Name the entities that it links to, and note their names where FollowTheMoney does."""
        for name, other, required in self._links:
            linked = made.get(other)
            if linked is not None:
                piece.properties[name] = [linked.id]
                if self._mentions and linked.names:
                    mentioned = piece.properties.setdefault("namesMentioned", [])
                    mentioned += [value for value in linked.names if value not in mentioned]
            elif required:
                piece.reason = (
                    f"{{count}} rows made no {self.name}, as {name} is required and empty"
                )

    def _id(self, cells: Sequence[str]) -> str:
        """The id that these cells give; empty where all of them are. Raises Unfit for what can be none."""
        if self._id_at >= 0:
            value = plain(cells[self._id_at]) or ""
            if value and not is_id(value):
                raise Unfit(
                    f"column {self._id_column!r} holds {shown(value)}, which is no id for {self.name}: "
                    "letters, digits, . and - (or use key, which takes anything)"
                )
            return value
        values = [plain(cells[at]) or "" for at in self._keys]
        if not any(values):
            return ""
        digest = self._seed.copy()
        for value in values:
            digest.update(netstring(value))
        return digest.hexdigest()


def netstring(text: str) -> bytes:
    """A text that cannot be taken for part of what stands beside it: its length goes before it."""
    data = text.encode("utf-8", "surrogatepass")
    return b"%d:%s," % (len(data), data)


def escaped(text: str) -> str:
    """A text that ``str.format`` leaves as it is."""
    return text.replace("{", "{{").replace("}", "}}")
