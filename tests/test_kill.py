"""Killed at any moment - the loader, Neo4j, the program between its two commits -, loading again makes it whole.

The moments are random. Each test's id holds the seed that its moment comes from: ``--seed N`` makes that the
first one again. ``--large`` takes ten moments of each kind.
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
from tests.inside import graph_identities

INTERRUPTED = str(Path(__file__).parent / "interrupted.py")
COUNT = 800
BORDERS = 100
MOMENTS = 10
PATIENCE = 180
"""Seconds within which a child process whose Neo4j was killed has ended."""
Row = dict[str, object]
Snapshot = Counter[str]
Versions = dict[int, Snapshot]


def row(id_: str, schema: str, /, **properties: str | list[str]) -> Row:
    """One line of a collection."""
    lists = {
        key: value if isinstance(value, list) else [value] for key, value in properties.items()
    }
    return {"id": id_, "schema": schema, "properties": lists}


def register() -> Iterator[Row]:
    """Another dataset, that the ring refers to and is referred to by; they share telephones."""
    for n in range(BORDERS):
        yield row(
            f"r{n}",
            "Company",
            name=f"Register {n}",
            phone=f"+3595255{n:04}",
            parent=f"ring:c{n * 7}",
        )


def edges(version: int) -> Iterator[Row]:
    """Ownerships in a ring: some with two owners, some across datasets; in version 2 some are other, gone, or nodes."""
    for n in range(COUNT):
        later = version == 2
        if n % 17 == (2 if later else 3):
            continue
        if later and n % 100 == 1:
            yield row(f"o{n}", "Company", name=f"An ownership once {n}")
            continue
        owners = [f"c{n}", f"register:r{n % BORDERS}"] if n % 25 == 0 else [f"c{n}"]
        asset = f"c{(n + 1 + later * (n % 14 == 0)) % COUNT}"
        share = "20" if later and n % 6 == 0 else "10"
        yield row(
            f"o{n}", "Ownership", owner=owners, asset=asset, percentage=share, startDate="2001"
        )


def companies(version: int) -> Iterator[Row]:
    """Companies with parents; in version 2 some have another name, telephone or schema, and some are gone or new.

    Two telephones are held by 60 and by 40 companies, and the other way round in version 2: one is a hub each time.
    """
    for n in range(COUNT):
        later = version == 2
        if n % 11 == (3 if later else 4):
            continue
        phones = [f"+3595255{(n + later * (n % 30 == 0)) // 2:04}"] if n % 10 < 2 else []
        phones += [
            f"+359999000{side}"
            for side in (0, 1)
            if n % 8 == 5 + side and n < (320, 480)[later ^ side]
        ]
        parent = f"register:r{n % BORDERS}" if n % 9 == 0 else f"c{(n * 3) % COUNT}"
        name = f"Ring {n} anew" if later and n % 7 == 0 else f"Ring {n}"
        schema = "LegalEntity" if later and n % 50 == 7 else "Company"
        yield row(
            f"c{n}",
            schema,
            name=name,
            phone=phones,
            **({"parent": parent} if schema == "Company" else {}),
        )


def sanctions(version: int) -> Iterator[Row]:
    """Nodes that refer to companies, to what never comes, and to ids of edges; in version 2 some are edges."""
    for n in range(0, COUNT, 5):
        if version == 2 and n % 50 == 0:
            yield row(
                f"s{n}", "Directorship", director=f"c{n}", organization=f"register:r{n % BORDERS}"
            )
            continue
        target = (f"c{n}", f"register:lost{n}", f"o{n + 1}", f"register:r{n % BORDERS}")[n // 5 % 4]
        yield row(f"s{n}", "Sanction", entity=target, authority=f"Authority {n % 3}")


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[int, Path]:
    """The register as 0, and the ring in its versions 1 and 2; edges stand before their ends."""
    folder = tmp_path_factory.mktemp("ring")
    versions = {0: [*register()]} | {v: [*edges(v), *companies(v), *sanctions(v)] for v in (1, 2)}
    for version, rows in versions.items():
        (folder / f"{version}.ftm.json").write_text(
            "".join(json.dumps(each) + "\n" for each in rows)
        )
    return {version: folder / f"{version}.ftm.json" for version in versions}


def snapshot(engine: Engine) -> Snapshot:
    """Every node and relationship with all that is on it, but for revisions and times, and what notes them."""
    server, given = engine._server, engine.settings
    uri = server.uri if server else given.neo4j_uri
    user, password = (
        (server.user, server.password) if server else (given.neo4j_user, given.neo4j_password)
    )
    nodes = "MATCH (n) WHERE NOT n:Migration AND NOT n:Tombstone AND NOT n:Clew RETURN labels(n), properties(n)"
    between = "MATCH (a)-[r]->(b) RETURN type(r), a.id, b.id, properties(r)"
    found: Snapshot = Counter()
    with neo4j.GraphDatabase.driver(
        uri, auth=(user, password), notifications_min_severity="OFF"
    ) as driver:
        for statement in (nodes, between):
            for record in driver.execute_query(statement).records:
                *what, properties = record.values()
                for moment in ("_revision", "last_updated", "loads"):
                    properties.pop(moment, None)
                what = [sorted(each) if isinstance(each, list) else each for each in what]
                found[json.dumps([*what, properties], sort_keys=True, ensure_ascii=False)] += 1
        buried = "MATCH (t:Tombstone {gone: true}) RETURN collect(t.id)"
        gone = set(driver.execute_query(buried).records[0][0])
    assert not gone & dict(graph_identities(engine)).keys(), "a record is there and gone"
    return found


def bring(engine: Engine, files: dict[int, Path], version: int) -> None:
    """Load one version of the ring (0: the register)."""
    report = load(engine, [str(files[version])], "ring" if version else "register")
    assert (report.refused, report.kept, report.truncated) == ([], None, None)


def whole(engine: Engine, files: dict[int, Path], version: int, clean: Versions) -> None:
    """Load again: graph and index agree, and the graph is what one clean load makes, also when indexed anew."""
    bring(engine, files, version)
    agreed(engine, clean[version])
    before = engine.revision()
    engine.reindex(lambda _: None)
    agreed(engine, clean[version])
    bring(engine, files, version)
    assert engine.revision() == before, "a third load changed something"


def agreed(engine: Engine, clean: Snapshot) -> None:
    """The index agrees with the graph, and the graph with a clean one."""
    assert engine.check() == []
    held = snapshot(engine)
    assert sorted(held - clean)[:5] == sorted(clean - held)[:5] == []


@pytest.fixture(scope="session")
def clean(
    wipe: Callable[[], None],
    bolt: tuple[str, str, str],
    files: dict[int, Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Versions:
    """What one clean load of each version makes, each into an empty graph."""
    found: Versions = {}
    for version in (1, 2):
        wipe()
        with Engine.open(
            on(bolt, tmp_path_factory.mktemp("clean")), progress=lambda _: None
        ) as engine:
            for each in (0, version):
                bring(engine, files, each)
            found[version] = snapshot(engine)
    assert found[1] != found[2]
    return found


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """The seeds: a few of each kind, or ten."""
    few = {"loader_seed": 2, "commit_seed": 2, "neo4j_seed": 1}
    for name in few.keys() & set(metafunc.fixturenames):
        first = metafunc.config.getoption("--seed")
        count = MOMENTS if metafunc.config.getoption("--large") else few[name]
        metafunc.parametrize(name, range(first, first + count))


def on(bolt: tuple[str, str, str], data: Path) -> Settings:
    """Settings for an engine on a server that runs already."""
    uri, user, password = bolt
    return Settings(data=data, neo4j_uri=uri, neo4j_user=user, neo4j_password=password)


def opened(settings: Settings) -> Engine:
    """An engine that tells nothing."""
    return Engine.open(settings, progress=lambda _: None)


@contextmanager
def started(settings: Settings, *command: str) -> Iterator[subprocess.Popen[str]]:
    """A child process with these settings, ended at the latest with the block."""
    given = {f"CLEW_{name.upper()}": str(value) for name, value in vars(settings).items() if value}
    child = subprocess.Popen(
        [sys.executable, *command],
        env={**os.environ, **given},
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


def loading(files: dict[int, Path], version: int) -> list[str]:
    """The arguments of ``clew`` that load one version of the ring."""
    return ["load", str(files[version]), "--dataset", "ring"]


def revision(connection: Connection) -> int:
    """The graph's revision, 0 before there is one; however long a Neo4j that just started takes to say it."""
    state = connection.read("clew_state", timeout=PATIENCE)
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
    """Makes what was there before a load: the register, and a version of the ring unless that is 0."""
    files: dict[int, Path] = request.getfixturevalue("files")

    def loaded(version: int) -> Settings:
        settings = on(bolt, tmp_path / "data")
        with opened(settings) as engine:
            for each in sorted({0, version}):
                bring(engine, files, each)
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
    with started(settings, INTERRUPTED, "nowhere", "0", *loading(files, version)) as child:
        await_revision(child, connection, goal)
        time.sleep(chance.uniform(0, 1))
        child.kill()
        child.communicate()
    print(f"version {version}, revision {goal}: {child.returncode}")
    with opened(settings) as engine:
        whole(engine, files, version, clean)


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
"""Where interrupted.py dies, and at which pass at the latest."""


