"""Applies the migrations that a database lacks, in order, each once."""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from engine.errors import MigrationError
from engine.graph.connection import LONG_TIMEOUT, Connection
from engine.graph.cypher import quoted
from engine.resource import neo4j_folder
from engine.share import lowest_share

FILE = re.compile(r"V(\d{4})__(\w+)\.cypher")
RE_READ = "Shares"
"""The migration that reads the texts of shares again."""
CONSTRAINT = re.compile(r"CREATE CONSTRAINT (\w+) ")


@dataclass(frozen=True)
class Migration:
    """One file: its version, its name, its queries, and a checksum over all of it."""

    version: int
    name: str
    queries: tuple[str, ...]
    checksum: str


def parse(path: Path) -> Migration:
    """The migration that a file holds; queries end with ``;`` at the end of a line."""
    match = FILE.fullmatch(path.name)
    if match is None:
        raise MigrationError(f"{path.name} is not named like V0001__Name.cypher")
    text = path.read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if not line.lstrip().startswith("//")]
    parts = (part.strip() for part in re.split(r";\s*(?:\n|$)", "\n".join(lines)))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Migration(int(match[1]), match[2], tuple(part for part in parts if part), digest)


def migrations() -> Iterator[Migration]:
    """Every migration that this program knows, in order of version."""
    for path in sorted((neo4j_folder() / "migrations").glob("*.cypher")):
        yield parse(path)


def drop_unfinished(connection: Connection, migration: Migration) -> None:
    """Drop the indexes of constraints that Neo4j was killed in the middle of creating.

    Such an index takes the name, so that the constraint could not be created again.
    """
    left = {
        row["name"] for row in connection.read("index_without_constraint", timeout=LONG_TIMEOUT)
    }
    for text in migration.queries:
        constraint = CONSTRAINT.match(text)
        if constraint and constraint[1] in left:
            connection.write("index_drop", index=quoted(constraint[1]))


def migrate(connection: Connection) -> list[str]:
    """Apply what is missing and answer the names of it; raises MigrationError.

    A migration that was interrupted is applied again, so that each of its queries must be one that
    may run twice.
    """
    known = list(migrations())
    rows = connection.read("migration_list", timeout=LONG_TIMEOUT)
    applied = {row["version"]: row["checksum"] for row in rows}
    if newer := sorted(applied.keys() - {migration.version for migration in known}):
        raise MigrationError(
            f"the database is newer than this program: it has migration {newer[0]}"
        )
    for migration in known:
        if applied.get(migration.version, migration.checksum) != migration.checksum:
            raise MigrationError(
                f"migration {migration.version} is not the one the database has had"
            )
    missing = [migration for migration in known if migration.version not in applied]
    for migration in missing:
        apply(connection, migration)
    return [f"V{migration.version:04}__{migration.name}" for migration in missing]


def apply(connection: Connection, migration: Migration) -> None:
    """Run the queries of a migration, and record that it has been applied."""
    drop_unfinished(connection, migration)
    for text in migration.queries:
        connection.declare(text)
    if migration.name == RE_READ:
        correct_shares(connection)
    note = {
        "version": migration.version,
        "name": migration.name,
        "checksum": migration.checksum,
    }
    connection.write("migration_note", note)


def correct_shares(connection: Connection) -> None:
    """Keep for each ownership the share that its texts are understood to say today."""
    shares = {}
    for row in connection.read("share_texts", timeout=LONG_TIMEOUT):
        share = lowest_share(row["texts"]).value
        if share != row["share"]:
            # a list, because a share that is unknown is null
            shares["".join(f"{text}\n" for text in row["texts"])] = [share]
    if shares:
        connection.write("share_correct", {"shares": shares})
