"""``clew up --workers 2``: two processes, one Neo4j, one Redis; one limit, one truth."""

import io
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests
from click.testing import CliRunner

from cli.main import main
from engine.account import OWNER, Role, Scope
from engine.engine import Engine
from engine.settings import variable
from tests.conftest import Bolt, on
from tests.keyvalue import RedisServer, redis_server, until
from tests.loaders.ocr.sample import picture

__all__ = ["redis_server"]

PUT = """mutation($name: String!, $properties: [PropertyInput!]!) {
  putEntity(investigation: $name, schema: "Person", properties: $properties) { id } }"""


class Installation:
    """``clew up --workers 2``, asked over a new connection each time, so of either process."""

    def __init__(self, process: subprocess.Popen[str], url: str, key: str) -> None:
        self.process = process
        self.url = url
        self.key = key

    def workers(self) -> list[psutil.Process]:
        """The processes that answer."""
        workers = []
        for child in psutil.Process(self.process.pid).children():
            with suppress(psutil.NoSuchProcess):  # also one that has ended, but is not waited for
                if "cli.worker" in child.cmdline():
                    workers.append(child)
        return workers

    def ask(self, query: str, key: str | None = None, **variables: Any) -> requests.Response:
        headers = {"Connection": "close"} | ({"Authorization": f"Bearer {key}"} if key else {})
        body = {"query": query, "variables": variables}
        return requests.post(f"{self.url}/graphql", json=body, headers=headers, timeout=60)

    def data(self, query: str, **variables: Any) -> Any:
        answer = self.ask(query, self.key, **variables).json()
        assert "errors" not in answer, answer
        (value,) = answer["data"].values()
        return value


@pytest.fixture
def installed(
    fresh_engine: Engine, bolt: Bolt, redis_server: RedisServer, tmp_path: Path
) -> Iterator[Installation]:
    fresh_engine.directory.add_account(OWNER, "ada", roles=[Role.JOURNALIST])
    key, _ = fresh_engine.credentials.make_key(OWNER, "ada", scopes=list(Scope))
    settings = on(bolt, tmp_path / "installed").model_copy(
        update={
            "redis_url": redis_server.url,
            "rate_limit": "on",
            "anonymous_requests": "20/hour",
            "terms": "none",
        }
    )
    given = settings.model_dump(exclude_unset=True, mode="json")
    environment = {**os.environ, **{variable(name): str(value) for name, value in given.items()}}
    process = subprocess.Popen(
        [sys.executable, "-m", "cli", "up", "--workers", "2", "--port", "0"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line)
            if address := re.search(r"Clew is at (http://[^/]+)", line):
                yield Installation(process, address[1], key)
                break
        else:
            pytest.fail(f"it did not start: {lines} {process.stderr and process.stderr.read()}")
    finally:
        process.terminate()
        process.communicate(timeout=120)
        assert process.returncode == 0


def test_two_processes_are_one_installation_and_end_with_it(installed: Installation) -> None:
    first = set(installed.workers())
    assert len(first) == 2
    # one truth: what one of them writes both find within two seconds
    name = installed.data('mutation { openInvestigation(title: "Two") { name } }')["name"]
    for word in ("zorblat", "quixnel", "vombrax"):
        installed.data(PUT, name=name, properties=[{"name": "name", "values": [word]}])
        begun, seen = time.monotonic(), 0
        while seen < 4 and time.monotonic() - begun < 60:
            found = installed.data("query($w: String) { search(query: $w) { totalCount } }", w=word)
            seen = seen + 1 if found["totalCount"] == 1 else 0
        # two seconds, where nothing else runs
        assert time.monotonic() - begun < 30
    check_documents(installed, name)
    # one limit, whichever of them is asked
    statuses = [installed.ask("{ __typename }").status_code for _ in range(30)]
    # a request with a key, also one that a process has not seen yet, counts for no address
    assert statuses.count(200) == 20
    assert statuses[-1] == 429
    # one that is killed is started again
    victim = first.pop()
    victim.send_signal(signal.SIGKILL)
    until(lambda: len(installed.workers()) == 2 and victim not in installed.workers())
    assert installed.data("{ me { name } }") == {"name": "ada"}
    # they end with the process that started them
    workers = installed.workers()
    installed.process.terminate()
    installed.process.wait(120)
    assert not any(worker.is_running() for worker in workers)


def test_several_need_redis(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CLEW_REDIS_URL", raising=False)
    result = CliRunner().invoke(main, ["up", "--workers", "2"])
    assert (result.exit_code, "set CLEW_REDIS_URL" in result.stderr) == (1, True)
    assert json.dumps(sorted(path.name for path in tmp_path.iterdir())) == "[]"


def check_documents(installed: Installation, investigation: str) -> None:
    """A file that one process takes is read by the first, and found and drawn by both."""
    target = io.BytesIO()
    picture(("The harbour of Plumbagoria was sold",)).save(target, "PNG", dpi=(300, 300))
    headers = {"Authorization": f"Bearer {installed.key}", "Connection": "close"}
    url = f"{installed.url}/datasets/{investigation}/documents"
    files = {"file": ("scan.png", target.getvalue())}
    told = requests.post(url, files=files, headers=headers, timeout=60).json()
    (file,) = told["files"]
    begun, seen = time.monotonic(), 0
    while seen < 4 and time.monotonic() - begun < 90:
        found = installed.data(
            "query($w: String) { search(query: $w) { totalCount } }", w="plumbagoria"
        )
        seen = seen + 1 if found["totalCount"] == 1 else 0
        time.sleep(0.1)
    assert seen == 4
    page = f"{installed.url}/documents/{file['id']}/pages/1.png?highlight=plumbagoria"
    drawn = [requests.get(page, headers=headers, timeout=60) for _ in range(2)]
    assert [each.headers["content-type"] for each in drawn] == ["image/png"] * 2
