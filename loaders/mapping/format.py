"""Tables, told what they mean by a mapping: CSV, TSV, XLSX, ODS and SQLite."""

from collections.abc import Iterator
from functools import partial
from pathlib import PurePosixPath
from urllib.parse import urlsplit

from engine.errors import BadInput
from loaders.intake.fragment import Fragments
from loaders.intake.intake import Intake, Reading
from loaders.intake.source import Source
from loaders.mapping.choice import Choice, Chosen
from loaders.mapping.language import cure, read_mapping
from loaders.mapping.mapper import Mapper, Unfit, escaped
from loaders.mapping.tally import Tally
from loaders.table.database import MAGIC
from loaders.table.table import Row

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
"""What a row that cannot be used counts for."""
STEP = 2_000
"""Rows after which the bar moves."""


class Mapping:
    """Rows of tables, made into entities as the mapping says."""

    name = "mapping"

    def fits(self, name: str, head: bytes) -> bool:
        """Whether it is called as a table is, or begins as an SQLite file does."""
        if head.startswith(MAGIC):
            return True
        path = urlsplit(name).path if "://" in name else name
        suffix = PurePosixPath(path.lower().removesuffix(".gz")).suffix
        return suffix in SUFFIXES and not head.lstrip().startswith(b"{")

    def read(self, intake: Intake) -> Iterator[Reading]:
        """Every entity that the rows make together; raises BadInput for a mapping that fits none of the tables."""
        if intake.mapping is None:
            name = intake.names[0]
            raise BadInput(f"{name} is a table: give --mapping FILE.yml (see clew mapping check)")
        queries = read_mapping(intake.mapping)
        choice = Choice(queries, intake.names)
        with Fragments(intake.dataset, cure=partial(cure, queries)) as fragments:
            work = Work(intake, choice, fragments)
            for source in intake.sources(archives=True):
                yield from work.source(source)
            yield from work.end()
            yield from fragments.readings()


class Work:
    """The rows of one load on their way into pieces, and what is to be said of them."""

    def __init__(
        self, intake: Intake, choice: Choice, fragments: Fragments, most: int | None = None
    ) -> None:
        self.tables: list[Chosen] = []
        """The tables met."""
        self.rows = 0
        self._intake = intake
        self._choice = choice
        self._fragments = fragments
        self._most = most
        self._tally = Tally()
        self._notes: dict[str, None] = dict.fromkeys(choice.notes)
        self._failed: list[Reading] = []

    def source(self, source: Source) -> Iterator[Reading]:
        """Put down the pieces of one source; what cannot be used is given, with the reason."""
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
                        yield Reading(chosen.table.name, place, ROW_BYTES, reason=row.reason)
        except BadInput as error:
            self._failed.append(Reading(source.name, place, 0, reason=str(error)))

    def _table(self, chosen: Chosen, file: str) -> Iterator[Row]:
        """Put down the pieces of one table, which its own columns call ``file``; every row is given back, with a
        reason where it is of no use."""
        table = chosen.table
        mappers = [Mapper(query, table, file, self._tally) for query in chosen.queries]
        named = {
            table.columns.index(column): column
            for query in chosen.queries
            for column, _ in query.columns
        }
        put = self._fragments.put
        for count, row in enumerate(table.rows(), 1):
            self.rows += 1
            if self.rows % STEP == 0:
                self._intake.advance(self.rows)
            for lost in row.lost:
                if lost.at in named:
                    what = f"column {escaped(named[lost.at])!r}: {{count}} cells were left empty, {escaped(lost.why)}"
                    self._tally.add(what, table.name, row.place, lost.name)
            reasons: dict[str, None] = {}
            for mapper in mappers if not row.reason else ():
                try:
                    for piece in mapper.pieces(row):
                        put(piece.id, piece.schema, piece.properties, table.name, row.place)
                except (Unfit, BadInput) as error:
                    reasons[str(error)] = None
            yield Row(row.place, (), "; ".join(reasons)) if reasons else row
            if count == self._most:
                return

    def end(self) -> list[Reading]:
        """Note what was found and lost; the sources that could not be read. Raises BadInput where none could."""
        found: dict[str, list[str]] = {}
        for chosen in self.tables:
            found.setdefault(chosen.table.facts(), []).append(chosen.table.name)
        for facts, names in found.items():
            several = f"{len(names):,} tables, first {names[0]}"
            self._intake.notes.append(f"{names[0] if len(names) == 1 else several}: {facts}")
        self._intake.notes += [*self._notes, *self._tally.told()]
        if self._failed and not self.tables:
            raise BadInput(self._failed[0].reason)
        return self._failed
