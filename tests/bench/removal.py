"""Does one transaction hold as large a removal as it may, on a small heap, and how fast is it?

    python tests/bench/removal.py [HEAP IN MIB]

Prints the seconds that it takes, those of the same removal in many small transactions, and their
ratio.
"""

import sys
import tempfile
import time
from pathlib import Path

from engine.engine import Engine
from engine.entity import make_entity
from engine.graph.record.writer import removal_size
from engine.settings import Settings

HEAP = 512
WRITTEN = 5_000


def fill(engine: Engine, count: int) -> list[str]:
    """Write ``count`` records, half of them companies that own each other in a ring; their ids."""
    half = count // 2
    entities = []
    for n in range(half):
        properties = {"name": [f"Company {n}"], "address": [f"{n % 90} Some Street, Some Town"]}
        if n % 10 < 2:
            properties["phone"] = [f"+4930{n // 2:07}"]
        entities.append(make_entity("ring", f"c{n}", "Company", properties))
        ends = {"owner": [f"c{n}"], "asset": [f"c{(n + 1) % half}"], "percentage": ["10"]}
        entities.append(make_entity("ring", f"o{n}", "Ownership", ends))
    engine._writer.ensure_dataset("ring")
    for at in range(0, len(entities), WRITTEN):
        engine._writer.write(entities[at : at + WRITTEN], ())
    engine.follow()
    return [entity.id for entity in entities]


def removal(engine: Engine, count: int, size: int) -> float:
    """The seconds that a removal takes, ``size`` records in a transaction."""
    ids = fill(engine, count)
    begun = time.monotonic()
    for at in range(0, len(ids), size):
        engine._writer.remove(ids[at : at + size])
    seconds = time.monotonic() - begun
    begun = time.monotonic()
    engine.follow()
    print(f"{count:,} records, {size:,} in a transaction: {seconds:.1f} s; ", end="")
    print(f"index {time.monotonic() - begun:.1f} s")
    if engine.check():
        raise SystemExit("graph and index differ")
    return seconds


def main() -> None:
    """Measure."""
    heap = int(sys.argv[1]) if len(sys.argv) > 1 else HEAP
    count = removal_size(f"{heap}MiB")
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data=Path(folder), heap_mb=heap, pagecache_mb=256)
        with Engine.open(settings, progress=lambda _: None) as engine:
            many = removal(engine, count, 2_000)
            one = removal(engine, count, count)
    print(f"one transaction on a heap of {heap} MiB takes {one / many:.2f} of the time of many")


if __name__ == "__main__":
    main()
