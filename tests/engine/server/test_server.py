"""Neo4j as a child: private, one per data folder, gone when we are, restarted after any death."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import neo4j
import psutil
import pytest

from engine.errors import BadInput, EngineInUse, ServerUnavailable
from engine.server.child import Child
from engine.server.home import Home, held
from engine.server.java import SERVER
from engine.server.memory import Memory
from engine.server.orphan import end_orphans
from engine.server.server import Server
from engine.settings import Settings
from tests.prepared import Prepared, brief

ROOT = Path(__file__).parents[3]
PARENT = """
import sys, time
from pathlib import Path
from engine.server.server import Server
from tests.prepared import brief
settings = brief(Path(sys.argv[1]))
server = Server.start(settings, lambda line: None)
print(server.pid, flush=True)
time.sleep(600)
"""

pytestmark = pytest.mark.usefixtures("class_caches")


def ask(server: Server, statement: str) -> object:
    """The one value that a statement answers."""
    with neo4j.GraphDatabase.driver(server.uri, auth=(server.user, server.password)) as driver:
        return driver.execute_query(statement).records[0][0]


def gone(pid: int) -> bool:
    """Does this process end within half a minute?"""
    try:
        psutil.Process(pid).wait(30)
    except psutil.NoSuchProcess:
        return True
    except psutil.TimeoutExpired:
        return False
    return True


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, Settings]]:
    """One server for this module, in a folder with a difficult name."""
    settings = brief(tmp_path_factory.mktemp("server") / "dåta $1")
    with Server.start(settings, print) as server:
        yield server, settings
    assert gone(server.pid)
    assert not Home(settings.data).record.exists()


def test_it_answers_on_loopback_alone(running: tuple[Server, Settings]) -> None:
    server, settings = running
    assert ask(server, "RETURN 1") == 1
    listening = [
        c for c in psutil.Process(server.pid).net_connections("inet") if c.status == "LISTEN"
    ]
    assert {re.sub("^::ffff:", "", c.laddr.ip) for c in listening} == {"127.0.0.1"}
    assert [str(c.laddr.port) for c in listening] == [server.uri.rpartition(":")[2]]
    assert server.memory["heap_mb"] == 512
    assert psutil.pid_exists(server.pid)
    assert not Home(settings.data).first_start.exists()


def test_the_password_is_for_its_owner(running: tuple[Server, Settings]) -> None:
    server, settings = running
    path = settings.data / "neo4j-password"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text() == server.password
    assert server.password not in " ".join(psutil.Process(server.pid).cmdline())


def test_a_second_engine_is_told_who_holds_the_folder(running: tuple[Server, Settings]) -> None:
    _, settings = running
    with pytest.raises(EngineInUse, match=rf"in use by another Clew, process {os.getpid()}\."):
        Server.start(settings, print)


def test_a_second_process_may_join(running: tuple[Server, Settings]) -> None:
    server, settings = running
    with Server.join(settings) as joined:
        assert (joined.uri, joined.password, joined.memory) == (
            server.uri,
            server.password,
            server.memory,
        )
    assert psutil.pid_exists(server.pid)


def test_ctrl_c_does_not_reach_it(running: tuple[Server, Settings]) -> None:
    server, _ = running
    assert os.getsid(server.pid) != os.getsid(0)


def test_death_of_the_parent_and_of_the_server(prepared: Prepared, tmp_path: Path) -> None:
    prepared(tmp_path)
    command = [sys.executable, "-c", PARENT, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
        assert parent.stdout is not None
        first = int(parent.stdout.readline())
        parent.kill()
    assert (tmp_path / "neo4j" / "server.json").exists()  # nobody was left to take it away
    with Server.start(brief(tmp_path), print) as second:  # waits for what is left of the first
        assert not psutil.pid_exists(first)
        assert ask(second, "CREATE (n:Kept) RETURN 1") == 1
        watchdog = psutil.Process(second.pid).parent()
        assert watchdog is not None
        os.kill(second.pid, signal.SIGKILL)
        assert gone(second.pid)
        assert gone(watchdog.pid)
    with Server.start(brief(tmp_path), print) as third:
        assert ask(third, "MATCH (n:Kept) RETURN count(n)") == 1


def test_a_dead_watcher_takes_the_server_along(tmp_path: Path) -> None:
    code = "import time; time.sleep(600)"
    home = Home(tmp_path)
    home.console.parent.mkdir(parents=True)
    child = Child(home, [sys.executable, "-c", code])
    child.process.kill()
    assert gone(child.pid)
    child.stop()


def test_what_an_earlier_run_left_is_ended(tmp_path: Path) -> None:
    mark = f"--home-dir={tmp_path / 'neo4j'}"
    code = "import time; time.sleep(600)"
    said: list[str] = []
    with subprocess.Popen([sys.executable, "-c", code, SERVER, mark]) as left:
        while left.poll() is None and mark not in psutil.Process(left.pid).cmdline():
            pass
        end_orphans(Home(tmp_path), said.append)
        assert left.wait(10) is not None
    assert said == [f"Ending a Neo4j that an earlier run left behind (process {left.pid}) …"]


def test_a_failed_start_says_why_and_lets_go(tmp_path: Path) -> None:
    with pytest.raises(ServerUnavailable, match="Too small maximum heap"):
        Server.start(Settings(data=tmp_path, heap_mb=1), print)
    with held(tmp_path / "clew.lock"):
        pass


def test_a_broken_first_start_is_cleared_away(tmp_path: Path) -> None:
    home = Home(tmp_path)
    system = tmp_path / "neo4j" / "data" / "databases" / "system"
    system.mkdir(parents=True)
    home.prepare(7687, Memory(1024, 512, 256))
    assert system.exists()
    home.first_start.touch()
    home.prepare(7687, Memory(1024, 512, 256))
    assert not home.started_before()
    assert home.read_password()


def test_a_lost_password_is_explained(tmp_path: Path) -> None:
    (tmp_path / "neo4j" / "data" / "databases" / "system").mkdir(parents=True)
    with pytest.raises(ServerUnavailable, match="Put that file back"):
        Server.start(brief(tmp_path), print)


def test_nothing_to_join(tmp_path: Path) -> None:
    with pytest.raises(ServerUnavailable, match="No running Neo4j"):
        Server.join(brief(tmp_path))
    with held(tmp_path / "clew.lock"), pytest.raises(ServerUnavailable, match="No running Neo4j"):
        Server.join(brief(tmp_path), timeout=0.2)


def test_a_stale_lock_file_holds_nobody(tmp_path: Path) -> None:
    (tmp_path / "clew.lock").write_text("1")
    with held(tmp_path / "clew.lock"):
        assert (tmp_path / "clew.lock").read_text() == str(os.getpid())


def test_a_file_is_no_data_folder(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInput, match="cannot be a folder"):
        Server.start(brief(tmp_path / "file"), print)


@pytest.mark.parametrize(
    ("total", "heap", "cache"),
    [(1024, 512, 256), (6000, 1000, 1000), (24000, 4000, 4000), (96000, 4096, 8192)],
)
def test_memory_fits_the_machine(total: int, heap: int, cache: int) -> None:
    assert Memory.fit(Settings(), total) == Memory(total, heap, cache)
    assert Memory.fit(Settings(heap_mb=700, pagecache_mb=300), total) == Memory(total, 700, 300)


def test_memory_is_no_negative_number() -> None:
    with pytest.raises(BadInput, match="CLEW_HEAP_MB"):
        Memory.fit(Settings(heap_mb=-1), 1024)
