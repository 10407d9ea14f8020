"""The web application: where readers ask, where monitors look, and the page for humans."""

from collections.abc import Mapping
from typing import Any

from anyio import move_on_after, to_thread
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api import graphiql
from api.execution import Execution, Parameters
from api.transport import respond
from engine.engine import Engine

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
PATIENCE = 5.0
"""Seconds after which a part that does not say how it is counts as down."""


async def execute(
    engine: Engine,
    query: str,
    variables: Mapping[str, Any] | None = None,
    operation_name: str | None = None,
) -> dict[str, Any]:
    """The answer to one document, as the application would give it: ``data`` and ``errors``."""
    answer = await Execution(engine).answer(Parameters(query, variables, operation_name))
    return answer.body


def create_app(engine: Engine) -> Starlette:
    """The application that answers from one engine, which stays its caller's to close."""
    execution = Execution(engine)

    async def graphql(request: Request) -> Response:
        asks_page = request.method in ("GET", "HEAD") and "query" not in request.query_params
        if asks_page and "text/html" in request.headers.get("accept", ""):
            return graphiql.page()
        return await respond(execution, request)

    async def healthz(_: Request) -> Response:
        parts = {"neo4j": f"does not answer within {PATIENCE:.0f} s"}
        with move_on_after(PATIENCE):
            parts = await to_thread.run_sync(engine.health, abandon_on_cancel=True)
        ok = all(state == "ok" for name, state in parts.items() if name != "index")
        return JSONResponse({"ok": ok, **parts}, 200 if ok else 503)

    return Starlette(
        routes=[
            Route("/graphql", graphql, methods=METHODS),
            Route("/healthz", healthz),
            Route("/static/graphiql/{name}", graphiql.static),
        ]
    )
