"""Which query of a mapping is for which table, and the opening of each source as the tables in it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from engine.errors import BadInput
from loaders.intake.source import Source
from loaders.mapping.language import Query
from loaders.table.archive import kind_of
from loaders.table.database import MAGIC, Selection, opened, selected
from loaders.table.opendocument import ods_sheets
from loaders.table.spreadsheet import Sheet, chosen
from loaders.table.table import Layout, Table
from loaders.table.text import text_table
from loaders.table.workbook import xlsx_sheets

ZIP = b"PK\x03\x04"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


@dataclass(frozen=True)
class Chosen:
    """A table, open, and the queries that are for it; ``note`` says what was left out."""

    table: Table
    queries: Sequence[Query]
    note: str = ""


class Choice:
    """The queries for each source.

    A query that names a file by its last part is for the given file of that name. Where no query names a given
    file, each is for all of them.
    """

    def __init__(self, queries: Sequence[Query], sources: Sequence[str]) -> None:
        given = {file_name(name) for name in sources}
        self._named = any(set(query.hints) & given for query in queries) and len(queries) > 1
        self._queries = list(queries)
        self.notes: list[str] = []
        if self._named:
            for query in queries:
                if any(query.hints) and not set(query.hints) & given:
                    self.notes.append(
                        f"{query.place} is not used: no {' or '.join(query.hints)} is given"
                    )

    def queries_for(self, source: str) -> list[Query]:
        """Those for this source; raises BadInput where there is none."""
        if not self._named:
            return self._queries
        name = file_name(source)
        found = [query for query in self._queries if name in query.hints or not any(query.hints)]
        if not found:
            known = ", ".join(
                sorted({hint for query in self._queries for hint in query.hints if hint})
            )
            raise BadInput(f"no query of the mapping is for {source}; they are for {known}")
        return found

    def tables(self, source: Source) -> Iterator[Chosen]:
        """The tables in a source, one after the other, each to be read before the next; raises BadInput."""
        queries = self.queries_for(source.name)
        head = source.head()
        if head.startswith(OLE):
            raise BadInput(
                f"{source.name} is a spreadsheet of before 2007 (.xls), or locked: save it as XLSX or ODS"
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
    """The name by which a query means a source: the last part of its path or URL, in small letters, without .gz."""
    path = urlsplit(source).path if "://" in source else source
    return PurePosixPath(unquote(path)).name.lower().removesuffix(".gz")


def reading_of(queries: Sequence[Query], name: str) -> Layout:
    """How these queries want the table read; raises BadInput where they want it read differently."""
    wanted = {replace(query.reading, sheet="") for query in queries} - {Layout()}
    if len(wanted) > 1:
        places = ", ".join(query.place for query in queries)
        raise BadInput(f"{name} is read once, and the queries for it say differently how: {places}")
    return wanted.pop() if wanted else Layout()


def one_table(queries: Sequence[Query], name: str) -> None:
    """Refuse joins where there is no database to answer them."""
    for query in queries:
        if query.joins or len(query.tables) > 1:
            raise BadInput(
                f"{query.place} joins tables, and {name} is no SQLite file: only those answer joins"
            )


def text_table_of(source: Source, head: bytes, queries: Sequence[Query]) -> Chosen:
    """The one table of a text."""
    one_table(queries, source.name)
    table = text_table(source, head, reading_of(queries, source.name))
    for query in queries:
        table.check(query.columns)
    return Chosen(table, queries)


def database_tables(source: Source, queries: Sequence[Query]) -> Iterator[Chosen]:
    """What each query asks of a database."""
    with source.file() as path, opened(source.name, path) as database:
        selections = [
            Selection(query.tables, query.joins, query.columns, query.place) for query in queries
        ]
        tables = [selected(source.name, database, selection) for selection in selections]
        for query, table in zip(queries, tables, strict=True):
            yield Chosen(table, [query])


def sheet_tables(source: Source, queries: Sequence[Query]) -> Iterator[Chosen]:
    """The sheets of a spreadsheet that a query names, or that have all of its columns."""
    one_table(queries, source.name)
    with source.file() as path:
        kind = kind_of(source.name, path)
        reader = xlsx_sheets if kind == "xlsx" else ods_sheets
        with reader(source.name, path) as sheets:
            yield from sheets_for(source.name, kind.upper(), sheets, queries)


def sheets_for(
    source: str, kind: str, sheets: Sequence[Sheet], queries: Sequence[Query]
) -> Iterator[Chosen]:
    """Each sheet with its queries; raises BadInput, before any is read, for a query that no sheet answers."""
    named = {id(query): sheet_name(query, sheets) for query in queries}
    chosen(source, sheets, [name for name in dict.fromkeys(named.values()) if name])
    seen, hidden = chosen(source, sheets, [])
    found: list[Chosen] = []
    troubles: dict[int, BadInput] = {}
    for sheet in sheets:
        asked = [
            q for q in queries if named[id(q)] == sheet.name or (not named[id(q)] and sheet in seen)
        ]
        if asked:
            each = fitting(source, kind, sheet, asked, troubles)
            found += [each] if each is not None else []
    answered = {id(query) for each in found for query in each.queries}
    for query in queries:
        if id(query) not in answered:
            raise troubles.get(id(query)) or BadInput(
                f"{source} has no sheet that people see; name one with 'sheet'"
            )
    note = (
        f"{source}: hidden sheets are not read unless 'sheet' names them: {', '.join(hidden)}"
        if hidden
        else ""
    )
    yield from (replace(each, note=note) for each in found)


def fitting(
    source: str, kind: str, sheet: Sheet, asked: Sequence[Query], troubles: dict[int, BadInput]
) -> Chosen | None:
    """The table on a sheet with those of the queries whose columns it has; why others have no place is noted."""
    fit = []
    try:
        table = sheet.table(source, kind, reading_of(asked, source))
    except BadInput as error:
        for query in asked:
            troubles.setdefault(id(query), error)
        return None
    for query in asked:
        try:
            table.check(query.columns)
            fit.append(query)
        except BadInput as error:
            troubles.setdefault(id(query), error)
    return Chosen(table, fit) if fit else None


def sheet_name(query: Query, sheets: Sequence[Sheet]) -> str:
    """The sheet that a query names: by ``sheet``, by ``table``, or by a file called as a sheet is; else empty."""
    if query.reading.sheet:
        return query.reading.sheet
    if query.tables:
        return query.tables[0][0]
    stems = {PurePosixPath(hint).stem for hint in query.hints}
    return next((sheet.name for sheet in sheets if sheet.name.lower() in stems), "")
