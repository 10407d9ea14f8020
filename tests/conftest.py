"""What the tests stand on: one real Neo4j for the session, an empty graph for each test that asks."""

import importlib
import random
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import neo4j
import pytest

from engine.engine import Engine
from engine.graph.connection import Connection
from engine.graph.migration import migrate
from engine.server import class_cache, jar
from engine.server.cache_builder import build_caches
from engine.server.java import ADMIN, SERVER
from engine.settings import Settings
from loaders.demo.sample import load_demo
from tests.site import site

__all__ = ["site"]

Bolt = tuple[str, str, str]
DATA = Path(__file__).parents[1].parent / "shared" / "data" / "ftm"
"""Public data sets for the tests that want much of it; such tests are skipped where it is missing."""

WIPE = (
    "MATCH (n) WHERE NOT n:Migration CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS",
    "MERGE (c:Clew {id: 1}) SET c.revision = 0, c.literal_revision = 0",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--bolt bolt://user:password@host:port`` uses a server that runs already; its data is wiped."""
    parser.addoption(
        "--bolt", default="", help="use this Neo4j (its data is wiped) rather than start one"
    )
    parser.addoption("--large", action="store_true", help="also the tests that take minutes")
    parser.addoption("--golden", action="store_true", help="write tests/engine/graph/golden anew")
    chance = random.SystemRandom().randrange(10**6)
    parser.addoption(
        "--seed", type=int, default=chance, help="what random tests start from; their ids show it"
    )


@pytest.fixture(scope="session", autouse=True)
def trained(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Java's caches of Neo4j's classes are there: made by the first start, which may be one that is to be killed."""
    if not request.config.getoption("--bolt"):
        data = tmp_path_factory.mktemp("trained")
        jars = jar.fetch(print, data / "neo4j" / "jars.json")
        for main in (ADMIN, SERVER):
            file = class_cache.cache_path(jars, main)
            if file.exists() and not file.stat().st_size:
                file.unlink()
        build_caches(Settings(data=data), print)


@pytest.fixture(scope="session")
def bolt(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Bolt]:
    """(uri, user, password) of a Neo4j with nothing in it that matters."""
    given = re.fullmatch(r"(\w+\+?\w*://)([^:]+):([^@]+)@(.+)", request.config.getoption("--bolt"))
    if given:
        yield given[1] + given[4], given[2], given[3]
        return
    server_class = importlib.import_module("engine.server.server").Server
    with server_class.start(
        Settings(data=tmp_path_factory.mktemp("clew"), heap_mb=1536, pagecache_mb=256), print
    ) as server:
        yield server.uri, server.user, server.password


@pytest.fixture(scope="session")
def connection(bolt: Bolt) -> Iterator[Connection]:
    """A connection to a migrated database, for the session."""
    with Connection.open(*bolt) as opened:
        migrate(opened)
        opened.declare("CALL db.awaitIndexes(120)")
        yield opened


@pytest.fixture(scope="session")
def wipe(connection: Connection) -> Callable[[], None]:
    """Empties the graph when called."""

    def emptied() -> None:
        for text in WIPE:
            connection.declare(text)

    return emptied


@pytest.fixture
def graph(connection: Connection, wipe: Callable[[], None]) -> Connection:
    """A connection to an empty graph."""
    wipe()
    return connection


@pytest.fixture
def fresh_engine(graph: Connection, bolt: Bolt, tmp_path: Path) -> Iterator[Engine]:
    """An engine on the emptied graph, with an empty index of its own."""
    with Engine.open(on(bolt, tmp_path / "data"), progress=lambda _: None) as engine:
        yield engine


@pytest.fixture
def whole(bolt: Bolt) -> Callable[[], list[str]]:
    """Tells every node and relationship of the graph, but for revisions and the node that counts them."""

    def tell() -> list[str]:
        with neo4j.GraphDatabase.driver(bolt[0], auth=bolt[1:]) as driver:
            nodes = "MATCH (n) WHERE NOT n:Clew AND NOT n:Migration RETURN labels(n) AS kind, properties(n) AS values"
            edges = (
                "MATCH (a)-[r]->(b) RETURN [a.id, type(r), b.id] AS kind, properties(r) AS values"
            )
            told = []
            for part, text in (("node", nodes), ("edge", edges)):
                for row in driver.execute_query(text).records:
                    values = sorted(
                        (name, value)
                        for name, value in row["values"].items()
                        if name != "_revision"
                    )
                    told.append(
                        repr((part, sorted(row["kind"]) if part == "node" else row["kind"], values))
                    )
        return sorted(told)

    return tell


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """An engine with a Neo4j of its own that holds the demo collection; tests only read it."""
    settings = Settings(data=tmp_path_factory.mktemp("demo"), heap_mb=512, pagecache_mb=256)
    with Engine.open(settings, progress=lambda _: None) as opened:
        load_demo(opened, lambda _: None)
        yield opened


def on(bolt: Bolt, data: Path) -> Settings:
    """Settings for an engine on a server that runs already."""
    uri, user, password = bolt
    return Settings(data=data, neo4j_uri=uri, neo4j_user=user, neo4j_password=password)
