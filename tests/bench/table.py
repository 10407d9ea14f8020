"""How fast are tables mapped and loaded, against FollowTheMoney's map_entities and ``ftm map``?

    python tests/bench/table.py [--no-load]

FollowTheMoney maps each table in memory, where the entities are thrown away, and with its command
``ftm map``, whose start, signed ids and output file count too. Clew maps the rows to merged,
checked entities, and then loads them into a running Neo4j and the index. All times are for the same
rows. A ratio is FollowTheMoney's time / ours; beside it stands that of CPU time, Neo4j's included,
which a busy machine changes less. At least 0.7 of map_entities is wanted.

FollowTheMoney's entities are counted for each row, though many are the same; map_entities makes as
many as ``ftm map`` writes lines, which is checked. Ours are merged: each id once.
"""

import csv
import logging
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import orjson
import psutil
import yaml
from followthemoney import model

from engine.engine import Engine
from engine.settings import Settings
from loaders.intake.intake import Intake
from loaders.load.load import load
from loaders.mapping.format import Mapping
from loaders.table.database import Selection, opened, selected

TABLES = Path(__file__).parents[3] / "shared" / "data" / "tables"
COUNCIL = Path(__file__).parents[1] / "fixtures" / "council.yml"
ROWS = 20_000


def kek(folder: Path) -> tuple[Path, Path]:
    """The answer to kek.yml's query as a CSV file, and a mapping for it."""
    mapping = yaml.safe_load((TABLES / "kek.yml").read_text())["kek"]["queries"][0]
    columns = [
        "comp.id",
        "comp.name",
        "comp.address",
        "comp.url",
        "sub.id",
        "sub.name",
        "sub.address",
        "shares.share",
    ]
    joins = [(join["left"], join["right"]) for join in mapping["joins"]]
    tables = [(table["table"], table["alias"]) for table in mapping["tables"]]
    file = folder / "kek.csv"
    with opened("kek", TABLES / "kek.sqlite") as database, file.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        answer = selected(
            "kek", database, Selection(tables, joins, [(c, "kek") for c in columns], "kek")
        )
        writer.writerows(row.cells for row in answer.rows())
    query = {"csv_url": str(file), "entities": mapping["entities"]}
    (folder / "kek.yml").write_text(yaml.safe_dump({"kek": {"query": query}}))
    return file, folder / "kek.yml"


def council(folder: Path) -> tuple[Path, Path]:
    """Some of the council payments as one file, or generated ones, and the mapping for them."""
    file = folder / "council.csv"
    header = (
        "Payment Date,Amount,Organisational Unit,Beneficiary Name,Company Number,Charity Number\n"
    )
    sources = sorted((TABLES / "council_spending").glob("london*.csv"))[:25]
    with file.open("w") as stream:
        stream.write(header)
        for path in sources:
            stream.writelines(path.read_text("utf-8", "replace").splitlines(keepends=True)[1:])
        for n in range(0 if sources else ROWS):
            stream.write(
                f"2015-{n % 12 + 1:02}-{n % 28 + 1:02},{n * 7 % 99991}.50,"
                f"UNIT {n % 40},PAYEE {n % 1999} LTD,,\n"
            )
    mapping = COUNCIL.read_text()
    # FollowTheMoney has no $file and $row
    keys = "            - $file\n            - $row\n"
    assert keys in mapping
    theirs = "".join(f"            - {name}\n" for name in header.strip().split(",")[:4])
    (folder / "council.yml").write_text(
        mapping.replace(keys, theirs).replace("- entities:", f"- csv_url: {file}\n      entities:")
    )
    return file, folder / "council.yml"


@dataclass(frozen=True)
class Run:
    """How many entities were made, in how many seconds, and how many seconds of CPU time."""

    made: int
    took: float
    cpu: float


def timed(what: Callable[[], int]) -> Run:
    """Run it, and measure both times."""
    begun, cpu = time.perf_counter(), cpu_time()
    made = what()
    return Run(made, time.perf_counter() - begun, cpu_time() - cpu)


