"""Runs ``neo4j-admin database import``, which makes a database's store out of CSV files.

It is much faster than transactions, but only ever makes a new database.
"""

import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from engine.errors import ClewError
from engine.graph.record.column import BETWEEN, BROKEN, DELIMITER, QUOTE, argument
from engine.process.watchdog import how_it_ended, watchdog_command
from engine.server.child import pipe, tail
from engine.server.java import ADMIN, ENVIRONMENT, java_command
from engine.server.memory import Memory

STORE_RATIO = 4
"""Bytes of a store, with what it takes while it is made, for one of the files."""
RESERVE = 200 << 20
"""Bytes that are to stay free."""
FLOOR = 8 << 20
"""Bytes free on a disk that is as good as full: Neo4j's import would try to write for ever, and never say so."""
STEPS = re.compile(rb"\((\d)/(\d)\) ([A-Z][a-z ]+[a-z]) ")
PERCENT = re.compile(rb"(\d+)% ")
MADE = re.compile(rb"^ +(\d+) (nodes|relationships)$", re.M)
INTERVAL = 0.05
LARGE = 96 << 20
"""Bytes of files from which on Java's best compiler and collector save more than they cost."""
SHORT = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")


class Importer:
    """Makes the folder ``neo4j/data`` beneath ``path`` out of the files in ``files``."""

    def __init__(
        self,
        path: Path,
        files: Path,
        classpath: Sequence[Path],
        memory: Memory,
        options: Sequence[str] = (),
    ) -> None:
        """``options`` are for Java, in place of what it knows from a run before."""
        self._home = path / "neo4j"
        self._files = files
        self._console = path / "import.log"
        self._classpath = classpath
        self._memory = memory
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None

    def size(self) -> int:
        """The bytes of the files."""
        return sum(file.stat().st_size for file in self._files.iterdir())

    def check_room(self) -> None:
        """Raises ClewError where the disk has no room for the store."""
        if shutil.disk_usage(self._files).free < self.need():
            raise self.full()

    def need(self) -> int:
        """The bytes that the import takes, about."""
        return self.size() * STORE_RATIO + RESERVE

    def full(self) -> ClewError:
        """What is said where the disk has no room."""
        need, free = self.need() / 2**30, shutil.disk_usage(self._files).free / 2**30
        return ClewError(
            f"the import needs about {need:.1f} GiB on the disk of {self._home.parent.parent}, "
            f"{free:.1f} GiB are free: nothing has changed, make room and start again"
        )

    def command(self, names: Iterable[str]) -> list[str]:
        """The call that imports the files of these names, which stand in the folder where it runs."""
        found: dict[tuple[bool, str], list[str]] = {}
        for name in sorted(names):
            found.setdefault(argument(name.removesuffix(BROKEN)), []).append(name)
        chosen = {
            "delimiter": code(DELIMITER),
            "array-delimiter": code(BETWEEN),
            "quote": code(QUOTE),
            "path-pattern-style": "none",
            "max-off-heap-memory": f"{self._memory.total_mb // 2}m",
            "report-file": str(self._console.with_name("report.log")),
        }
        if broken := [
            f"{name}.csv" for each in found.values() for name in each if name.endswith(BROKEN)
        ]:
            chosen |= {"multiline-fields-format": "v2", "multiline-fields": ",".join(broken)}
        quick = SHORT if self.size() < LARGE else ()
        flags = [f"-Xmx{self._memory.heap_mb}m", *quick]
        command = [
            *java_command(self._classpath, ADMIN, flags, self._options),
            "database",
            "import",
            "full",
            "neo4j",
        ]
        command += [f"--{name}={value}" for name, value in chosen.items()]
        for (nodes, what), members in found.items():
            head = f"{members[0].removesuffix(BROKEN)}.header"
            files = ",".join([head, *(f"{member}.csv" for member in members)])
            command.append(f"--{'nodes' if nodes else 'relationships'}={what}={files}")
        return command

    def start(self, names: Iterable[str]) -> None:
        """Begin; it ends when this process does."""
        (self._home / "conf").mkdir(parents=True, exist_ok=True)
        paths = {"NEO4J_HOME": str(self._home), "NEO4J_CONF": str(self._home / "conf")}
        self._process = subprocess.Popen(
            watchdog_command(self.command(names), self._console),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            cwd=self._files,
            env=ENVIRONMENT | paths,
            process_group=0,
        )

    def wait(self, say: Callable[[str], None], expected: tuple[int, int]) -> None:
        """Wait until it has imported so many nodes and relationships; raises ClewError where it has not."""
        assert self._process is not None
        told = ""
        while self._process.poll() is None:
            if (now := self.progress()) != told:
                told = now
                say(f"Importing {expected[0]:,} nodes and {expected[1]:,} relationships{told}")
            if shutil.disk_usage(self._files).free < FLOOR:
                raise self.full()
            time.sleep(INTERVAL)
        made = {kind: int(count) for count, kind in MADE.findall(self._console.read_bytes())}
        if self._process.returncode or (made.get(b"nodes"), made.get(b"relationships")) != expected:
            raise ClewError(
                f"Neo4j could not import the files: {how_it_ended(self._process.returncode)}. "
                f"It says:\n{tail(self._console)}"
            )

    def progress(self) -> str:
        """How far it is."""
        said = self._console.read_bytes() if self._console.exists() else b""
        steps = list(STEPS.finditer(said))
        if not steps:
            return ""
        number, of, name = (group.decode() for group in steps[-1].groups())
        percents = PERCENT.findall(said, steps[-1].end())
        return f" ({number} of {of}, {name.lower()}{f' {int(percents[-1])} %' if percents else ''})"

    def stop(self) -> None:
        """End it, should it still run."""
        if self._process is not None:
            pipe(self._process.stdin).close()
            self._process.wait()


def code(character: str) -> str:
    """A character as an option names it."""
    return f"U+{ord(character):04X}"
