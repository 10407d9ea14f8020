"""A disk that is full before a load is done: it says so, and the next try works."""

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from engine.engine import Engine
from engine.errors import ClewError
from engine.process.worker import workers
from engine.server import importer
from engine.settings import Settings
from loaders.intake.seen import Seen
from loaders.load.load import load
from loaders.load.offline import fill

MEMORY = {"heap_mb": 512, "pagecache_mb": 256}
COUNT = 5000
LEFT = 4 << 20
"""Bytes that another program leaves of a disk."""
LIMIT = 256 << 10
"""Bytes that no file may be longer than."""

pytestmark = pytest.mark.usefixtures("class_caches")


@pytest.fixture
def source(tmp_path: Path) -> str:
    """Some companies."""
    rows = (
        {"id": f"c{n}", "schema": "Company", "properties": {"name": [f"Company {n}"]}}
        for n in range(COUNT)
    )
    (tmp_path / "many.ftm.json").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return str(tmp_path / "many.ftm.json")


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A small disk of its own, where this machine allows mounting one."""
    path = tmp_path / "disk"
    path.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=800m", "tmpfs", str(path)]
    if shutil.which("mount") is None or subprocess.run(mounting, capture_output=True).returncode:
        pytest.skip("nothing can be mounted here")
    yield path
    subprocess.run(["umount", str(path)], check=True)


def offline(
    data: Path, source: str, limit: Callable[[], None] | None = None
) -> subprocess.Popen[str]:
    """A real ``clew load --offline``."""
    return subprocess.Popen(
        [sys.executable, "-m", "cli", "load", "--offline", source, "--dataset", "d"],
        env={
            **os.environ,
            "CLEW_DATA": str(data),
            "CLEW_HEAP_MB": "512",
            "CLEW_PAGECACHE_MB": "256",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=limit,
    )


def works(data: Path, source: str) -> None:
    """Check that the load works once there is room."""
    out, err = offline(data, source).communicate(timeout=120)
    assert f"d: {COUNT:,} read, {COUNT:,} added" in out, err


def left(data: Path) -> list[str]:
    """The files of a data folder."""
    return sorted(path.relative_to(data).as_posix() for path in data.rglob("*") if path.is_file())


def test_a_disk_that_another_program_fills_during_the_import(disk: Path, source: str) -> None:
    child = offline(disk / "data", source)
    assert child.stderr is not None
    said = [next(line for line in child.stderr if line.startswith("Importing"))]
    with (disk / "other").open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, shutil.disk_usage(disk).free - LEFT)
    said += child.communicate(timeout=120)[1].splitlines()
    assert child.returncode == 1
    assert said[-1].startswith(
        f"clew: the import needs about 0.2 GiB on the disk of {disk / 'data'}, 0.0 GiB are free: "
        "nothing has changed"
    )
    assert left(disk / "data") == ["clew.lock", "neo4j/jars.json"]
    (disk / "other").unlink()
    works(disk / "data", source)


def test_a_disk_that_is_as_good_as_full_ends_the_import(
    source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = tmp_path / "data"
    with monkeypatch.context() as patched, workers(1) as processes:
        patched.setattr(importer, "FLOOR", 1 << 60)
        with pytest.raises(
            ClewError, match=r"GiB are free: nothing has changed, make room and start again"
        ):
            fill(Settings(data=data, **MEMORY), processes, [source], "d", progress=lambda _: None)
    assert left(data) == ["clew.lock", "neo4j/jars.json"]
    works(data, source)


def test_what_cannot_be_written_while_it_reads(source: str, tmp_path: Path) -> None:
    data = tmp_path / "data"

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (LIMIT, LIMIT))

    child = offline(data, source, limit)
    said = child.communicate(timeout=120)[1]
    assert said.startswith(f"clew: {data / 'offline'} cannot be written: "), said
    assert said.endswith(". Nothing has changed: make room and start again\n")
    assert child.returncode == 1
    assert left(data) == ["clew.lock", "neo4j/jars.json"]
    works(data, source)


def test_no_room_for_temporary_files(
    fresh_engine: Engine, source: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Cramped(Seen):
        """SQLite finds a full disk when its file is to have a fifth page."""

        def __init__(self) -> None:
            super().__init__()
            self._spool.query("PRAGMA max_page_count = 5")

    with monkeypatch.context() as patched:
        patched.setattr("loaders.load.load.Seen", Cramped)
        with pytest.raises(
            ClewError,
            match=r"the disk of the temporary files .* is full: make room there, or set TMPDIR",
        ):
            load(fresh_engine, [source], "d")
    assert load(fresh_engine, [source], "d").refused == []
    assert fresh_engine.check() == []
