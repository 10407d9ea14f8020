"""Migrations: each is applied once, also after it was interrupted."""

from collections.abc import Iterable

import pytest
from neo4j.exceptions import ClientError

from engine.access import Access
from engine.entity import make_entity, schema_of
from engine.graph.connection import Connection
from engine.graph.migration import migrate
from engine.graph.record.writer import Writer
from engine.graph.walk.path import Pathfinder
from engine.question import HopFilter, PathQuestion


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


def test_shares_of_an_earlier_version_are_read_again(graph: Connection) -> None:
    """What is understood since then, and what is no share after all; others are left alone."""
    texts = {"b": "более 30%", "c": "30% of the votes", "d": "30", "e": "30-40"}
    companies = [make_entity("d", name, "Company", {"name": [name]}) for name in ("a", *texts)]
    stakes = [
        make_entity(
            "d", f"a-{asset}", "Ownership", {"owner": ["a"], "asset": [asset], "percentage": [text]}
        )
        for asset, text in texts.items()
    ]
    Writer(graph).write([*companies, *stakes], existing=())
    graph.declare("MATCH ()-[r:OWNERSHIP {id: 'd:a-b'}]->() REMOVE r._share")
    graph.declare("MATCH ()-[r:OWNERSHIP {id: 'd:a-c'}]->() SET r._share = 0.3")
    assert held(graph, texts) == {"c", "d", "e"}
    graph.declare("MATCH (m:Migration {version: 8}) DELETE m")
    assert migrate(graph) == ["V0008__Shares"]
    assert held(graph, texts) == {"b", "d", "e"}


def held(graph: Connection, assets: Iterable[str]) -> set[str]:
    """What a path by ownerships of a quarter and more leads to."""
    ends = tuple(f"d:{asset}" for asset in assets)
    question = PathQuestion(("d:a",), ends, filter=HopFilter(min_share=0.25))
    found = Pathfinder(graph, 20).paths(question, Access(frozenset({"d"})))
    return {path.node_ids[-1][2:] for path in found.paths}
