"""How fast is each format read, beside FollowTheMoney's own JSON lines, and does memory stay flat?

    python tests/bench/format.py [ENTITIES]

Writes generated data to a temporary folder, in two sizes. Prints for each format the entities read
in a second of CPU time, the ratio to ``ftm`` in the same run, and the peak memory at both sizes.
"""

import csv
import json
import random
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

from followthemoney import ValueEntity
from followthemoney.statement import Statement, write_statements

from loaders.format.registry import format_of
from loaders.intake.intake import Intake

CHANCE = random.Random(7)
NODES = "node_id,name,countries,country_codes,sourceID,valid_until,note"
FIRM = (
    "node_id,name,jurisdiction,jurisdiction_description,company_type,incorporation_date,"
    "status,ibcRUC,sourceID"
)
LINKS = "node_id_start,node_id_end,rel_type,link,status,start_date,end_date,sourceID"


def entities(count: int) -> Iterator[dict[str, object]]:
    """Entities: two thirds companies and people, one third ownerships."""
    for n in range(count):
        kind, names = (
            ("Company", {"jurisdiction": ["vg"]}) if n % 3 else ("Person", {"nationality": ["gb"]})
        )
        if n % 3 == 2:
            ends = {"owner": [f"e{CHANCE.randrange(count) // 3 * 3}"], "asset": [f"e{n - 1}"]}
            yield {
                "id": f"e{n}",
                "schema": "Ownership",
                "properties": {**ends, "percentage": ["40"]},
            }
        else:
            yield {
                "id": f"e{n}",
                "schema": kind,
                "properties": {"name": [f"Name {n}", f"N. {n}"], **names},
            }


def statement(n: int, count: int) -> dict[str, object]:
    """One statement of BODS 0.4."""
    common: dict[str, object] = {
        "statementId": f"s{n:032}",
        "recordId": f"r{n}",
        "statementDate": "2020-01-01",
    }
    common["publicationDetails"] = {"bodsVersion": "0.4", "publisher": {"name": "Register"}}
    if n % 3 == 2:
        share = {"type": "shareholding", "directOrIndirect": "direct", "share": {"exact": 40}}
        details = {
            "subject": f"r{n - 1}",
            "interestedParty": f"r{CHANCE.randrange(count) // 3 * 3}",
        }
        return {
            **common,
            "recordType": "relationship",
            "recordDetails": {**details, "interests": [share]},
        }
    if n % 3:
        details = {
            "name": f"Name {n}",
            "jurisdiction": {"code": "VG", "name": "British Virgin Islands"},
        }
        return {
            **common,
            "recordType": "entity",
            "recordDetails": {"entityType": {"type": "registeredEntity"}, **details},
        }
    names = {
        "personType": "knownPerson",
        "names": [{"fullName": f"Name {n}"}],
        "nationalities": [{"code": "GB"}],
    }
    return {**common, "recordType": "person", "recordDetails": names}


def write_bundle(path: Path, count: int) -> None:
    """An Offshore Leaks bundle of ``count`` rows: a third each of its three kinds."""
    third = count // 3
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        rows = [
            f"{n},Name {n},BVI,British Virgin Islands,IBC,23-MAR-2006,Active,{n},Papers"
            for n in range(third)
        ]
        archive.writestr("nodes-entities.csv", "\n".join([FIRM, *rows]))
        rows = [f"{third + n},Officer {n},Hong Kong,HKG,Papers,," for n in range(third)]
        archive.writestr("nodes-officers.csv", "\n".join([NODES, *rows]))
        links = ["shareholder of", "director of", "beneficiary of"]
        rows = [
            f"{third + CHANCE.randrange(third)},{n},officer_of,{links[n % 3]},,01-JAN-2007,,Papers"
            for n in range(third)
        ]
        archive.writestr("relationships.csv", "\n".join([LINKS, *rows]))


def write(folder: Path, count: int) -> dict[str, Path]:
    """Write as many entities in every format; returns the files."""
    paths = {name: folder / f"{name}-{count}" for name in ("ftm", "statements", "bods", "icij")}
    generated = list(entities(count))
    paths["ftm"].write_text("".join(json.dumps(entity) + "\n" for entity in generated))
    proxies = (ValueEntity.from_dict(dict(entity)) for entity in generated)
    with paths["statements"].open("wb") as file:
        write_statements(
            file, "csv", (s for proxy in proxies for s in Statement.from_entity(proxy, "d"))
        )
    paths["bods"].write_text(
        "[" + ",\n".join(json.dumps(statement(n, count)) for n in range(count)) + "]"
    )
    write_bundle(paths["icij"], count)
    return paths


def read(name: str, path: str) -> None:
    """Read one file; print its entities, the CPU seconds and the peak memory in MiB."""
    intake = Intake("d", [path])
    begun = time.process_time()
    count = 0
    for reading in format_of(intake, name).read(intake):
        assert reading.entity is not None, reading
        count += 1
    # not getrusage: its peak memory is inherited from the process that started this one
    status = Path("/proc/self/status").read_text()
    peak = int(status.split("VmHWM:")[1].split()[0]) / 1024
    csv.writer(sys.stdout).writerow([count, time.process_time() - begun, peak])


def main() -> None:
    """Read each format in a process of its own, at a quarter of the size and at full size."""
    size = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    rate: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        small, large = write(Path(folder), size // 4), write(Path(folder), size)
        for name, path in large.items():
            results = []
            for file in (small[name], path):
                command = [sys.executable, __file__, "--read", name, str(file)]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                results.append([float(cell) for cell in done.stdout.split(",")])
            (_, _, before), (count, seconds, after) = results
            rate[name] = count / seconds
            ratio = rate[name] / rate["ftm"]
            print(
                f"{name:10} {rate[name]:8,.0f}/s  {ratio:.2f} of ftm  "
                f"{before:.0f} -> {after:.0f} MiB at {count:,.0f}"
            )


if __name__ == "__main__":
    read(*sys.argv[2:]) if sys.argv[1:2] == ["--read"] else main()
