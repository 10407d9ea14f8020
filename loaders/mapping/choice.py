"""Which query of a mapping is for which table, and the opening of each source as its tables."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from engine.errors import BadInput
from loaders.intake.source import Source
from loaders.mapping.rule import Query
from loaders.table.archive import kind_of
from loaders.table.database import MAGIC, Selection, opened, selected
from loaders.table.opendocument import ods_sheets
from loaders.table.spreadsheet import Sheet, check_names
from loaders.table.table import Layout, Table
from loaders.table.text import text_table
from loaders.table.workbook import xlsx_sheets

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What files of Office before 2007, and locked ones of today, begin with."""


@dataclass(frozen=True)
class Chosen:
    """An open table and the queries that are for it; ``note`` says what was left out."""

    table: Table
    queries: Sequence[Query]
    note: str = ""


class Choice:
    """The queries for each source.

    A query that names a file by its last part is for the given file of that name. Where no query
    names a given file, each is for all of them.
    """

    def __init__(self, queries: Sequence[Query], sources: Sequence[str]) -> None:
        names = {file_name(source) for source in sources}
        self._named = any(set(query.hints) & names for query in queries) and len(queries) > 1
        self._queries = list(queries)
        self.notes: list[str] = []
        if self._named:
            for query in queries:
                if any(query.hints) and not set(query.hints) & names:
                    self.notes.append(
                        f"{query.place} is not used: no {' or '.join(query.hints)} is given"
                    )

    def queries_for(self, source: str) -> list[Query]:
        """Those for this source; raises BadInput where there is none."""
        if not self._named:
            return self._queries
        name = file_name(source)
        queries = [query for query in self._queries if name in query.hints or not any(query.hints)]
        if not queries:
            hints = sorted({hint for query in self._queries for hint in query.hints if hint})
            raise BadInput(
                f"no query of the mapping is for {source}; they are for {', '.join(hints)}"
            )
        return queries

    def tables(self, source: Source) -> Iterator[Chosen]:
        """The tables in a source, each to be read before the next; raises BadInput."""
        queries = self.queries_for(source.name)
        head = source.head()
        if head.startswith(OLE):
            raise BadInput(
                f"{source.name} is a spreadsheet of before 2007 (.xls), or locked: "
                "save it as XLSX or ODS"
            )
        if head.startswith(MAGIC):
            yield from database_tables(source, queries)
        elif head.startswith(ZIP):
            yield from sheet_tables(source, queries)
        elif not head.strip():
            raise BadInput(f"{source.name} is empty: there is not even a header")
        else:
            yield text_table_of(source, head, queries)


def file_name(source: str) -> str:
    """What a query calls a source: the last part of its path or URL, lower case, without .gz."""
    path = urlsplit(source).path if "://" in source else source
    return PurePosixPath(unquote(path)).name.lower().removesuffix(".gz")


def layout_of(queries: Sequence[Query], name: str) -> Layout:
    """How these queries want the table read; raises BadInput where they contradict each other."""
    layouts = {replace(query.layout, sheet="") for query in queries} - {Layout()}
    if len(layouts) > 1:
        places = ", ".join(query.place for query in queries)
        raise BadInput(f"{name} is read once, and the queries for it say differently how: {places}")
    return layouts.pop() if layouts else Layout()


def check_no_joins(queries: Sequence[Query], name: str) -> None:
    """Refuse joins where there is no database to answer them."""
    for query in queries:
        if query.joins or len(query.tables) > 1:
            raise BadInput(
                f"{query.place} joins tables, and {name} is no SQLite file: only those answer joins"
            )


def text_table_of(source: Source, head: bytes, queries: Sequence[Query]) -> Chosen:
    """The one table of a text."""
    check_no_joins(queries, source.name)
    table = text_table(source, head, layout_of(queries, source.name))
    for query in queries:
        table.check(query.columns)
    return Chosen(table, queries)


