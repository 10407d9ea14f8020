"""A load whose process, or whose Neo4j, is killed at any moment: loading again completes it.

The moments are random. Each test's id holds the seed that its moment comes from: ``--seed N`` makes
that the first one again. ``--large`` takes ten moments of each kind.
"""

import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import neo4j
import psutil
import pytest

from engine.engine import Engine
from engine.errors import ServerUnavailable
from engine.graph.connection import Connection
from engine.server.server import Server
from engine.settings import Settings
from loaders.load.load import load
from tests.conftest import HISTORY, Bolt, on
from tests.inside import graph_identities
from tests.prepared import small
from tests.ring import register, ring

INTERRUPTED = str(Path(__file__).parent / "interrupted.py")
MOMENTS = 10
"""Moments of each kind with ``--large``."""
TIMEOUT = 180
"""Seconds within which a child process whose Neo4j was killed has ended."""
NODES = """
    MATCH (n) WHERE NOT n:Migration|Tombstone|Clew|Moment|AccessStamp
    RETURN labels(n), properties(n)
"""
RELATIONSHIPS = "MATCH (a)-[r]->(b) RETURN type(r), a.id, b.id, properties(r)"
GONE = "MATCH (t:Tombstone {gone: true}) RETURN collect(t.id)"
Snapshot = Counter[str]
Versions = dict[int, Snapshot]


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """The register as 0, and the ring in its versions 1 and 2."""
    folder = tmp_path_factory.mktemp("ring")
    paths = {version: folder / f"{version}.ftm.json" for version in (0, 1, 2)}
    for version, path in paths.items():
        rows = ring(version) if version else register()
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return paths


def snapshot(engine: Engine) -> Snapshot:
    """Every node and relationship with its properties, but for revisions, times and tombstones."""
    content: Snapshot = Counter()
    uri, *login = bolt_of(engine)
    with neo4j.GraphDatabase.driver(
        uri, auth=(login[0], login[1]), notifications_min_severity="OFF"
    ) as driver:
        for query in (NODES, RELATIONSHIPS):
            for record in driver.execute_query(query).records:
                *what, properties = record.values()
                for name in (*HISTORY, "last_updated", "loads"):
                    properties.pop(name, None)
                what = [sorted(each) if isinstance(each, list) else each for each in what]
                content[json.dumps([*what, properties], sort_keys=True, ensure_ascii=False)] += 1
        gone = set(driver.execute_query(GONE).records[0][0])
    assert not gone & dict(graph_identities(engine)).keys(), "a record is there and gone"
    return content


def bolt_of(engine: Engine) -> Bolt:
    """The address, user and password of an engine's Neo4j."""
    server, settings = engine._server, engine.settings
    if server is not None:
        return server.uri, server.user, server.password
    return settings.neo4j_uri, settings.neo4j_user, settings.neo4j_password


def load_version(engine: Engine, files: dict[int, Path], version: int) -> None:
    """Load a version of the ring (0: the register), without any refusal."""
    report = load(engine, [str(files[version])], "ring" if version else "register")
    assert (report.refused, report.kept, report.truncated) == ([], None, None)


def check_completed(engine: Engine, files: dict[int, Path], version: int, clean: Versions) -> None:
    """Load again, and check that everything is as after one load into an empty graph."""
    load_version(engine, files, version)
    check_agreement(engine, clean[version])
    before = engine.revision()
    engine.reindex(lambda _: None)
    check_agreement(engine, clean[version])
    load_version(engine, files, version)
    assert engine.revision() == before, "a third load changed something"


def check_agreement(engine: Engine, clean: Snapshot) -> None:
    """Check that the index agrees with the graph, and the graph with a clean one."""
    assert engine.check() == []
    content = snapshot(engine)
    assert sorted(content - clean)[:5] == sorted(clean - content)[:5] == []


