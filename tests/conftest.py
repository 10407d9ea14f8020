"""What the tests stand on: one real Neo4j for the session, an empty graph for each test that asks."""

import importlib
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.graph.connection import Connection
from engine.graph.migration import migrate
from engine.settings import Settings

Bolt = tuple[str, str, str]
DATA = Path(__file__).parents[1].parent / "shared" / "data" / "ftm"
"""Public data sets for the tests that want much of it; such tests are skipped where it is missing."""

WIPE = (
    "MATCH (n) WHERE NOT n:Migration CALL (n) { DETACH DELETE n } IN TRANSACTIONS OF 5000 ROWS",
    "MERGE (c:Clew {id: 1}) SET c.revision = 0, c.literal_revision = 0",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    """``--bolt bolt://user:password@host:port`` uses a server that runs already; its data is wiped."""
    parser.addoption("--bolt", default="", help="use this Neo4j (its data is wiped) rather than start one")
    parser.addoption("--large", action="store_true", help="also the tests that take minutes")


@pytest.fixture(scope="session")
def bolt(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bolt]:
    """(uri, user, password) of a Neo4j with nothing in it that matters."""
    given = re.fullmatch(r"(\w+\+?\w*://)([^:]+):([^@]+)@(.+)", request.config.getoption("--bolt"))
    if given:
        yield given[1] + given[4], given[2], given[3]
        return
    server_class = importlib.import_module("engine.graph.server").Server
    with server_class.start(Settings(data=tmp_path_factory.mktemp("clew")), print) as server:
        yield server.uri, server.user, server.password


@pytest.fixture(scope="session")
def connection(bolt: Bolt) -> Iterator[Connection]:
    """A connection to a migrated database, for the session."""
    with Connection.open(*bolt) as opened:
        migrate(opened)
        opened.declare("CALL db.awaitIndexes(120)")
        yield opened


@pytest.fixture
def graph(connection: Connection) -> Connection:
    """A connection to an empty graph."""
    for text in WIPE:
        connection.declare(text)
    return connection
