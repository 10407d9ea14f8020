"""Opening an engine: alone, beside another one, and not at all."""

from pathlib import Path

import psutil
import pytest
from click.testing import CliRunner

from cli.main import main
from engine.engine import Engine
from engine.errors import EngineInUse
from engine.index.index import Index
from tests.conftest import Bolt, on


def lines_to(uri: str) -> int:
    """How many connections to this server this process holds."""
    port = int(uri.rpartition(":")[2])
    return sum(
        bool(c.raddr) and c.raddr.port == port for c in psutil.Process().net_connections("tcp")
    )


def test_an_engine_beside_another_knows_its_server(engine: Engine) -> None:
    assert engine._server is not None
    with Engine.open(engine.settings, progress=lambda _: None) as second:
        assert second._server is not None
        assert second._server is not engine.server
        assert second._server.memory == engine._server.memory
        assert not second._index.writable
    assert psutil.pid_exists(engine._server.pid)
    assert engine.health() == {"neo4j": "ok", "index": "ok"}


def test_status_beside_another_shows_the_memory(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert engine._server is not None
    monkeypatch.setenv("CLEW_DATA", str(engine.settings.data))
    result = CliRunner().invoke(main, ["status"])
    assert result.exit_code == 0, result.output
    line = next(text for text in result.stdout.splitlines() if text.startswith("server"))
    assert engine._server.uri in line
    assert "heap 512 MiB, page cache 128 MiB" in line
    assert f"process {engine._server.pid};" in line


def test_an_engine_that_cannot_open_its_index_lets_go_of_the_server(
    bolt: Bolt, tmp_path: Path
) -> None:
    before = lines_to(bolt[0])
    with Index.open(tmp_path / "index", write=True), pytest.raises(EngineInUse) as raised:
        Engine.open(on(bolt, tmp_path), progress=lambda _: None, join=False)
    assert lines_to(bolt[0]) == before, f"a connection is still open after {raised.value}"
