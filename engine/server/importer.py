"""Runs ``neo4j-admin database import``, which makes a database's store out of CSV files.

It is many times faster than transactions, but only ever makes a new database.
"""

import re
import shutil
import subprocess
import time
from collections.abc import Iterable, Sequence
from pathlib import Path

from engine.errors import ClewError
from engine.graph.record.column import BETWEEN, BROKEN, DELIMITER, QUOTE, argument
from engine.process.watchdog import how_it_ended, watchdog_command
from engine.progress import Progress
from engine.server.child import pipe, tail
from engine.server.java import ADMIN, ENVIRONMENT, java_command
from engine.server.memory import Memory

STORE_RATIO = 4
"""Bytes of a store, with what it takes while it is made, for each byte of the files."""
RESERVE = 200 << 20
"""Bytes of the disk that are to stay free."""
FLOOR = 8 << 20
"""With fewer bytes free a disk counts as full: Neo4j's import would try to write for ever then."""
STEP = re.compile(rb"\((\d)/(\d)\) ([A-Z][a-z ]+[a-z]) ")
"""Number, number of steps and name of a step, as the import prints them."""
PERCENT = re.compile(rb"(\d+)% ")
IMPORTED = re.compile(rb"^ +(\d+) (nodes|relationships)$", re.M)
"""How much there is in the end, as the import prints it."""
INTERVAL = 0.05
"""Seconds between two looks at the import."""
LARGE = 96 << 20
"""From so many bytes of files on, Java's best compiler and collector save more than they cost."""
SHORT = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
"""Java's options for fewer."""


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
        """``options`` are for Java, in place of those that use the class cache."""
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
        if self._free() < self._need():
            raise self._no_room()

    def _free(self) -> int:
        return shutil.disk_usage(self._files).free

    def _need(self) -> int:
        """The bytes that the import takes, about."""
        return self.size() * STORE_RATIO + RESERVE

    def _no_room(self) -> ClewError:
        need, free = self._need() / 2**30, self._free() / 2**30
        return ClewError(
            f"the import needs about {need:.1f} GiB on the disk of {self._home.parent.parent}, "
            f"{free:.1f} GiB are free: nothing has changed, make room and start again"
        )

    def command(self, names: Iterable[str]) -> list[str]:
        """The command line that imports the files of these names; it runs in their folder."""
        groups: dict[tuple[bool, str], list[str]] = {}
        for name in sorted(names):
            groups.setdefault(argument(name.removesuffix(BROKEN)), []).append(name)
        flags = [f"-Xmx{self._memory.heap_mb}m", *(SHORT if self.size() < LARGE else ())]
        java = java_command(self._classpath, ADMIN, flags, self._options)
        command = [*java, "database", "import", "full", "neo4j"]
        multiline = [name for group in groups.values() for name in group if name.endswith(BROKEN)]
        command += [f"--{name}={value}" for name, value in self._settings(multiline).items()]
        for (are_nodes, labels), group in groups.items():
            header = f"{group[0].removesuffix(BROKEN)}.header"
            files = ",".join([header, *(f"{name}.csv" for name in group)])
            command.append(f"--{'nodes' if are_nodes else 'relationships'}={labels}={files}")
        return command

    def _settings(self, multiline: Sequence[str]) -> dict[str, str]:
        """The import's options; in some files values may have line breaks."""
        settings = {
            "delimiter": code_point(DELIMITER),
            "array-delimiter": code_point(BETWEEN),
            "quote": code_point(QUOTE),
            "path-pattern-style": "none",
            "max-off-heap-memory": f"{self._memory.total_mb // 2}m",
            "report-file": str(self._console.with_name("report.log")),
        }
        if multiline:  # for these files alone, as the import reads such files more slowly
            settings["multiline-fields-format"] = "v2"
            settings["multiline-fields"] = ",".join(f"{name}.csv" for name in multiline)
        return settings

    def start(self, names: Iterable[str]) -> None:
        """Start the import of these files; it ends when this process does."""
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

    def wait(self, progress: Progress, expected: tuple[int, int]) -> None:
        """Wait for the import; ``expected`` are the numbers of nodes and of relationships.

        Raises ClewError where it fails, imports other numbers, or the disk is full.
        """
        assert self._process is not None
        reported = ""
        while self._process.poll() is None:
            if (step := self._step()) != reported:
                reported = step
                progress(f"Importing {expected[0]:,} nodes and {expected[1]:,} relationships{step}")
            if self._free() < FLOOR:
                raise self._no_room()
            time.sleep(INTERVAL)
        counts = {kind: int(count) for count, kind in IMPORTED.findall(self._output())}
        imported = counts.get(b"nodes"), counts.get(b"relationships")
        if self._process.returncode or imported != expected:
            raise ClewError(
                f"Neo4j could not import the files: {how_it_ended(self._process.returncode)}. "
                f"It says:\n{tail(self._console)}"
            )

    def _output(self) -> bytes:
        return self._console.read_bytes() if self._console.exists() else b""

    def _step(self) -> str:
        """The step that it is at, in brackets; nothing before the first."""
        output = self._output()
        steps = list(STEP.finditer(output))
        if not steps:
            return ""
        number, of, name = (group.decode() for group in steps[-1].groups())
        percents = PERCENT.findall(output, steps[-1].end())
        percent = f" {int(percents[-1])} %" if percents else ""
        return f" ({number} of {of}, {name.lower()}{percent})"

    def stop(self) -> None:
        """End the import, if it still runs."""
        if self._process is not None:
            pipe(self._process.stdin).close()
            self._process.wait()


def code_point(character: str) -> str:
    """A character as an option of the import names it."""
    return f"U+{ord(character):04X}"
