"""Fixtures for all tests: real Neo4j servers, one for each worker, and an empty graph for a test.

`bolt` and what builds on it (`connection`, `graph`, `fresh_engine`) may write: the graph is wiped
before each test. `engine` holds the demo collection and is only read.
"""

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
from engine.server.server import Server
from engine.settings import Settings
from loaders.demo.sample import load_demo
from tests.crossing import KeptComparer, comparer, in_this_process
from tests.keyvalue import redis_server
from tests.prepared import Prepared, brief, prepared
from tests.site import site
from tests.workers import (
    pytest_cmdline_main,
    pytest_collection_finish,
    pytest_collection_modifyitems,
    pytest_configure,
    pytest_configure_node,
    pytest_xdist_make_scheduler,
)

__all__ = [
    "comparer",
    "in_this_process",
    "prepared",
    "pytest_cmdline_main",
    "pytest_collection_finish",
    "pytest_collection_modifyitems",
    "pytest_configure",
    "pytest_configure_node",
    "pytest_xdist_make_scheduler",
    "redis_server",
    "site",
]

Bolt = tuple[str, str, str]
DATA = Path(__file__).parents[1].parent / "shared" / "data" / "ftm"
"""Public data sets; the tests that need them are skipped where they are missing."""

HISTORY = ("_revision", "_added", "_changed")
"""What the graph keeps of when records became what they are."""
WIPE = (
    "MATCH (n) WHERE NOT n:Migration CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS",
    "MERGE (c:Clew {id: 1}) SET c.revision = 0, c.literal_revision = 0",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Options of our own; `pytest --help` lists them."""
    parser.addoption(
        "--bolt",
        metavar="bolt://USER:PASSWORD@HOST:PORT",
        default="",
        help="use this Neo4j, whose data is wiped, instead of starting one",
    )
    parser.addoption("--large", action="store_true", help="also the tests that take minutes")
    parser.addoption(
        "--examples", type=int, default=20, help="random worlds that tests/access tries"
    )
    parser.addoption("--golden", action="store_true", help="write tests/engine/graph/golden again")
    seed = random.SystemRandom().randrange(10**6)
    parser.addoption(
        "--seed", type=int, default=seed, help="the seed of random tests, which their ids show"
    )


@pytest.fixture(scope="session")
def class_caches(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> None:
    """Java's caches of Neo4j's classes, built once for all workers (a lock makes the others wait).

    Tests that start a Neo4j of their own ask for it too. Without it their first start builds the
    caches, and in a test that kills its process that would be in vain.
    """
    if request.config.getoption("--bolt"):
        return
    data = tmp_path_factory.mktemp("class-caches")
    jars = jar.fetch(print, data / "neo4j" / "jars.json")
    for main in (ADMIN, SERVER):
        file = class_cache.cache_path(jars, main)
        if file.exists() and not file.stat().st_size:  # an earlier run could not build it
            file.unlink()
    build_caches(Settings(data=data), print)


@pytest.fixture(scope="session")
def bolt(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Bolt]:
    """(uri, user, password) of a Neo4j that the tests may write to and wipe."""
    address = request.config.getoption("--bolt")
    if address:
        parts = re.fullmatch(r"(\w+\+?\w*://)([^:]+):([^@]+)@(.+)", address)
        assert parts, f"--bolt {address} is not bolt://USER:PASSWORD@HOST:PORT"
        yield parts[1] + parts[4], parts[2], parts[3]
        return
    prepared: Prepared = request.getfixturevalue("prepared")
    data = prepared(tmp_path_factory.mktemp("clew"))
    with Server.start(brief(data, heap_mb=1536, pagecache_mb=256), print) as server:
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
    """A function that empties the graph."""

    def empty() -> None:
        for query in WIPE:
            connection.declare(query)

    return empty


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
def graph_contents(bolt: Bolt) -> Callable[[], list[str]]:
    """A function that lists every node and relationship, but not when they became so."""
    node_query = (
        "MATCH (n) WHERE NOT n:Clew|Migration|Moment|AccessStamp|AuditEvent "
        # what tells that it was backed up and restored is newer than the backup
        "AND NOT coalesce(n.action, '') IN ['backed up', 'restored'] "
        "RETURN labels(n) AS kind, properties(n) AS values"
    )
    edge_query = "MATCH (a)-[r]->(b) RETURN [a.id, type(r), b.id] AS kind, properties(r) AS values"

    def contents() -> list[str]:
        rows = []
        with neo4j.GraphDatabase.driver(bolt[0], auth=bolt[1:]) as driver:
            for part, query in (("node", node_query), ("edge", edge_query)):
                for record in driver.execute_query(query).records:
                    kind = sorted(record["kind"]) if part == "node" else record["kind"]
                    values = [item for item in record["values"].items() if item[0] not in HISTORY]
                    rows.append(repr((part, kind, sorted(values))))
        return sorted(rows)

    return contents


@pytest.fixture(scope="session")
def engine(
    tmp_path_factory: pytest.TempPathFactory, prepared: Prepared, comparer: KeptComparer
) -> Iterator[Engine]:
    """An engine with a Neo4j of its own that holds the demo collection; tests only read it."""
    data = prepared(tmp_path_factory.mktemp("demo"))
    settings = brief(data, rate_limit="off", terms="none")
    with Engine.open(settings, progress=lambda _: None) as opened:
        comparer.serve(opened)
        load_demo(opened, lambda _: None)
        yield opened


def on(bolt: Bolt, data: Path) -> Settings:
    """Settings for an engine on a server that runs already; there are no limits and no terms."""
    uri, user, password = bolt
    return Settings(
        data=data,
        neo4j_uri=uri,
        neo4j_user=user,
        neo4j_password=password,
        max_removed=1,  # small datasets lose most of their records all the time
        rate_limit="off",
        terms="none",
    )
