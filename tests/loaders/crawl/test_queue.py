"""Crawls wait in a real Redis: processes of one graph share it, and it may go away."""

import json
import pickle
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from engine.engine import Engine
from engine.errors import BadInput, ClewError
from engine.settings import Settings
from loaders.crawl.queue import queue
from loaders.crawl.schedule import Scheduler
from tests.keyvalue import RedisServer, until


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


def using(engine: Engine, url: str, path: Path) -> Engine:
    """The engine, with another Redis and catalog in its settings."""
    engine.settings = engine.settings.model_copy(update={"redis_url": url, "catalog": path})
    return engine


def test_what_is_due_is_crawled_also_after_redis_was_away(
    fresh_engine: Engine, redis_server: RedisServer, tmp_path: Path
) -> None:
    messages: list[str] = []
    engine = using(fresh_engine, redis_server.url, catalog(tmp_path, "d"))
    scheduler = Scheduler(engine, messages.append)
    scheduler.start()
    try:
        until(lambda: bool(messages))
        redis_server.stop()
        assert messages[0] == "d: updated (1 read, 1 added, 0 changed, 0 removed, 0 refused)"
        assert not (engine.settings.data / "jobs.sqlite").exists()
        until(lambda: "Connection refused" in messages[-1])
        time.sleep(2)
        troubles = messages[1:]
        assert all(text.startswith("clew: no crawls: ") and "\n" not in text for text in troubles)
        assert len(messages) == len(set(messages)), "a trouble is reported once"
        catalog(tmp_path, "d", "e")
        redis_server.start()
        scheduler.tick()
        until(lambda: messages[-1].startswith("e: updated"))
    finally:
        scheduler.stop()
    assert engine.check() == []


def test_processes_of_one_graph_share_the_crawls(
    fresh_engine: Engine, redis_server: RedisServer, tmp_path: Path
) -> None:
    names = [f"d{number}" for number in range(8)]
    messages: list[str] = []
    settings = fresh_engine.settings.model_copy(update={"data": tmp_path / "second"})
    with Engine.open(settings, progress=lambda _: None) as second:
        path = catalog(tmp_path, *names)
        schedulers = [
            Scheduler(using(engine, redis_server.url, path), messages.append)
            for engine in (fresh_engine, second)
        ]
        redis_server.client.lpush("huey.redis.clewANOTHER", b"a job of another graph")
        for scheduler in schedulers:
            scheduler.start()
        until(lambda: len(messages) >= len(names))
        done = [text.split(":")[0] for text in messages]  # no trouble that a stop may cause
        for scheduler in schedulers:
            scheduler.stop()
        assert redis_server.client.llen("huey.redis.clewANOTHER") == 1
    assert sorted(done) == names
    assert [len(fresh_engine.runs(name, 9)) for name in names] == [1] * len(names)


def test_jobs_wait_in_the_redis_of_the_environment(
    fresh_engine: Engine, redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLEW_REDIS_URL", redis_server.url)
    url = Settings.from_environment().redis_url
    jobs = queue(using(fresh_engine, url, fresh_engine.settings.catalog))
    jobs.storage.enqueue(b"a job")
    key = f"huey.redis.clew{fresh_engine.graph_id()}"
    assert redis_server.client.keys() == [key.encode()]
    assert redis_server.client.lrange(key, 0, -1) == [b"a job"]


class Harm:
    """An object that runs code where pickle reads it."""

    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.touch, (self.mark,)


def test_what_others_write_into_redis_runs_nothing_and_stops_nothing(
    fresh_engine: Engine, redis_server: RedisServer, tmp_path: Path
) -> None:
    messages, mark = list[str](), tmp_path / "harmed"
    engine = using(fresh_engine, redis_server.url, tmp_path / "none.yml")
    scheduler = Scheduler(engine, messages.append)
    scheduler.start()
    jobs = queue(engine).storage
    for junk in (pickle.dumps(Harm(mark)), b"", b"{}", b"[1]", b"[" * 5000):
        jobs.enqueue(junk)
    catalog(tmp_path, "d").rename(tmp_path / "none.yml")
    scheduler.tick()
    until(lambda: bool(messages) and messages[-1].startswith("d: updated"))
    scheduler.stop()
    assert not mark.exists()
    assert messages[:-1], "that there is junk is reported"


def test_a_redis_that_is_not_there_is_reported_at_the_start(
    fresh_engine: Engine, redis_server: RedisServer, tmp_path: Path
) -> None:
    redis_server.stop()
    engine = using(fresh_engine, redis_server.url, tmp_path / "catalog.yml")
    before = threading.active_count()
    with pytest.raises(
        ClewError, match=r"the Redis that CLEW_REDIS_URL names does not answer: .*refused"
    ):
        Scheduler(engine, pytest.fail)
    using(engine, "localhost:6379", tmp_path / "catalog.yml")
    with pytest.raises(BadInput, match="CLEW_REDIS_URL is no address of a Redis"):
        Scheduler(engine, pytest.fail)
    assert threading.active_count() == before
