"""The HTTP client of loads from a URL and of crawls: requests, with a deadline and clear errors.

``download`` builds on it: it asks again, and resumes what broke off.
"""

import math
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from http.client import HTTPException, IncompleteRead
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, Retry
from urllib3.exceptions import (
    DecodeError,
    HTTPError,
    InvalidHeader,
    ProtocolError,
    ReadTimeoutError,
)

from engine.errors import ClewError

USER_AGENT = "clew (+FollowTheMoney loader)"
REDIRECTS = 10
"""How many redirects are followed for one request."""
BUSY = (429, 500, 502, 503, 504)
"""Answers of a server that may be better a moment later."""
RETRY_AFTER = Retry(retry_after_max=60)
"""Reads a Retry-After header, in seconds or as a date; we wait at most a minute for a server."""
FAULTS = (requests.RequestException, HTTPError, ValueError)
"""What requests and urllib3 raise; ValueError for addresses that are none."""
BROKEN = (requests.exceptions.ChunkedEncodingError, ProtocolError)
TEMPORARY = (requests.ConnectionError, requests.Timeout, ReadTimeoutError, *BROKEN)
"""Faults that may not happen again a moment later."""
BROKE_OFF = "the connection broke off in the middle"
REASONS = (
    ((requests.TooManyRedirects,), "the server redirects in circles"),
    ((TimeoutError, requests.Timeout, ReadTimeoutError), "the server was silent for too long"),
    (
        (requests.exceptions.InvalidSchema,),
        "it is no address of the web, or redirects to one that is none",
    ),
    ((DecodeError,), "what came is not packed as the server says"),
    ((ssl.SSLCertVerificationError,), "the server's certificate is not valid"),
    ((requests.exceptions.SSLError,), "no secure connection to the server can be made"),
    ((ConnectionResetError, BrokenPipeError, IncompleteRead), BROKE_OFF),
    ((HTTPException,), "the server answers something that is not HTTP"),
    (BROKEN, BROKE_OFF),
    ((requests.ConnectionError,), "the server cannot be reached"),
)
"""What an exception means, if it or one of its causes is of these types; the first that fits."""


class FetchFailed(ClewError):
    """A file could not be fetched; ``reason`` says what the server did, without the address."""

    def __init__(self, message: str, reason: str = "") -> None:
        super().__init__(message)
        self.reason = reason or message


class BrokenOff(FetchFailed):
    """The connection ended before the file did."""


class ServerBusy(FetchFailed):
    """The server may answer better later: not before ``wait`` seconds, if it says so."""

    wait = 0.0


@contextmanager
def session_until(end: float) -> Iterator[requests.Session]:
    """A session for a block, whose connections are cut at the moment ``end`` (as of monotonic)."""
    with requests.Session() as session:
        session.max_redirects = REDIRECTS
        # An encoded answer cannot be resumed: its bytes are not those of the file.
        session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "identity"})
        adapter = CuttableAdapter()
        for scheme in ("http://", "https://"):
            session.mount(scheme, adapter)
        if math.isinf(end):
            yield session
            return
        wait = min(end - time.monotonic(), threading.TIMEOUT_MAX)
        timer = threading.Timer(wait, adapter.cut)
        timer.daemon = True
        timer.start()
        try:
            yield session
        finally:
            timer.cancel()


class CuttableAdapter(HTTPAdapter):
    """Connections that can be cut, whatever a thread waits for on them.

    requests limits the time of each wait only: a server that sends a byte now and then, in a
    header as well as in a body, would never run into it.
    """

    def __init__(self) -> None:
        super().__init__()
        self._sockets: list[socket.socket] = []
        self._is_cut = False

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        """The pool of connections to a server, or to its proxy, as requests asks for it."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        adapter, connection_class = self, type(pool).ConnectionCls

        class Connection(connection_class):  # type: ignore[misc, valid-type]  # plain or with TLS
            def connect(self) -> None:
                super().connect()
                adapter.add(self.sock)

        pool.ConnectionCls = Connection
        return pool  # type: ignore[no-any-return]

    def add(self, opened: socket.socket) -> None:
        """Know one more connection; one that is opened after the cut is cut at once."""
        self._sockets.append(opened)
        if self._is_cut:
            self.cut()

    def cut(self) -> None:
        """End all connections."""
        self._is_cut = True
        for one in self._sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def refusal(address: str, response: requests.Response) -> FetchFailed:
    """The error for an answer without the file; ServerBusy where it may be better later."""
    reason = f"the server answered {response.status_code} {response.reason}"
    message = f"{address}: {reason}"
    if response.status_code not in BUSY:
        return FetchFailed(message, reason)
    busy = ServerBusy(message, reason)
    with suppress(InvalidHeader):
        busy.wait = RETRY_AFTER.parse_retry_after(response.headers.get("Retry-After", "0"))
    return busy


def failure(address: str, error: BaseException) -> FetchFailed:
    """The error for an exception of requests or urllib3, in words that name no Python."""
    causes = list(causes_of(error))
    meanings = (
        reason for types, reason in REASONS if any(isinstance(cause, types) for cause in causes)
    )
    reason = next(meanings, "this is no address that can be fetched")
    kind = BrokenOff if reason == BROKE_OFF else FetchFailed
    return kind(f"{address}: {reason}", reason)


def causes_of(error: BaseException | None) -> Iterator[BaseException]:
    """An exception and those that it was raised for: requests wraps urllib3's, which wrap more."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def is_encoded(response: requests.Response) -> bool:
    """Whether the body is packed for the way only, which we ask servers not to do."""
    return response.headers.get("Content-Encoding", "identity").lower() not in ("", "identity")
