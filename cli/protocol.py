"""HTTP/1.1 with bounds: how large a head may be, how long a client may take, how many may come.

uvicorn's protocol has none of these for httptools, its quick parser. What it parses is handed on
as before; this class counts and watches the clock. A connection that breaks a bound gets a short
answer and is closed.
"""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from engine.network import Network, address_of, caller_network, is_within

HEAD_BYTES = 32 * 1024
"""The most bytes of a request's address and headers."""
HEADERS = 100
"""The most headers of a request."""
HEAD_SECONDS = 10.0
"""How long the head of a request may take, from the connection or from its first byte."""
STALL_SECONDS = 10.0
"""How long the body of a request may stand still."""
READING_SECONDS = 60.0
"""How long a client may leave what is sent to it unread."""
LINGER_SECONDS = 1.0
"""How long a refused client's bytes are still taken and thrown away, so that it gets the answer."""
IDLE_SECONDS = 15
"""How long a connection may stay open between two requests."""
REASONS = {
    408: (b"Request Timeout", b"The request took too long to arrive."),
    431: (
        b"Request Header Fields Too Large",
        b"The headers are too large: at most 32 KiB and 100 headers.",
    ),
    503: (b"Service Unavailable", b"Too many connections: close some, or come back later."),
}

CODES = {408: "BAD_REQUEST", 431: "BAD_REQUEST", 503: "BUSY"}
"""The codes of these errors, as in every other answer."""


@dataclass
class Crowd:
    """The connections that are open: how many there are, and how many each address has."""

    most: int
    most_each: int
    """For one IPv4 address, or one IPv6 network of 64 bits."""
    exempt: Sequence[Network] = ()
    """Proxies: many callers come from one address."""
    _each: Counter[str] = field(default_factory=Counter)

    @property
    def total(self) -> int:
        """How many connections are open."""
        return self._each.total()

    def enter(self, host: str) -> bool:
        """Count one more connection; False where that is one too many."""
        self._each[caller := _caller(host)] += 1
        if self.total > self.most:
            return False
        return self._each[caller] <= self.most_each or self._is_exempt(host)

    def leave(self, host: str) -> None:
        """Count one connection less."""
        self._each[caller := _caller(host)] -= 1
        if self._each[caller] <= 0:
            del self._each[caller]

    def _is_exempt(self, host: str) -> bool:
        address = address_of(host)
        return address is not None and is_within(address, self.exempt)


def _caller(host: str) -> str:
    """What counts as one caller."""
    address = address_of(host)
    return host if address is None else caller_network(address)


class HeadTooLarge(Exception):
    """Raised inside the parser to end it."""


