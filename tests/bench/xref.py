"""How long does cross-referencing take, and what does it find? Beside ``nomenklatura xref``.

    python -m tests.bench.xref PEER [JOB ...] [--only clew|peer] [--folder FOLDER]

PEER is nomenklatura's command (in an environment of its own: ``uv pip install nomenklatura``); both
get the same files in the same run, in turn. ``--folder`` keeps Clew's data for the next time. The
jobs, all of them without JOB:

- ``donations``: 474 entities with duplicates, against themselves, three times each. Recall is told
  by both programs' ways to score: the part of the pairs that are alike (from 0.5 on by Clew's, from
  0.7 on by logic-v2), when all records are compared with each other, that a program has kept.
- ``sanctions``: a list of sanctions against 50,000 companies and 45,505 politicians.
- ``names``: 1,000 names against an archive of 211,000 entities.

In the last two, names of the archive are planted in the list, changed by one letter, by the order
of their words, or written in capitals. Recall is the part of them that are paired with the record
that they were taken from. Clew does both again after one in a hundred has changed, of the list
and of the archive.

nomenklatura keeps all pairs above 0.01, and each of them counts for it here; Clew those above 0.5.
It compares the 50,000 pairs that its index takes for the likeliest, and keeps 5,000 of them, as it
does where nobody says otherwise. It knows no datasets within a file: it looks for pairs among all.
Wall time is that of the whole command; that of processors is told beside it, as other programs may
be at work. Clew's data is loaded before, which is timed apart: nomenklatura reads its files and
builds its index each time. What Neo4j takes is told apart. nomenklatura is ended after 10 minutes.
"""

import argparse
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
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

from engine.engine import Engine
from engine.entity import make_entity, schema_of
from engine.match.comparison import compare
from engine.settings import Settings
from loaders.load.load import load
from tests.bench.command import Done, java, run

DATA = Path(__file__).parents[3] / "shared" / "data"
SANCTIONS = "ofac_sdn_2019-01"
OTHERS = ("gleif_50k", "everypolitician_11")
ARCHIVE = (*OTHERS, SANCTIONS, "denmark_elite_2017")
NAMED = ("Person", "Company", "Organization", "LegalEntity")
NAMES, PLANTED, CHANGED = 1000, 300, 100
"""Names of the second job; names that the first one plants; one in so many changes."""
LIMIT = 600.0
"""Seconds that nomenklatura has."""
JUDGE = """
import json, sys
from followthemoney import Dataset, StatementEntity
from nomenklatura.matching import LogicV2, ScoringConfig
rows, pairs = json.load(sys.stdin)
dataset = Dataset.make({"name": "judged", "title": "judged"})
made = {row["id"]: StatementEntity.from_data(dataset, row) for row in rows}
config = ScoringConfig.defaults()
for one, other in pairs:
    if made[one].schema.can_match(made[other].schema):
        print(one, other, LogicV2.compare(made[one], made[other], config).score)
"""
"""Scores pairs by nomenklatura's algorithm; for the Python of its environment."""
Row = dict[str, Any]
Pairs = set[frozenset[str]]


