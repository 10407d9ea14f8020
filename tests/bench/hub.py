"""What do questions about hubs take, against the same questions about small nodes?

    python tests/bench/hub.py [PAYMENTS] [--data FOLDER] [--only WORD] [--save FILE] [--against …]

A made graph: payments (100,000 unless another number is given) of hundred public bodies, three of
which have a tenth of all payments each, to companies of which there are a fifth as many. It is
loaded offline into a fresh data folder, or into one that is named and stays; then each question is
asked of three hubs and of three small nodes, seven times each after a first time. It prints the
median and the 95th percentile, and the ratio of both p95 in this run. ``--save`` keeps the figures,
``--against`` prints the ratio of a hub's p95 to those of another run, of another size. ``--only``
asks the questions whose names have a word.
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
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any

from cli.serving import collect_rarely
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
from engine.warning import collected

ROUNDS = 7
SLOW = 3_000
"""Milliseconds after which a question is not asked again."""
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


@dataclass(frozen=True)
class Figure:
    """The milliseconds of a question, asked many times."""

    p50: float
    p95: float
    reason: str = ""


def timed(asked: Sequence[Callable[[], Any]]) -> Figure:
    """The figures of some questions of a kind, and what went wrong with them, if anything did."""
    taken, reason = [], ""
    for ask in asked:
        for number in range(ROUNDS + 1):
            start = time.perf_counter()
            try:
                with collected():
                    reason = str(getattr(ask(), "truncated", None) or "")[:50] or reason
            except ClewError as error:
                reason = str(error)[:50]
            spent = (time.perf_counter() - start) * 1000
            if number:
                taken.append(spent)
            if spent > SLOW:
                break
        taken = taken or [spent]
    taken.sort()
    return Figure(statistics.median(taken), taken[int(len(taken) * 0.95)], reason)


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


def walks(engine: Engine, pairs: Sequence[tuple[str, str]]) -> dict[str, list[Callable[[], Any]]]:
    """The questions about paths between some pairs."""
    access = engine.owner_access()
    return {
        f"paths {mode.value}": [
            lambda mode=mode, pair=pair: engine.paths(
                PathQuestion((pair[0],), (pair[1],), max_hops=4, mode=mode), access
            )
            for pair in pairs
        ]
        for mode in PathMode
    }


def of_each(engine: Engine, ids: Sequence[str]) -> dict[str, list[Callable[[], Any]]]:
    """The questions about nodes, those of each kind together."""
    asked = [questions(engine, id_) for id_ in ids]
    return {name: [each[name] for each in asked] for name in asked[0]}


Asked = dict[str, list[Callable[[], Any]]]


def report(kinds: tuple[str, str], hub: Asked, small: Asked, only: str) -> dict[str, float]:
    """Ask both, print a line for each question, and answer the p95 of the hubs."""
    print(f"{'':28}{kinds[0] + ' p50':>14}{'p95':>8}{kinds[1] + ' p50':>17}{'p95':>8}{'ratio':>7}")
    found: dict[str, float] = {}
    for name, asked in hub.items():
        if only.lower() not in name.lower():
            continue
        slow, quick = timed(asked), timed(small[name])
        found[f"{name}, {kinds[0]}"] = slow.p95
        print(
            f"{name:28}{slow.p50:14.1f}{slow.p95:8.1f}{quick.p50:17.1f}{quick.p95:8.1f}"
            f"{slow.p95 / quick.p95:7.1f}  {slow.reason or quick.reason}",
            flush=True,
        )
    return found


def measured(engine: Engine, payments: int, only: str) -> dict[str, float]:
    """Ask everything; the p95 of each question about hubs."""
    companies = payments // 5
    hubs = [f"hub:b{number}" for number in range(HUBS)]
    small = [f"hub:c{companies * part // 6}" for part in (1, 2, 4)]
    found = report(("hub", "small"), of_each(engine, hubs), of_each(engine, small), only)
    chance = random.Random(3)
    some = [f"hub:c{int(companies * chance.random() ** 2)}" for _ in range(12)]
    between = list(permutations(hubs, 2))
    mixed = [(hubs[at % HUBS], id_) for at, id_ in enumerate(some[:6])]
    found |= report(("hubs", "few"), walks(engine, between), walks(engine, pairs_of(some)), only)
    found |= report(
        ("hub-few", "bodies"),
        walks(engine, mixed),
        walks(engine, [(f"hub:b{at}", f"hub:b{at + 40}") for at in range(10, 16)]),
        only,
    )
    return found | subgraphs(engine, hubs, companies, only)


def subgraphs(engine: Engine, hubs: Sequence[str], companies: int, only: str) -> dict[str, float]:
    """The p95 of subgraphs: as an operation asks that draws lines, and with all properties."""
    access = engine.owner_access()
    near = [f"hub:c{number}" for number in range(497)]
    far, more = ([f"hub:c{at * companies // n}" for at in range(n)] for n in (497, 4997))
    found: dict[str, float] = {}
    for size, chosen in (("500", near), ("500 far apart", far), ("5,000", more)):
        for whole in (False, True):
            name = f"subgraph of {size}{', with all properties' if whole else ''}"
            if only.lower() in name:
                ask = partial(engine.subgraph, [*chosen, *hubs], access, whole=whole)
                figure, edges = timed([ask]), len(ask().edges)
                found[name] = figure.p95
                print(f"{name}: p50 {figure.p50:.0f}, p95 {figure.p95:.0f} ms, {edges:,} edges")
    return found


def pairs_of(ids: Sequence[str]) -> list[tuple[str, str]]:
    """Every second one with the next."""
    return list(zip(ids[::2], ids[1::2], strict=True))


def main() -> None:
    """Load, ask and print."""
    parser = ArgumentParser()
    parser.add_argument("payments", nargs="?", type=int, default=100_000)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--only", default="")
    parser.add_argument("--save", type=Path)
    parser.add_argument("--against", type=Path)
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
            collect_rarely()  # as `clew up` does
            found = measured(engine, given.payments, given.only)
    if given.save:
        given.save.write_text(json.dumps(found))
    if given.against:
        before = json.loads(given.against.read_text())
        for name in found.keys() & before.keys():
            print(f"{name}: {found[name] / before[name]:.2f} times that of the other size")


if __name__ == "__main__":
    main()
