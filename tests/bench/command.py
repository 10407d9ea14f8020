"""Runs whole commands, and tells how long they took, on how many processors, and in what memory."""

import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

LOOK = 0.1
"""Seconds between two looks at the processes."""
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Done:
    """What a command took."""

    seconds: float
    """Wall time."""
    cpu: float
    """Seconds of processors, of all processes of the command together, without Java."""
    megabytes: float
    """The most memory that they had together: what they share counts once (PSS)."""
    output: str
    ended: bool = True
    """Whether it came to its end in the time that it had."""

    def __str__(self) -> str:
        told = f"{self.seconds:7.1f} s, {self.cpu:7.1f} s of CPU, {self.megabytes:5.0f} MB"
        return told if self.ended else f"{told}, not ended by then"


def run(
    command: Sequence[str], folder: Path, limit: float | None = None, **environment: str
) -> Done:
    """Run a command in a folder, for ``limit`` seconds at most; raises CalledProcessError."""
    start, peak, over = time.monotonic(), 0.0, threading.Event()
    spent: dict[int, float] = {}
    with (folder / "output").open("w+", encoding="utf-8") as file:
        process = subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, **environment},
            stdout=file,
            stderr=subprocess.STDOUT,
            text=True,
        )

        def watch() -> None:
            nonlocal peak
            while not over.wait(LOOK):
                pids = list(family(process.pid))
                peak = max(peak, sum(map(memory, pids)))
                spent.update((pid, seconds) for pid in pids if (seconds := cpu(pid)) is not None)

        thread = threading.Thread(target=watch)
        thread.start()
        ended = True
        try:
            process.wait(limit)
        except subprocess.TimeoutExpired:
            ended = False
            process.kill()
            process.wait()
        over.set()
        thread.join()
        file.seek(0)
        output = file.read()
    if process.returncode and ended:
        raise subprocess.CalledProcessError(process.returncode, command, output)
    return Done(time.monotonic() - start, sum(spent.values()), peak, output, ended)


def family(pid: int) -> Iterator[int]:
    """A process and those below it, without Java."""
    try:
        if "java" in Path(f"/proc/{pid}/comm").read_text():
            return
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    yield pid
    for child in children:
        yield from family(int(child))


def java(pid: int) -> float:
    """The seconds of processors that the Java processes below a process have had."""
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        named = {child: Path(f"/proc/{child}/comm").read_text() for child in children}
    except OSError:
        return 0.0
    return sum(
        (cpu(int(child)) or 0.0) if "java" in name else java(int(child))
        for child, name in named.items()
    )


def memory(pid: int) -> float:
    """The megabytes of a process: what it shares counts in parts."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def cpu(pid: int) -> float | None:
    """The seconds of processors that a process has had; None where it is gone."""
    try:
        values = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return (int(values[11]) + int(values[12])) / TICKS
