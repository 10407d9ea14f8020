"""A load killed at any moment loses nothing: loading again ends as one clean load would."""

import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from engine.engine import Engine
from engine.graph.connection import Connection
from engine.settings import Settings
from loaders.load import load

COUNT = 4000


@pytest.fixture
def collection(tmp_path: Path) -> Path:
    """Companies in a ring of ownerships, some of them with one phone number."""
    path = tmp_path / "ring.ftm.json"
    rows: list[dict[str, object]] = []
    for n in range(COUNT):
        phone = {"phone": [f"+3595255{n // 2:04}"]} if n % 10 < 2 else {}
        rows.append({"id": f"c{n}", "schema": "Company", "properties": {"name": [f"Ring {n}"], **phone}})
        ends = {"owner": [f"c{n}"], "asset": [f"c{(n + 1) % COUNT}"], "percentage": ["10"]}
        rows.append({"id": f"o{n}", "schema": "Ownership", "properties": ends})
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def told(engine: Engine) -> tuple[dict[str, str], int]:
    """Every record by id with its checksum, and the number of shared values."""
    shared = {f"literal:phone:tel:+3595255{n:04}" for n in range(COUNT // 2)}
    shared |= {f"literal:phone:+3595255{n:04}" for n in range(COUNT // 2)}
    return dict(engine.reader.identities()), len(engine.reader.literals(sorted(shared)))


@pytest.mark.parametrize("seed", range(3))
def test_a_load_killed_and_repeated(
    graph: Connection, bolt: tuple[str, str, str], tmp_path: Path, collection: Path, seed: int
) -> None:
    uri, user, password = bolt
    data = tmp_path / "data"
    given = {"CLEW_DATA": str(data), "CLEW_NEO4J_URI": uri, "CLEW_NEO4J_USER": user, "CLEW_NEO4J_PASSWORD": password}
    command = [sys.executable, "-m", "clew", "load", str(collection), "--dataset", "ring"]
    child = subprocess.Popen(command, env={**os.environ, **given}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    time.sleep(random.Random(seed).uniform(1.5, 4.5))
    child.kill()
    child.wait()
    settings = Settings(data=data, neo4j_uri=uri, neo4j_user=user, neo4j_password=password)
    with Engine.open(settings, progress=lambda _: None) as engine:
        report = load(engine, [str(collection)], "ring")
        assert report.refused_count == 0
        assert report.added + report.unchanged == 2 * COUNT
        assert engine.check() == []
        records, shared = told(engine)
        assert len(records) == 2 * COUNT
        assert shared == COUNT // 10
        again = load(engine, [str(collection)], "ring")
        assert (again.added, again.changed, again.removed, again.unchanged) == (0, 0, 0, 2 * COUNT)
