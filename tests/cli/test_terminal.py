"""What is said where nobody watches, where a port is taken, and where a disk has no room."""

import errno
import socket
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import click
import pytest
from click.testing import CliRunner

from api.app import create_app
from cli import terminal
from cli.disk import trouble
from cli.main import main
from cli.serving import listen
from cli.terminal import paced
from engine.engine import Engine
from engine.errors import BadInput
from engine.server.home import held
from tests.serving import serving


def test_in_a_file_one_line_of_a_kind_in_thirty_seconds(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = SimpleNamespace(now=100.0)
    monkeypatch.setattr(terminal, "time", SimpleNamespace(monotonic=lambda: clock.now))
    show = paced()
    for second in range(0, 70, 2):
        clock.now = 100.0 + second
        show(f"d1: fetched {second * 1000:,} of 70,000 bytes")
        show(f"d2: fetched {second} of 70,000 bytes")
        if second == 10:
            show("Removing what is gone")
    assert capsys.readouterr().err.splitlines() == [
        "d1: fetched 0 of 70,000 bytes",
        "d2: fetched 0 of 70,000 bytes",
        "Removing what is gone",
        "d1: fetched 30,000 of 70,000 bytes",
        "d2: fetched 30 of 70,000 bytes",
        "d1: fetched 60,000 of 70,000 bytes",
        "d2: fetched 60 of 70,000 bytes",
    ]


@pytest.fixture
def taken() -> Iterator[int]:
    """A port on which this process listens."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_a_taken_port_says_what_runs_there(taken: int) -> None:
    with pytest.raises(BadInput) as raised:
        listen("127.0.0.1", taken)
    message = str(raised.value)
    assert message.startswith(f"127.0.0.1 port {taken} is taken by ")
    assert message.endswith(f": clew up --port {taken + 1}, or set CLEW_PORT={taken + 1}")


def test_a_port_that_clew_has_says_where_it_is(engine: Engine) -> None:
    with serving(create_app(engine)) as url, pytest.raises(BadInput) as raised:
        listen("127.0.0.1", int(url.rpartition(":")[2]))
    assert str(raised.value).startswith(f"Clew is running at {url} already; use that one, or ")


def test_a_second_clew_on_a_data_folder_says_where_the_first_answers(
    engine: Engine, tmp_path: Path
) -> None:
    """On another port, too; an address that a killed server left is not told."""
    told = []
    with serving(create_app(engine)) as url, held(tmp_path / "clew.lock"):
        for address in (url, "http://127.0.0.1:9"):
            (tmp_path / "address").write_text(f"{address}\n")
            environment = {"CLEW_DATA": str(tmp_path), "CLEW_NEO4J_URI": None}
            told.append(CliRunner().invoke(main, ["up", "--port", "0"], env=environment).stderr)
    assert "is in use by another Clew" in told[0]
    assert told[0].rstrip().endswith(f"It answers at {url}")
    assert "is in use by another Clew" in told[1]
    assert "It answers" not in told[1]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (OSError(errno.EROFS, "Read-only file system", "/d/x"), "/d/x cannot be written to"),
        (PermissionError(errno.EACCES, "Permission denied", "/d"), "/d cannot be written to"),
        (OSError(errno.ENOSPC, "No space left on device"), "the disk is full: make room; set"),
        (OSError(errno.ENOSPC, "No space left on device", "/d/y"), "the disk of /d/y is full"),
        (NotADirectoryError(errno.ENOTDIR, "Not a directory", "/d/z"), "/d/z cannot be used"),
        (FileNotFoundError(2, "No usable temporary directory found in ['/tmp']"), "set TMPDIR"),
        (sqlite3.OperationalError("database or disk is full"), "make room"),
    ],
)
def test_trouble_with_a_disk_is_one_line(
    monkeypatch: pytest.MonkeyPatch, error: Exception, words: str
) -> None:
    def failing() -> None:
        raise error

    monkeypatch.setitem(main.commands, "status", click.Command("status", callback=failing))
    result = CliRunner().invoke(main, ["status"])
    assert result.exit_code == 1
    assert words in result.stderr
    assert result.stderr.startswith("clew: ")
    assert result.stderr.count("\n") == 1


def test_other_errors_are_told_as_they_are() -> None:
    assert trouble(ConnectionResetError(errno.ECONNRESET, "reset")) is None
    assert trouble(sqlite3.OperationalError("no such table: x")) is None


def test_a_data_folder_that_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("CLEW_DATA", str(tmp_path / "file"))
    result = CliRunner().invoke(main, ["status"])
    assert (result.exit_code, result.stderr.count("\n")) == (1, 1)
    assert "cannot be a folder" in result.stderr
