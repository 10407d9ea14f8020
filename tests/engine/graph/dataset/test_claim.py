"""Two processes at work on one dataset: the second is told who the first is, whatever the two of them do."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest

from cli.up import follow
from engine.engine import Engine
from engine.errors import EngineInUse
from engine.graph.dataset.claim import claimed
from engine.settings import Settings

LINE = json.dumps({"id": "a", "schema": "Person", "properties": {"name": ["Ada"]}}) + "\n"
SLOW = "import time; print('{}', flush=True); time.sleep(120)"
Bolt = tuple[str, str, str]


class Clews:
    """Real processes, each on one of two data folders."""

    def __init__(self, path: Path, bolt: Bolt | None = None) -> None:
        self.path = path
        self.shared = dict(
            zip(
                ("CLEW_NEO4J_URI", "CLEW_NEO4J_USER", "CLEW_NEO4J_PASSWORD"),
                bolt or (),
                strict=False,
            )
        )
        self.running: list[subprocess.Popen[str]] = []
        (path / "in.json").write_text(LINE)
        crawled = {"name": "slow", "source": {"command": [sys.executable, "-c", SLOW]}}
        both = [crawled, {"name": "d", "source": {"path": "in.json"}}]
        (path / "catalog.yml").write_text(json.dumps({"datasets": both}))

    def begin(self, *arguments: str, data: str = "one") -> subprocess.Popen[str]:
        """A process that has begun."""
        given = {"CLEW_DATA": str(self.path / data), "CLEW_CATALOG": str(self.path / "catalog.yml")}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        child = subprocess.Popen(
            [sys.executable, "-m", "cli", *arguments],
            env=os.environ | self.shared | given,
            text=True,
            **pipes,
        )
        self.running.append(child)
        return child

    def held(self, *arguments: str, dataset: str = "d", data: str = "one") -> subprocess.Popen[str]:
        """A process that has begun and holds its dataset."""
        child, end = self.begin(*arguments, data=data), time.monotonic() + 120
        lock = self.path / data / f"dataset-{dataset}.lock"
        while not lock.exists() or str(child.pid) not in lock.read_text():
            assert child.poll() is None, child.communicate()
            assert time.monotonic() < end
            time.sleep(0.02)
        return child

    def run(self, *arguments: str, data: str = "one") -> tuple[int, str]:
        """How a process ended, and the last it said."""
        child = self.begin(*arguments, data=data)
        out, err = child.communicate(timeout=120)
        return child.returncode, (err + out).strip().splitlines()[-1]

    def load(self, dataset: str = "d", data: str = "one") -> tuple[int, str]:
        """How a whole load ended."""
        return self.run("load", str(self.path / "in.json"), "--dataset", dataset, data=data)

    def end(self) -> None:
        """End those that still run."""
        for child in self.running:
            child.kill()
            child.communicate()


@pytest.fixture
def clews(tmp_path: Path) -> Iterator[Clews]:
    found = Clews(tmp_path)
    yield found
    found.end()


def taken(dataset: str, how: str) -> tuple[int, str]:
    """How a process ends that came second."""
    return 1, f"clew: {dataset} is being {how}: wait until that is done, or end it, and start again"


def test_the_second_load_is_told_who_the_first_is(clews: Clews) -> None:
    first = clews.held("load", "-", "--dataset", "d")
    assert clews.load() == taken("d", f"loaded by process {first.pid}")
    os.kill(first.pid, signal.SIGKILL)
    assert clews.load()[0] == 0
    assert not (clews.path / "one" / "dataset-d.lock").exists()


def test_loads_crawls_and_deletions_exclude_each_other(clews: Clews) -> None:
    settings = Settings(data=clews.path / "one", heap_mb=512, pagecache_mb=256)
    with Engine.open(settings, progress=lambda _: None) as engine, keeping(engine):
        assert clews.load()[0] == 0
        first = clews.held("load", "-", "--dataset", "d")
        refused = taken("d", f"loaded by process {first.pid}")
        assert clews.run("crawl", "d") == refused
        assert clews.run("dataset", "delete", "d", "--yes") == refused
        assert clews.load("other")[0] == 0
        assert "d: 1 read" in first.communicate(LINE, timeout=60)[0]
        crawl = clews.held("crawl", "slow", dataset="slow")
        assert clews.load("slow") == taken("slow", f"crawled by process {crawl.pid}")
        assert clews.run("crawl", "slow") == taken("slow", f"crawled by process {crawl.pid}")
        assert clews.run("crawl", "d")[0] == 0
        assert [run.outcome for run in engine.runs("slow", 1)] == ["running"]
        crawl.kill()
        crawl.communicate()
        assert [run.outcome for run in engine.runs("slow", 1)] == ["interrupted"]
        assert clews.load("slow")[0] == 0
        assert clews.run("dataset", "delete", "d", "--yes") == (0, "d: deleted, 1 records")
        assert engine.check() == []


@contextmanager
def keeping(engine: Engine) -> Iterator[None]:
    """The index follows, as with ``clew up``."""
    stop = Event()
    with ThreadPoolExecutor(1) as pool:
        following = pool.submit(follow, engine, stop)
        try:
            yield
        finally:
            stop.set()
        following.result()


def test_processes_with_only_a_server_in_common_see_each_other(
    fresh_engine: Engine, bolt: Bolt, tmp_path: Path
) -> None:
    clews = Clews(tmp_path, bolt)
    try:
        first = clews.held("load", "-", "--dataset", "d")
        code, said = clews.load(data="two")
        how = f"clew: d is being loaded by process {first.pid} on {socket.gethostname()} (neo4j-transaction-"
        assert (code, said[: len(how)]) == (1, how)
        assert clews.load("other", data="two")[0] == 0
        with (
            pytest.raises(EngineInUse, match=f"process {first.pid} on"),
            fresh_engine.claim("d", "deleted"),
        ):
            pass
        first.kill()
        first.communicate()
        assert clews.load(data="two")[0] == 0
        with fresh_engine.claim("d", "deleted"):
            assert clews.load(data="two")[1].startswith(
                f"clew: d is being deleted by process {os.getpid()} on "
            )
    finally:
        clews.end()


def test_a_lock_that_its_holder_takes_away_is_not_held_twice(tmp_path: Path) -> None:
    """Many processes, each of which holds it for a moment: no two at once."""
    script = (
        "import sys, time, pathlib\n"
        "from engine.errors import EngineInUse\n"
        "from engine.graph.dataset.claim import claimed\n"
        "data, end, held = pathlib.Path(sys.argv[1]), time.monotonic() + 2, 0\n"
        "while time.monotonic() < end:\n"
        "    try:\n"
        "        with claimed(data, 'd', 'loaded'):\n"
        "            (data / 'inside').touch(exist_ok=False)\n"
        "            held += 1\n"
        "            (data / 'inside').unlink()\n"
        "    except EngineInUse:\n"
        "        pass\n"
        "print(held)\n"
    )
    command = [sys.executable, "-c", script, str(tmp_path)]
    children = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    counts = [int(child.communicate(timeout=60)[0]) for child in children]
    assert [child.returncode for child in children] == [0] * 4
    assert min(counts) > 0
    assert list(tmp_path.iterdir()) == []


def test_a_dataset_that_no_name_is_has_no_lock(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    for name in ("../d", "", "D"):
        with (
            pytest.raises(Exception, match="cannot name a dataset"),
            claimed(settings.data, name, "loaded"),
        ):
            pass
    assert list(tmp_path.iterdir()) == []
