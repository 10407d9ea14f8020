"""How fast is an export, against a bare driver that writes the same records as JSON?

    python tests/bench/export.py [FILE.ftm.json.gz]

The bare driver reads in no order. Both read one fresh Neo4j in one process, in turn; the ratio is
bare time / export time, each the best of three. Memory is the peak of a process that exports 10,000
of the entities, and of one that exports all; each opens an engine on the same data folder.
"""

import gzip
import itertools
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import neo4j
import orjson
from neo4j import GraphDatabase

from engine.access import Access
from engine.engine import Engine
from engine.entity import Entity
from engine.excerpt import DatasetExcerpt
from engine.export.registry import FORMATS
from engine.export.target import opened
from engine.graph.record.stream import Stream
from engine.settings import Settings
from loaders.load.load import load

DATA = Path(__file__).parents[3] / "shared" / "data" / "ftm" / "denmark_elite_2017.ftm.json.gz"
COUNT = 100_000
FEW = 10_000
PAGE = 2_000
NODES = "MATCH (n:Entity) WHERE n._stub IS NULL RETURN properties(n) SKIP $skip LIMIT $limit"
EDGES = "MATCH ()-[r]->() WHERE r.schema IS NOT NULL RETURN properties(r) SKIP $skip LIMIT $limit"


class Few(DatasetExcerpt):
    """The first of the records."""

    def __init__(self, stream: Stream, count: int) -> None:
        super().__init__(stream, ["bench"])
        self._count = count

    def records(self) -> Iterator[Entity]:
        """As many records as were asked for."""
        return itertools.islice(super().records(), self._count)


def generated(path: Path) -> Path:
    """Companies, each owned by the one before: half of the entities are edges."""
    with gzip.open(path, "wb", compresslevel=1) as out:
        for n in range(COUNT // 2):
            name = {
                "name": [f"Company {n} of Testing Ltd"],
                "jurisdiction": ["gb"],
                "incorporationDate": ["2001-02-03"],
            }
            edge = {
                "owner": [f"c{n}"],
                "asset": [f"c{(n + 1) % (COUNT // 2)}"],
                "percentage": ["50"],
            }
            out.write(
                orjson.dumps({"id": f"c{n}", "schema": "Company", "properties": name}) + b"\n"
            )
            out.write(
                orjson.dumps({"id": f"o{n}", "schema": "Ownership", "properties": edge}) + b"\n"
            )
    return path


def bare(driver: neo4j.Driver, path: Path) -> int:
    """Read page by page, dump line by line; how many."""
    count = 0
    with path.open("wb") as out, driver.session() as session:
        for text in (NODES, EDGES):
            for skip in itertools.count(0, PAGE):
                rows = list(session.run(neo4j.Query(text), skip=skip, limit=PAGE))
                for (stored,) in rows:
                    lists = {
                        name: value for name, value in stored.items() if isinstance(value, list)
                    }
                    line = {"id": stored["id"], "schema": stored["schema"], "properties": lists}
                    out.write(orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE))
                count += len(rows)
                if len(rows) < PAGE:
                    break
    return count


def export(content: DatasetExcerpt, path: Path) -> None:
    """As ``clew export`` does."""
    with opened(str(path)) as target:
        FORMATS["ftm"].write(content, target)


def peak(data: Path, count: int) -> str:
    """The memory of a process of its own that exports ``count`` entities, in words."""
    command = [sys.executable, __file__, "--peak", str(data), str(count)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


def print_peak(data: Path, count: int) -> None:
    """Export ``count`` entities; print this process's peak memory, and its peak before that."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Engine.open(Settings(data=data), progress=lambda _: None) as engine,
    ):
        before = high_water()
        export(Few(engine._reader.stream(["bench"]), count), Path(folder) / "out")
    print(f"{count:,} entities {high_water()} MiB ({before} before)")


def high_water() -> int:
    """This process's peak memory in MiB."""
    match = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(match[1]) // 1024 if match else 0


def main() -> None:
    """Print both rates, the ratio and the memory."""
    with (
        tempfile.TemporaryDirectory() as name,
        Engine.open(Settings(data=Path(name) / "data")) as engine,
    ):
        folder = Path(name)
        source = Path(sys.argv[1]) if len(sys.argv) > 1 else DATA
        file = source if source.exists() else generated(folder / "generated.ftm.json.gz")
        load(engine, [str(file)], "bench", progress=None)
        access = Access(frozenset({"bench"}))
        assert engine._server is not None
        ours, theirs = [], []
        with GraphDatabase.driver(
            engine._server.uri,
            auth=(engine._server.user, engine._server.password),
            notifications_min_severity="OFF",
        ) as driver:
            for _ in range(3):
                start = time.perf_counter()
                export(engine.dataset_excerpt(access), folder / "all")
                ours.append(time.perf_counter() - start)
                start = time.perf_counter()
                count = bare(driver, folder / "bare")
                theirs.append(time.perf_counter() - start)
        assert count == len((folder / "all").read_bytes().splitlines())
        print(
            f"{file.name}: {count:,} entities; export {count / min(ours):,.0f}/s, "
            f"bare {count / min(theirs):,.0f}/s"
        )
        print(f"ratio {min(theirs) / min(ours):.2f}; at least 10,000 entities/s wanted")
        print("peak memory:", "; ".join(peak(folder / "data", few) for few in (FEW, count)))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peak"]:
        print_peak(Path(sys.argv[2]), int(sys.argv[3]))
    else:
        main()
