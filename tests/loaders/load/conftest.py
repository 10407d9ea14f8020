"""The sandbox of ``sandbox.py``, on an empty graph."""

from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import main
from engine.engine import Engine
from engine.graph.connection import Connection
from tests.conftest import WIPE, on
from tests.loaders.load.sandbox import GOOD, Sandbox, graph_content


@pytest.fixture(scope="session")
def clean(
    connection: Connection, bolt: tuple[str, str, str], tmp_path_factory: pytest.TempPathFactory
) -> list[str]:
    """What the graph holds of the good lines alone, loaded before anything hostile."""
    for text in WIPE:
        connection.declare(text)
    path = tmp_path_factory.mktemp("clean")
    (path / "good.json").write_bytes(b"\n".join(GOOD))
    with (
        Engine.open(on(bolt, path / "data"), progress=lambda _: None) as engine,
        pytest.MonkeyPatch.context() as patch,
    ):
        patch.setattr(Engine, "open", lambda *_, **__: nullcontext(engine))
        assert (
            CliRunner().invoke(main, ["load", str(path / "good.json"), "--dataset", "d"]).exit_code
            == 0
        )
        content = graph_content(bolt)
    assert sum("'_stub'" in part for part in content) == 49
    assert sum("'Literal'" in part for part in content) == 1
    return content


@pytest.fixture
def sandbox(
    clean: list[str],
    fresh_engine: Engine,
    bolt: tuple[str, str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Sandbox:
    monkeypatch.setattr(Engine, "open", lambda *_, **__: nullcontext(fresh_engine))
    return Sandbox(fresh_engine, bolt, tmp_path, clean)
