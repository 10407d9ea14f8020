"""Which migrations the database has had, and the applying of those that it lacks, in order, each once."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.errors import MigrationError
from engine.graph.connection import PATIENCE, Connection
from engine.graph.cypher import quoted
from engine.resource import neo4j_folder

FILE = re.compile(r"V(\d{4})__(\w+)\.cypher")
CONSTRAINT = re.compile(r"CREATE CONSTRAINT (\w+) ")


@dataclass(frozen=True)
class Migration:
    """One file: its version, its name, its statements, and a checksum over all of it."""

    version: int
    name: str
    statements: tuple[str, ...]
    checksum: str


def parse(path: Path) -> Migration:
    """The migration that a file holds; statements end with ``;`` at a line's end."""
    match = FILE.fullmatch(path.name)
    if match is None:
        raise MigrationError(f"{path.name} is not named like V0001__Name.cypher")
    text = path.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("//")]
    parts = (part.strip() for part in re.split(r";\s*(?:\n|$)", "\n".join(lines)))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Migration(int(match[1]), match[2], tuple(part for part in parts if part), digest)


def migrations() -> Iterator[Migration]:
    """Every migration of this program, in order of version."""
    for path in sorted((neo4j_folder() / "migrations").glob("*.cypher")):
        yield parse(path)


def clear(connection: Connection, migration: Migration) -> None:
    """Drop the indexes of constraints that Neo4j was killed in the middle of making: they keep the name taken."""
    left = {row["name"] for row in connection.read("index_without_constraint", timeout=PATIENCE)}
    for text in migration.statements:
        constraint = CONSTRAINT.match(text)
        if constraint and constraint[1] in left:
            connection.write("index_drop", index=quoted(constraint[1]))


def migrate(connection: Connection) -> list[str]:
    """Apply what is missing and answer the names; raises MigrationError where the past differs.

    A migration that was cut short is applied again: its statements are to be written so that this is safe.
    """
    known = list(migrations())
    had = {row["version"]: row for row in connection.read("migration_list", timeout=PATIENCE)}
    if newer := sorted(set(had) - {migration.version for migration in known}):
        raise MigrationError(
            f"the database is newer than this program: it has migration {newer[0]}"
        )
    applied = []
    for migration in known:
        row = had.get(migration.version)
        if row is not None:
            if row["checksum"] != migration.checksum:
                raise MigrationError(
                    f"migration {migration.version} is not the one the database has had"
                )
            continue
        clear(connection, migration)
        for text in migration.statements:
            connection.declare(text)
        note = {
            "version": migration.version,
            "name": migration.name,
            "checksum": migration.checksum,
        }
        connection.write("migration_note", note)
        applied.append(f"V{migration.version:04}__{migration.name}")
    return applied
