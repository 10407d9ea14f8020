"""A running Neo4j: started as a child of this process, or joined where another process runs it.

One process per data folder runs the server, and holds the folder's lock for as long. A watchdog
between us and Neo4j ends the server when we are gone, however we died. Should even that fail, the
next start finds the orphaned server by its home folder and ends it first.
"""

import json
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

import psutil

from engine.errors import ServerUnavailable
from engine.lock import is_locked
from engine.process.watchdog import STOP_TIMEOUT, how_it_ended
from engine.progress import Progress
from engine.server import jar
from engine.server.child import check_room
from engine.server.home import Home, held, home_of, write_secret
from engine.server.java import ADMIN, ENVIRONMENT, SERVER, java_command
from engine.server.launch import Launch
from engine.server.memory import Memory, machine_mb
from engine.server.orphan import end_orphans
from engine.server.replacement import Replacement
from engine.settings import Settings

USER = "neo4j"
JOIN_TIMEOUT = 60.0
"""Seconds to wait for a server that another process is starting."""
SMALL_HEAP_MB = 4096
"""Up to here Java's parallel collector is the faster one; larger heaps need shorter pauses."""


class Server:
    """A running Neo4j, with what it takes to connect to it; a context manager that stops it."""

    user = USER

    def __init__(self, port: int, password: str, memory: dict[str, int]) -> None:
        """Use ``start`` or ``join``."""
        self.port = port
        self.uri = f"bolt://127.0.0.1:{port}"
        self.password = password
        self.memory = memory
        """MiB in all, of heap and of page cache, by the names of Memory's fields."""
        self.pid = 0
        self.launch: Launch | None = None
        """How this process started it, and starts it again; None where another process did."""
        self.guarded = False
        """Whether this process starts it again when it dies."""
        self._holder: Path | None = None
        """The lock of the process that started it, where that is another one."""
        self._closing = ExitStack()

    def comes_back(self) -> bool:
        """Whether somebody starts it again when it dies, as far as this process can tell."""
        return self.guarded if self._holder is None else is_locked(self._holder)

    @classmethod
    def start(cls, settings: Settings, progress: Progress) -> "Server":
        """Start the server of this data folder; raises EngineInUse if another process runs it."""
        home = home_of(settings)
        with ExitStack() as stack:
            stack.enter_context(held(home.lock))
            server = cls.run(home, settings, progress)
            stack.push(server._closing.pop_all())
            server._closing = stack.pop_all()
        return server

    @classmethod
    def run(
        cls,
        home: Home,
        settings: Settings,
        progress: Progress,
        options: Sequence[str] = (),
        stop_timeout: float = STOP_TIMEOUT,
    ) -> "Server":
        """Start the server of a data folder that we hold; raises ServerUnavailable.

        ``options`` are for Java, in place of those that use the class cache. The server is killed
        if it does not end in ``stop_timeout`` seconds when it is to stop.
        """
        memory = Memory.fit(settings, machine_mb())
        check_room(home)
        end_orphans(home, progress)
        Replacement(home.data).install()
        classpath = jar.fetch(progress, home.path / "jars.json")
        port = free_port()
        home.prepare(port, memory)
        server = cls(port, home.read_password(), asdict(memory))
        progress("Starting Neo4j …")
        if not home.started_before():
            home.first_start.touch()
            set_password(home, classpath)
        with ExitStack() as stack:
            flags = [*memory_flags(memory), *settings.java_options.split()]
            java = java_command(classpath, SERVER, flags, options)
            folders = [f"--home-dir={home.path}", f"--config-dir={home.path / 'conf'}"]
            command = [*java, *folders]
            server.launch = Launch(home, command, stop_timeout)
            stack.callback(home.record.unlink, missing_ok=True)
            stack.callback(server.launch.stop)
            server.begin(progress)
            home.first_start.unlink(missing_ok=True)
            home.imported.unlink(missing_ok=True)
            server._closing = stack.pop_all()
        return server

    def begin(self, progress: Progress) -> None:
        """Start the process, perhaps again, and wait until it answers; raises ServerUnavailable.

        Its port stays the same, so that all who are connected find it again.
        """
        assert self.launch is not None
        self.pid = self.launch.begin(progress)
        record = {"pid": self.pid, "port": self.port, "memory": self.memory}
        write_secret(self.launch.home.record, json.dumps(record))

    @classmethod
    def join(cls, settings: Settings, timeout: float = JOIN_TIMEOUT) -> "Server":
        """The server that another process runs on this data folder; waits while it starts.

        Raises ServerUnavailable where none runs after ``timeout`` seconds.
        """
        home = home_of(settings)
        end = time.monotonic() + timeout
        while is_locked(home.lock) and time.monotonic() < end:
            with suppress(OSError, ValueError, psutil.NoSuchProcess):
                record = json.loads(home.record.read_text(encoding="utf-8"))
                # a record may be left over, and its process id belong to another program by now
                if f"--home-dir={home.path}" in psutil.Process(record["pid"]).cmdline():
                    server = cls(record["port"], home.read_password(), record["memory"])
                    server.pid, server._holder = record["pid"], home.lock
                    return server
            time.sleep(0.1)
        raise ServerUnavailable(f"No running Neo4j on {home.data} to join; start it with `clew up`")

    def stop(self) -> None:
        """End the server if we started it, then release the data folder; may be called twice."""
        self._closing.close()

    def __enter__(self) -> "Server":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def set_password(home: Home, classpath: Sequence[Path]) -> None:
    """Give the database its password before its first start; raises ServerUnavailable."""
    # the optimizing compiler costs such a short run more than it saves
    quick = java_command(classpath, ADMIN, ["-XX:TieredStopAtLevel=1"])
    # named by its file, so that no list of processes shows the password
    command = [*quick, "dbms", "set-initial-password", f"@{home.password}"]
    paths = {"NEO4J_HOME": str(home.path), "NEO4J_CONF": str(home.path / "conf")}
    result = subprocess.run(
        command, env=ENVIRONMENT | paths, capture_output=True, text=True, start_new_session=True
    )
    if result.returncode:
        output = f"{how_it_ended(result.returncode)}\n{result.stdout}{result.stderr}".strip()
        raise ServerUnavailable(f"Neo4j did not take its first password: {output}")


def memory_flags(memory: Memory) -> list[str]:
    """Java's options for this memory."""
    collector = "-XX:+UseParallelGC" if memory.heap_mb <= SMALL_HEAP_MB else "-XX:+UseG1GC"
    return [f"-Xms{min(memory.heap_mb, 512)}m", f"-Xmx{memory.heap_mb}m", collector]
