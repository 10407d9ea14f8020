"""What do questions about hubs take, against the same questions about small nodes?

    python tests/bench/hub.py [PAYMENTS] [--data FOLDER]

A made graph: payments (100,000 unless another number is given) of hundred public bodies, three of
which have a tenth of all payments each, to companies of which there are a fifth as many. It is
loaded offline into a fresh data folder, or into one that is named and stays; then each question is
asked a few times, warm. A ratio of one line is between a hub's page and a small node's page, in
this run; run it with two sizes to compare sizes.
"""

import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from engine.engine import Engine
from engine.errors import ClewError
from engine.question import (
    Direction,
    ExpandOrder,
    ExpandQuestion,
    PathMode,
    PathQuestion,
    SearchFilter,
    SearchQuestion,
    SearchSort,
)
from engine.settings import Settings
from engine.tally import AggregateQuestion, NeighbourQuestion, TallyOrder

ROUNDS = 7
HUBS, BODIES = 3, 100
Rows = list[dict[str, Any]]


def write(path: Path, payments: int) -> None:
    """Write the graph as FtM entities, a line each."""
    chance = random.Random(15)
    companies = payments // 5
    with path.open("w") as file:

        def put(key: str, schema: str, **properties: str) -> None:
            values = {name: [value] for name, value in properties.items()}
            file.write(json.dumps({"id": key, "schema": schema, "properties": values}) + "\n")

        for number in range(BODIES):
            put(f"b{number}", "PublicBody", name=f"Body {number}", country="gb")
        for number in range(companies):
            put(f"c{number}", "Company", name=f"Company {number} Ltd", country="gb")
        for number in range(payments):
            part = chance.random()
            hub = int(part * 10) if part < HUBS / 10 else chance.randrange(HUBS, BODIES)
            day = f"20{chance.randrange(10, 25)}-{chance.randrange(1, 13):02}-15"
            put(
                f"p{number}",
                "Payment",
                payer=f"b{hub}",
                beneficiary=f"c{int(companies * chance.random() ** 2)}",
                amount=f"{chance.expovariate(1 / 5000):.2f}",
                currency="GBP",
                date=day,
            )


def timed(ask: Callable[[], Any]) -> tuple[float, str]:
    """The median milliseconds of a question, and what went wrong with it, if anything did."""
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        try:
            answer = ask()
        except ClewError as error:
            return (time.perf_counter() - start) * 1000, str(error)[:60]
        seconds.append(time.perf_counter() - start)
        if seconds[0] > 3:
            break
    reason = getattr(answer, "truncated", None)
    return statistics.median(seconds) * 1000, str(reason or "")[:60]


def questions(engine: Engine, id_: str) -> dict[str, Callable[[], Any]]:
    """The questions about one node."""
    access = engine.owner_access()
    expand = ExpandQuestion(id_)
    sums = NeighbourQuestion(id_)
    payers = SearchQuestion(f"payer:{id_}", SearchFilter(schemata=("Payment",)))
    asked: dict[str, Callable[[], Any]] = {
        f"expand {order.value}": lambda order=order: engine.expand(
            replace(expand, order=order), access
        )
        for order in ExpandOrder
    }
    asked |= {
        f"neighbours {order.value}": lambda order=order: engine.neighbours(
            replace(sums, order=order), access
        )
        for order in TallyOrder
    }
    return asked | {
        "expand totalCount": lambda: engine.expand_count(expand, access),
        "edgeCounts": lambda: engine.edge_counts([id_], access),
        "neighbours totalCount": lambda: engine.neighbour_count(sums, access),
        "neighbours hops 2": lambda: engine.neighbours(
            replace(sums, hops=2, types=("PAYMENT",), direction=Direction.OUT), access
        ),
        "aggregate by beneficiary": lambda: engine.groups(
            AggregateQuestion(payers, "beneficiary", "amount"), access
        ),
        "search by amount": lambda: engine.search(
            replace(payers, sort=SearchSort.AMOUNT_DESC), access
        ),
    }


def walks(engine: Engine, pair: tuple[str, str]) -> dict[str, Callable[[], Any]]:
    """The questions about paths between two nodes."""
    access = engine.owner_access()
    question = PathQuestion((pair[0],), (pair[1],), max_hops=4)
    return {
        f"paths {mode.value}": lambda mode=mode: engine.paths(replace(question, mode=mode), access)
        for mode in PathMode
    }


def report(hub: dict[str, Any], small: dict[str, Any]) -> None:
    """Ask both, and print a line for each question."""
    print(f"{'':28}{'hub':>10}{'small':>10}{'ratio':>8}")
    for name, ask in hub.items():
        (slow, reason), (quick, other) = timed(ask), timed(small[name])
        print(f"{name:28}{slow:7.1f} ms{quick:7.1f} ms{slow / quick:8.1f}  {reason or other}")


def main() -> None:
    """Load, ask and print."""
    parser = ArgumentParser()
    parser.add_argument("payments", nargs="?", type=int, default=100_000)
    parser.add_argument("--data", type=Path)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        data = given.data or Path(temporary) / "data"
        if not data.exists():
            file = Path(temporary) / "hub.ftm.json"
            write(file, given.payments)
            command = [sys.executable, "-m", "cli", "load", str(file), "--offline"]
            start = time.perf_counter()
            subprocess.run(
                [*command, "--dataset", "hub"],
                check=True,
                env=os.environ | {"CLEW_DATA": str(data)},
            )
            print(f"loaded offline in {time.perf_counter() - start:.1f} s")
        for part in ("neo4j/data", "index"):
            size = sum(f.stat().st_size for f in (data / part).rglob("*") if f.is_file())
            print(f"{part}: {size / 2**20:,.0f} MiB")
        with Engine.open(Settings(data=data, heap_mb=1024, pagecache_mb=512)) as engine:
            report(questions(engine, "hub:b0"), questions(engine, f"hub:c{given.payments // 6}"))
            report(walks(engine, ("hub:b0", "hub:b1")), walks(engine, ("hub:c1", "hub:c2")))
            ids = [f"hub:c{number}" for number in range(497)] + ["hub:b0", "hub:b1", "hub:b2"]
            access = engine.owner_access()
            print(f"subgraph of 500: {timed(lambda: engine.subgraph(ids, access))[0]:.0f} ms")


if __name__ == "__main__":
    main()
