"""Two processes that work on one dataset: the second one is refused, and names the first."""

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
from click.testing import CliRunner

from cli.main import main
from cli.serving import follow
from engine.engine import Engine
from engine.errors import EngineInUse
from engine.graph.dataset.claim import claimed
from engine.settings import Settings
from tests.prepared import ENVIRONMENT, Prepared, brief

LINE = json.dumps({"id": "a", "schema": "Person", "properties": {"name": ["Ada"]}}) + "\n"
SLOW = "import time; print('{}', flush=True); time.sleep(120)"
Bolt = tuple[str, str, str]


class Commands:
    """Real `clew` commands, each on one of two data folders: here, or in processes of their own."""

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

    def environment(self, data: str) -> dict[str, str]:
        """The settings of commands on one of the data folders."""
        folders = {"DATA": self.path / data, "CATALOG": self.path / "catalog.yml"}
        named = {f"CLEW_{name}": str(path) for name, path in folders.items()}
        return ENVIRONMENT | self.shared | named

    def begin(self, *arguments: str, data: str = "one") -> subprocess.Popen[str]:
        """Start a command."""
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
        child = subprocess.Popen(
            [sys.executable, "-m", "cli", *arguments],
            env=os.environ | self.environment(data),
            text=True,
            **pipes,
        )
        self.running.append(child)
        return child

    def held(self, *arguments: str, dataset: str = "d", data: str = "one") -> subprocess.Popen[str]:
        """Start a command, and wait until it has claimed its dataset."""
        child, end = self.begin(*arguments, data=data), time.monotonic() + 120
        lock = self.path / data / f"dataset-{dataset}.lock"
        while not lock.exists() or str(child.pid) not in lock.read_text():
            assert child.poll() is None, child.communicate()
            assert time.monotonic() < end
            time.sleep(0.02)
        return child

    def run(self, *arguments: str, data: str = "one") -> tuple[int, str]:
        """The exit code of a command in this process, and the last line it printed."""
        result = CliRunner(env=self.environment(data)).invoke(main, arguments)
        return result.exit_code, (result.stderr + result.stdout).strip().splitlines()[-1]

    def load(self, dataset: str = "d", data: str = "one") -> tuple[int, str]:
        """The exit code of a load, and the last line it printed."""
        return self.run("load", str(self.path / "in.json"), "--dataset", dataset, data=data)

    def end(self) -> None:
        """Kill the processes that still run."""
        for child in self.running:
            child.kill()
            child.communicate()


@pytest.fixture
def commands(prepared: Prepared, tmp_path: Path) -> Iterator[Commands]:
    prepared(tmp_path / "one")
    started = Commands(tmp_path)
    yield started
    started.end()


def refusal(dataset: str, how: str) -> tuple[int, str]:
    """The exit code and the last line of the second process."""
    return 1, f"clew: {dataset} is being {how}: wait until that is done, or end it, and start again"


def test_the_second_load_names_the_first(commands: Commands) -> None:
    first = commands.held("load", "-", "--dataset", "d")
    assert commands.load() == refusal("d", f"loaded by process {first.pid}")
    os.kill(first.pid, signal.SIGKILL)
    assert commands.load()[0] == 0
    assert not (commands.path / "one" / "dataset-d.lock").exists()


def test_loads_crawls_and_deletions_exclude_each_other(commands: Commands) -> None:
    settings = brief(commands.path / "one")
    with Engine.open(settings, progress=lambda _: None) as engine, keeping(engine):
        assert commands.load()[0] == 0
        first = commands.held("load", "-", "--dataset", "d")
        refused = refusal("d", f"loaded by process {first.pid}")
        assert commands.run("crawl", "d") == refused
        assert commands.run("dataset", "delete", "d", "--yes") == refused
        assert commands.load("other")[0] == 0
        assert "d: 1 read" in first.communicate(LINE, timeout=60)[0]
        crawl = commands.held("crawl", "slow", dataset="slow")
        assert commands.load("slow") == refusal("slow", f"crawled by process {crawl.pid}")
        assert commands.run("crawl", "slow") == refusal("slow", f"crawled by process {crawl.pid}")
        assert commands.run("crawl", "d")[0] == 0
        assert [run.outcome for run in engine.runs("slow", 1)] == ["running"]
        crawl.kill()
        crawl.communicate()
        assert [run.outcome for run in engine.runs("slow", 1)] == ["interrupted"]
        assert commands.load("slow")[0] == 0
        assert commands.run("dataset", "delete", "d", "--yes") == (0, "d: deleted, 1 records")
        assert engine.check() == []


@contextmanager
def keeping(engine: Engine) -> Iterator[None]:
    """The index follows the graph, as with ``clew up``."""
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
    commands = Commands(tmp_path, bolt)
    try:
        first = commands.held("load", "-", "--dataset", "d")
        code, message = commands.load(data="two")
        assert code == 1
        assert message.startswith(
            f"clew: d is being loaded by process {first.pid} on {socket.gethostname()} "
            "(neo4j-transaction-"
        )
        assert commands.load("other", data="two")[0] == 0
        with (
            pytest.raises(EngineInUse, match=f"process {first.pid} on"),
            fresh_engine.claim("d", "deleted"),
        ):
            pass
        first.kill()
        first.communicate()
        assert commands.load(data="two")[0] == 0
        with fresh_engine.claim("d", "deleted"):
            assert commands.load(data="two")[1].startswith(
                f"clew: d is being deleted by process {os.getpid()} on "
            )
    finally:
        commands.end()


def test_a_lock_file_that_its_holder_deletes_is_not_held_twice(tmp_path: Path) -> None:
    """Many processes, each of which holds it for some moments: no two at once."""
    script = (
        "import sys, time, pathlib\n"
        "from engine.errors import EngineInUse\n"
        "from engine.graph.dataset.claim import claimed\n"
        "data, end, held = pathlib.Path(sys.argv[1]), time.monotonic() + 100, 0\n"
        "print(flush=True)\n"
        "sys.stdin.readline()\n"
        "while held < 100 and time.monotonic() < end:\n"
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
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    children = [subprocess.Popen(command, text=True, **pipes) for _ in range(4)]
    for child in children:  # they begin together
        child.stdout.readline()
    for child in children:
        child.stdin.write("\n")
        child.stdin.flush()
    counts = [int(child.communicate(timeout=120)[0]) for child in children]
    assert [child.returncode for child in children] == [0] * 4
    assert counts == [100] * 4
    assert list(tmp_path.iterdir()) == []


def test_a_bad_name_of_a_dataset_makes_no_lock(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path)
    for name in ("../d", "", "D"):
        with (
            pytest.raises(Exception, match="cannot name a dataset"),
            claimed(settings.data, name, "loaded"),
        ):
            pass
    assert list(tmp_path.iterdir()) == []
