"""How long does opening Clew on existing data take, against Neo4j's own start?

    python tests/bench/start.py

The bare start is Neo4j alone on the same data folder, until Bolt answers: as it comes, and with what Java knows of
it from a start before, as Clew starts it. Serving is Clew with its types made and Neo4j warmed up, as ``clew up`` has
it before it prints its address. Each is run three times in turn; prints medians and their ratios.
"""

import statistics
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
"""Java's default, said aloud: options in place of Clew's."""


def silent(message: str) -> None:
    """Say nothing."""


def main() -> None:
    """Print both medians and the ratio."""
    bare, prepared, opened, serving = [], [], [], []
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder))
        with Engine.open(settings, silent) as engine:
            load(engine, [str(FILE)], "gleif", progress=None)
        for _ in range(3):
            for times, options in ((bare, PLAIN), (prepared, ())):
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
    one, also, two, three = (
        statistics.median(times) for times in (bare, prepared, opened, serving)
    )
    print(f"Neo4j alone {one:.1f} s, prepared by Clew {also:.1f} s: the ratios are to the first")
    print(f"Clew {two:.1f} s; ratio {two / one:.2f} (at most 1.5 wanted)")
    print(f"Clew, ready to serve {three:.1f} s; ratio {three / one:.2f} (at most 1.5 wanted)")


if __name__ == "__main__":
    main()