def cpu_time() -> float:
    """Seconds of CPU time of this process and of those that it started."""
    us = psutil.Process()
    clocks = [process.cpu_times() for process in (us, *us.children(recursive=True))]
    ended = clocks[0].children_user + clocks[0].children_system
    return float(ended + sum(clock.user + clock.system for clock in clocks))


def theirs(mapping: Path) -> int:
    """How many entities FollowTheMoney makes."""
    ((_, dataset),) = yaml.safe_load(mapping.read_text()).items()
    query: dict[str, Any] = dataset["query"] if "query" in dataset else dataset["queries"][0]
    return sum(1 for _ in model.map_entities(query, key_prefix="d"))


def command(mapping: Path, out: Path) -> int:
    """How many lines ``ftm map`` writes; its messages about values left out are dropped."""
    ftm = Path(sys.executable).with_name("ftm")
    subprocess.run([ftm, "map", "-o", out, mapping], check=True, stderr=subprocess.DEVNULL)
    return out.read_bytes().count(b"\n")


def start() -> int:
    """Run ``ftm`` without work, to see how long its start takes."""
    subprocess.run(
        [Path(sys.executable).with_name("ftm"), "--help"], check=True, stdout=subprocess.DEVNULL
    )
    return 0


def distinct(file: Path) -> int:
    """How many ids the lines of a file have."""
    with file.open("rb") as lines:
        return len({orjson.loads(line)["id"] for line in lines})


def ours(file: Path, mapping: Path) -> int:
    """How many entities we make."""
    return sum(
        reading.entity is not None
        for reading in Mapping().read(Intake("d", [str(file)], mapping=mapping))
    )


def loaded(graph: Engine, dataset: str, file: Path, mapping: Path) -> int:
    """How many entities a whole load adds."""
    return load(graph, [str(file)], dataset, mapping=mapping).added


@contextmanager
def engine(folder: Path, wanted: bool) -> Iterator[Engine | None]:
    """An engine where one is wanted."""
    if not wanted:
        yield None
        return
    with Engine.open(Settings(data=folder / "data")) as opened_engine:
        yield opened_engine


def main() -> None:
    """Print the times and ratios for each table."""
    # FollowTheMoney logs each value that it leaves out, which takes longer than the mapping
    logging.disable(logging.WARNING)
    start()
    print(f"of each time of ftm map, {timed(start).took:.1f} s are its start")
    with (
        tempfile.TemporaryDirectory() as name,
        engine(Path(name), "--no-load" not in sys.argv) as graph,
    ):
        folder = Path(name)
        tables = [council(folder)] + ([kek(folder)] if TABLES.exists() else [])
        for file, mapping in tables:
            # warm up: lists of countries and the like are read once a process
            theirs(mapping), ours(file, mapping)
            base = timed(partial(theirs, mapping))
            print_run(f"{file.name}: map_entities", base, {})
            out = folder / "out.ftm.json"
            written = timed(partial(command, mapping, out))
            assert written.made == base.made
            print_run(
                f"  ftm map, to a file of {distinct(out):,} ids", written, {"map_entities": base}
            )
            peers = {"map_entities": base, "ftm map": written}
            print_run(
                "  rows to merged, checked entities", timed(partial(ours, file, mapping)), peers
            )
            if graph is not None:
                # a server that was just started is slow at first
                loaded(graph, "warm", file, mapping)
                print_run(
                    "  whole load, graph and index",
                    timed(partial(loaded, graph, file.stem, file, mapping)),
                    peers,
                )


def print_run(what: str, run: Run, peers: dict[str, Run]) -> None:
    """Print what was made, how fast, and the ratios to its peers for the same rows."""
    rows = next(iter(peers.values()), run).made
    ratios = [
        f"{name} / this {peer.took / run.took:.2f} (of CPU time {peer.cpu / run.cpu:.2f})"
        for name, peer in peers.items()
    ]
    rate = (
        f"{rows / run.took:,.0f}/s as map_entities counts, {run.made / run.took:,.0f}/s of its own"
    )
    print(
        "; ".join([f"{what}: {run.made:,} entities in {run.took:.1f} s, {rate}", *ratios]),
        flush=True,
    )


if __name__ == "__main__":
    main()
