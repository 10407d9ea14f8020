"""The wheel holds all that Clew reads, and none of its folders hides a library."""

import json
import os
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

from api.asset import EXPLORER, complete, explorable
from api.operation import operations
from api.schema import printed
from engine.graph.cypher import queries, source
from engine.resource import neo4j_folder
from engine.server.jar import locked
from loaders.demo.sample import FOLDER as DEMO

HERE = Path(__file__).parents[1]
MOVED = {"graphql/api": "api", "graphql/operations": "api/operations", "neo4j": "engine/neo4j"}
KEPT = ("cli", "engine", "loaders", *MOVED)
PROGRAM = """
import json, sys
import api.asset, api.operation, api.schema
import engine.graph.cypher, engine.graph.migration, engine.resource, engine.server.jar
import cli.main, graphql, loaders.demo.sample, neo4j
asset, jar, cypher = api.asset, engine.server.jar, engine.graph.cypher
pages = (*asset.OURS, "plain.html", "graphiql.html", "start.html", "signin.html")
folder = engine.resource.neo4j_folder()
json.dump({
    "from": [module.__file__ for module in (cli, api, engine.server.jar, loaders.demo.sample)],
    "libraries": [module.__file__ for module in (graphql, neo4j)],
    "schema": api.schema.printed(),
    "operations": [o.text for o in api.operation.operations()],
    "migrations": sorted(m.name for m in (folder / "migrations").iterdir()),
    "jars": len(jar.locked()),
    "conf": (folder / "neo4j.conf").read_text(),
    "queries": {name: cypher.source(name) for name in cypher.queries()},
    "demo": sorted(f.name for f in loaders.demo.sample.FOLDER.iterdir() if f.is_file()),
    "pages": [(asset.PAGE / name).is_file() for name in pages],
    "graphiql": asset.complete(),
    "explorer": [asset.explorable(), *sorted(path.name for path in asset.EXPLORER.iterdir())],
}, sys.stdout)
"""
"""Prints what an installed wheel reads, to be compared with what the checkout reads."""


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what the wheel would install."""
    built, folder = tmp_path_factory.mktemp("built"), tmp_path_factory.mktemp("unpacked")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(built)]
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    with zipfile.ZipFile(next(built.glob("*.whl"))) as wheel:
        wheel.extractall(folder)
    return folder


def run(unpacked: Path, *arguments: str) -> str:
    """What Python prints when it sees the wheel and the libraries, but not the checkout."""
    environment = {
        "PATH": os.defpath,
        "PYTHONPATH": os.pathsep.join([str(unpacked), sysconfig.get_path("purelib")]),
    }
    command = [sys.executable, "-S", *arguments]  # -S: the checkout's .pth file is not read
    done = subprocess.run(
        command, cwd=unpacked.parent, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_holds_every_file_and_hides_no_library(unpacked: Path) -> None:
    expected: set[str] = set()
    for room in KEPT:
        files = (
            path for path in (HERE / room).rglob("*") if path.is_file() and path.suffix != ".pyc"
        )
        expected |= {
            f"{MOVED.get(room, room)}/{path.relative_to(HERE / room).as_posix()}" for path in files
        }
    held = {path.relative_to(unpacked).as_posix() for path in unpacked.rglob("*") if path.is_file()}
    assert expected <= held
    assert {name.split("/")[0].split("-")[0] for name in held} == {
        "cli",
        "engine",
        "loaders",
        "api",
        "clew",
    }
    assert not [name for name in held if "__pycache__" in name]


def test_the_command_is_there(unpacked: Path) -> None:
    version = tomllib.loads((HERE / "pyproject.toml").read_text())["project"]["version"]
    assert run(unpacked, "-m", "cli", "--version").endswith(f", version {version}\n")
    entry_points = next(unpacked.glob("*.dist-info/entry_points.txt")).read_text()
    assert "clew = cli.start:start" in entry_points


def test_it_reads_the_same_as_the_checkout(unpacked: Path) -> None:
    wheel = json.loads(run(unpacked, "-c", PROGRAM))
    assert all(Path(name).is_relative_to(unpacked) for name in wheel["from"])
    assert not any(Path(name).is_relative_to(unpacked) for name in wheel["libraries"])
    assert wheel["schema"] == printed()
    assert wheel["operations"] == [o.text for o in operations()]
    assert len(wheel["operations"]) >= 12
    assert wheel["migrations"] == sorted(
        path.name for path in (neo4j_folder() / "migrations").iterdir()
    )
    assert wheel["jars"] == len(locked())
    assert wheel["conf"] == (neo4j_folder() / "neo4j.conf").read_text()
    assert wheel["queries"] == {name: source(name) for name in queries()}
    assert wheel["demo"] == sorted(path.name for path in DEMO.iterdir() if path.is_file())
    assert all(wheel["pages"])
    assert wheel["graphiql"] == complete()
    names = sorted(path.name for path in EXPLORER.iterdir())
    assert wheel["explorer"] == [explorable(), *names]
