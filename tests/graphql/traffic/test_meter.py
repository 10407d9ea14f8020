"""Counting: in memory as the library counts, in a real Redis together, and when that goes away."""

import random
import time

import pytest
from limits import storage
from limits.strategies import SlidingWindowCounterRateLimiter
from starlette.testclient import TestClient

from api.app import create_app
from api.traffic import meter as metering
from api.traffic.header import rate_limit_headers
from api.traffic.memory import MemoryStorage
from api.traffic.meter import Meter, TooMany
from api.traffic.policy import policies
from engine.engine import Engine
from tests.keyvalue import RedisServer

FIVE = policies("requests", "5/minute")


class Clock:
    """A time that stands still unless it is moved; in the middle of a minute and of a day."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_790_000_010.0
        monkeypatch.setattr(time, "time", lambda: self.now)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def taken(meter: Meter, who: str = "a", most: int = 20) -> int:
    """How many can be taken before it is too much."""
    for count in range(most):
        try:
            meter.take(FIVE, who)
        except TooMany:
            return count
    return most


def test_it_counts_as_the_storage_of_the_library(clock: Clock) -> None:
    """The same answers, whatever is taken when; the library's own is slow with many callers."""
    chosen = random.Random(7)
    items = [policy.item for policy in policies("x", "4/second;9/minute;30/hour")]
    ours = SlidingWindowCounterRateLimiter(MemoryStorage())
    theirs = SlidingWindowCounterRateLimiter(storage.MemoryStorage())
    allowed = 0
    for _ in range(3000):
        clock.now += chosen.choice((0, 0.1, 0.7, 5, 40, 700, 4000))
        item, who, cost = chosen.choice(items), chosen.choice("ab"), chosen.choice((1, 1, 2, 5))
        answer = ours.hit(item, who, cost=cost)
        assert answer == theirs.hit(item, who, cost=cost)
        assert ours.test(item, who) == theirs.test(item, who)
        assert ours.get_window_stats(item, who)[1] == theirs.get_window_stats(item, who)[1]
        allowed += answer
    assert 500 < allowed < 2900


def test_the_wait_is_as_long_as_it_must_be(clock: Clock) -> None:
    meter = Meter()
    for seconds in (3, 11, 29, 60, 95):
        clock.now += 1000
        clock.now += seconds - clock.now % 60
        for _ in range(5):
            meter.take(FIVE, "a")
            clock.now += 1
        for _ in range(3):  # one after the other, as what is taken fades
            with pytest.raises(TooMany) as refused:
                meter.take(FIVE, "a")
            clock.now += refused.value.wait - 1.1
            with pytest.raises(TooMany):
                meter.take(FIVE, "a")
            clock.now += 1.1
            meter.take(FIVE, "a")


def test_the_longer_window_is_not_charged_for_what_the_shorter_refuses(clock: Clock) -> None:
    meter, both = Meter(), policies("points", "100/minute;150/day")
    meter.take(both, "a", 80)
    with pytest.raises(TooMany, match="points-per-minute"):
        meter.take(both, "a", 30)
    minute, day = meter.quotas(both, "a")
    assert (minute.left, day.left) == (20, 70)
    clock.now += 120
    with pytest.raises(TooMany, match="points-per-day") as refused:
        meter.take(both, "a", 71)
    assert refused.value.wait > 3600
    meter.take(both, "a", 70)


def test_headers_are_lists_of_structured_fields(clock: Clock) -> None:
    meter = Meter()
    both = (*policies("requests", "10/second"), *policies("bytes", "1000/day"))
    meter.take(both, "a", 3)
    assert rate_limit_headers(meter.quotas(both, "a")) == {
        "RateLimit-Policy": '"requests-per-second";q=10;w=1, '
        '"bytes-per-day";q=1000;w=86400;qu="content-bytes"',
        "RateLimit": f'"requests-per-second";r=7;t=1, '
        f'"bytes-per-day";r=997;t={86400 - int(clock.now) % 86400}',
    }
    assert rate_limit_headers([]) == {}


def test_memory_is_bounded(clock: Clock) -> None:
    kept = MemoryStorage(most=100)
    for caller in range(1000):
        assert kept.acquire_sliding_window_entry(f"caller {caller}", 1, 60)
        assert not kept.acquire_sliding_window_entry(f"caller {caller}", 1, 60)
    assert len(kept._counts[60]) == 100
    for _ in range(100):  # what no longer counts goes when others come
        clock.now += 2
        kept.acquire_sliding_window_entry(f"later {clock.now}", 1, 60)
    assert len(kept._counts[60]) < 100
    assert kept.reset() > 0
    assert kept.check()


# --- Redis ------------------------------------------------------------------------------------


def test_processes_with_one_redis_share_one_limit(redis_server: RedisServer) -> None:
    one, other = Meter(redis_server.url), Meter(redis_server.url)
    assert taken(one, most=3) == 3
    assert taken(other) == 2
    assert taken(one) == 0
    assert [each.quotas(FIVE, "a")[0].left for each in (one, other)] == [0, 0]
    assert taken(one, "b") == 5
    with pytest.raises(TooMany) as refused:
        other.check(FIVE, "a")
    assert 1 <= refused.value.wait <= 61
    assert one.health() == "ok"


def test_without_redis_each_process_counts_by_itself(
    redis_server: RedisServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(metering, "PAUSE", 0.3)
    meter = Meter(redis_server.url)
    assert taken(meter, most=3) == 3
    redis_server.stop()
    start = time.monotonic()
    assert taken(meter) == 5  # the limit still holds, here
    assert time.monotonic() - start < 20  # five times the patience with Redis, and more
    assert meter.health() == "Redis does not answer, each process counts by itself"
    lines = [record.message for record in caplog.records]
    assert len(lines) == 1
    assert lines[0].startswith("Redis does not answer, each process counts")
    redis_server.start()
    time.sleep(0.4)
    assert taken(meter) == 5
    assert meter.health() == "ok"
    redis_server.stop()
    time.sleep(0.4)
    meter.quotas(FIVE, "a")
    assert len(caplog.records) == 2  # once for each time that it goes away


def test_two_applications_share_one_limit_and_tell_of_redis(
    fresh_engine: Engine, redis_server: RedisServer
) -> None:
    fresh_engine.settings = fresh_engine.settings.model_copy(
        update={
            "rate_limit": "on",
            "redis_url": redis_server.url,
            "anonymous_requests": "4/minute",
        }
    )
    query = {"query": "{ rateLimit { limit remaining cost } }"}
    with TestClient(create_app(fresh_engine)) as one, TestClient(create_app(fresh_engine)) as two:
        answers = [client.post("/graphql", json=query) for client in (one, two, one, two, one)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 200, 429]
        limits = [answer.json()["data"]["rateLimit"] for answer in answers[:4]]
        assert [limit["remaining"] for limit in limits] == [4999, 4998, 4997, 4996]
        assert limits[0] == {"limit": 5000, "remaining": 4999, "cost": 1}
        assert one.get("/healthz").json()["limits"] == "ok"
        redis_server.stop()
        assert two.post("/graphql", json=query).status_code == 200
        assert two.get("/healthz").json()["limits"].startswith("Redis does not answer")
        assert two.get("/healthz").status_code == 200
