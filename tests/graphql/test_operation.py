"""Every operation that we offer runs as it stands on the demo collection, and finds something."""

from collections.abc import Iterator
from typing import Any

import pytest
from graphql.execution import Executor
from starlette.testclient import TestClient

from api import execution
from api.app import create_app
from api.operation import Operation, operations
from engine.engine import Engine


@pytest.fixture(scope="module")
def client(engine: Engine) -> Iterator[TestClient]:
    with TestClient(create_app(engine)) as opened:
        yield opened


def leaves(value: Any) -> Iterator[Any]:
    children = (
        value.values() if isinstance(value, dict) else value if isinstance(value, list) else None
    )
    if children is None:
        yield value
        return
    for child in children:
        yield from leaves(child)


OFFERED = [each for each in operations() if "document" not in each.name.lower()]
"""Those on documents run in test_document.py: the demo collection has none."""


@pytest.mark.parametrize("operation", OFFERED, ids=lambda operation: operation.name)
def test_operation_runs_and_finds_something(
    client: TestClient, operation: Operation, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert operation.text.startswith("# ")
    answer = client.post("/graphql", json={"query": operation.text}).json()
    assert "errors" not in answer
    assert any(leaf for leaf in leaves(answer["data"]))
    for value in answer["data"].values():
        assert value, "nothing there"
        assert not isinstance(value, dict) or value.get("paths") != [], "no path"
    # what is read in one step is what graphql-core finds field by field
    monkeypatch.setattr(execution, "PlainExecutor", Executor)
    assert client.post("/graphql", json={"query": operation.text}).json() == answer
