"""How fast is `clew load --offline` against an ordinary load, and its import against `neo4j-admin`?

    python tests/bench/offline.py [FILE.ftm.json.gz…]

Each loads the same files into a fresh data folder of its own. The first ratio is of the commands as
a whole: an ordinary load starts Neo4j and stops it, `--offline` does not. The second leaves that
out: an ordinary load counts from when its engine is open. The third counts as well what the first
start after an offline load takes longer than one on an empty folder, as Neo4j then makes the
constraints' indexes.

The import step is compared with `neo4j-admin`, with Java's own defaults, on the same files. That
has the machine for itself, while the import of the load shares it with the index.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.engine import Engine
from engine.process.worker import workers
from engine.server import jar
from engine.server.cache_builder import build_caches
from engine.server.importer import SHORT, Importer
from engine.server.java import ENVIRONMENT
from engine.server.memory import Memory, machine_mb
from engine.settings import Settings
from engine.sync.bulk import Bulk
from loaders.load.load import load
from loaders.load.offline import OfflineLoad, fill

DATA = Path(__file__).parents[3] / "shared" / "data" / "ftm"
FILES = [str(DATA / f"{name}.ftm.json.gz") for name in ("gleif_50k", "denmark_elite_2017")]
took: dict[str, float] = {}


def timed(owner: type, name: str) -> None:
    """Note how long a method takes."""
    inner: Callable[..., Any] = getattr(owner, name)

    def outer(*given: Any) -> Any:
        start = time.perf_counter()
        try:
            return inner(*given)
        finally:
            took[name] = time.perf_counter() - start

    setattr(owner, name, outer)


def kept(folder: Path) -> None:
    """Keep the files of an import, by links, when it ends."""
    inner = Importer.stop

    def outer(self: Importer) -> None:
        for file in self._files.iterdir():
            os.link(file, folder / file.name)
        inner(self)

    Importer.stop = outer  # type: ignore[method-assign]


def bare(folder: Path, files: Path, data: Path) -> float:
    """Seconds that `neo4j-admin` takes for the same files."""
    (folder / "neo4j" / "conf").mkdir(parents=True)
    importer = Importer(
        folder, files, jar.fetch(print, data / "neo4j" / "jars.json"), Memory(machine_mb(), 4096, 0)
    )
    command = [
        part
        for part in importer.command([file.stem for file in files.glob("*.csv")])
        if part not in SHORT
    ]
    paths = {"NEO4J_HOME": str(folder / "neo4j"), "NEO4J_CONF": str(folder / "neo4j" / "conf")}
    start = time.perf_counter()
    subprocess.run(
        command, cwd=files, env=ENVIRONMENT | paths, stdout=subprocess.DEVNULL, check=True
    )
    return time.perf_counter() - start


def opened(data: Path) -> tuple[Engine, float]:
    """An engine, and how long it took to open."""
    start = time.perf_counter()
    engine = Engine.open(Settings(data=data), lambda _: None)
    return engine, time.perf_counter() - start


def ordinary(data: Path, files: list[str]) -> tuple[float, float, float]:
    """Seconds of an ordinary load, of the first start before it, and of everything."""
    start = time.perf_counter()
    engine, opening = opened(data)
    with engine:
        report = load(engine, files, "bench")
    return report.seconds, opening, time.perf_counter() - start


def offline(data: Path, files: list[str]) -> tuple[int, float, float]:
    """Entities, seconds of an offline load, and of everything."""
    start = time.perf_counter()
    with workers() as processes:
        report = fill(Settings(data=data), processes, files, "bench")
    return report.added, report.seconds, time.perf_counter() - start


def main() -> None:
    """Print the times and the ratios."""
    files = sys.argv[1:] or FILES
    for owner, name in (
        (OfflineLoad, "read"),
        (Bulk, "complete"),
        (Bulk, "build"),
        (Importer, "wait"),
    ):
        timed(owner, name)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        build_caches(Settings(data=folder / "training"), print)
        (folder / "files").mkdir()
        kept(folder / "files")
        count, quick, offline_command = offline(folder / "offline", files)
        alone = bare(folder / "bare", folder / "files", folder / "offline")
        slow, before, ordinary_command = ordinary(folder / "ordinary", files)
        engine, after = opened(folder / "offline")
        with engine:
            assert engine.check() == []
    indexes = max(0.0, after - before)
    steps = ", ".join(f"{step} {took[step]:.1f} s" for step in ("read", "complete", "build"))
    print(f"{count:,} entities; load {slow:.1f} s = {count / slow:,.0f}/s; ", end="")
    print(f"offline {quick:.1f} s = {count / quick:,.0f}/s")
    print(f"of it {steps}; first start after it {after:.1f} s, when empty {before:.1f} s")
    ratio = ordinary_command / offline_command
    print(f"whole commands {ordinary_command:.1f} s and {offline_command:.1f} s, ", end="")
    print(f"ratio {ratio:.2f} (at least 2.5 wanted)")
    print(f"without Neo4j's start and stop: ratio {slow / quick:.2f}; ", end="")
    print(f"so, with indexes {slow / (quick + indexes):.2f}")
    print(f"import {took['wait']:.1f} s, bare neo4j-admin {alone:.1f} s: ", end="")
    print(f"{took['wait'] / alone:.2f} (at most 1.3 wanted)")


if __name__ == "__main__":
    main()
