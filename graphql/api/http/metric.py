"""What Prometheus reads at ``/metrics``: how many requests, how long, and who waits.

The page is there for the networks that ``CLEW_METRICS`` names, and for no others: without that
setting for nobody. It names no caller and no dataset.
"""

from collections.abc import Callable, Iterable
from typing import Any

from anyio import move_on_after, to_thread
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response

from api.http.refusal import refusal
from api.traffic.address import client_address
from engine.engine import Engine
from engine.network import is_within

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
SECONDS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0)
"""The upper bounds of the classes of durations."""
HEALTH_TIMEOUT = 2.0
Reading = Callable[[], float]


class Metrics:
    """The counts of one application; ``watch`` adds values that are read when they are asked."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._gauges: dict[str, tuple[str, Reading]] = {}
        self._requests = Counter(
            "clew_requests",
            "Requests by kind of operation and status.",
            ("kind", "status"),
            registry=self._registry,
        )
        self._seconds = Histogram(
            "clew_request_seconds",
            "How long requests took, by kind of operation.",
            ("kind",),
            buckets=SECONDS,
            registry=self._registry,
        )
        self._limited = Counter(
            "clew_rate_limited", "Requests that a rate limit refused.", registry=self._registry
        )
        self._registry.register(_Gauges(self._gauges))

    def count(self, kind: str, status: int, seconds: float) -> None:
        """Count one request that has ended."""
        self._requests.labels(kind, str(status)).inc()
        self._seconds.labels(kind).observe(seconds)
        if status == 429:
            self._limited.inc()

    def watch(self, name: str, meaning: str, read: Reading) -> None:
        """Show a value that changes both ways; it is read for each answer."""
        self._gauges[name] = (meaning, read)

    def text(self) -> bytes:
        """All counts and values as Prometheus reads them."""
        return generate_latest(self._registry)


class _Gauges(Collector):
    """Reads the watched values."""

    def __init__(self, gauges: dict[str, tuple[str, Reading]]) -> None:
        self._gauges = gauges

    def collect(self) -> Iterable[Metric]:
        for name, (meaning, read) in self._gauges.items():
            yield GaugeMetricFamily(name, meaning, read())


def metrics_route(engine: Engine, metrics: Metrics) -> Callable[[Request], Any]:
    """The route of ``/metrics``."""
    settings = engine.settings
    state = {"up": 0.0, "behind": 0.0}
    metrics.watch("clew_neo4j_up", "Whether Neo4j answers.", lambda: state["up"])
    metrics.watch(
        "clew_index_behind", "Revisions that the index has to catch up.", lambda: state["behind"]
    )

    async def show(request: Request) -> Response:
        if not is_within(client_address(request.scope, settings.proxies), settings.metric_readers):
            return refusal(404, "NOT_FOUND", "There is nothing here.")
        state["up"] = 0.0
        with move_on_after(HEALTH_TIMEOUT):
            behind = await to_thread.run_sync(engine.lag, abandon_on_cancel=True)
            state["up"], state["behind"] = float(behind is not None), float(behind or 0)
        return Response(metrics.text(), media_type=CONTENT_TYPE)

    return show
