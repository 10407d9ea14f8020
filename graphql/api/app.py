"""The web application: the API at /graphql, /healthz for monitors, and a page for people."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from api import graphiql
from api.asset import static
from api.bulk.proof import Proof
from api.bulk.route import bulk_routes
from api.bulk.screen import Skim
from api.bulk.upload import BulkLoad
from api.execution import Execution, Parameters
from api.health import health_route
from api.http.compression import Compression
from api.http.exchange import ExchangeRecord
from api.http.failure import Failure
from api.http.header import SecurityHeaders
from api.http.host import HostCheck
from api.http.metric import Metrics, metrics_route
from api.http.origin import OriginCheck
from api.http.refusal import refusal
from api.reconcile.route import reconcile_routes
from api.signin.signin import signing_in
from api.terms import terms_route
from api.traffic.gate import Gate
from api.transport import respond
from api.turn import Lane
from engine.engine import Engine
from engine.settings import Settings

METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
"""All of them reach /graphql, so that GraphQL's own answer says which it allows."""


async def execute(
    engine: Engine,
    query: str,
    variables: Mapping[str, Any] | None = None,
    operation_name: str | None = None,
) -> dict[str, Any]:
    """The answer to one operation of the data folder's owner: ``data`` and ``errors``."""
    parameters = Parameters(query, variables, operation_name)
    return (await Execution(engine).answer(parameters, engine.owner)).body


def create_app(
    engine: Engine,
    load: BulkLoad | None = None,
    proof: Proof | None = None,
    skim: Skim | None = None,
) -> Starlette:
    """The application that answers from one engine, which the caller closes.

    ``load`` loads what is uploaded; without it nothing can be. ``proof`` draws pages of documents,
    and ``skim`` reads files on the spot.
    """
    execution, gate = Execution(engine), Gate(engine)

    async def graphql(request: Request) -> Response:
        without_query = "query" not in request.query_params
        if request.method in ("GET", "HEAD") and without_query and _wants_page(request):
            return await graphiql.page(request, engine)
        return await respond(execution, gate, request)

    metrics = watched(execution, gate)
    sign_in = signing_in(engine, gate)
    app = Starlette(
        routes=[
            Route("/graphql", graphql, methods=METHODS),
            Route("/healthz", health_route(engine, gate)),
            Route("/terms", terms_route(engine.terms)),
            Route("/metrics", metrics_route(engine, metrics)),
            Route("/", graphiql.explorer_route(engine)),
            Route("/start", graphiql.start_route(engine)),
            Route("/static/graphiql/operations.json", graphiql.operation_list),
            Route("/explore", graphiql.moved),
            Route("/static/{folder}/{name}", static),
            *sign_in.routes,
            *bulk_routes(engine, gate, load, proof, skim),
            *reconcile_routes(engine, gate, execution.lanes),
        ],
        middleware=middleware(engine.settings, metrics),
        exception_handlers={HTTPException: refused},
    )
    app.state.metrics = metrics
    app.state.gate = gate
    app.state.renewal = sign_in.check
    app.router.redirect_slashes = False  # the address of a redirect would repeat what was asked
    return app


def watched(execution: Execution, gate: Gate) -> Metrics:
    """What is measured of all requests."""
    metrics = Metrics()
    watch_lanes(metrics, execution.lanes)
    watch_counters(metrics, gate)
    return metrics


def middleware(settings: Settings, metrics: Metrics) -> list[Middleware]:
    """What every request goes through, the outermost first."""
    return [
        Middleware(ExchangeRecord, settings, metrics),
        Middleware(SecurityHeaders, settings),
        Middleware(Compression),
        Middleware(Failure),
        Middleware(HostCheck, settings),
        Middleware(OriginCheck, settings),
        Middleware(Failure),  # again, so that a page of another origin can read the answer
    ]


def watch_counters(metrics: Metrics, gate: Gate) -> None:
    """Show whether all processes count requests together."""
    metrics.watch(
        "clew_limits_shared",
        "Whether requests are counted in Redis, together with other processes.",
        lambda: int(gate.meter.health() == "ok"),
    )


def watch_lanes(metrics: Metrics, lanes: Mapping[str, Lane]) -> None:
    """Show how many requests are answered and how many wait, cheap ones and dear ones apart."""
    for kind, lane in lanes.items():
        metrics.watch(
            f"clew_{kind}_running",
            f"{kind.title()} requests that are being answered.",
            partial(getattr, lane, "running"),
        )
        metrics.watch(
            f"clew_{kind}_waiting",
            f"{kind.title()} requests that wait for their turn.",
            partial(getattr, lane, "waiting"),
        )


async def refused(_: Request, error: Exception) -> Response:
    """The answer where no route fits, or where one raises an HTTPException."""
    assert isinstance(error, HTTPException)
    code = "NOT_FOUND" if error.status_code == 404 else "BAD_REQUEST"
    return refusal(error.status_code, code, error.detail, error.headers)


def _wants_page(request: Request) -> bool:
    """Whether a browser asks, and not a program."""
    return "text/html" in request.headers.get("accept", "")
