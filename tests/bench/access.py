"""How much does the access filter add to `paths`, with 500 readable datasets of 1,000?

    python tests/bench/access.py

The Danish graph stands in the database twice: in one dataset, and spread over 500 datasets. Beside
every fourth relationship of the second lies one of 500 datasets that are not readable. Random pairs
of the large component are asked in both, in turn; prints the medians and their ratio.
"""

import gzip
import random
import statistics
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from zlib import crc32

import networkx
import orjson

from engine.access import Access
from engine.engine import Engine
from engine.entity import Entity, make_entity
from engine.question import PathMode, PathQuestion
from engine.settings import Settings

FILE = Path(__file__).parents[3] / "shared" / "data" / "ftm" / "denmark_elite_2017.ftm.json.gz"
PAIRS = 200
READABLE, HIDDEN = 500, 500
BESIDE = 4
BATCH = 5_000
ENDS = {"Directorship": ("director", "organization"), "Membership": ("member", "organization")}
Row = dict[str, Any]


def rows() -> list[Row]:
    """The entities of the Danish graph."""
    with gzip.open(FILE) as lines:
        return [orjson.loads(line) for line in lines]


def home(key: str) -> str:
    """The readable dataset that an entity is put into."""
    return f"open_{crc32(key.encode()) % READABLE:03}"


def copies(row: Row) -> Iterator[Entity]:
    """An entity in the one dataset, in one of many, and for a relationship in one of the rest."""
    key, schema, given = row["id"], row["schema"], row["properties"]
    yield make_entity("denmark", key, schema, given)
    given = given | {
        name: [f"{home(end)}:{end}" for end in given.get(name, ())] for name in ENDS.get(schema, ())
    }
    yield make_entity(home(key), key, schema, given)
    number = crc32(key.encode())
    if schema in ENDS and number % BESIDE == 0:
        yield make_entity(f"closed_{number % HIDDEN:03}", key, schema, given)


def pairs(entities: list[Row]) -> list[tuple[str, str]]:
    """Random pairs of the large component."""
    graph = networkx.Graph()
    for row in entities:
        source, target = ENDS.get(row["schema"], ("", ""))
        for end in row["properties"].get(source, ()):
            graph.add_edge(end, row["properties"][target][0])
    nodes = sorted(max(networkx.connected_components(graph), key=len))
    chosen = random.Random(7)
    return [(a, b) for a, b in (chosen.sample(nodes, 2) for _ in range(PAIRS))]


def measure(engine: Engine, chosen: list[tuple[str, str]], mode: PathMode) -> None:
    """Print the medians of both and their ratio, for one mode."""
    one = Access(frozenset({"denmark"}))
    many = Access(frozenset(f"open_{number:03}" for number in range(READABLE)))
    times: tuple[list[float], list[float]] = ([], [])
    for warm, (a, b) in enumerate(chosen * 2):
        lengths = []
        for access, took, source, target in (
            (one, times[0], f"denmark:{a}", f"denmark:{b}"),
            (many, times[1], f"{home(a)}:{a}", f"{home(b)}:{b}"),
        ):
            question = PathQuestion((source,), (target,), mode, k=3, max_hops=12)
            start = time.perf_counter()
            result = engine.paths(question, access)
            if warm >= len(chosen):
                took.append((time.perf_counter() - start) * 1e3)
            lengths.append([len(path.edge_ids) for path in result.paths])
        assert lengths[0] == lengths[1]
    before, after = map(statistics.median, times)
    print(
        f"{mode.value}, {len(chosen)} pairs: one dataset p50 {before:.1f} ms, "
        f"{READABLE} of {READABLE + HIDDEN} datasets p50 {after:.1f} ms\n"
        f"ratio {after / before:.2f} (at most 1.5 wanted)"
    )


def main() -> None:
    """Fill a graph, and measure each mode of `paths`."""
    entities = rows()
    with (
        tempfile.TemporaryDirectory() as folder,
        Engine.open(Settings(data=Path(folder))) as engine,
    ):
        for at in range(0, len(entities), BATCH):
            batch = [copy for row in entities[at : at + BATCH] for copy in copies(row)]
            engine._writer.write(batch, ())
        chosen = pairs(entities)
        measure(engine, chosen, PathMode.SHORTEST)
        measure(engine, chosen[:50], PathMode.ALL_SHORTEST)
        measure(engine, chosen[:50], PathMode.K_SHORTEST)


if __name__ == "__main__":
    main()
