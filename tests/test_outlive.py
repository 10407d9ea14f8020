"""Neo4j is killed under ``clew up``, with readers and a load at work: all of them go on."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import psutil
import pytest
import requests

from engine.engine import Engine
from engine.errors import ServerUnavailable
from engine.graph.connection import Connection
from engine.graph.record.reader import Reader
from engine.server import guard as guarding
from engine.server.server import Server
from engine.settings import Settings
from loaders.load.load import load
from tests.prepared import ENVIRONMENT, Prepared, brief

SERVING = {
    **ENVIRONMENT,
    "CLEW_TERMS": "none",
    "CLEW_DEADLINE": "240",  # no query of a slow machine ends for another reason
}
RECORDS = 24_000
"""Six transactions of a load, and more than the index takes with one commit."""
QUERY = '{ entity(id: "people:p0") { caption } }'
COUNT = '{ search(query: "name") { totalCount } }'


@contextmanager
def clew(
    environment: dict[str, str], *arguments: str, errors: int | IO[str] = subprocess.PIPE
) -> Iterator[subprocess.Popen[str]]:
    """The command in a process of its own, ended at the latest with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", *arguments],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
            process.communicate(timeout=120)


class Readers:
    """Two threads that ask again and again, and keep what they were answered; a context manager."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._over = threading.Event()
        self.answers: list[tuple[int, str | None, bool]] = []
        """The status, ``Retry-After``, and whether it was an answer without errors."""
        self._threads = [threading.Thread(target=self._ask) for _ in range(2)]

    def __enter__(self) -> "Readers":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        while not self._over.wait(0.1):
            answer = requests.post(f"{self._url}/graphql", json={"query": QUERY}, timeout=300)
            again = answer.headers.get("Retry-After")
            self.answers.append((answer.status_code, again, "errors" not in answer.json()))


def people(path: Path, count: int) -> Path:
    """A file of so many people."""
    rows = (
        {"id": f"p{n}", "schema": "Person", "properties": {"name": [f"Name {n}"]}}
        for n in range(count)
    )
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    return path


def await_revisions(settings: Settings, count: int) -> int:
    """Wait until so many transactions were written from now on; the process of Neo4j."""
    server = Server.join(settings)
    with Connection.open(server.uri, server.user, server.password) as connection:
        reader, end = Reader(connection, 10), time.monotonic() + 120
        goal = reader.revision() + count
        while reader.revision() < goal:
            assert time.monotonic() < end, "nothing was written"
            time.sleep(0.02)
    return server.pid


def killed_under_a_load(settings: Settings, environment: dict[str, str], file: Path) -> str:
    """What ``clew load`` reports, while whose work Neo4j was killed."""
    with clew(environment, "load", str(file), "--dataset", "people", "--public") as loading:
        psutil.Process(await_revisions(settings, 2)).kill()
        output, errors = loading.communicate(timeout=400)
    # what a load that takes long says of its progress goes there too; a failure has a code
    assert loading.returncode == 0, errors
    assert "Traceback" not in errors
    return str(output)


def test_readers_and_a_load_go_on(prepared: Prepared, tmp_path: Path) -> None:
    settings = brief(prepared(tmp_path / "data"))
    environment = {**os.environ, **SERVING, "CLEW_DATA": str(settings.data)}
    log = tmp_path / "log"  # no pipe, which would be full soon
    with (
        log.open("w") as errors,
        clew(environment, "up", "--port", "0", errors=errors) as up,
    ):
        assert up.stdout is not None
        url = next(
            found[1]
            for line in up.stdout
            if (found := re.search(r"Clew is at (http://[^/]+)", line))
        )
        with Readers(url) as readers:
            output = killed_under_a_load(
                settings, environment, people(tmp_path / "people.json", RECORDS)
            )
            time.sleep(1)
        # what was written when Neo4j died, and was not told so, is read again and counts once
        assert f"people: {RECORDS:,} read, {RECORDS:,} added, 0 changed, 0 unchanged" in output
        with clew(environment, "check") as check:
            told = check.communicate(timeout=300)
        assert (check.returncode, *told) == (0, "Graph and index agree\n", "")
        answer = requests.post(f"{url}/graphql", json={"query": COUNT}, timeout=300)
        assert answer.json()["data"]["search"]["totalCount"] == RECORDS
        up.send_signal(signal.SIGTERM)
        up.communicate(timeout=120)
    notes = log.read_text()
    assert up.returncode == 0
    assert "Neo4j is gone (signal 9 ended it): it is started again" in notes
    assert "Neo4j answers again" in notes
    assert set(readers.answers) == {(200, None, True), (503, "5", False)}
    assert readers.answers[-1][0] == 200


def test_a_server_that_does_not_stay_ends_the_serving(
    prepared: Prepared, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guarding, "PAUSES", (0.0,))
    data = prepared(tmp_path / "data")
    settings = brief(data, heap_mb=256, pagecache_mb=64, max_removed=1)
    told: list[str] = []
    with Engine.open(settings, lambda _: None) as engine:
        server, stop = engine._server, threading.Event()
        assert server is not None
        assert server.launch is not None
        monkeypatch.setattr(
            server.launch, "_command", [sys.executable, "-c", "raise SystemExit(3)"]
        )
        psutil.Process(server.pid).kill()
        # a load waits, and ends with a true sentence
        with pytest.raises(ServerUnavailable, match=r"ended 5 times .* ended with code 3"):
            engine.guard_server(stop, told.append)
        with pytest.raises(ServerUnavailable, match="cannot be reached or went away"):
            load(engine, [str(people(tmp_path / "people.json", 3))], "people")
    assert told[0] == "Neo4j is gone (signal 9 ended it): it is started again"
    assert sum(line.startswith("clew: Neo4j did not start") for line in told) == 4
