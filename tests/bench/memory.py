"""How much memory does `clew load` take, and does a file ten times as long take more?

    python tests/bench/memory.py [ENTITIES]
    python tests/bench/memory.py --offline [FILE…]

Loads generated companies and ownerships, then ten times as many, each in a child process on one
running Neo4j: first beside an engine that keeps the index, as `clew up` does; then alone, where the
child keeps the index itself. Alone it also loads twenty times as many, as the index's buffers are
full only after some 50,000 entities.

Prints the peak of each child and its ratio to the one before: its resident memory, sampled, and the
part of it that no file backs. Tantivy maps the index into memory, which the system takes back when
it must. Wanted are less than 400 MiB, and a last ratio of about 1.

With ``--offline`` each file, or 150,000 and 1,000,000 generated entities, fills a data folder of
its own. Prints the peak of each kind of process, of all but Java together, and of Java. Memory that
processes share is divided among them (PSS).
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from threading import Event

import psutil

from engine.engine import Engine
from engine.server.server import Server
from engine.settings import Settings

MIB = 1024 * 1024
Peaks = dict[str, float]


def entities(count: int) -> Iterator[dict[str, object]]:
    """Half companies, of which some share a phone number in pairs, and half ownerships."""
    chosen, half = random.Random(count), count // 2
    for number in range(half):
        properties = {
            "name": [f"Company {chosen.randrange(10**9)} Holding"],
            "country": [chosen.choice(["dk", "cy"])],
        }
        properties["registrationNumber"] = [f"R{number:09}"]
        if number % 10 < 2:
            properties["phone"] = [f"+3595{number // 2:07}"]
        yield {"id": f"c{number}", "schema": "Company", "properties": properties}
        ends = {"owner": [f"c{chosen.randrange(half)}"], "asset": [f"c{number}"]}
        yield {
            "id": f"o{number}",
            "schema": "Ownership",
            "properties": {**ends, "percentage": ["25"]},
        }


def peak(file: Path, dataset: str, data: Path) -> tuple[float, float]:
    """Load a file; returns the peak resident memory, and that which no file backs, in MiB."""
    command = [sys.executable, "-m", "cli", "load", str(file), "--dataset", dataset]
    child = subprocess.Popen(command, env={**os.environ, "CLEW_DATA": str(data)})
    process, whole, private = psutil.Process(child.pid), 0, 0
    while child.poll() is None:
        try:
            memory = process.memory_info()
        except psutil.NoSuchProcess:
            break
        whole, private = max(whole, memory.rss), max(private, memory.rss - memory.shared)
        time.sleep(0.02)
    assert child.wait() == 0
    return whole / MIB, private / MIB


def offline(file: Path, data: Path) -> tuple[Peaks, Peaks]:
    """Fill a folder from a file; returns the peaks by kind of process, in MiB.

    The first are of all memory, the second of the part that no file backs.
    """
    command = [sys.executable, "-m", "cli", "load", "--offline", str(file), "--dataset", "d"]
    child = subprocess.Popen(command, env={**os.environ, "CLEW_DATA": str(data)})
    process, peaks = psutil.Process(child.pid), (Peaks(), Peaks())
    while child.poll() is None:
        now: tuple[Peaks, Peaks] = Peaks(), Peaks()
        with suppress(psutil.NoSuchProcess, psutil.ZombieProcess):
            for kind, each in kinds(process):
                for total, memory in zip(now, proportional(each.pid), strict=True):
                    total[kind] = total.get(kind, 0) + memory
        for total, most in zip(now, peaks, strict=True):
            total["all but Java"] = sum(total.values()) - total.get("Java", 0)
            most |= {kind: max(memory, most.get(kind, 0)) for kind, memory in total.items()}
        time.sleep(0.2)
    assert child.wait() == 0
    return peaks


def proportional(pid: int) -> tuple[float, float]:
    """A process's share of memory (PSS), and that which no file backs, in MiB; 0 after its end."""
    try:
        said = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0.0, 0.0
    sizes = {line.split(":")[0]: int(line.split()[1]) / 1024 for line in said.splitlines()[1:]}
    return sizes["Pss"], sizes["Pss_Anon"]


def kinds(main: psutil.Process) -> Iterator[tuple[str, psutil.Process]]:
    """The processes of a load, and what each does: its copies check, the last one indexes."""
    yield "main", main
    copies = []
    for each in main.children(recursive=True):
        if each.name() == "java":
            yield "Java", each
        elif each.ppid() == main.pid and each.cmdline() == main.cmdline():
            copies.append(each)
        else:
            yield "watching", each
    copies.sort(key=lambda each: each.pid)
    yield from (("indexing" if each is copies[-1] else "checking", each) for each in copies)


def filled(files: list[Path], folder: Path) -> None:
    """Fill folders from files; print the peaks, each with its ratio to the one before."""
    before: tuple[Peaks, Peaks] | None = None
    for number, file in enumerate(files):
        peaks = offline(file, folder / f"data{number}")
        for kind, whole in peaks[0].items():
            private = peaks[1][kind]
            ratio = (
                f"; ratios {whole / before[0][kind]:.2f}, {private / before[1][kind]:.2f}"
                if before
                else ""
            )
            print(
                f"{file.name}, {kind}: {whole:.0f} MiB, {private:.0f} MiB of it in no file{ratio}",
                flush=True,
            )
        before = peaks


def written(size: int, folder: Path) -> Path:
    """Write a file of ``size`` entities."""
    file = folder / f"{size}.ftm.json"
    with file.open("w") as lines:
        lines.writelines(json.dumps(entity) + "\n" for entity in entities(size))
    return file


def follow(engine: Engine, ended: Event) -> None:
    """Keep the index, as `clew up` does."""
    while not ended.wait(1):
        engine.follow()


def measured(sizes: list[int], data: Path, kept: str) -> None:
    """Load files of these sizes, and print the peaks, each with its ratio to the one before."""
    before: tuple[float, float] | None = None
    for size in sizes:
        whole, private = peak(written(size, data.parent), f"{kept}_{size}", data)
        ratio = f"; ratios {whole / before[0]:.2f}, {private / before[1]:.2f}" if before else ""
        print(
            f"{kept}, {size:,} entities: {whole:.0f} MiB, "
            f"{private:.0f} MiB of it in no file{ratio}",
            flush=True,
        )
        before = whole, private


def main() -> None:
    """Measure beside an engine, then alone; or what ``--offline`` takes."""
    if sys.argv[1:2] == ["--offline"]:
        with tempfile.TemporaryDirectory() as folder:
            files = [Path(name) for name in sys.argv[2:]]
            filled(
                files or [written(size, Path(folder)) for size in (150_000, 1_000_000)],
                Path(folder),
            )
        return
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder) / "data")
        with Engine.open(settings, lambda _: None) as engine, ThreadPoolExecutor(1) as pool:
            ended = Event()
            keeping = pool.submit(follow, engine, ended)
            try:
                measured([count, 10 * count], settings.data, "beside")
            finally:
                ended.set()
            keeping.result()
        with Server.start(settings, lambda _: None):
            measured([count, 10 * count, 20 * count], settings.data, "alone")


if __name__ == "__main__":
    main()
