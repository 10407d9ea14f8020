"""Runs of cross-referencing in tests: records to compare, and a comparison in this process."""

import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from engine.engine import Engine
from engine.entity import make_entity
from engine.match import crossing, plan, runner
from engine.match.comparer import Comparer

Record = tuple[str, str, dict[str, str]]
LIST: tuple[Record, ...] = (
    ("1", "Person", {"name": "Viktor Morozov", "birthDate": "1961-03-12"}),
    ("2", "Person", {"name": "Eleni Papadaki", "country": "gr"}),
    ("3", "Company", {"name": "Halvmoon Holding Ltd", "registrationNumber": "HRB 12345"}),
    ("4", "Person", {"name": "Nobody Knows Him"}),
)
ARCHIVE: tuple[Record, ...] = (
    ("m", "Person", {"name": "Виктор Морозов", "birthDate": "1961-03-12"}),
    ("p", "Person", {"name": "Ελένη Παπαδάκη", "country": "gr"}),
    ("h", "Company", {"name": "Halvmoon Holding Limited", "registrationNumber": "HRB12345"}),
    ("o", "Person", {"name": "Somebody Else"}),
)
FOUND = {("list:1", "a:m"), ("list:2", "a:p"), ("list:3", "a:h")}


class KeptComparer(Comparer):
    """A comparing process for all engines of a worker: it stays when one of them is closed."""

    def close(self) -> None:
        """Go on; ``end`` ends it."""

    def end(self) -> None:
        """End the process."""
        super().close()

    def serve(self, engine: Engine) -> None:
        """Take the place of the comparer of an engine, which has not compared anything yet."""
        engine._comparer = engine._matcher._comparer = self


@pytest.fixture(scope="session")
def comparer() -> Iterator[KeptComparer]:
    """The comparing process of this worker: it reads its lists once, which takes ten seconds."""
    kept = KeptComparer(10.0)
    yield kept
    kept.end()


@pytest.fixture
def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Compare in a thread: the lists of names are read once for all tests of a worker."""

    @contextmanager
    def comparing(
        station: crossing.Station, size: int, ends: threading.Event
    ) -> Iterator[Executor]:
        crossing._places.append(station)
        with ThreadPoolExecutor(1) as pool:
            try:
                yield pool
            finally:
                pool.shutdown(cancel_futures=True)
                crossing.bench().close()
                crossing.bench.cache_clear()

    monkeypatch.setattr(runner, "comparing", comparing)
    monkeypatch.setattr(plan, "CHUNK", 1)


def put(engine: Engine, dataset: str, *records: Record) -> None:
    """Make the dataset hold these records, and no others."""
    entities = [
        make_entity(dataset, id_, schema, {name: [value] for name, value in values.items()})
        for id_, schema, values in records
    ]
    with engine.loading(dataset) as loading:
        there = set(loading.ids())
        loading.begin()
        loading.add(entities)
        loading.remove(there - {entity.id for entity in entities})
        loading.finish(None)


SCORES = {"list:1": 0.99, "list:2": 0.7, "list:3": 0.55}


def set_scores(engine: Engine) -> None:
    """Let the pairs score what ``SCORES`` says, so that their order does not hang on weights."""
    for left, score in SCORES.items():
        engine._connection.declare(
            f"MATCH (:Entity {{id: '{left}'}})-[r:CANDIDATE]->() SET r.score = {score}"
        )
