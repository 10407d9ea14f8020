"""One request and its answer: its id, what is written down of it, and how it is counted.

Only what is listed in ``Exchange`` gets into a log: no address beyond the path, no key in the path,
no variables, no text of a query, no header.
"""

import logging
import re
import time
import uuid
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.http.metric import Metrics
from api.traffic.address import client_address
from engine.settings import Settings

LOG = logging.getLogger("clew.access")
KEPT = "clew.exchange"
HEADER = "X-Request-Id"
CLIENT_CLOSED = 499
"""What the log has for a request whose client went away (as nginx has it)."""
PATH = 200
"""The most characters of a path that the log keeps."""
KEY = re.compile(r"clew_[0-9A-Za-z]+")
current_id: ContextVar[str] = ContextVar("current_id", default="")
"""The id of the request that this code works for."""


@dataclass
class Exchange:
    """What is known of a request, for the log and the metrics."""

    id: str
    method: str
    path: str
    address: str
    account: str = "anonymous"
    operation: str | None = None
    """The name of the GraphQL operation."""
    kind: str = "http"
    """``cheap`` or ``dear`` for a GraphQL operation, ``http`` for all else."""
    cost: int | None = None
    status: int = 0
    gone: bool = False
    """Whether the client went away before its answer."""
    seconds: float = 0.0
    _start: float = field(default_factory=time.perf_counter)

    def asked(self, kind: str, operation: str | None, cost: int) -> None:
        """Note what a GraphQL request asks for."""
        self.kind, self.operation, self.cost = kind, operation, cost

    def end(self) -> None:
        """Note how long it took."""
        self.seconds = time.perf_counter() - self._start
        if self.gone or not self.status:
            self.status = CLIENT_CLOSED

    def line(self) -> dict[str, Any]:
        """What the log has of it."""
        line: dict[str, Any] = {
            "id": self.id,
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "ms": round(self.seconds * 1000, 1),
            "account": self.account,
            "address": self.address,
        }
        if self.kind != "http":
            line |= {"kind": self.kind, "operation": self.operation, "cost": self.cost}
        return line


def exchange_of(scope: Scope) -> Exchange:
    """The exchange of an ASGI scope; one that nobody keeps where the middleware is not there."""
    found = scope.get(KEPT)
    return found if isinstance(found, Exchange) else Exchange(new_id(), "", "", "")


def new_id() -> str:
    """An id for a request."""
    return uuid.uuid4().hex[:16]


class ExchangeRecord:
    """The outermost middleware: gives each request its id, logs it and counts it."""

    def __init__(self, app: ASGIApp, settings: Settings, metrics: Metrics) -> None:
        self.app = app
        self._proxies = settings.proxies
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        exchange = scope[KEPT] = Exchange(
            new_id(),
            scope["method"],
            KEY.sub("clew_…", scope["path"][: 2 * PATH])[:PATH],
            str(client_address(scope, self._proxies)),
        )
        current_id.set(exchange.id)

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                exchange.status = message["status"]
                MutableHeaders(scope=message)[HEADER] = exchange.id
            await send(message)

        try:
            await self.app(scope, receive, send_with_id)
        finally:
            exchange.end()
            LOG.info("request", extra={"fields": exchange.line()})
            self._metrics.count(exchange.kind, exchange.status, exchange.seconds)
