"""FollowTheMoney's statements as CSV: a row for each value, as ``ftm`` tools aggregate them.

Each dataset is a file of its own: two entities with one id are one in statements, not in Clew.
"""

import hashlib
from collections.abc import Iterator
from io import TextIOWrapper

from followthemoney.statement import Statement
from followthemoney.statement.serialize import CSVStatementWriter

from engine.entity import Entity
from engine.export.content import Content
from engine.export.format import Target, one_file
from engine.export.ftm import by_dataset, own_id


class StatementFormat:
    """One row a value, and one for each entity's id."""

    name = "statements"
    graph = False

    def write(self, content: Content, target: Target) -> list[str]:
        """One file a dataset; raises BadInput where only one file can be written."""
        one_file(target, "datasets", len(content.datasets))
        for dataset, records in by_dataset(content.records()):
            with target.member(f"{dataset}.statements.csv") as out:
                text = TextIOWrapper(out, encoding="utf-8", newline="", write_through=True)
                writer = CSVStatementWriter(text)
                for record in records:
                    for statement in statements(record):
                        writer.write(statement)
                writer.close()
                text.detach()  # else the wrapper would close the stream, which is not ours
        return []


def statements(entity: Entity) -> Iterator[Statement]:
    """An entity's statements, its id last; that one's value is a checksum, as FtM makes it."""
    key = own_id(entity)
    made = [
        Statement(key, prop, entity.schema, value, entity.dataset)
        for prop, values in sorted(entity.properties.items())
        for value in values
    ]
    yield from made
    digest = hashlib.sha1(entity.schema.encode())
    for id_ in sorted({statement.id or "" for statement in made}):
        digest.update(id_.encode())
    yield Statement(key, Statement.BASE, entity.schema, digest.hexdigest(), entity.dataset)
