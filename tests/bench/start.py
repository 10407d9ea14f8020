"""How long does opening Clew on existing data take, against Neo4j's own start?

    python tests/bench/start.py

The bare start is the server module alone on the same data folder, until Bolt answers; serving is Clew with its
types made and Neo4j warmed up, as ``clew up`` has it before it prints its address. Each is run three times in
turn; prints medians and their ratios.
"""

import statistics
import tempfile
import time
from pathlib import Path

from clew import application
from engine.engine import Engine
from engine.graph.server import Server
from engine.settings import Settings
from loaders.load import load

FILE = Path(__file__).parents[3] / "shared" / "data" / "ftm" / "gleif_50k.ftm.json.gz"


def silent(message: str) -> None:
    """Say nothing."""


def main() -> None:
    """Print both medians and the ratio."""
    bare, opened, serving = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        with Engine.open(settings, silent) as engine:
            load(engine, [str(FILE)], "gleif", progress=None)
        for _ in range(3):
            start = time.perf_counter()
            server = Server.start(settings, silent)
            bare.append(time.perf_counter() - start)
            server.stop()
            start = time.perf_counter()
            engine = Engine.open(settings, silent)
            opened.append(time.perf_counter() - start)
            application(engine)
            serving.append(time.perf_counter() - start)
            engine.close()
    one, two, three = (statistics.median(times) for times in (bare, opened, serving))
    print(f"Neo4j alone {one:.1f} s, Clew {two:.1f} s; ratio {two / one:.2f} (at most 1.5 wanted)")
    print(f"Clew, ready to serve {three:.1f} s; ratio {three / one:.2f} (at most 1.5 wanted)")


if __name__ == "__main__":
    main()
