"""What readers and monitors hear when Neo4j is gone, or when the index lags behind."""

import re
from pathlib import Path

import psutil
import pytest
from starlette.testclient import TestClient

from api.app import create_app
from engine.engine import Engine
from tests.crossing import put
from tests.prepared import Prepared, brief

CEMENT = "demo_registry:meridian-cement"


def test_the_reader_hears_that_the_graph_is_gone(prepared: Prepared, tmp_path: Path) -> None:
    """Neo4j is killed under a running API: an error of its own, and /healthz says what is down."""
    settings = brief(prepared(tmp_path), heap_mb=256, pagecache_mb=64)
    with Engine.open(settings, progress=lambda _: None) as engine:
        put(engine, "demo_registry", ("meridian-cement", "Company", {"name": "Meridian Cement"}))
        with TestClient(create_app(engine), raise_server_exceptions=False) as client:
            assert client.get("/healthz").json() == {"ok": True, "neo4j": "ok", "index": "ok"}
            assert engine._server is not None
            server = psutil.Process(engine._server.pid)
            server.kill()
            server.wait(30)
            queries = [
                f'{{ entity(id: "{CEMENT}") {{ id expand {{ nodes {{ id }} }} }} }}',
                '{ search(query: "cement") { nodes { caption } } }',
                f'{{ paths(from: ["{CEMENT}"], to: ["a:b"]) {{ paths {{ length }} }} }}',
                f'{{ owners(id: "{CEMENT}") {{ nodes {{ share }} }} }}',
                "{ datasets { nodes { name } } }",
            ]
            for query in queries:
                answer = client.post("/graphql", json={"query": query})
                assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
                (error,) = answer.json()["errors"]
                assert error["extensions"] == {"code": "UNAVAILABLE"}
                assert re.search("graph cannot be reached.*/healthz", error["message"])
            health = client.get("/healthz")
            assert health.status_code == 503
            assert health.json()["ok"] is False
            assert health.json()["neo4j"].startswith("Neo4j cannot be reached")
            assert "\n" not in health.json()["neo4j"]
            assert client.post("/graphql", json={"query": "{ __typename }"}).json() == {
                "data": {"__typename": "Query"}
            }


def test_health_says_that_the_index_lags(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    revision = engine.revision()
    monkeypatch.setattr(engine._reader, "revision", lambda *_: revision + 3)
    with TestClient(create_app(engine)) as client:
        health = client.get("/healthz")
        assert (health.status_code, health.json()["index"]) == (200, "3 revisions behind")