@dataclass(frozen=True)
class Bench:
    """Where everything is."""

    engine: Engine
    command: str
    folder: Path
    parts: Collection[str] = ("clew", "peer")
    """Whose part is done."""

    def clew(self, *arguments: str) -> Done:
        """Run ``clew xref`` beside the server that is there."""
        data, before = str(self.engine.settings.data), java(os.getpid())
        command = [sys.executable, "-m", "cli", "xref", *arguments]
        done = run(command, self.folder, CLEW_DATA=data)
        print(f"{'':24} beside it {java(os.getpid()) - before:.1f} s of CPU by Neo4j", flush=True)
        return done

    def peer(self, file: Path) -> tuple[Done, Pairs]:
        """Run ``nomenklatura xref`` on a file; and the pairs that it keeps."""
        with tempfile.TemporaryDirectory(dir=self.folder) as name:
            folder, database = Path(name), Path(name) / "resolver.db"
            done = run(
                [self.command, "xref", str(file), "-p", name],
                folder,
                LIMIT,
                NOMENKLATURA_DB_URL=f"sqlite:///{database}",
            )
            rows: list[tuple[str, str]] = []
            # one that was ended may have written none
            with closing(sqlite3.connect(database)) as opened, suppress(sqlite3.OperationalError):
                rows = opened.execute("SELECT source, target FROM resolver").fetchall()
        return done, {frozenset(row) for row in rows}

    def logic(self, rows: Sequence[Row], pairs: Sequence[tuple[str, str]]) -> Pairs:
        """The pairs that nomenklatura's logic-v2 takes for one thing."""
        python = str(Path(self.command).with_name("python"))
        text = subprocess.run(
            [python, "-c", JUDGE],
            input=json.dumps([rows, pairs]),
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        lines = (line.split() for line in text.splitlines())
        return {frozenset((one, other)) for one, other, score in lines if float(score) >= 0.7}


def rows_of(path: Path) -> list[Row]:
    """The entities of a file."""
    data = path.read_bytes()
    text = gzip.decompress(data) if path.suffix == ".gz" else data
    return [json.loads(line) for line in text.splitlines()]


def archive(name: str) -> list[Row]:
    """The entities of one of the archive's files."""
    return rows_of(DATA / "ftm" / f"{name}.ftm.json.gz")


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


def planted(files: Sequence[str], count: int) -> list[tuple[Row, str]]:
    """Entities for a list, each with the id of the one that its name was taken from."""
    chance = random.Random(13)
    known = [
        (row["id"], row["properties"]["name"][0])
        for file in files
        for row in archive(file)
        if row["schema"] in NAMED and len(row["properties"].get("name", [""])[0]) > 8
    ]
    return [
        ({"id": f"planted-{at}", "schema": "LegalEntity", "properties": {"name": [name]}}, id_)
        for at, (id_, name) in enumerate(
            (id_, altered(name, chance)) for id_, name in chance.sample(known, count)
        )
    ]


def changed(rows: Sequence[Row], skip: str) -> list[Row]:
    """The entities with another name for one in a hundred of those that can be compared."""
    found, at = [], 0
    for row in rows:
        if schema_of(row["schema"]).matchable and row["properties"].get("name"):
            at += 1
            if at % CHANGED == 0 and not row["id"].startswith(skip):
                names = [f"{row['properties']['name'][0]} the other", *row["properties"]["name"]]
                row = {**row, "properties": {**row["properties"], "name": names}}
        found.append(row)
    return found


def written(path: Path, rows: Sequence[Row], dataset: str) -> Path:
    """A file of entities, with the name of their dataset for nomenklatura."""
    with path.open("a", encoding="utf-8") as out:
        for row in rows:
            out.write(json.dumps({**row, "datasets": [dataset]}) + "\n")
    return path


def said(done: Done) -> str:
    """What a command of Clew's said at its end."""
    return re.sub(r"\s+", " ", " ".join(done.output.splitlines()[-3:]))


def report(what: str, done: Done, more: str) -> None:
    """Print what one command took."""
    print(f"{what:24} {done}  {more}", flush=True)


def speed(done: Done) -> str:
    """How many pairs a second of CPU were scored, the start of all processes included."""
    found = re.search(r"([\d,]+) pairs compared", done.output)
    pairs = int(found[1].replace(",", "")) if found else 0
    return f"{pairs:,} pairs compared, {pairs / done.cpu:,.0f} a second of CPU"


def kept(path: Path) -> Pairs:
    """The pairs of a table that Clew wrote, without the names of their datasets."""
    with path.open(encoding="utf-8") as file:
        return {
            frozenset(row[name].partition(":")[2] for name in ("record id", "candidate id"))
            for row in csv.DictReader(file)
        }


def donations(bench: Bench) -> None:
    """A small dataset against itself."""
    file, output = DATA / "xref" / "donations.ijson", bench.folder / "donations.csv"
    load(bench.engine, [str(file)], "donations", format="ftm")
    rows = [row for row in rows_of(file) if schema_of(row["schema"]).matchable]
    pairs = list(combinations([row["id"] for row in rows], 2))
    made = {r["id"]: make_entity("d", r["id"], r["schema"], r["properties"]) for r in rows}
    accepted = {
        "Clew's": {
            frozenset((one, other))
            for one, other in pairs
            if comparable(made[one].schema, made[other].schema)
            and compare(made[one], made[other]).score >= 0.5
        },
        "logic-v2": bench.logic(rows, pairs),
    }
    times = []
    for turn in range(3):
        options = ("--first", "0", "--least", f"0.50{turn}", "--output", str(output))
        own = bench.clew("donations", "--against", "donations", *options)
        peer, found = bench.peer(file)
        report("clew donations", own, f"{told(accepted, kept(output))}; {said(own)}")
        report("nomenklatura donations", peer, f"{told(accepted, found)}; {len(found):,} pairs")
        times.append((peer.seconds / own.seconds, peer.cpu / own.cpu))
    walls, cpus = (sorted(values) for values in zip(*times, strict=True))
    print(f"donations: {walls[1]:.1f}x in wall time, {cpus[1]:.1f}x of CPU (medians)\n", flush=True)


def comparable(one: str, other: str) -> bool:
    """Whether records of two schemata can be one thing."""
    schemata = schema_of(one), schema_of(other)
    return schemata[0].can_match(schemata[1]) or schemata[1].can_match(schemata[0])


def told(accepted: dict[str, Pairs], found: Pairs) -> str:
    """How many of the pairs that each way to score accepts are among those found."""
    parts = (
        f"{len(pairs & found)} of {len(pairs)} by {name} scores" for name, pairs in accepted.items()
    )
    return ", ".join(parts)


def against(bench: Bench, job: str, files: Sequence[str], rows: list[Row], count: int) -> None:
    """A list with planted names against some files, and again after some of both have changed."""
    names = [file.partition("_")[0] for file in files]
    truth = planted(files, count)
    rows = [*rows, *(row for row, _ in truth)]
    wanted = {frozenset((row["id"], id_)) for row, id_ in truth}
    first, owner = None, bench.engine.owner_access()
    if "clew" in bench.parts:
        begin = time.monotonic()
        for file, name in zip(files, names, strict=True):
            load(bench.engine, [str(DATA / "ftm" / f"{file}.ftm.json.gz")], name, format="ftm")
        if any(dataset.name == job for dataset in bench.engine.datasets(owner)):
            bench.engine.delete_dataset(job, lambda _: None)  # and its pairs, of the last time
        print(f"{job}: loaded once in {time.monotonic() - begin:.0f} s", flush=True)
        first = listed(bench, job, names, rows, wanted)
    if "peer" in bench.parts:
        both = written(bench.folder / f"{job}.both.json", rows, "list")
        for file in files:
            written(both, archive(file), "archive")
        peer, found = bench.peer(both)
        hits = len(wanted & found) / count
        report(f"nomenklatura {job}", peer, f"recall {hits:.3f}; {len(found):,} pairs kept")
        if first is not None:
            times = peer.seconds / first.seconds, peer.cpu / first.cpu
            print(f"{job}: {times[0]:.1f}x in wall time, {times[1]:.1f}x of CPU", flush=True)
    if first is not None:
        reload(bench, files, names)
        second = listed(bench, job, names, changed(rows, "planted"), wanted)
        parts = second.seconds / first.seconds, second.cpu / first.cpu
        print(f"{job}, 1 % new: {parts[0]:.1%} of the wall time, {parts[1]:.1%} of the CPU\n")


def listed(
    bench: Bench, job: str, names: Sequence[str], rows: Sequence[Row], wanted: Pairs
) -> Done:
    """Load a list, compare it with some datasets, and print what that took and found."""
    path, output = bench.folder / f"{job}.ftm.json", bench.folder / f"{job}.csv"
    path.unlink(missing_ok=True)
    begin = time.monotonic()
    load(bench.engine, [str(written(path, rows, job))], job, format="ftm")
    loaded = time.monotonic() - begin
    scope = [part for name in names for part in ("--against", name)]
    done = bench.clew(job, *scope, "--first", "0", "--output", str(output))
    hits = len(wanted & kept(output)) / len(wanted)
    report(f"clew {job}", done, f"recall {hits:.3f}; list loaded in {loaded:.1f} s")
    print(f"{'':24} {speed(done)}\n{'':24} {said(done)}", flush=True)
    return done


def reload(bench: Bench, files: Sequence[str], names: Sequence[str]) -> None:
    """Load the archive again, with one in a hundred of its records changed."""
    for file, name in zip(files, names, strict=True):
        path = written(bench.folder / f"{name}.ftm.json", changed(archive(file), "-"), name)
        load(bench.engine, [str(path)], name, format="ftm")


def entities(rows: Sequence[Row]) -> Iterator[Row]:
    """The entities of a list that can be compared."""
    return (row for row in rows if schema_of(row["schema"]).matchable)


def main() -> None:
    """Do the jobs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("peer")
    parser.add_argument("jobs", nargs="*", default=["donations", "sanctions", "names"])
    parser.add_argument("--only", choices=("clew", "peer"))
    parser.add_argument("--folder", type=Path)
    chosen = parser.parse_args()
    parts = (chosen.only,) if chosen.only else ("clew", "peer")
    with tempfile.TemporaryDirectory() as name:
        folder = chosen.folder or Path(name)
        settings = Settings(data=folder / "data", heap_mb=1024, pagecache_mb=512)
        with Engine.open(settings) as engine:
            bench = Bench(engine, chosen.peer, Path(name), parts)
            for job in chosen.jobs:
                if job == "donations":
                    donations(bench)
                elif job == "sanctions":
                    rows = list(entities(archive(SANCTIONS)))
                    against(bench, job, OTHERS, rows, PLANTED)
                else:
                    against(bench, job, ARCHIVE, [], NAMES)


if __name__ == "__main__":
    main()