def database_tables(source: Source, queries: Sequence[Query]) -> Iterator[Chosen]:
    """What each query selects from a database."""
    with source.file() as path, opened(source.name, path) as database:
        # all are checked before the first is read
        tables = [selected(source.name, database, selection(query)) for query in queries]
        for query, table in zip(queries, tables, strict=True):
            yield Chosen(table, [query])


def selection(query: Query) -> Selection:
    """What a query selects; FollowTheMoney's ids need the key columns as it reads them too."""
    keys = {column for entity in query.entities for column in entity.id_columns}
    return Selection(
        query.tables,
        query.joins,
        query.columns,
        query.place,
        frozenset(keys) if query.ids.of_ftm else frozenset(),
    )


def sheet_tables(source: Source, queries: Sequence[Query]) -> Iterator[Chosen]:
    """The sheets of a spreadsheet that a query names, or that have all of its columns."""
    check_no_joins(queries, source.name)
    with source.file() as path:
        kind = kind_of(source.name, path)
        reader = xlsx_sheets if kind == "xlsx" else ods_sheets
        with reader(source.name, path) as sheets:
            yield from SheetChoice(source.name, kind.upper(), sheets, queries).chosen()


class SheetChoice:
    """Which queries are for which sheets of one spreadsheet."""

    def __init__(
        self, source: str, kind: str, sheets: Sequence[Sheet], queries: Sequence[Query]
    ) -> None:
        self._source = source
        self._kind = kind
        self._sheets = sheets
        self._queries = queries
        self._named = {id(query): sheet_name(query, sheets) for query in queries}
        self._troubles: dict[int, BadInput] = {}
        """For each query why the first sheet that was tried does not fit it."""

    def chosen(self) -> Iterator[Chosen]:
        """Each sheet with its queries; raises BadInput first, for a query that fits no sheet."""
        check_names(self._source, self._sheets, [name for name in self._named.values() if name])
        tables = [
            table
            for sheet in self._sheets
            if (queries := self._queries_for(sheet))
            and (table := self._fitting(sheet, queries)) is not None
        ]
        answered = {id(query) for table in tables for query in table.queries}
        for query in self._queries:
            if id(query) not in answered:
                raise self._troubles.get(id(query)) or BadInput(
                    f"{self._source} has no sheet that people see; name one with 'sheet'"
                )
        note = self._note()
        yield from (replace(table, note=note) for table in tables)

    def _queries_for(self, sheet: Sheet) -> list[Query]:
        """Those that name the sheet, and those that name none where people see it."""
        return [
            query
            for query in self._queries
            if self._named[id(query)] == sheet.name
            or (not self._named[id(query)] and not sheet.hidden)
        ]

    def _fitting(self, sheet: Sheet, queries: Sequence[Query]) -> Chosen | None:
        """The table on a sheet, with those of the queries whose columns it has."""
        fitting = []
        try:
            asked = {column for query in queries for column, _ in query.columns}
            layout = layout_of(queries, self._source)
            table = sheet.table(self._source, self._kind, layout, asked)
        except BadInput as error:
            for query in queries:
                self._troubles.setdefault(id(query), error)
            return None
        for query in queries:
            try:
                table.check(query.columns)
                fitting.append(query)
            except BadInput as error:
                self._troubles.setdefault(id(query), error)
        return Chosen(table, fitting) if fitting else None

    def _note(self) -> str:
        hidden = [sheet.name for sheet in self._sheets if sheet.hidden]
        if not hidden:
            return ""
        return (
            f"{self._source}: hidden sheets are not read unless 'sheet' names them: "
            f"{', '.join(hidden)}"
        )


def sheet_name(query: Query, sheets: Sequence[Sheet]) -> str:
    """The sheet that a query names: by ``sheet``, ``table`` or a file's name; empty for none."""
    if query.layout.sheet:
        return query.layout.sheet
    if query.tables:
        return query.tables[0][0]
    stems = {PurePosixPath(hint).stem for hint in query.hints}
    return next((sheet.name for sheet in sheets if sheet.name.lower() in stems), "")
