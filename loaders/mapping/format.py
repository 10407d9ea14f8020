"""The format of tables: CSV, TSV, XLSX, ODS and SQLite, read as a mapping says what they mean."""

from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from engine.errors import BadInput
from loaders.intake.fragment import Fragments
from loaders.intake.intake import Intake, ParseResult
from loaders.intake.source import Source
from loaders.intake.wording import counted
from loaders.mapping.choice import Choice, Chosen
from loaders.mapping.identity import Unfit
from loaders.mapping.language import advice, read_mapping
from loaders.mapping.mapper import Mapper
from loaders.mapping.tally import Loss, Tally
from loaders.table.database import MAGIC
from loaders.table.table import Row, Table

SUFFIXES = {
    ".csv",
    ".tsv",
    ".tab",
    ".txt",
    ".xlsx",
    ".xlsm",
    ".ods",
    ".sqlite",
    ".sqlite3",
    ".db",
    ".xls",
}
ROW_BYTES = 200
"""The size of a row that cannot be used, in readings."""
STEP = 2_000
"""Rows after which the bar moves."""


class Mapping:
    """Rows of tables, made into entities as the mapping says."""

    name = "mapping"

    def fits(self, name: str, head: bytes) -> bool:
        """Whether it is named as a table is, or begins as an SQLite file does."""
        if head.startswith(MAGIC):
            return True
        path = urlsplit(name).path if "://" in name else name
        suffix = PurePosixPath(path.lower().removesuffix(".gz")).suffix
        return suffix in SUFFIXES and not head.lstrip().startswith(b"{")

    def read(self, intake: Intake) -> Iterator[ParseResult]:
        """Every entity that the rows make; raises BadInput for a mapping that fits no table."""
        if intake.mapping is None:
            name = intake.names[0]
            raise BadInput(f"{name} is a table: give --mapping FILE.yml (see clew mapping check)")
        queries = read_mapping(intake.mapping)
        choice = Choice(queries, intake.names)
        with Fragments(intake.dataset, advise=partial(advice, queries)) as fragments:
            work = Work(intake, choice, fragments)
            for source in intake.sources(archives=True):
                yield from work.source(source)
            yield from work.end()
            yield from fragments.readings()
            intake.notes += collisions(fragments)


class Work:
    """The rows of one load on their way into pieces, and the notes about them."""

    def __init__(
        self, intake: Intake, choice: Choice, fragments: Fragments, most: int | None = None
    ) -> None:
        """Of each table ``most`` rows are read, where that is given."""
        self.tables: list[Chosen] = []
        """The tables read so far."""
        self.rows = 0
        self._intake = intake
        self._choice = choice
        self._fragments = fragments
        self._most = most
        self._tally = Tally()
        self._notes: dict[str, None] = dict.fromkeys(choice.notes)
        self._failed: list[ParseResult] = []

    def source(self, source: Source) -> Iterator[ParseResult]:
        """Put down the pieces of one source; yields the rows that are refused."""
        place = 1
        try:
            for chosen in self._choice.tables(source):
                self.tables.append(chosen)
                if chosen.note:
                    self._notes[chosen.note] = None
                file = self._intake.called.get(source.name, source.name)
                for row in self._table(chosen, file + chosen.table.name.removeprefix(source.name)):
                    place = row.place
                    if row.reason:
                        yield ParseResult(chosen.table.name, place, ROW_BYTES, reason=row.reason)
        except BadInput as error:
            # another source may be readable: what comes of all of them is said at the end
            self._failed.append(ParseResult(source.name, place, 0, reason=str(error)))

    def _table(self, chosen: Chosen, file: str) -> Iterator[Row]:
        """Put down the pieces of one table, which ``$file`` calls ``file``.

        Yields every row, with a reason where it cannot be used.
        """
        table = chosen.table
        mappers = [Mapper(query, table, file, self._tally) for query in chosen.queries]
        losses = CellLosses(chosen, self._tally)
        for count, row in enumerate(table.rows(), 1):
            self.rows += 1
            if self.rows % STEP == 0:
                self._intake.advance(self.rows)
            if row.lost:
                losses.add(row)
            yield row if row.reason else self._mapped(row, table, mappers)
            if count == self._most:
                return

    def _mapped(self, row: Row, table: Table, mappers: list[Mapper]) -> Row:
        """Put down what the queries make of one row; it has a reason where one cannot use it."""
        reasons: dict[str, None] = {}
        put = self._fragments.put
        for mapper in mappers:
            try:
                for piece in mapper.pieces(row):
                    put(
                        piece.id,
                        piece.schema,
                        piece.properties,
                        table.name,
                        row.place,
                        piece.digest,
                    )
            except (Unfit, BadInput) as error:
                reasons[str(error)] = None
        return Row(row.place, (), "; ".join(reasons)) if reasons else row

    def end(self) -> list[ParseResult]:
        """Note what was detected and lost; the sources that failed. Raises BadInput if all did."""
        tables: dict[str, list[str]] = {}
        for chosen in self.tables:
            tables.setdefault(chosen.table.facts(), []).append(chosen.table.name)
        for facts, names in tables.items():
            several = f"{len(names):,} tables, first {names[0]}"
            self._intake.notes.append(f"{names[0] if len(names) == 1 else several}: {facts}")
        self._intake.notes += [*self._notes, *self._tally.lines()]
        if self._failed and not self.tables:
            raise BadInput(self._failed[0].reason)
        return self._failed


class CellLosses:
    """Counts the cells of one table that are left empty though something stands in them."""

    def __init__(self, chosen: Chosen, tally: Tally) -> None:
        self._tally = tally
        self._table = chosen.table
        self._columns = {
            chosen.table.columns.index(column): column
            for query in chosen.queries
            for column, _ in query.columns
        }

    def add(self, row: Row) -> None:
        """Count those of this row that stand in a column that a query names."""
        for lost in row.lost:
            if lost.at in self._columns:
                empty = f"left empty, {lost.why}"
                subject = f"column {self._columns[lost.at]!r}: "
                loss = Loss("cell", f"was {empty}", f"were {empty}", subject)
                self._tally.add(loss, self._table.name, row.place, lost.name)


def collisions(fragments: Fragments) -> list[str]:
    """The note that ids of FollowTheMoney stand for rows with different keys, if any do."""
    count = fragments.collisions
    if not count:
        return []
    verb = "stands" if count == 1 else "stand"
    return [
        f"{counted(count, 'id')} of FollowTheMoney {verb} for keys that differ, or are in another "
        f"order, and are merged: first in {fragments.collision}"
    ]
