"""An update: ends as the newer version alone would, and no reader sees half of it vanish."""

import json
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from engine.access import Access
from engine.engine import Engine
from engine.entity import Entity, make_entity
from engine.graph.connection import Connection
from engine.question import FacetQuestion, SearchQuestion, SearchSort
from loaders.load.load import load
from tests.inside import graph_identities

ALL = Access(frozenset({"d"}))
STAY, GO, COME = 1500, 1000, 500
TEXTS = (
    "",
    "going",
    "coming",
    "changed OR staying",
    '"staying s1"',
    "schema:Ownership",
    "phone:+49300005000",
)
Row = dict[str, Any]


def company(key: str, word: str, **properties: list[str]) -> Row:
    return {"id": key, "schema": "Company", "properties": {"name": [f"{word} {key}"], **properties}}


def owns(key: str, owner: str, asset: str, percentage: str) -> Row:
    ends = {"owner": [owner], "asset": [asset], "percentage": [percentage]}
    return {"id": key, "schema": "Ownership", "properties": ends}


def version(newer: bool) -> Iterator[Row]:
    """STAY companies that own each other in a ring, of which a third changes.

    The older version has GO others, which go with what they own; the newer one has COME others.
    """
    for n in range(STAY):
        changed = newer and n % 3 == 0
        phone = {"phone": [f"+4930{n // 2 + (5000 if changed else 0):07}"]} if n % 10 < 2 else {}
        word = "Changed" if changed else "Staying"
        yield company(
            f"s{n}", word, parent=[f"s{(n + 7 + changed) % STAY}", f"s{(n + 9) % STAY}"], **phone
        )
        end = (n + 2) % STAY if newer and n % 5 == 0 else (n + 1) % STAY
        yield owns(f"so{n}", f"s{n}", f"s{end}", "20" if changed else "10")
    if newer:
        yield from (company(f"c{n}", "Coming") for n in range(COME))
        return
    for n in range(GO):
        yield company(f"g{n}", "Going", phone=[f"+4931{n // 2:07}"])
        yield owns(f"go{n}", f"g{n}", f"s{n}", "5")


def written(path: Path, newer: bool) -> str:
    path.write_text("".join(json.dumps(row) + "\n" for row in version(newer)))
    return str(path)


def expected(newer: bool) -> dict[str, Entity]:
    rows = (make_entity("d", row["id"], row["schema"], row["properties"]) for row in version(newer))
    return {entity.id: entity for entity in rows}


@contextmanager
def reading(look: Callable[[], None]) -> Iterator[None]:
    """Call ``look`` again and again in two threads while the block runs; raises what it raised."""
    stop, errors = threading.Event(), []

    def run() -> None:
        try:
            while not stop.is_set():
                look()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    if errors:
        raise errors[0]


def answers(engine: Engine) -> list[Any]:
    """What the index answers: hits with highlights in order, counts and facets of some searches."""
    results: list[Any] = [engine._index.schema_counts(ALL)]
    for text in TEXTS:
        page = engine.search(SearchQuestion(text, sort=SearchSort.CAPTION, first=100), ALL)
        results.append([(hit.id, hit.highlight) for hit in page.hits])
        results.append(engine.count(SearchQuestion(text), ALL))
        results.append(
            engine.facets(FacetQuestion(SearchQuestion(text), ("schema", "dataset")), ALL)
        )
    results.append(engine._index.referrers("parent", "d:s9", ALL, 100))
    return results


def test_an_update_ends_as_the_newer_version_alone(
    fresh_engine: Engine, tmp_path: Path, graph_contents: Callable[[], list[str]], graph: Connection
) -> None:
    engine = fresh_engine
    load(engine, [written(tmp_path / "2.json", True)], "d")
    alone = [row for row in graph_contents() if "'Tombstone'" not in row and "'Dataset'" not in row]
    answers_alone = answers(engine)
    engine.delete_dataset("d", lambda _: None)
    load(engine, [written(tmp_path / "1.json", False)], "d")
    report = load(engine, [str(tmp_path / "2.json")], "d")
    before, after = expected(False), expected(True)
    both = before.keys() & after.keys()
    changed = {id_ for id_ in both if before[id_].checksum != after[id_].checksum}
    assert (report.added, report.changed, report.unchanged, report.removed) == (
        COME,
        len(changed),
        len(both) - len(changed),
        2 * GO,
    )
    assert [
        row for row in graph_contents() if "'Tombstone'" not in row and "'Dataset'" not in row
    ] == alone
    assert answers(engine) == answers_alone
    assert dict(graph_identities(engine)) == {id_: entity.checksum for id_, entity in after.items()}
    assert engine.check() == []


def test_no_reader_sees_half_of_an_update_vanish(fresh_engine: Engine, tmp_path: Path) -> None:
    engine = fresh_engine
    load(engine, [written(tmp_path / "1.json", False)], "d")
    before, after = expected(False), expected(True)
    moved = {f"d:so{n}" for n in range(0, STAY, 5)}
    stay = sorted((before.keys() & after.keys()) - moved)[::7]
    go = sorted(before.keys() - after.keys())[::20]
    come = sorted(after.keys() - before.keys())
    hits: Counter[int] = Counter()
    going: Counter[int] = Counter()

    def graph() -> None:
        gone = [node is None for node in engine.entities(go, ALL)]
        going[sum(gone)] += 1
        if any(gone):
            assert None not in engine.entities(come, ALL), (
                "something is gone before all that is new is there"
            )
        for id_, node in zip(stay, engine.entities(stay, ALL), strict=True):
            assert node is not None, f"{id_} is missing"
            assert node in (before[id_], after[id_]), f"{id_} is neither old nor new"
        for id_, node in zip(sorted(moved), engine.entities(sorted(moved), ALL), strict=True):
            assert node in (None, before[id_], after[id_]), f"{id_} is neither old nor new"

    def search() -> None:
        hits[engine.count(SearchQuestion("going"), ALL)] += 1
        assert engine.count(SearchQuestion("schema:Ownership"), ALL) in (STAY, STAY + GO)
        assert engine.count(SearchQuestion("staying OR changed"), ALL) == STAY

    with reading(graph), reading(search):
        load(engine, [written(tmp_path / "2.json", True)], "d")
    assert set(hits) <= {0, GO}
    assert hits[GO] > 0
    assert going[0] > 0
    assert engine.count(SearchQuestion("going"), ALL) == 0
    assert engine.entities(go, ALL) == [None] * len(go)
