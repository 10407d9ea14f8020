"""What a mapping would make of tables: their first rows mapped as a load would, and nothing written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from loaders.intake.fragment import Fragments
from loaders.intake.intake import Intake, Reading
from loaders.mapping.choice import Choice, Chosen
from loaders.mapping.format import Work
from loaders.mapping.language import Query, cure, read_mapping

DATASET = "check"
"""Stands for the dataset; nothing shows it."""


@dataclass
class Found:
    """What came of it: the entities and refusals in the order of the rows, and what is to be said."""

    readings: list[Reading] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    """Columns that no query names, and properties without a value in these rows, each in a sentence."""

    @property
    def entities(self) -> int:
        """How many entities there are."""
        return sum(reading.entity is not None for reading in self.readings)


def check(mapping: Path, sources: Sequence[str], rows: int) -> Found:
    """Map the first rows of each table; raises BadInput where the mapping cannot work."""
    intake = Intake(DATASET, sources, mapping=mapping)
    queries = read_mapping(mapping)
    choice = Choice(queries, intake.names)
    found = Found()
    with Fragments(DATASET, cure=partial(cure, queries)) as fragments:
        work = Work(intake, choice, fragments, rows)
        for source in intake.sources(archives=True):
            found.readings += work.source(source)
        found.readings += work.end()
        found.readings += fragments.readings()
    order = {chosen.table.name: number for number, chosen in enumerate(work.tables)}
    found.readings.sort(key=lambda reading: (order.get(reading.source, -1), reading.place))
    found.notes = intake.notes
    found.unused = [*unnamed(work.tables), *without_value(work.tables, found.readings)]
    return found


def unnamed(tables: Sequence[Chosen]) -> list[str]:
    """The columns that no query names, table by table; the same for several tables is said once."""
    told: dict[str, int] = {}
    for chosen in tables:
        named = {column for query in chosen.queries for column, _ in query.columns}
        columns = [column for column in chosen.table.columns if column and column not in named]
        if columns:
            text = f"columns that no query names: {', '.join(columns)}"
            told[text] = told.get(text, 0) + 1
    return [text if count == 1 else f"{text} ({count:,} tables)" for text, count in told.items()]


def without_value(tables: Sequence[Chosen], readings: Sequence[Reading]) -> list[str]:
    """The properties that the mapping fills and that no entity of the right schema has."""
    queries: dict[int, Query] = {id(query): query for chosen in tables for query in chosen.queries}
    have = {
        (r.entity.schema, name)
        for r in readings
        if r.entity is not None
        for name in r.entity.properties
    }
    missing = [
        f"{entity.name}.{rule.name}"
        for query in queries.values()
        for entity in query.entities
        for rule in entity.properties
        if (entity.schema, rule.name) not in have
    ]
    return [f"properties without a value in these rows: {', '.join(missing)}"] if missing else []
