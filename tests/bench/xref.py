"""How long does cross-referencing take, and what does it find? Beside ``nomenklatura xref``.

    python tests/bench/xref.py PEER [NAMES]

PEER is nomenklatura's command (in an environment of its own: ``uv pip install nomenklatura``); both
get the same files in the same run, one after the other. The jobs:

- ``donations``: 474 entities with duplicates, against themselves.
- ``names``: so many names (1,000 without NAMES) of the archive, each changed by one letter, by the
  order of its words or by capitals, against an archive of 211,000 entities. Recall is the part of
  them that are paired with the record that they were taken from. Clew does it again after one in a
  hundred has changed.

Wall time is that of the whole command. Clew's data is loaded before, which is timed apart:
nomenklatura reads its files and builds its index each time. Memory is the peak of all processes of
the command together (PSS), without Neo4j. nomenklatura pairs with everything, and is told that one
record of a pair must be of the list.
"""

import csv
import gzip
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.engine import Engine
from engine.settings import Settings
from loaders.load.load import load

DATA = Path(__file__).parents[3] / "shared" / "data"
ARCHIVE = ("gleif_50k", "everypolitician_11", "ofac_sdn_2019-01", "denmark_elite_2017")
NAMES = 1000
CHANGED = 100
"""One in so many names is another one in the second run."""
LIMIT = 200_000
"""Pairs that nomenklatura may keep."""


@dataclass
class Done:
    """What a command took."""

    seconds: float
    megabytes: float
    output: str


def run(command: list[str], folder: Path, **environment: str) -> Done:
    """Run a command, and look at its memory meanwhile; raises CalledProcessError."""
    start, peak, over = time.monotonic(), 0.0, threading.Event()
    process = subprocess.Popen(
        command,
        cwd=folder,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )

    def watch() -> None:
        nonlocal peak
        while not over.wait(0.3):
            peak = max(peak, sum(map(memory, family(process.pid))))

    thread = threading.Thread(target=watch)
    thread.start()
    output, _ = process.communicate()
    over.set()
    thread.join()
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command, output)
    return Done(time.monotonic() - start, peak, output)


def family(pid: int) -> Iterator[int]:
    """A process and those below it, without Java."""
    try:
        if "java" in Path(f"/proc/{pid}/comm").read_text():
            return
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return
    yield pid
    for child in children:
        yield from family(int(child))


def memory(pid: int) -> float:
    """The megabytes of a process: what it shares counts in parts."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    found = re.search(r"^Pss:\s+(\d+)", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def entities(name: str) -> Iterator[dict[str, Any]]:
    """The entities of one of the archive's files."""
    with gzip.open(DATA / "ftm" / f"{name}.ftm.json.gz", "rt", encoding="utf-8") as file:
        for line in file:
            yield json.loads(line)


def altered(name: str, chance: random.Random) -> str:
    """A name with one letter exchanged, its words in another order, or in capitals."""
    words = name.split()
    kind = chance.randrange(3)
    if kind == 0 and len(words) > 1:
        return " ".join([*words[1:], words[0]])
    if kind == 1 and len(name) > 6:
        at = chance.randrange(2, len(name) - 2)
        return name[:at] + name[at + 1] + name[at] + name[at + 2 :]
    return name.upper()


def planted(count: int) -> list[tuple[str, str, str]]:
    """Names with the schema and the id of the entity that each was taken from."""
    chance = random.Random(13)
    known = [
        (entity["id"], entity["schema"], entity["properties"]["name"][0])
        for file in ARCHIVE
        for entity in entities(file)
        if entity["schema"] in ("Person", "Company", "Organization", "LegalEntity")
        and len(entity["properties"].get("name", [""])[0]) > 8
    ]
    return [
        (altered(name, chance), schema, id_) for id_, schema, name in chance.sample(known, count)
    ]


def clew(data: Path, *arguments: str) -> Done:
    """Run ``clew xref`` on a data folder whose server is there."""
    return run([sys.executable, "-m", "cli", "xref", *arguments], data.parent, CLEW_DATA=str(data))


def said(done: Done) -> str:
    """What a command of Clew's said at its end."""
    return re.sub(r"\s+", " ", " ".join(done.output.splitlines()[-3:]))