def test_killed_between_the_commits(
    commit_seed: int, clean: Versions, before: Callable[[int], Settings], files: dict[int, Path]
) -> None:
    chance = random.Random(commit_seed)
    place = list(PLACES)[commit_seed % len(PLACES)]
    nth = chance.randint(1, PLACES[place])
    version = chance.choice((1, 2))
    settings = before(3 - version if "removal" in place else chance.choice((0, 3 - version)))
    with started(settings, INTERRUPTED, place, str(nth), *loading(files, version)) as child:
        _, said = child.communicate(timeout=PATIENCE)
    assert child.returncode == -signal.SIGKILL, said
    with opened(settings) as engine:
        whole(engine, files, version, clean)


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
        server = Server.join(settings, PATIENCE)
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
    settings = Settings(data=tmp_path / "data", heap_mb=512, pagecache_mb=256)
    if request.config.getoption("--large") and neo4j_seed % 2:
        with opened(settings) as engine:
            for each in (0, 3 - version):
                bring(engine, files, each)
    with started(settings, INTERRUPTED, "nowhere", "0", *loading(files, version)) as child:
        await_moment(child, settings, chance, starting=chance.random() < 0.3)
        while child.poll() is None:
            victim = java(child)
            if victim is not None:
                victim.kill()
                break
        said, trouble = child.communicate(timeout=PATIENCE)
    print(said, trouble)
    told = [
        line
        for line in trouble.splitlines()
        if not line.startswith(("Starting Neo4j …", "Making the in"))
    ]
    assert "Traceback" not in trouble
    if child.returncode:  # else the load was done before Neo4j died
        assert child.returncode == 1
        assert re.match(
            "clew: Neo4j (cannot be reached|did not (start|take its first password))", told[0]
        )
    else:
        assert "ring: 1," in said
    with opened(settings) as engine:
        bring(engine, files, 0)
        whole(engine, files, version, clean)