@pytest.fixture(scope="session")
def clean(
    wipe: Callable[[], None],
    bolt: tuple[str, str, str],
    files: dict[int, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Versions:
    """What one clean load of each version makes, each into an empty graph."""
    snapshots: Versions = {}
    for version in (1, 2):
        wipe()
        with Engine.open(
            on(bolt, tmp_path_factory.mktemp("clean")), progress=lambda _: None
        ) as engine:
            for each in (0, version):
                load_version(engine, files, each)
            snapshots[version] = snapshot(engine)
    assert snapshots[1] != snapshots[2]
    return snapshots


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Seeds: a few of each kind, or MOMENTS."""
    few = {"loader_seed": 2, "commit_seed": 2, "neo4j_seed": 1}
    for name in few.keys() & set(metafunc.fixturenames):
        first = metafunc.config.getoption("--seed")
        count = MOMENTS if metafunc.config.getoption("--large") else few[name]
        metafunc.parametrize(name, range(first, first + count))


def opened(settings: Settings) -> Engine:
    """An engine that shows no progress."""
    return Engine.open(settings, progress=lambda _: None)


@contextmanager
def started(settings: Settings, *command: str) -> Iterator[subprocess.Popen[str]]:
    """A child process with these settings, ended at the latest with the block."""
    variables = {
        f"CLEW_{name.upper()}": str(value) for name, value in vars(settings).items() if value
    }
    child = subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, **variables},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    try:
        yield child
    finally:
        if child.poll() is None:
            child.terminate()
            child.communicate()


def load_arguments(files: dict[int, Path], version: int) -> list[str]:
    """The arguments of ``clew`` that load one version of the ring."""
    return ["load", str(files[version]), "--dataset", "ring"]


def revision(connection: Connection) -> int:
    """The graph's revision, 0 before there is one; a Neo4j that just started may be slow."""
    state = connection.read("clew_state", timeout=TIMEOUT)
    return int(state[0]["revision"]) if state else 0


def await_revision(child: subprocess.Popen[str], connection: Connection, goal: int) -> None:
    """Wait until the graph has come to this revision, or the child has ended."""
    while child.poll() is None:
        if revision(connection) >= goal:
            return
        time.sleep(0.005)


@pytest.fixture
def before(
    request: pytest.FixtureRequest, graph: Connection, bolt: tuple[str, str, str], tmp_path: Path
) -> Callable[[int], Settings]:
    """Loads what is there before a test: the register, and a version of the ring (0: none)."""
    files: dict[int, Path] = request.getfixturevalue("files")

    def loaded(version: int) -> Settings:
        settings = on(bolt, tmp_path / "data")
        with opened(settings) as engine:
            for each in sorted({0, version}):
                load_version(engine, files, each)
        return settings

    return loaded


def test_the_loader_killed(
    loader_seed: int,
    clean: Versions,
    before: Callable[[int], Settings],
    connection: Connection,
    files: dict[int, Path],
) -> None:
    chance = random.Random(loader_seed)
    version = chance.choice((1, 2))
    settings = before(chance.choice((0, 3 - version)))
    goal = revision(connection) + chance.randint(1, 4)
    with started(settings, INTERRUPTED, "nowhere", "0", *load_arguments(files, version)) as child:
        await_revision(child, connection, goal)
        time.sleep(chance.uniform(0, 1))
        child.kill()
        child.communicate()
    print(f"version {version}, revision {goal}: {child.returncode}")
    with opened(settings) as engine:
        check_completed(engine, files, version, clean)


PLACES = {
    "in a write": 6,
    "in a removal": 3,
    "after a write": 9,
    "after a removal": 1,
    "before the index commits": 3,
    "after the index committed": 3,
    "among the shared values": 3,
    "after the shared values": 3,
}
"""Where interrupted.py kills itself, and at which call at the latest."""


def test_killed_between_the_commits(
    commit_seed: int, clean: Versions, before: Callable[[int], Settings], files: dict[int, Path]
) -> None:
    chance = random.Random(commit_seed)
    place = list(PLACES)[commit_seed % len(PLACES)]
    nth = chance.randint(1, PLACES[place])
    version = chance.choice((1, 2))
    settings = before(3 - version if "removal" in place else chance.choice((0, 3 - version)))
    with started(settings, INTERRUPTED, place, str(nth), *load_arguments(files, version)) as child:
        _, errors = child.communicate(timeout=TIMEOUT)
    assert child.returncode == -signal.SIGKILL, errors
    with opened(settings) as engine:
        check_completed(engine, files, version, clean)


def java(child: subprocess.Popen[str]) -> psutil.Process | None:
    """The Neo4j, or its tool for passwords, that a child process started."""
    with suppress(psutil.NoSuchProcess):
        for process in psutil.Process(child.pid).children(recursive=True):
            with suppress(psutil.NoSuchProcess):
                if process.name() == "java":
                    return process
    return None


def await_moment(
    child: subprocess.Popen[str], settings: Settings, chance: random.Random, starting: bool
) -> None:
    """Wait for a moment of Neo4j's start, or of the load."""
    while java(child) is None and child.poll() is None:
        time.sleep(0.01)
    if starting:
        time.sleep(chance.uniform(0, 15))
        return
    with suppress(ServerUnavailable):  # the load was quicker than we are
        server = Server.join(settings, TIMEOUT)
        with Connection.open(server.uri, server.user, server.password) as connection:
            await_revision(child, connection, revision(connection) + chance.randint(0, 12))
        time.sleep(chance.uniform(0, 1))


def test_neo4j_killed(
    neo4j_seed: int,
    clean: Versions,
    tmp_path: Path,
    files: dict[int, Path],
    request: pytest.FixtureRequest,
) -> None:
    chance = random.Random(neo4j_seed)
    version = chance.choice((1, 2))
    settings = small(tmp_path / "data")
    if request.config.getoption("--large") and neo4j_seed % 2:
        with opened(settings) as engine:
            for each in (0, 3 - version):
                load_version(engine, files, each)
    with started(settings, INTERRUPTED, "nowhere", "0", *load_arguments(files, version)) as child:
        await_moment(child, settings, chance, starting=chance.random() < 0.3)
        while child.poll() is None:
            victim = java(child)
            if victim is not None:
                victim.kill()
                break
        output, errors = child.communicate(timeout=TIMEOUT)
    print(output, errors)
    progress = ("Starting Neo4j …", "Making the in")
    messages = [line for line in errors.splitlines() if not line.startswith(progress)]
    assert "Traceback" not in errors
    if child.returncode:  # else the load was done before Neo4j died
        assert child.returncode == 1
        reason = "clew: Neo4j (cannot be reached|did not (start|take its first password))"
        assert re.match(reason, messages[0])
    else:
        assert "ring: 1," in output
    with opened(settings) as engine:
        load_version(engine, files, 0)
        check_completed(engine, files, version, clean)