def peer(command: str, file: Path, folder: Path, *options: str) -> tuple[Done, set[frozenset[str]]]:
    """Run ``nomenklatura xref`` on a file; and the pairs that it keeps."""
    database = folder / "resolver.db"
    done = run(
        [command, "xref", str(file), "-p", str(folder), "-l", str(LIMIT), *options],
        folder,
        NOMENKLATURA_DB_URL=f"sqlite:///{database}",
    )
    with closing(sqlite3.connect(database)) as opened:
        rows = opened.execute("SELECT source, target FROM resolver").fetchall()
    return done, {frozenset(row) for row in rows}


def report(what: str, done: Done, more: str) -> None:
    """Print what one command took."""
    print(f"{what:24} {done.seconds:7.1f} s {done.megabytes:6.0f} MB  {more}", flush=True)


def donations(engine: Engine, command: str, folder: Path) -> None:
    """A small dataset against itself."""
    file = DATA / "xref" / "donations.ijson"
    load(engine, [str(file)], "donations", format="ftm")
    done = clew(engine.settings.data, "donations", "--against", "donations", "--first", "0")
    report("clew donations", done, said(done))
    done, pairs = peer(command, file, folder)
    report("nomenklatura donations", done, f"{len(pairs):,} pairs kept")


def names(engine: Engine, command: str, folder: Path, count: int) -> None:
    """A list of names against a large archive, and again with some of them changed."""
    start = time.monotonic()
    for name in ARCHIVE:
        source = str(DATA / "ftm" / f"{name}.ftm.json.gz")
        load(engine, [source], name.split("_")[0], format="ftm")
    print(f"loaded once in {time.monotonic() - start:.0f} s", flush=True)
    wanted = planted(count)
    for label in ("clew names", "clew names again"):
        done, found = listed(engine, folder, [name for name, _, _ in wanted])
        hits = sum((name, id_) in found for name, _, id_ in wanted)
        report(label, done, f"recall {hits / count:.3f}; {said(done)}")
        wanted = [
            (name if at % CHANGED else f"{name} x", schema, id_)
            for at, (name, schema, id_) in enumerate(wanted)
        ]
    truth = {frozenset((f"list-{at}", id_)) for at, (_, _, id_) in enumerate(planted(count))}
    done, pairs = peer(command, together(folder, count), folder, "-f", "list")
    recall = len(truth & pairs) / count
    report("nomenklatura names", done, f"recall {recall:.3f}; {len(pairs):,} pairs kept")


def listed(engine: Engine, folder: Path, wanted: list[str]) -> tuple[Done, set[tuple[str, str]]]:
    """Cross-reference a list of names; and the names with the ids that they are paired with."""
    table, output = folder / "names.csv", folder / "pairs.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["ID", "Name"], *enumerate(wanted)])
    options = ("--schema", "LegalEntity", "--first", "0", "--output", str(output))
    done = clew(engine.settings.data, str(table), *options)
    with output.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return done, {(row["record"], row["candidate id"].partition(":")[2]) for row in rows}


def together(folder: Path, count: int) -> Path:
    """One file with the archive and the list, as two datasets."""
    path = folder / "both.json"
    with path.open("w", encoding="utf-8") as out:
        for name in ARCHIVE:
            for entity in entities(name):
                out.write(json.dumps({**entity, "datasets": ["archive"]}) + "\n")
        for at, (name, _, _) in enumerate(planted(count)):
            entity = {"id": f"list-{at}", "schema": "LegalEntity", "properties": {"name": [name]}}
            out.write(json.dumps({**entity, "datasets": ["list"]}) + "\n")
    return path


def main() -> None:
    """Do both jobs."""
    command, count = sys.argv[1], int(sys.argv[2]) if len(sys.argv) > 2 else NAMES
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        settings = Settings(data=folder / "data", heap_mb=1024, pagecache_mb=512)
        with Engine.open(settings) as engine:
            for job in ("donations", "names"):
                (folder / job).mkdir()
            donations(engine, command, folder / "donations")
            if count:
                names(engine, command, folder / "names", count)


if __name__ == "__main__":
    main()
