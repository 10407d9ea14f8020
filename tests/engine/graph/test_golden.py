"""The complete queries of the main roads are kept in golden/, to be pasted into Neo4j Browser.

After a change of a query, ``make golden`` writes them anew; the difference shows what changed.
"""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import neo4j
import pytest

from api.app import execute
from api.operation import operations
from engine.engine import Engine
from engine.graph.connection import Connection
from engine.graph.cypher import queries, query_text

GOLDEN = Path(__file__).parent / "golden"
ROADS = {
    "shortest_path": ("shortest_path", "path_shortest"),
    "all_shortest_paths": ("all_shortest_paths", "path_search"),
    "k_shortest_paths_with_hops": ("filtered_paths", "path_search"),
    "expand": ("neighbours", "expand"),
    "owners": ("owners", "ownership_up"),
}
"""Of each golden file: the operation that is asked of the demo collection, and the query of it."""
HEAD = """:param {{
  {parameters}
}};

// {answers}
// It is asked by graphql/operations/{operation}.graphql on the demo collection.
// Paste this whole file into Neo4j Browser. `make golden` writes it anew.
{text};
"""

Asked = tuple[str, dict[str, Any]]


def literal(value: Any) -> str:
    """A value as Cypher writes it."""
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, str):
        escaped = value.replace("\\", "\\\\").replace("'", "\\'")
        return f"'{escaped}'"
    return "null" if value is None else str(value).lower()


def written(road: str, text: str, parameters: Mapping[str, Any]) -> str:
    """What a golden file is to say of a query and of those of the parameters that it has."""
    operation, name = ROADS[road]
    lines = [
        f"{key}: {literal(value)}" for key, value in sorted(parameters.items()) if f"${key}" in text
    ]
    return HEAD.format(
        parameters=",\n  ".join(lines),
        answers=queries()[name].answers,
        operation=operation,
        text=text,
    )


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> dict[str, Asked]:
    """The first query of each name that Neo4j was asked, with its parameters."""
    first: dict[str, Asked] = {}
    stream = Connection.stream

    def noted(
        self: Connection, name: str, parameters: Any = None, *, timeout: float, **parts: str
    ) -> Iterator[neo4j.Record]:
        first.setdefault(name, (query_text(name, **parts), dict(parameters or {})))
        return stream(self, name, parameters, timeout=timeout, **parts)

    monkeypatch.setattr(Connection, "stream", noted)
    return first


@pytest.mark.parametrize("road", ROADS)
def test_golden_query_is_fresh(
    engine: Engine, asked: dict[str, Asked], road: str, pytestconfig: pytest.Config
) -> None:
    operation, name = ROADS[road]
    (text,) = (one.text for one in operations() if one.name == operation)
    asyncio.run(execute(engine, text))
    expected, file = written(road, *asked[name]), GOLDEN / f"{road}.cypher"
    if pytestconfig.getoption("--golden"):
        file.write_text(expected)
    assert file.read_text() == expected, f"{file.name} is not fresh: run `make golden`"


@pytest.mark.parametrize("road", ROADS)
def test_golden_query_can_be_pasted(engine: Engine, road: str) -> None:
    """As Neo4j Browser does it: the server reads the parameters first, then the query with them."""
    command, _, query = (GOLDEN / f"{road}.cypher").read_text().partition(";\n")
    assert engine._server is not None
    login = (engine._server.user, engine._server.password)
    with neo4j.GraphDatabase.driver(engine._server.uri, auth=login) as driver:
        parameters = driver.execute_query(f"RETURN {command.removeprefix(':param')} AS parameters")
        rows = driver.execute_query(query, parameters.records[0]["parameters"]).records
    assert rows, "the demo collection has an answer"


def test_there_is_a_golden_query_for_each_road() -> None:
    assert {file.stem for file in GOLDEN.iterdir()} == set(ROADS)
