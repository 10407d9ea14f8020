"""Is the server fair under load? Mixed reads; dear paths beside cheap reads; clients that go away.

    python tests/bench/traffic.py [SECONDS]

Starts `clew up` on the Danish graph and asks it over loopback, without rate limits.

1. 50 clients send mixed reads for SECONDS (60). Wanted: no errors, p95 under 1 s, memory flat.
2. 10 clients send cheap reads, alone and then while 30 others send the dearest allowed paths.
   Wanted: p95 at most twice as long.
3. 50 clients go away in the middle of such paths. Wanted: nothing of theirs runs after 1 s.
"""

import gzip
import http.client
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson
import psutil
from neo4j import GraphDatabase

from engine.account import OWNER
from engine.dataset import Visibility
from engine.engine import Engine
from engine.settings import Settings
from loaders.load.load import load

FILE = Path(__file__).parents[3] / "shared" / "data" / "ftm" / "denmark_elite_2017.ftm.json.gz"
SMALL: dict[str, Any] = {"heap_mb": 1024, "pagecache_mb": 256}
SEARCH = "query($q: String!) { search(query: $q, first: 10) { totalCount nodes { id caption } } }"
ENTITY = (
    "query($id: ID!) { entity(id: $id) { caption schema dataset { title } edgeCounts { count } } }"
)
EXPAND = "query($id: ID!) { entity(id: $id) { expand(first: 20) { nodes { id caption } } } }"
SHORT = "query($a: ID!, $b: ID!) { paths(from: [$a], to: [$b], maxHops: 6) { paths { nodeIds } } }"
DEAREST = """query($a: [ID!]!, $b: [ID!]!) { paths(from: $a, to: $b, mode: K_SHORTEST, k: %d,
  maxHops: %d) { paths { nodeIds } truncated { reason } } }"""
Ask = tuple[str, dict[str, Any]]


class Client:
    """One connection, from an address of its own where one is given."""

    def __init__(self, port: int, source: str = "127.0.0.1") -> None:
        self._connection = http.client.HTTPConnection(
            "127.0.0.1", port, timeout=60, source_address=(source, 0)
        )

    def ask(self, asked: Ask) -> tuple[int, float, bytes]:
        """Status, seconds and body."""
        body = orjson.dumps({"query": asked[0], "variables": asked[1]})
        start = time.perf_counter()
        self._connection.request("POST", "/graphql", body, {"Content-Type": "application/json"})
        answer = self._connection.getresponse()
        text = answer.read()
        return answer.status, time.perf_counter() - start, text

    def send(self, asked: Ask) -> None:
        """Send a request, and do not wait for its answer."""
        body = orjson.dumps({"query": asked[0], "variables": asked[1]})
        self._connection.request("POST", "/graphql", body, {"Content-Type": "application/json"})

    def close(self) -> None:
        """Go away."""
        self._connection.close()


class Load:
    """Clients that ask one question after the other until they are told to stop."""

    def __init__(self, port: int, clients: int, choose: Callable[[random.Random], Ask]) -> None:
        self.seconds: list[float] = []
        self.outcomes: Counter[str] = Counter()
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._run, args=(port, number, choose))
            for number in range(clients)
        ]

    def _run(self, port: int, number: int, choose: Callable[[random.Random], Ask]) -> None:
        client, chosen = Client(port, self.source(number)), random.Random(number)
        while not self._stop.is_set():
            status, seconds, text = client.ask(choose(chosen))
            errors = orjson.loads(text).get("errors")
            code = errors[0]["extensions"]["code"] if errors else ""
            self.outcomes[f"{status} {code}".strip()] += 1
            if status == 503:
                time.sleep(1)  # as Retry-After asks
            else:
                self.seconds.append(seconds)
        client.close()

    def source(self, number: int) -> str:
        """The address of a client."""
        return "127.0.0.1"

    @contextmanager
    def running(self) -> Iterator[None]:
        """Ask while the block runs."""
        for thread in self._threads:
            thread.start()
        yield
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def p95(self) -> float:
        """Milliseconds."""
        return statistics.quantiles(self.seconds, n=20)[18] * 1e3

    def __str__(self) -> str:
        if len(self.seconds) < 2:
            return f"{dict(self.outcomes)}"
        p50 = statistics.median(self.seconds) * 1e3
        return f"p50 {p50:.0f} ms, p95 {self.p95():.0f} ms, {dict(self.outcomes)}"


class Strangers(Load):
    """Each client has an address of its own."""

    def source(self, number: int) -> str:
        return f"127.0.1.{number + 1}"