class BoundedProtocol(HttpToolsProtocol):
    """One connection; ``bounded`` makes the class that counts it in a crowd."""

    crowd: Crowd

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._timer: asyncio.TimerHandle | None = None
        """Runs while a head or a body is expected."""
        self._unread_timer: asyncio.TimerHandle | None = None
        self._idle = True
        """Whether no request has begun since the last one was complete."""
        self._head_done = False
        """Whether a head is there whose body is not."""
        self._head_size = 0
        self._progress = 0
        """How often the parser has handed on something."""
        self._held = 0
        """Bytes since the parser last handed on something: it keeps them."""
        self._refused = False

    # --- connections --------------------------------------------------------------------------

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Count the connection; refuse it where there are too many."""
        super().connection_made(transport)
        if not self.crowd.enter(self._host):
            self._refuse(503)
        else:
            self._expect(HEAD_SECONDS)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the clocks."""
        self.crowd.leave(self._host)
        self._stop()
        self.resume_writing()
        super().connection_lost(exc)
        self._unset_keepalive_if_required()

    @property
    def _host(self) -> str:
        return self.client[0] if self.client else ""

    # --- what arrives -------------------------------------------------------------------------

    def data_received(self, data: bytes) -> None:
        """Parse what has come, and look whether it is too much."""
        if self._refused or self.parser is None:
            return
        before = self._progress
        super().data_received(data)
        if self._refused or self.transport.is_closing():
            return
        self._held = self._held + len(data) if self._progress == before else 0
        if self._held > HEAD_BYTES:
            self._refuse(431)
        elif self._head_done:
            if self._answering:
                self._expect(STALL_SECONDS)
        elif self._timer is None and not self._waits_for_us:
            self._expect(HEAD_SECONDS)

    @property
    def _waits_for_us(self) -> bool:
        """Whether the client has nothing to send now, or uvicorn's clock for idle ones runs."""
        return self._idle and (self._answering or self.timeout_keep_alive_task is not None)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._idle, self._head_size = False, 0

    def on_url(self, url: bytes) -> None:
        """A piece of the address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header; also those behind a body in chunks."""
        self._count(len(name) + len(value))
        if len(self.headers) >= HEADERS:
            raise HeadTooLarge
        super().on_header(name, value)

    def _count(self, size: int) -> None:
        self._progress += 1
        self._head_size += size
        if self._head_size > HEAD_BYTES:
            raise HeadTooLarge

    def on_headers_complete(self) -> None:
        """The head is there; a body may follow."""
        self._stop()
        self._progress += 1
        self._head_done = True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """A piece of the body."""
        self._progress += 1
        super().on_body(body)

    def on_message_complete(self) -> None:
        """The whole request is there."""
        self._stop()
        self._progress += 1
        self._idle, self._head_done = True, False
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """The answer to what cannot be parsed, or is too large to be."""
        if self._head_size > HEAD_BYTES or len(self.headers or ()) >= HEADERS:
            self._refuse(431)
        else:
            super().send_400_response(msg)

    def _unsupported_upgrade_warning(self) -> None:
        """Say nothing: Clew has no WebSockets, and whoever asks for one gets a plain answer."""

    # --- the clock ----------------------------------------------------------------------------

    def _expect(self, seconds: float) -> None:
        self._stop()
        self._timer = self.loop.call_later(seconds, self._late)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _late(self) -> None:
        """Nothing more has come: refuse, unless it is our turn."""
        self._timer = None
        if self._answering and not self._head_done:
            self._expect(HEAD_SECONDS)  # the next request waits for the answer to this one
        elif self._head_done and self.flow.read_paused:
            self._expect(STALL_SECONDS)  # we do not read at the moment
        elif self._idle or (self._head_done and not self._answering):
            self.transport.close()  # it wants nothing, or has its answer
        else:
            self._refuse(408)

    @property
    def _answering(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    def on_response_complete(self) -> None:
        """The answer is sent; a client that still sends its request has some time to end it."""
        super().on_response_complete()
        if self._head_done and not self.transport.is_closing():
            self._expect(STALL_SECONDS)

    def pause_writing(self) -> None:
        """The client does not read: wait, but not for ever."""
        super().pause_writing()
        self._unread_timer = self.loop.call_later(READING_SECONDS, self.transport.abort)

    def resume_writing(self) -> None:
        """The client reads again."""
        if self._unread_timer is not None:
            self._unread_timer.cancel()
            self._unread_timer = None
        super().resume_writing()

    # --- refusals -----------------------------------------------------------------------------

    def _refuse(self, status: int) -> None:
        """Answer with a status, unless an answer has begun, and close soon."""
        cycle = self.cycle
        if not (self._answering and cycle.response_started):
            phrase, text = REASONS[status]
            body = orjson.dumps(
                {"errors": [{"message": text.decode(), "extensions": {"code": CODES[status]}}]}
            )
            again = b"retry-after: 10\r\n" if status == 503 else b""
            self.transport.write(
                b"HTTP/1.1 %d %b\r\ncontent-type: application/json\r\n"
                b"x-content-type-options: nosniff\r\ncache-control: no-store\r\n"
                b"referrer-policy: no-referrer\r\ncontent-length: %d\r\n%b"
                b"connection: close\r\n\r\n%b" % (status, phrase, len(body), again, body)
            )
        self.logger.warning("HTTP %d to %s: %s", status, self._host, REASONS[status][1].decode())
        if self._answering:  # the application hears that the client is gone
            cycle.disconnected = True
            cycle.message_event.set()
        self._linger()

    def _linger(self) -> None:
        self._refused = True
        self._stop()
        self._unset_keepalive_if_required()
        self.flow.resume_reading()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)


def bounded(crowd: Crowd) -> type[asyncio.Protocol]:
    """The protocol class whose connections are counted in a crowd."""
    return type("CountedProtocol", (BoundedProtocol,), {"crowd": crowd})
