"""How fast do tables come in, against FollowTheMoney's own map_entities on the same table?

    python tests/bench/table.py [--no-load]

Each table is mapped by FollowTheMoney (the entities are made and thrown away), by us from rows to whole, checked
entities, and then loaded into a fresh Neo4j and its index. All times are for the same rows; a ratio is
FollowTheMoney's time / ours. Its rows make several entities each, of which many are the same: it counts them all.
Beside it stands the ratio of processor time, Neo4j's included, which a busy machine changes less.
"""

import csv
import logging
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import yaml
from followthemoney import model

from engine.engine import Engine
from engine.settings import Settings
from loaders.format.mapping import Mapping
from loaders.intake import Intake
from loaders.load import load
from loaders.table.database import Selection, opened, selected

TABLES = Path(__file__).parents[3] / "shared" / "data" / "tables"
COUNCIL = Path(__file__).parents[1] / "fixtures" / "council.yml"
ROWS = 20_000


def kek(folder: Path) -> tuple[Path, Path]:
    """The answer to kek.yml's query as a CSV file, and a mapping for it."""
    mapping = yaml.safe_load((TABLES / "kek.yml").read_text())["kek"]["queries"][0]
    columns = ["comp.id", "comp.name", "comp.address", "comp.url", "sub.id", "sub.name", "sub.address", "shares.share"]
    joins = [(join["left"], join["right"]) for join in mapping["joins"]]
    tables = [(table["table"], table["alias"]) for table in mapping["tables"]]
    file = folder / "kek.csv"
    with opened("kek", TABLES / "kek.sqlite") as database, file.open("w", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        answer = selected("kek", database, Selection(tables, joins, [(c, "kek") for c in columns], "kek"))
        writer.writerows(row.cells for row in answer.rows())
    query = {"csv_url": str(file), "entities": mapping["entities"]}
    (folder / "kek.yml").write_text(yaml.safe_dump({"kek": {"query": query}}))
    return file, folder / "kek.yml"


def council(folder: Path) -> tuple[Path, Path]:
    """Some of the council payments as one file, or invented ones, and the mapping for them."""
    file = folder / "council.csv"
    header = "Payment Date,Amount,Organisational Unit,Beneficiary Name,Company Number,Charity Number\n"
    found = sorted((TABLES / "council_spending").glob("london*.csv"))[:25]
    with file.open("w") as stream:
        stream.write(header)
        for path in found:
            stream.writelines(path.read_text("utf-8", "replace").splitlines(keepends=True)[1:])
        for n in range(0 if found else ROWS):
            stream.write(
                f"2015-{n % 12 + 1:02}-{n % 28 + 1:02},{n * 7 % 99991}.50,UNIT {n % 40},PAYEE {n % 1999} LTD,,\n"
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
    """How many entities were made, in how many seconds, of which how many of the processors'."""

    made: int
    took: float
    worked: float


def timed(what: Callable[[], int]) -> Run:
    """Run it and look at the clocks."""
    begun, worked = time.perf_counter(), processors()
    made = what()
    return Run(made, time.perf_counter() - begun, processors() - worked)


def processors() -> float:
    """Seconds that this process and those it started have worked."""
    us = psutil.Process()
    clocks = [process.cpu_times() for process in (us, *us.children(recursive=True))]
    return sum(clock.user + clock.system for clock in clocks)


def theirs(mapping: Path) -> int:
    """How many entities FollowTheMoney makes."""
    ((_, dataset),) = yaml.safe_load(mapping.read_text()).items()
    query: dict[str, Any] = dataset["query"] if "query" in dataset else dataset["queries"][0]
    return sum(1 for _ in model.map_entities(query, key_prefix="d"))


def ours(file: Path, mapping: Path) -> int:
    """How many entities we make."""
    return sum(reading.entity is not None for reading in Mapping().read(Intake("d", [str(file)], mapping=mapping)))


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
    # it tells each value that it leaves out, which takes longer than the mapping
    logging.disable(logging.WARNING)
    with tempfile.TemporaryDirectory() as name, engine(Path(name), "--no-load" not in sys.argv) as graph:
        folder = Path(name)
        tables = [council(folder)] + ([kek(folder)] if TABLES.exists() else [])
        for file, mapping in tables:
            # what is read once a process, such as lists of countries, is nobody's time
            theirs(mapping), ours(file, mapping)
            base = timed(lambda m=mapping: theirs(m))  # type: ignore[misc]
            told(f"{file.name}: map_entities", base, base)
            told("  rows to merged, checked entities", timed(lambda f=file, m=mapping: ours(f, m)), base)  # type: ignore[misc]
            if graph is not None:
                # a server that was just started is slow at first
                load(graph, [str(file)], "warm", mapping=mapping)
                whole = timed(lambda f=file, m=mapping: load(graph, [str(f)], f.stem, mapping=m).added)  # type: ignore[misc]
                told("  whole load, graph and index", whole, base)


def told(what: str, run: Run, base: Run) -> None:
    """One line: what was made, how fast, and how it compares for the same rows."""
    print(
        f"{what}: {run.made:,} entities in {run.took:.1f} s, {base.made / run.took:,.0f}/s as map_entities counts: "
        f"ratio {base.took / run.took:.2f} (0.7 wanted), of processor time {base.worked / run.worked:.2f}"
    )


if __name__ == "__main__":
    main()
