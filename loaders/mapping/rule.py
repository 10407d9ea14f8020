"""What a mapping says, once it is checked: queries, their entities, and their values' columns."""

from dataclasses import dataclass, field
from functools import cached_property

from loaders.table.table import Layout

FILE, ROW = "$file", "$row"
"""Columns that every table has: what its file is called, and the row's number."""


@dataclass(frozen=True)
class IdScheme:
    """How the rows of one dataset get their ids; see ``identity``."""

    name: str = "clew"
    """``clew`` for our own ids, ``ftm`` for FollowTheMoney's, ``aleph`` for signed ones."""
    prefix: str = ""
    """What FollowTheMoney hashes before the keys (its ``key_prefix``), and signs with."""

    @property
    def of_ftm(self) -> bool:
        """Whether FollowTheMoney's rules make the ids."""
        return self.name != "clew"


@dataclass(frozen=True)
class PropertyRule:
    """Where a property's values come from: columns, literals, a template, or another entity."""

    name: str
    place: str
    columns: tuple[str, ...] = ()
    literals: tuple[str, ...] = ()
    template: str | None = None
    join: str | None = None
    split: str | None = None
    format: str | None = None
    fuzzy: bool = False
    required: bool = False
    entity: str | None = None


@dataclass(frozen=True)
class EntityRule:
    """One entity that a row makes; its id is the column's value, or a hash of the keys' values."""

    name: str
    place: str
    schema: str
    keys: tuple[str, ...]
    key_literal: str
    id_column: str | None
    properties: tuple[PropertyRule, ...]

    @property
    def id_columns(self) -> tuple[str, ...]:
        """The columns that its id is made of."""
        return self.keys if self.id_column is None else (self.id_column,)


@dataclass(frozen=True)
class Query:
    """Which tables and rows a query is for, and its entities, each after those it refers to."""

    place: str
    entities: tuple[EntityRule, ...]
    ids: IdScheme = field(default_factory=IdScheme)
    hints: tuple[str, ...] = ()
    """Names of the files that it is for, in lower case; empty for a variable."""
    tables: tuple[tuple[str, str], ...] = ()
    """Tables of a database, each with its alias."""
    joins: tuple[tuple[str, str], ...] = ()
    filters: tuple[tuple[str, frozenset[str]], ...] = ()
    filters_not: tuple[tuple[str, frozenset[str]], ...] = ()
    layout: Layout = field(default_factory=Layout)

    @cached_property
    def columns(self) -> list[tuple[str, str]]:
        """Every column of the table that it names, once, with the place that names it first."""
        places: dict[str, str] = {}
        for entity in self.entities:
            for column in entity.id_columns:
                places.setdefault(column, entity.place)
            for rule in entity.properties:
                for column in rule.columns:
                    places.setdefault(column, rule.place)
        for column, _ in (*self.filters, *self.filters_not):
            places.setdefault(column, f"a filter in {self.place}")
        return [(column, place) for column, place in places.items() if column not in (FILE, ROW)]