def questions() -> tuple[list[str], list[str]]:
    """Ids of people and organisations with relationships, and names to search for."""
    ids, names = set(), []
    with gzip.open(FILE) as lines:
        for entity in map(orjson.loads, lines):
            properties = entity["properties"]
            for value in properties.get("director") or properties.get("member") or ():
                ids.add(f"denmark:{value}")
            names += properties.get("name", [])[:1]
    return sorted(ids), names


@contextmanager
def serving(data: Path) -> Iterator[tuple[int, psutil.Process]]:
    """`clew up` on a data folder; yields its port and its process."""
    environment = os.environ | {
        "CLEW_DATA": str(data),
        "CLEW_RATE_LIMIT": "off",
        **{f"CLEW_{name.upper()}": str(value) for name, value in SMALL.items()},
    }
    command = [sys.executable, "-m", "cli", "up", "--port", "0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        try:
            yield int(line.rpartition(":")[2].partition("/")[0]), psutil.Process(process.pid)
        finally:
            process.send_signal(signal.SIGINT)


def mixed(port: int, process: psutil.Process, seconds: float) -> None:
    """The first part."""
    ids, names = questions()

    def choose(chosen: random.Random) -> Ask:
        kind = chosen.random()
        if kind < 0.4:
            return SEARCH, {"q": chosen.choice(names)}
        if kind < 0.65:
            return ENTITY, {"id": chosen.choice(ids)}
        if kind < 0.9:
            return EXPAND, {"id": chosen.choice(ids)}
        return SHORT, {"a": chosen.choice(ids), "b": chosen.choice(ids)}

    with Load(port, 50, choose).running():  # Java compiles what is used often
        time.sleep(seconds / 2)
    load_ = Load(port, 50, choose)
    with load_.running():
        time.sleep(seconds / 3)
        before = process.memory_info().rss
        time.sleep(seconds * 2 / 3)
        after = process.memory_info().rss
    rate = len(load_.seconds) / seconds
    print(f"50 clients, mixed: {load_}, {rate:.0f} a second", flush=True)
    print(f"memory of the API: {before / 2**20:.0f} MiB after a third, {after / 2**20:.0f} MiB")


def dearest(ids: list[str], chosen: random.Random) -> Ask:
    """A question for as many paths as may be asked for."""
    few = chosen.sample(ids, 6)
    return DEAREST % (10, 6), {"a": few[:3], "b": few[3:]}


def beside(port: int, seconds: float) -> None:
    """The second part."""
    ids, names = questions()

    def cheap(chosen: random.Random) -> Ask:
        if chosen.random() < 0.5:
            return SEARCH, {"q": chosen.choice(names)}
        return ENTITY, {"id": chosen.choice(ids)}

    alone, others = Load(port, 10, cheap), Load(port, 10, cheap)
    with alone.running():
        time.sleep(seconds)
    dear = Strangers(port, 30, lambda chosen: dearest(ids, chosen))
    with dear.running():
        time.sleep(2)
        with others.running():
            time.sleep(seconds)
    print(f"10 clients, cheap, alone: {alone}")
    print(f"beside 30 dear ones: {others}")
    print(f"the dear ones: {dear}")
    print(f"ratio of p95 {others.p95() / alone.p95():.2f} (at most 2 wanted)", flush=True)


def leaving(port: int, data: Path) -> None:
    """The third part."""
    ids, _ = questions()
    uri, user, password = address(data)
    clients = [Client(port, f"127.0.1.{number + 1}") for number in range(50)]
    for number, client in enumerate(clients):
        client.send(dearest(ids, random.Random(number)))
    running = (
        "SHOW TRANSACTIONS YIELD metaData WHERE metaData.clew_query IS NOT NULL "
        "RETURN count(*) AS n"
    )
    with GraphDatabase.driver(uri, auth=(user, password)) as driver:
        time.sleep(0.3)
        before = driver.execute_query(running).records[0]["n"]
        for client in clients:
            client.close()
        time.sleep(1)
        after = driver.execute_query(running).records[0]["n"]
    print(f"50 clients go away: {before} queries ran, {after} run 1 s later (0 wanted)")


def address(data: Path) -> tuple[str, str, str]:
    """Where the Neo4j of a data folder answers."""
    with Engine.open(Settings(data=data, **SMALL), progress=lambda _: None) as engine:
        assert engine._server is not None
        return engine._server.uri, engine._server.user, engine._server.password


def main() -> None:
    """Run the three parts."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        with Engine.open(Settings(data=data, **SMALL)) as engine:
            load(engine, [str(FILE)], "denmark", progress=None)
            engine.directory.publish(OWNER, "denmark", Visibility.PUBLIC)
        with serving(data) as (port, process):
            mixed(port, process, seconds)
            beside(port, seconds / 3)
            leaving(port, data)


if __name__ == "__main__":
    main()
