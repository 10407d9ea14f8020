"""Turns: cheap apart from dear, callers in turn, busy when too many wait, gone when they leave."""

import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import anyio
import neo4j
import pytest
from anyio import CapacityLimiter
from graphql import parse

from api import turn
from api.app import create_app
from api.error import Refused
from api.turn import CHEAP, DEAR, Lane, kind_of
from engine.engine import Engine
from engine.graph import connection
from engine.graph.connection import Connection
from tests.conftest import Bolt, on
from tests.keyvalue import until
from tests.serving import connect, serving


def lane(slots: int = 2, patience: float = 5) -> Lane:
    return Lane(slots, CapacityLimiter(slots), patience)


def run(*steps: Callable[[], Awaitable[Any]]) -> None:
    """Run tasks in one event loop, each begun a moment after the one before."""

    async def main() -> None:
        async with anyio.create_task_group() as group:
            for step in steps:
                group.start_soon(step)
                await anyio.sleep(0.005)

    anyio.run(main)


@pytest.mark.parametrize(
    ("query", "cost", "kind"),
    [
        ("{ search { nodes { id } } }", 25, CHEAP),
        ('{ paths(from: ["a"], to: ["b"]) { truncated } }', 5, DEAR),
        ('{ search { nodes { id } } ... { owners(id: "a") { nodes { share } } } }', 5, DEAR),
        ('{ ...a } fragment a on Query { holdings(id: "a") { nodes { share } } }', 5, DEAR),
        ("{ search { nodes { expand { nodes { id } } } } }", 5000, DEAR),
    ],
)
def test_what_is_dear(query: str, cost: int, kind: str) -> None:
    assert kind_of(parse(query), cost) == kind


def test_callers_take_turns_however_many_requests_each_has_sent() -> None:
    order: list[str] = []
    one = lane(slots=1)

    def ask(caller: str) -> Callable[[], Awaitable[None]]:
        async def asking() -> None:
            async with one.turn(caller):
                order.append(caller)
                await anyio.sleep(0.05)

        return asking

    run(*[ask("many") for _ in range(5)], ask("one"), ask("other"))
    assert sorted(order) == ["many"] * 5 + ["one", "other"]
    assert max(order.index("one"), order.index("other")) <= 4
    assert (one.running, one.waiting) == (0, 0)


def test_one_caller_has_half_of_a_lane_at_most() -> None:
    four, most = lane(slots=4), {"many": 0, "one": 0}
    running = dict(most)

    def ask(caller: str) -> Callable[[], Awaitable[None]]:
        async def asking() -> None:
            async with four.turn(caller):
                running[caller] += 1
                most[caller] = max(most[caller], running[caller])
                await anyio.sleep(0.02)
                running[caller] -= 1

        return asking

    run(*[ask("many") for _ in range(8)], *[ask("one") for _ in range(2)])
    assert most == {"many": 2, "one": 2}


def test_who_waits_too_long_hears_that_the_server_is_busy() -> None:
    one, refused = lane(slots=1, patience=0.05), []

    async def ask() -> None:
        try:
            async with one.turn("a"):
                await anyio.sleep(0.2)
        except Refused as error:
            refused.append(error)

    run(ask, ask)
    (error,) = refused
    assert (error.status, error.extensions) == (503, {"code": "BUSY"})
    assert int(error.headers["Retry-After"]) >= 1
    assert (one.running, one.waiting) == (0, 0)


def test_a_line_that_is_too_long_is_refused_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "WAITING_EACH", 2)
    one, refused = lane(slots=1), []

    async def ask() -> None:
        try:
            async with one.turn("a"):
                with anyio.fail_after(10):
                    while len(refused) < 2:
                        await anyio.sleep(0.01)
        except Refused:
            refused.append(time.monotonic())

    run(*[ask] * 5)
    assert len(refused) == 2


def test_who_goes_away_while_waiting_is_never_begun() -> None:
    one, begun = lane(slots=1), []

    async def first() -> None:
        async with one.turn("a"):
            await anyio.sleep(0.1)

    async def leaving() -> None:
        with anyio.move_on_after(0.03):
            async with one.turn("b"):
                begun.append("b")

    run(first, leaving)
    assert begun == []
    assert (one.running, one.waiting) == (0, 0)


ENDLESS = "UNWIND range(1, 10000000000) AS x WITH x WHERE x % 2 = 3 RETURN count(x) AS n"
RUNNING = (
    "SHOW TRANSACTIONS YIELD currentQuery WHERE currentQuery STARTS WITH 'UNWIND range' "
    "RETURN count(*) AS n"
)
ASKED = b'{"query": "{ entity(id: \\"a:b\\") { id } }"}'
REQUEST = (
    b"POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
    b"content-length: %d\r\n\r\n%b" % (len(ASKED), ASKED)
)


def test_queries_of_clients_that_went_away_are_ended(
    graph: Connection,
    bolt: Bolt,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    text, begun = connection.query_text, []

    def slow(name: str, **parts: str) -> str:
        if name != "node_by_id":
            return text(name, **parts)
        begun.append(name)
        return ENDLESS

    # so long that it is not the deadline that ends them
    settings = on(bolt, tmp_path / "data").model_copy(update={"deadline": 600.0})
    with (
        Engine.open(settings, lambda _: None) as engine,
        serving(app := create_app(engine)) as url,
        neo4j.GraphDatabase.driver(bolt[0], auth=bolt[1:]) as driver,
    ):
        engine.warm()
        monkeypatch.setattr(connection, "query_text", slow)

        def running() -> int:
            return int(driver.execute_query(RUNNING).records[0]["n"])

        clients = [connect(url) for _ in range(20)]
        for client in clients:
            client.sendall(REQUEST)
        until(lambda: running() == 6)  # the share of one caller
        for client in clients:
            client.close()
        until(lambda: running() == 0)
        until(lambda: b"clew_cheap_running 0.0" in app.state.metrics.text())
        time.sleep(0.2)
        assert len(begun) == 6, "those that waited were never begun"
    assert [record for record in caplog.records if record.exc_info] == []
