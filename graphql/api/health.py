"""What monitors ask at /healthz: whether each part of this installation answers."""

from collections.abc import Awaitable, Callable

from anyio import move_on_after, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.traffic.gate import Gate
from engine.engine import Engine

HEALTH_TIMEOUT = 5.0
"""Seconds after which Neo4j counts as down if it has not answered."""


def health_route(engine: Engine, gate: Gate) -> Callable[[Request], Awaitable[Response]]:
    """The route that says of each part whether it is well; the status is 503 where one is not."""

    async def healthz(_: Request) -> Response:
        parts = {"neo4j": f"does not answer within {HEALTH_TIMEOUT:.0f} s"}
        with move_on_after(HEALTH_TIMEOUT):
            parts = await to_thread.run_sync(engine.health, abandon_on_cancel=True)
        # an index that is behind is being brought up to date, and can be searched meanwhile; and
        # without Redis requests are still counted
        ok = all(state == "ok" for name, state in parts.items() if name != "index")
        if (limits := gate.meter.health()) is not None:
            parts["limits"] = limits
        # what stands behind a colon is for the log: it holds addresses
        shown = {name: state.partition(":")[0] for name, state in parts.items()}
        return JSONResponse({"ok": ok, **shown}, 200 if ok else 503)

    return healthz
