"""Records as tables: one a schema, with the columns that occur; kept on disk meanwhile, so memory stays flat."""

import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

import orjson

from engine.entity import Entity, qualify, schema_of

SEPARATOR = "; "
FIXED = ("id", "dataset")
"""The columns before the properties."""


@dataclass
class Table:
    """One schema's records."""

    schema: str
    path: Path
    out: BinaryIO
    names: set[str] = field(default_factory=set)

    def columns(self) -> list[str]:
        """The heading: id, dataset, then the properties that occur: captions, featured ones, the others by name."""
        schema = schema_of(self.schema)
        ranks = {
            name: rank
            for rank, name in enumerate(dict.fromkeys([*schema.caption, *schema.featured]))
        }
        return [*FIXED, *sorted(self.names, key=lambda name: (ranks.get(name, len(ranks)), name))]

    def rows(self) -> Iterator[list[str]]:
        """The records' cells, in the order in which they came."""
        columns = self.columns()[len(FIXED) :]
        with self.path.open("rb") as lines:
            for line in lines:
                id_, dataset, properties = orjson.loads(line)
                yield [id_, dataset, *(joined(properties.get(name, ())) for name in columns)]

    def add(self, entity: Entity) -> None:
        """Keep a record; references name records by their full ids, so that tables can be joined."""
        schema = schema_of(self.schema)
        properties = dict(entity.properties)
        for name, values in properties.items():
            prop = schema.get(name)
            if prop is not None and prop.type.name == "entity":
                properties[name] = [qualify(entity.dataset, value) for value in values]
        self.names.update(properties)
        self.out.write(
            orjson.dumps([entity.id, entity.dataset, properties], option=orjson.OPT_APPEND_NEWLINE)
        )


@contextmanager
def tables(records: Iterable[Entity]) -> Iterator[list[Table]]:
    """The tables of a stream of records, by schema; there until the block ends."""
    with tempfile.TemporaryDirectory(prefix="clew-export-") as folder, ExitStack() as stack:
        found: dict[str, Table] = {}
        for record in records:
            table = found.get(record.schema)
            if table is None:
                path = Path(folder) / f"{record.schema}.json"
                table = found[record.schema] = Table(
                    record.schema, path, stack.enter_context(path.open("wb"))
                )
            table.add(record)
        stack.close()
        yield [found[name] for name in sorted(found)]


def joined(values: Sequence[str]) -> str:
    r"""Several values in one cell, apart by ``; ``; in a value ``\`` is ``\\`` and ``;`` is ``\;``."""
    return SEPARATOR.join(value.replace("\\", "\\\\").replace(";", "\\;") for value in values)
