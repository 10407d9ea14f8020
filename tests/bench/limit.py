"""How much CPU do the rate limits add to a request, with the counters in memory?

    python tests/bench/limit.py

Two applications on one engine, one with limits and one without, are asked the same in turn, while
20,000 other addresses are counted. Prints the CPU time of a request in each, what the limits add
(at most 0.3 ms), and the ratio.
"""

import asyncio
import copy
import json
import statistics
import tempfile
import time
from pathlib import Path
from typing import Any

from starlette.applications import Starlette

from api.app import create_app
from api.traffic.gate import Gate
from api.traffic.header import rate_limit_headers
from engine.engine import Engine
from engine.settings import Settings

CALLERS = 20_000
ROUNDS, EACH = 40, 30
BODY = json.dumps({"query": '{ entity(id: "a:b") { caption } }'}).encode()
LIMITS = {
    "anonymous_requests": "100000/second;1000000/minute",
    "anonymous_points": "1000000/minute;10000000/day",
}


def application(engine: Engine, mode: str) -> Starlette:
    """An application with or without limits, whose counters hold many callers."""
    other = copy.copy(engine)
    other.settings = engine.settings.model_copy(update={"rate_limit": mode, **LIMITS})
    app = create_app(other)
    tier = app.state.gate.policies.anonymous
    for number in range(CALLERS):
        app.state.gate.meter.take((*tier.requests, *tier.points), f"address {number}")
    return app


async def call(app: Starlette, address: str) -> int:
    """Send one request from an address; the status of the answer."""
    statuses: list[int] = []
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": "/graphql",
        "raw_path": b"/graphql",
        "query_string": b"",
        "headers": [(b"host", b"127.0.0.1"), (b"content-type", b"application/json")],
        "client": (address, 1),
        "server": ("127.0.0.1", 80),
    }

    sent = False

    async def receive() -> dict[str, Any]:
        nonlocal sent
        if sent:
            await asyncio.Event().wait()  # the client stays
        sent = True
        return {"type": "http.request", "body": BODY, "more_body": False}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app(scope, receive, send)
    return statuses[0]


async def ask(app: Starlette, start: int) -> float:
    """Ask from some addresses; the milliseconds of CPU for a request."""
    begin = time.process_time()
    for number in range(start, start + EACH):
        assert await call(app, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}") == 200
    return (time.process_time() - begin) / EACH * 1000


async def measure(engine: Engine) -> None:
    """Print what both take."""
    apps = [application(engine, "on"), application(engine, "off")]
    pairs = []
    for round_ in range(ROUNDS):
        took = {}
        for at in (0, 1) if round_ % 2 else (1, 0):  # each goes first in every second round
            took[at] = await ask(apps[at], round_ * EACH)
        pairs.append((took[0], took[1]))
    on, off = (statistics.median(times) for times in zip(*pairs, strict=True))
    added = statistics.median(one - other for one, other in pairs)
    print(f"with limits {on:.2f} ms, without {off:.2f} ms of CPU for a request")
    print(f"added: {added:.2f} ms; ratio {on / off:.2f}")
    print(f"counting and headers alone: {alone(apps[0].state.gate):.3f} ms")


def alone(gate: Gate) -> float:
    """The milliseconds of CPU that a request's counting takes, without all the rest."""
    tier, begin = gate.policies.anonymous, time.process_time()
    for number in range(CALLERS):
        who = f"address {number}"
        gate.meter.take(tier.requests, who)
        gate.meter.take(tier.points, who, 5)
        rate_limit_headers(gate.meter.quotas((*tier.requests, *tier.points), who))
    return (time.process_time() - begin) / CALLERS * 1000


def main() -> None:
    """Open an empty engine and measure."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Engine.open(Settings(data=Path(folder)), progress=lambda _: None) as engine,
    ):
        asyncio.run(measure(engine))


if __name__ == "__main__":
    main()
