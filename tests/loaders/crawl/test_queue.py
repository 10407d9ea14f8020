"""Crawls that wait in a real Redis: shared by processes of one graph, apart from others', and Redis may go away."""

import json
import pickle
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import redis

from engine.engine import Engine
from engine.errors import BadInput, ClewError
from loaders.crawl.queue import queue
from loaders.crawl.schedule import Scheduler


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def redis_server(port: int, folder: Path) -> Iterator[redis.Redis]:
    """A Redis of our own that keeps nothing on disk."""
    program = shutil.which("redis-server")
    assert program, "Debian's package redis-server is missing: `make setup-test` installs it"
    command = [
        program,
        "--bind",
        "127.0.0.1",
        "--port",
        str(port),
        "--dir",
        str(folder),
        "--save",
        "",
    ]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
        client = redis.Redis(port=port)
        try:
            until(lambda: answers(client))
            yield client
        finally:
            client.close()
            child.terminate()


def answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it never came to be so"
        time.sleep(0.05)


def catalog(folder: Path, *names: str) -> Path:
    """A catalog of datasets of one company each."""
    for name in names:
        row = {"id": "a", "schema": "Company", "properties": {"name": [name]}}
        (folder / f"{name}.json").write_text(json.dumps(row))
    path = folder / "catalog.yml"
    path.write_text(
        "datasets:\n" + "".join(f"- {{name: {n}, source: {{path: {n}.json}}}}\n" for n in names)
    )
    return path


def given(engine: Engine, port: int, path: Path) -> Engine:
    engine.settings = engine.settings.model_copy(
        update={"redis_url": f"redis://127.0.0.1:{port}/3", "catalog": path}
    )
    return engine


def test_what_is_due_is_crawled_and_goes_on_when_redis_was_away(
    fresh_engine: Engine, tmp_path: Path
) -> None:
    port, told = free_port(), list[str]()
    engine = given(fresh_engine, port, catalog(tmp_path, "d"))
    with redis_server(port, tmp_path):
        scheduler = Scheduler(engine, told.append)
        scheduler.start()
        until(lambda: bool(told))
    try:
        assert told[0] == "d: updated (1 read, 1 added, 0 changed, 0 removed, 0 refused)"
        assert not (engine.settings.data / "jobs.sqlite").exists()
        until(lambda: "Connection refused" in told[-1])
        time.sleep(2)
        assert all(text.startswith("clew: no crawls: ") and "\n" not in text for text in told[1:])
        assert len(told) == len(set(told)), "a trouble is told once"
        catalog(tmp_path, "d", "e")
        with redis_server(port, tmp_path):
            scheduler.tick()
            until(lambda: told[-1].startswith("e: updated"))
            scheduler.stop()
    finally:
        scheduler.stop()
    assert engine.check() == []


def test_processes_of_one_graph_share_the_crawls(fresh_engine: Engine, tmp_path: Path) -> None:
    names = [f"d{number}" for number in range(8)]
    port, told = free_port(), list[str]()
    settings = fresh_engine.settings.model_copy(update={"data": tmp_path / "second"})
    with redis_server(port, tmp_path), Engine.open(settings, progress=lambda _: None) as second:
        path = catalog(tmp_path, *names)
        schedulers = [
            Scheduler(given(engine, port, path), told.append) for engine in (fresh_engine, second)
        ]
        other = redis.Redis(port=port, db=3)
        other.lpush("huey.redis.clewANOTHER", b"a job of another graph")
        for scheduler in schedulers:
            scheduler.start()
        until(lambda: len(told) >= len(names))
        for scheduler in schedulers:
            scheduler.stop()
        assert other.llen("huey.redis.clewANOTHER") == 1
        other.close()
    assert sorted(text.split(":")[0] for text in told) == names
    assert [len(fresh_engine.runs(name, 9)) for name in names] == [1] * len(names)


class Harm:
    """What runs a program where pickle reads it."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


def test_what_others_write_into_redis_runs_nothing_and_stops_nothing(
    fresh_engine: Engine, tmp_path: Path
) -> None:
    port, told, mark = free_port(), list[str](), tmp_path / "harmed"
    engine = given(fresh_engine, port, tmp_path / "none.yml")
    with redis_server(port, tmp_path):
        scheduler = Scheduler(engine, told.append)
        scheduler.start()
        jobs = queue(engine).storage
        for junk in (pickle.dumps(Harm(mark)), b"", b"{}", b"[1]", b"[" * 5000):
            jobs.enqueue(junk)
        catalog(tmp_path, "d").rename(tmp_path / "none.yml")
        scheduler.tick()
        until(lambda: bool(told) and told[-1].startswith("d: updated"))
        scheduler.stop()
    assert not mark.exists()
    assert told[:-1], "that there is junk is told"


def test_a_redis_that_is_not_there_is_told_at_the_start(
    fresh_engine: Engine, tmp_path: Path
) -> None:
    engine = given(fresh_engine, free_port(), tmp_path / "catalog.yml")
    before = threading.active_count()
    with pytest.raises(
        ClewError, match=r"the Redis that CLEW_REDIS_URL names does not answer: .*refused"
    ):
        Scheduler(engine, pytest.fail)
    engine.settings = engine.settings.model_copy(update={"redis_url": "localhost:6379"})
    with pytest.raises(BadInput, match="CLEW_REDIS_URL is no address of a Redis"):
        Scheduler(engine, pytest.fail)
    assert threading.active_count() == before
