"""How long does `paths` take over HTTP, against the bare query through the driver?

    python tests/bench/path.py

Random pairs of the Danish graph's large component, each asked both ways in turn; prints the medians
and their ratio.
"""

import gzip
import random
import statistics
import tempfile
import time
from pathlib import Path

import networkx
import orjson
import uvicorn
from neo4j import GraphDatabase
from serving import asking, serving

from api.app import create_app
from engine.account import OWNER
from engine.dataset import Visibility
from engine.engine import Engine
from engine.settings import Settings
from loaders.load.load import load

FILE = Path(__file__).parents[3] / "shared" / "data" / "ftm" / "denmark_elite_2017.ftm.json.gz"
PAIRS = 200
BARE = (
    "CYPHER 25 MATCH p = SHORTEST 1 (a:Entity {id: $a})"
    "((x)-[r WHERE r.dataset IN $datasets]-(y)){1,12}(b:Entity {id: $b}) "
    "RETURN [n IN nodes(p) | n.id] AS nodes, [r IN relationships(p) | r.id] AS edges"
)
ASKED = """query($a: ID!, $b: ID!) { paths(from: [$a], to: [$b], maxHops: 12) {
  nodes { id } edges { id } paths { nodeIds edgeIds length } } }"""


def pairs() -> list[tuple[str, str]]:
    """Random pairs of the large component."""
    graph = networkx.Graph()
    with gzip.open(FILE) as lines:
        for entity in map(orjson.loads, lines):
            properties = entity["properties"]
            ends = properties.get("director") or properties.get("member")
            if ends:
                graph.add_edge(ends[0], properties["organization"][0])
    nodes = sorted(max(networkx.connected_components(graph), key=len))
    chosen = random.Random(7)
    return [
        (f"denmark:{a}", f"denmark:{b}") for a, b in (chosen.sample(nodes, 2) for _ in range(PAIRS))
    ]


def main() -> None:
    """Print both medians, the ratio and the 95th percentile."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Engine.open(Settings(data=Path(folder))) as engine,
    ):
        load(engine, [str(FILE)], "denmark", progress=None)
        engine.directory.publish(OWNER, "denmark", Visibility.PUBLIC)
        assert engine._server is not None
        driver = GraphDatabase.driver(
            engine._server.uri, auth=(engine._server.user, engine._server.password)
        )
        bare, asked = [], []
        config = uvicorn.Config(create_app(engine), port=0, log_level="error")
        with serving(config) as url, asking(url) as ask, driver, driver.session() as session:
            for warm, (a, b) in enumerate(pairs() * 2):
                start = time.perf_counter()
                record = session.run(BARE, a=a, b=b, datasets=["denmark"]).single()
                middle = time.perf_counter()
                answer = ask(ASKED, {"a": a, "b": b})
                end = time.perf_counter()
                lengths = [path["length"] for path in answer["data"]["paths"]["paths"]]
                assert lengths == ([] if record is None else [len(record["edges"])])
                if warm >= PAIRS:
                    bare.append((middle - start) * 1e3)
                    asked.append((end - middle) * 1e3)
    bare_p50 = statistics.median(bare)
    p50, p95 = statistics.median(asked), statistics.quantiles(asked, n=20)[18]
    print(
        f"{PAIRS} pairs: bare p50 {bare_p50:.1f} ms, HTTP p50 {p50:.1f} ms, p95 {p95:.1f} ms\n"
        f"ratio {p50 / bare_p50:.2f} (at most 1.4 wanted)"
    )


if __name__ == "__main__":
    main()
