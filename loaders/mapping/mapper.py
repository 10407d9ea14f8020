"""From rows to pieces of entities: a query made ready for one table's columns.

Values are cleaned as FollowTheMoney's own mapping cleans them; ids are made in ``identity``.
"""

from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter

from followthemoney import model

from engine.validation import ends_of
from loaders.mapping.identity import Identity, Unfit, plain, signature
from loaders.mapping.property import PropertyMapper
from loaders.mapping.rule import FILE, ROW, EntityRule, IdScheme, Query
from loaders.mapping.tally import Loss, Tally, no_entity
from loaders.table.table import Row, Table, key_column

REMEMBERED = 20_000
"""Pieces that are remembered, for each entity of a query."""


class Piece:
    """What a row says of one entity; with a ``reason`` the row makes no such entity.

    ``put`` is true once it was passed on: a piece is remembered for rows that say the same.
    """

    __slots__ = ("digest", "id", "losses", "names", "properties", "put", "reason", "schema")

    def __init__(self, schema: str) -> None:
        self.id = ""
        self.digest = ""
        self.schema = schema
        self.properties: dict[str, list[str]] = {}
        self.names: list[str] = []
        self.losses: list[tuple[Loss, str]] = []
        self.reason: Loss | None = None
        self.put = False


class Mapper:
    """One query for one table, which ``$file`` calls ``file``; losses are counted in ``tally``."""

    def __init__(self, query: Query, table: Table, file: str, tally: Tally) -> None:
        columns = table.columns
        at = {name: columns.index(name) for name, _ in query.columns}
        at |= {name: columns.index(name) for name in map(key_column, at) if name in columns}
        at |= {FILE: len(columns), ROW: len(columns) + 1}
        self._source = table.name
        self._file = file
        self._tally = tally
        self._entities = [EntityMapper(rule, query.ids, at) for rule in query.entities]
        self._filters = [(at[name], values, True) for name, values in query.filters]
        self._filters += [(at[name], values, False) for name, values in query.filters_not]

    def pieces(self, row: Row) -> Iterator[Piece]:
        """What this row says that no row before it said; raises Unfit after what can be used."""
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
            if not piece.put:
                piece.put = True
                yield piece
        if unfit is not None:
            raise unfit


class EntityMapper:
    """One entity of a query. What has no links is worked out once for rows with the same cells."""

    def __init__(self, rule: EntityRule, ids: IdScheme, at: Mapping[str, int]) -> None:
        self.name = rule.name
        self._schema = rule.schema
        self._identity = Identity(rule, ids, at)
        known = model.schemata[rule.schema].properties
        sign = signature(ids)
        self._mappers = [
            PropertyMapper(p, known[p.name], at, rule.name, sign)
            for p in rule.properties
            if p.entity is None
        ]
        self._links = [
            (p.name, p.entity, p.required) for p in rule.properties if p.entity is not None
        ]
        self._mentions = "namesMentioned" in known
        self._ends = set(ends_of(rule.schema) or ())
        self._cells = itemgetter(*cell_places(rule, at))
        self._remembered: dict[object, Piece] | None = None if self._links else {}
        columns = " and ".join(map(repr, rule.id_columns))
        self._no_id = no_entity(rule.name, f"nothing stands in {columns}")

    def piece(self, cells: Sequence[str], made: Mapping[str, Piece]) -> Piece:
        """What these cells say of it; ``made`` has the pieces it may refer to. Raises Unfit."""
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
        piece.id = self._identity.of(cells)
        if not piece.id:
            piece.reason = self._no_id
            return piece
        piece.digest = self._identity.digest(cells)
        for mapper in self._mappers:
            values = mapper.values(cells, piece.losses)
            if values:
                piece.properties[mapper.name] = values
                if mapper.is_name:
                    piece.names += values
            elif mapper.required:
                piece.reason = self._lacks(mapper.name)
                return piece
        self._link(piece, made)
        for end in self._ends - piece.properties.keys():
            piece.reason = no_entity(self.name, f"its {end} is not there")
        return piece

    def _link(self, piece: Piece, made: Mapping[str, Piece]) -> None:
        """Refer to the linked entities, and mention their names where FollowTheMoney does."""
        for name, other, required in self._links:
            linked = made.get(other)
            if linked is not None:
                piece.properties[name] = [linked.id]
                if self._mentions and linked.names:
                    mentioned = piece.properties.setdefault("namesMentioned", [])
                    mentioned += [value for value in linked.names if value not in mentioned]
            elif required:
                piece.reason = self._lacks(name)

    def _lacks(self, name: str) -> Loss:
        return no_entity(self.name, f"{name} is required and empty")


def cell_places(rule: EntityRule, at: Mapping[str, int]) -> list[int]:
    """The places of all cells that an entity is made of."""
    columns = {*rule.id_columns, *(name for p in rule.properties for name in p.columns)}
    columns |= {key_column(name) for name in rule.id_columns} & at.keys()
    return sorted(at[name] for name in columns)
