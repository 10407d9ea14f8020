"""What a mapping would make of tables: their first rows are mapped, and nothing is written."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from loaders.intake.fragment import Fragments
from loaders.intake.intake import Intake, ParseResult
from loaders.mapping.choice import Choice, Chosen
from loaders.mapping.format import Work, collisions
from loaders.mapping.language import advice, read_mapping
from loaders.mapping.rule import Query
from loaders.table.table import key_column

DATASET = "check"
"""Stands for the dataset; nobody sees it."""


@dataclass
class Preview:
    """The entities and refusals in the order of the rows, and what is to be said of them."""

    readings: list[ParseResult] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unused: list[str] = field(default_factory=list)
    """Columns that no query names, and properties without a value, each in a sentence."""

    @property
    def entities(self) -> int:
        """How many entities there are."""
        return sum(reading.entity is not None for reading in self.readings)


def check(mapping: Path, sources: Sequence[str], rows: int) -> Preview:
    """Map the first rows of each table; raises BadInput where the mapping cannot work."""
    intake = Intake(DATASET, sources, mapping=mapping)
    queries = read_mapping(mapping)
    choice = Choice(queries, intake.names)
    preview = Preview()
    with Fragments(DATASET, advise=partial(advice, queries)) as fragments:
        work = Work(intake, choice, fragments, rows)
        for source in intake.sources(archives=True):
            preview.readings += work.source(source)
        preview.readings += work.end()
        preview.readings += fragments.readings()
        intake.notes += collisions(fragments)
    order = {chosen.table.name: number for number, chosen in enumerate(work.tables)}
    preview.readings.sort(key=lambda reading: (order.get(reading.source, -1), reading.place))
    preview.notes = intake.notes
    preview.unused = [
        *unnamed_columns(work.tables),
        *empty_properties(work.tables, preview.readings),
    ]
    return preview


def unnamed_columns(tables: Sequence[Chosen]) -> list[str]:
    """The columns that no query names, in a sentence for each table; equal ones are one."""
    counts: dict[str, int] = {}
    for chosen in tables:
        named = {column for query in chosen.queries for column, _ in query.columns}
        named |= {key_column(column) for column in named}
        columns = [column for column in chosen.table.columns if column and column not in named]
        if columns:
            text = f"columns that no query names: {', '.join(columns)}"
            counts[text] = counts.get(text, 0) + 1
    return [text if count == 1 else f"{text} ({count:,} tables)" for text, count in counts.items()]


def empty_properties(tables: Sequence[Chosen], readings: Sequence[ParseResult]) -> list[str]:
    """The properties that the mapping fills and that no entity of the right schema has."""
    queries: dict[int, Query] = {id(query): query for chosen in tables for query in chosen.queries}
    filled = {
        (reading.entity.schema, name)
        for reading in readings
        if reading.entity is not None
        for name in reading.entity.properties
    }
    missing = [
        f"{entity.name}.{rule.name}"
        for query in queries.values()
        for entity in query.entities
        for rule in entity.properties
        if (entity.schema, rule.name) not in filled
    ]
    return [f"properties without a value in these rows: {', '.join(missing)}"] if missing else []
