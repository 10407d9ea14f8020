"""Servers that tests start for themselves: small ones, on folders in which one ran before.

The first start of a server on a folder sets its password, and makes the constraints and indexes of
an empty database: that takes twice as long as all the rest of the start. It is done once for a run
of all tests, in a folder of which those tests get copies that do not test it.
"""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from engine.graph.connection import Connection
from engine.graph.migration import migrate
from engine.server.home import Home
from engine.server.server import Server
from engine.settings import Settings, variable

QUICK = "-XX:TieredStopAtLevel=1 -XX:ParallelGCThreads=1"
"""Java's options for a server that answers a few of each kind of question: compiling all of them
well takes twice as long as running them as they are."""
SMALL = {"heap_mb": 512, "pagecache_mb": 128}
BRIEF = {**SMALL, "java_options": QUICK}
ENVIRONMENT = {variable(name): str(value) for name, value in BRIEF.items()}
"""The settings of ``brief`` for commands in processes of their own."""
Prepared = Callable[[Path], Path]


def small(data: Path, **others: Any) -> Settings:
    """Settings of a small server on a data folder."""
    return Settings(data=data, **{**SMALL, **others})


def brief(data: Path, **others: Any) -> Settings:
    """Settings of a small server whose Java compiles little (``QUICK``)."""
    return small(data, **{**BRIEF, **others})


@pytest.fixture(scope="session")
def prepared(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, class_caches: None
) -> Prepared:
    """A function that makes a data folder with an empty database, and answers it."""
    root = tmp_path_factory.getbasetemp()
    if hasattr(request.config, "workerinput"):
        root = root.parent  # which the workers share
    with FileLock(root / "prepared.lock"):
        if not (root / "prepared").exists():
            prepare(root / "prepared.draft")
            (root / "prepared.draft").rename(root / "prepared")
    source = Home(root / "prepared")

    def copied(data: Path) -> Path:
        target = Home(data)
        shutil.copytree(source.path, target.path, dirs_exist_ok=True)
        shutil.copy2(source.password, target.password)
        return data

    return copied


def prepare(data: Path) -> None:
    """Start a server on a new folder, make its database ready, and stop it."""
    with (
        Server.start(brief(data), print) as server,
        Connection.open(server.uri, server.user, server.password) as connection,
    ):
        migrate(connection)
        connection.declare("CALL db.awaitIndexes(120)")
