"""Records as tables: one a schema, with the columns that occur.

Only after the last record is it known which columns a table has; until then a spool keeps the rows.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import orjson

from engine.entity import Entity, qualify, schema_of
from engine.spool import Spool, SpoolTable, full_disk_explained

SEPARATOR = "; "
FIXED = ("id", "dataset")
"""The columns before the properties."""


@dataclass
class Table:
    """One schema's records."""

    schema: str
    spool: Spool
    rows_of: SpoolTable
    names: set[str] = field(default_factory=set)

    def columns(self) -> list[str]:
        """The heading: id, dataset, then the properties that occur.

        First come captions, then featured properties, then the others by name.
        """
        schema = schema_of(self.schema)
        ranks = {
            name: rank
            for rank, name in enumerate(dict.fromkeys([*schema.caption, *schema.featured]))
        }
        return [*FIXED, *sorted(self.names, key=lambda name: (ranks.get(name, len(ranks)), name))]

    def rows(self) -> Iterator[list[str]]:
        """The records' cells, in the order in which they came."""
        columns = self.columns()[len(FIXED) :]
        for (body,) in self.spool.query(f'SELECT body FROM "{self.schema}" ORDER BY rowid'):
            id_, dataset, properties = orjson.loads(body)
            yield [id_, dataset, *(joined(properties.get(name, ())) for name in columns)]

    def add(self, entity: Entity) -> None:
        """Keeps a record; references become full ids, so that tables can be joined."""
        schema = schema_of(self.schema)
        properties = dict(entity.properties)
        for name, values in properties.items():
            prop = schema.get(name)
            if prop is not None and prop.type.name == "entity":
                properties[name] = [qualify(entity.dataset, value) for value in values]
        self.names.update(properties)
        body = orjson.dumps([entity.id, entity.dataset, properties])
        self.rows_of.add((body,), len(body))


@contextmanager
def tables(records: Iterable[Entity]) -> Iterator[list[Table]]:
    """The tables of a stream of records, in order of their schemata; valid until the block ends.

    Raises ClewError where the disk of the temporary files is full.
    """
    with full_disk_explained(), Spool() as spool:
        by_schema: dict[str, Table] = {}
        for record in records:
            table = by_schema.get(record.schema)
            if table is None:
                rows = spool.table(record.schema, "body BLOB")
                table = by_schema[record.schema] = Table(record.schema, spool, rows)
            table.add(record)
        yield [by_schema[name] for name in sorted(by_schema)]


def joined(values: Sequence[str]) -> str:
    r"""Several values in one cell, with ``; `` between them.

    In a value, ``\`` becomes ``\\`` and ``;`` becomes ``\;``.
    """
    return SEPARATOR.join(value.replace("\\", "\\\\").replace(";", "\\;") for value in values)
