"""How much memory does `clew load` take, and does a file ten times as long take more?

    python tests/bench/memory.py [ENTITIES]

Loads companies and ownerships from a seed, then ten times as many, then those again, each in a child process
that joins one running Neo4j and keeps the index itself. Prints the peak of each child (resident memory, sampled,
and the part of it that no file backs: Tantivy maps the index into memory, which the system takes back when it
must), and the ratio.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

from engine.graph.server import Server
from engine.settings import Settings

MIB = 1024 * 1024


def entities(count: int) -> Iterator[dict[str, object]]:
    """Half companies, some of them with one phone number in pairs, and half ownerships among them."""
    chosen, half = random.Random(count), count // 2
    for number in range(half):
        properties = {"name": [f"Company {chosen.randrange(10**9)} Holding"], "country": [chosen.choice(["dk", "cy"])]}
        properties["registrationNumber"] = [f"R{number:09}"]
        if number % 10 < 2:
            properties["phone"] = [f"+3595{number // 2:07}"]
        yield {"id": f"c{number}", "schema": "Company", "properties": properties}
        ends = {"owner": [f"c{chosen.randrange(half)}"], "asset": [f"c{number}"]}
        yield {"id": f"o{number}", "schema": "Ownership", "properties": {**ends, "percentage": ["25"]}}


def peak(file: Path, dataset: str, data: Path) -> tuple[float, float]:
    """Load a file; the loader's greatest resident memory and the part no file backs, in MiB."""
    command = [sys.executable, "-m", "clew", "load", str(file), "--dataset", dataset]
    child = subprocess.Popen(command, env={**os.environ, "CLEW_DATA": str(data)})
    process, whole, private = psutil.Process(child.pid), 0, 0
    while child.poll() is None:
        try:
            memory = process.memory_info()
        except psutil.NoSuchProcess:
            break
        whole, private = max(whole, memory.rss), max(private, memory.rss - memory.shared)
        time.sleep(0.02)
    assert child.wait() == 0
    return whole / MIB, private / MIB


def main() -> None:
    """Print the peaks and their ratio."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    with tempfile.TemporaryDirectory() as folder:
        data, found = Path(folder) / "data", []
        with Server.start(Settings(data=data), lambda _: None):
            for size, dataset in ((count, "short"), (10 * count, "long"), (10 * count, "long")):
                file = Path(folder) / f"{dataset}.ftm.json"
                with file.open("w") as lines:
                    lines.writelines(json.dumps(entity) + "\n" for entity in entities(size))
                whole, private = peak(file, dataset, data)
                again = ", again" if len(found) == 2 else ""
                print(f"{size:,} entities{again}: at most {whole:.0f} MiB, {private:.0f} MiB of them in no file")
                found.append((whole, private))
    (short, own), (long, same) = found[:2]
    print(f"ratio {long / short:.2f}, {same / own:.2f} of what is in no file (about 1 and under 400 MiB wanted)")


if __name__ == "__main__":
    main()
