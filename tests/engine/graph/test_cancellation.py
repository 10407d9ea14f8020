"""A query that nobody waits for is ended in Neo4j, and none begins for somebody who has gone."""

import threading
import time

import neo4j
import pytest

from engine.cancellation import Cancellation, current, waited_for
from engine.errors import Cancelled
from engine.graph import connection as module
from engine.graph.connection import Connection

ENDLESS = "UNWIND range(1, 10000000000) AS x WITH x WHERE x % 2 = 3 RETURN count(x) AS n"
RUNNING = (
    "SHOW TRANSACTIONS YIELD metaData, currentQuery WHERE currentQuery STARTS WITH 'UNWIND range' "
    "RETURN count(*) AS n"
)
Bolt = tuple[str, str, str]


def running(bolt: Bolt) -> int:
    with neo4j.GraphDatabase.driver(bolt[0], auth=bolt[1:]) as driver:
        return driver.execute_query(RUNNING).records[0]["n"]


def test_what_runs_is_ended_at_once(
    connection: Connection, bolt: Bolt, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = module.query_text
    monkeypatch.setattr(
        module, "query_text", lambda name, **parts: ENDLESS if name == "endless" else text(name)
    )
    errors: list[BaseException] = []
    cancellation = Cancellation()

    def ask() -> None:
        current.set(cancellation)
        try:
            connection.read("endless", timeout=300)
        except Cancelled as error:
            errors.append(error)

    asking = [threading.Thread(target=ask) for _ in range(5)]
    for thread in asking:
        thread.start()
    until = time.monotonic() + 50
    while running(bolt) < 5 and time.monotonic() < until:
        time.sleep(0.05)
    assert running(bolt) == 5
    connection.end(["clew:nobody"])  # Neo4j plans it once
    start = time.monotonic()
    cancellation.cancel()
    took = time.monotonic() - start
    assert running(bolt) == 0
    assert took < 30  # a fraction of a second, where nothing else runs
    for thread in asking:
        thread.join(60)
    assert len(errors) == 5
    assert connection.read("graph_id"), "the connections are still good"


def test_nothing_begins_for_somebody_who_has_gone(connection: Connection) -> None:
    with waited_for() as cancellation:
        assert connection.read("graph_id")
        cancellation.cancel()
        with pytest.raises(Cancelled):
            connection.read("graph_id")
    assert connection.read("graph_id")


def test_what_is_not_yet_sent_is_ended_as_soon_as_it_can_be() -> None:
    """``end`` finds nothing at first: the query is on its way to the server."""
    cancellation, tries, ended = Cancellation(), [0], threading.Event()

    def end(marks: list[str]) -> None:
        assert marks == ["a"]
        tries[0] += 1
        if tries[0] == 3:
            ended.set()

    def work() -> None:
        with cancellation.running("a", end):
            ended.wait(60)

    thread = threading.Thread(target=work)
    thread.start()
    while not cancellation._running:
        time.sleep(0.01)
    cancellation.cancel()
    thread.join(60)
    assert tries[0] == 3
