"""Migrations: each is applied once, also after it was interrupted."""

import pytest
from neo4j.exceptions import ClientError

from engine.entity import schema_of
from engine.graph.connection import Connection
from engine.graph.migration import migrate


def test_what_a_killed_migration_left_is_cleared_away(graph: Connection) -> None:
    """Killed while it creates a constraint, Neo4j keeps an index of the constraint's name."""
    graph.declare("DROP CONSTRAINT tombstone_id")
    graph.declare("CREATE INDEX tombstone_id FOR (n:Tombstone) ON (n.id)")
    graph.declare("MATCH (m:Migration {version: 1}) DELETE m")
    assert migrate(graph) == ["V0001__Records"]
    graph.declare("CREATE (:Tombstone {id: 'one'})")
    with pytest.raises(ClientError):
        graph.declare("CREATE (:Tombstone {id: 'one'})")
    assert migrate(graph) == []


def test_migrations_are_applied_once(graph: Connection) -> None:
    """A migrated database needs none; every edge schema has both of its indexes."""
    assert migrate(graph) == []
    assert schema_of("Ownership").edge
