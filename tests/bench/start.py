"""How long does opening Clew on existing data take, against Neo4j's own start?

    python tests/bench/start.py

The bare start is Neo4j alone on the same data folder, until Bolt answers: without Java's class
cache, and with it, as Clew starts it. Serving is Clew with its types built and Neo4j warmed up, as
``clew up`` has them before it prints its address. Each runs three times in turn; prints the medians
and their ratios. Last comes the processor's time of ``clew --version``, which imports no command.
"""

import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cli.serving import application
from engine.engine import Engine
from engine.server.home import home_of
from engine.server.server import Server
from engine.settings import Settings
from loaders.load.load import load

FILE = Path(__file__).parents[3] / "shared" / "data" / "ftm" / "gleif_50k.ftm.json.gz"
PLAIN = ("-Xshare:auto",)
"""Java's default, passed in place of the class cache."""


def silent(message: str) -> None:
    """Print nothing."""


def version() -> float:
    """Seconds of the processor that ``clew --version`` takes."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, "-m", "cli", "--version"], check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print both medians and the ratio."""
    bare, cached, opened, serving = [list[float]() for _ in range(4)]
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        with Engine.open(settings, silent) as engine:
            load(engine, [str(FILE)], "gleif", progress=None)
        for _ in range(3):
            for times, options in ((bare, PLAIN), (cached, ())):
                start = time.perf_counter()
                server = Server.run(home_of(settings), settings, silent, options)
                times.append(time.perf_counter() - start)
                server.stop()
            start = time.perf_counter()
            engine = Engine.open(settings, silent)
            opened.append(time.perf_counter() - start)
            application(engine)
            serving.append(time.perf_counter() - start)
            engine.close()
    alone, with_cache, clew, ready = map(statistics.median, (bare, cached, opened, serving))
    print(f"Neo4j alone {alone:.1f} s, with the class cache {with_cache:.1f} s")
    print(f"Clew {clew:.1f} s; ratio to Neo4j alone {clew / alone:.2f} (at most 1.5 wanted)")
    print(f"Clew, ready to serve {ready:.1f} s; ratio {ready / alone:.2f} (at most 1.5 wanted)")
    print(f"clew --version {version():.2f} s of the processor (at most 0.5 wanted)")


if __name__ == "__main__":
    main()
