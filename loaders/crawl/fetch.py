"""Bringing one file from a web server to this disk: asked for only if it is new, gone on with where it broke off.

The file is whole or it is not there: what has arrived so far waits beside it, with what it is a part of.
"""

import hashlib
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, astuple, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import orjson
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

CHUNK = 64 * 1024
"""The most bytes that are read at a time."""
AGAIN = (429, 500, 502, 503, 504)
"""What a server answers that may be better a moment later."""
LONGEST_WAIT = 60
"""Seconds that a server may ask us to wait."""
AGENT = "clew (+FollowTheMoney loader)"
SECRET = re.compile(
    "((?:^|&)[^=&]*(?:key(?!word)|token|secret|pass|pwd|auth(?!or)|sig|cred|sess|jwt)[^=&]*=)[^&]*",
    re.I,
)
"""What a query has to log in with: its name, and what of it is hidden."""
FAULTS = (requests.RequestException, HTTPError, ValueError)
"""What goes wrong on the way to a server and back."""
BROKEN = (requests.exceptions.ChunkedEncodingError, ProtocolError)
PASSING = (requests.ConnectionError, requests.Timeout, ReadTimeoutError, *BROKEN)
"""Those that may not happen again a moment later."""


class FetchFailed(ClewError):
    """A file could not be brought here; the message says what the server did."""


class Busy(FetchFailed):
    """The server may answer better later: not before ``wait`` seconds, if it says so."""

    def __init__(self, message: str, response: requests.Response) -> None:
        super().__init__(message)
        self.wait = 0.0
        with suppress(InvalidHeader):
            self.wait = min(
                Retry().parse_retry_after(response.headers.get("Retry-After", "0")), LONGEST_WAIT
            )


@dataclass(frozen=True)
class Limits:
    """How long and how much: ``silence`` and ``seconds`` of time, ``size`` in bytes, ``tries`` of each file."""

    silence: float = 60.0
    seconds: float = 6 * 3600.0
    size: int = 20 * 1024**3
    tries: int = 4
    wait: float = 1.0
    """Seconds before the second try; each later one waits twice as long."""


@dataclass(frozen=True)
class Mark:
    """What tells one version of a file from another."""

    url: str
    etag: str | None = None
    last_modified: str | None = None
    size: int | None = None
    """Bytes of all of it, where the server says so."""

    @classmethod
    def of(cls, url: str, response: requests.Response) -> "Mark":
        """What a server says of what it answers with, be that all of it (200) or a part (206)."""
        headers = response.headers
        size = (
            headers.get("Content-Range", "").rpartition("/")[2]
            if response.status_code == 206
            else None
        )
        size = headers.get("Content-Length", "") if size is None else size
        known = size.isdecimal() and not encoded(response)
        return cls(
            url, headers.get("ETag"), headers.get("Last-Modified"), int(size) if known else None
        )

    def contradicts(self, other: "Mark") -> bool:
        """Whether two marks cannot be of one version: something that both say differs."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return any(
            mine is not None and theirs is not None and mine != theirs for mine, theirs in pairs
        )

    def condition(self) -> str | None:
        """What ``If-Range`` takes: a strong ETag, or else the date."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.last_modified


@dataclass(frozen=True)
class Fetched:
    """A file that is here, whole; ``checksum`` is its SHA-256."""

    path: Path
    mark: Mark
    size: int
    checksum: str


Say = Callable[[int, int | None], None]
"""Hears how many bytes have arrived, and of how many."""


def fetch(
    url: str, path: Path, limits: Limits, known: Mark | None = None, say: Say = lambda *_: None
) -> Fetched | None:
    """The file behind a URL at ``path``, None if it is still the ``known`` one; raises FetchFailed."""
    end = time.monotonic() + limits.seconds
    partial = Partial(path, url)
    with until(end) as session:
        for attempt in range(limits.tries + 1):
            wait = limits.wait * 2**attempt
            try:
                return _attempt(session, partial, limits, known, end, say)
            except Busy as error:
                failed: FetchFailed = error
                wait = max(wait, error.wait)
            except FAULTS as error:
                if time.monotonic() >= end:
                    raise partial.late(limits) from None
                failed = FetchFailed(f"{shown(url)}: {reason_of(error)}{partial.kept()}")
                if not isinstance(error, PASSING):
                    raise failed from None
            if attempt == limits.tries or time.monotonic() + wait > end:
                raise failed
            time.sleep(wait)
    raise AssertionError("every try returns or raises")


@contextmanager
def until(end: float) -> Iterator[requests.Session]:
    """A session for a block: at the moment ``end`` its connections are cut, whatever servers are doing."""
    with requests.Session() as session:
        session.max_redirects = 10
        session.headers.update({"User-Agent": AGENT, "Accept-Encoding": "identity"})
        line = Line()
        for scheme in ("http://", "https://"):
            session.mount(scheme, line)
        timer = threading.Timer(min(end - time.monotonic(), threading.TIMEOUT_MAX), line.cut)
        timer.daemon = True
        timer.start()
        try:
            yield session
        finally:
            timer.cancel()


class Line(HTTPAdapter):
    """Connections that can be cut: a server that says a letter now and then would outlast the timeout of each wait."""

    def __init__(self) -> None:
        super().__init__()
        self._opened: list[socket.socket] = []
        self._over = False

    def get_connection_with_tls_context(self, *args: Any, **kwargs: Any) -> HTTPConnectionPool:
        """What requests asks for the connections to a server."""
        pool: Any = super().get_connection_with_tls_context(*args, **kwargs)
        line, kind = self, type(pool).ConnectionCls

        class Known(kind):  # type: ignore[misc, valid-type]  # one of two, as the scheme has it
            def connect(self) -> None:
                super().connect()
                line.add(self.sock)

        pool.ConnectionCls = Known
        return pool  # type: ignore[no-any-return]

    def add(self, opened: socket.socket) -> None:
        """Know one more of them; nothing goes over one that comes too late."""
        self._opened.append(opened)
        if self._over:
            self.cut()

    def cut(self) -> None:
        """End all of them."""
        self._over = True
        for one in self._opened:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


class Partial:
    """What has arrived so far, on disk beside the file that it will be."""

    def __init__(self, path: Path, url: str) -> None:
        self.path = path
        self.url = url
        self.data = path.with_name(path.name + ".part")
        self.note = path.with_name(path.name + ".part.json")

    def size(self) -> int:
        """How many bytes there are."""
        return self.data.stat().st_size if self.data.is_file() else 0

    def mark(self) -> Mark | None:
        """What they are a part of, None if that is not known, or something else."""
        try:
            mark = Mark(**orjson.loads(self.note.read_bytes()))
        except (OSError, ValueError, TypeError):
            return None
        return mark if mark.url == self.url and mark.condition() and self.size() else None

    def begin(self, mark: Mark) -> None:
        """Forget what there is, and note what comes."""
        self.data.unlink(missing_ok=True)
        self.note.write_bytes(orjson.dumps(asdict(mark)))

    def continued(self, begun: Mark, response: requests.Response) -> bool:
        """Whether an answer is the rest of what is there, whatever the server thinks of ``If-Range``."""
        if (
            response.status_code != 206
            or encoded(response)
            or begun.contradicts(Mark.of(self.url, response))
        ):
            return False
        return response.headers.get("Content-Range", "").startswith(f"bytes {self.size()}-")

    def kept(self) -> str:
        """What is to be said of what there is, when it ends here."""
        return f"; {self.size():,} bytes are kept" if self.mark() else ""

    def late(self, limits: Limits) -> FetchFailed:
        """What is to be said when the time is over."""
        return FetchFailed(f"{shown(self.url)} took longer than {limits.seconds:g} s{self.kept()}")

    def finish(self, mark: Mark) -> Fetched:
        """All is here: the file takes its name."""
        with self.data.open("rb") as file:
            checksum = hashlib.file_digest(file, "sha256").hexdigest()
        self.data.replace(self.path)
        self.note.unlink(missing_ok=True)
        return Fetched(self.path, mark, self.path.stat().st_size, checksum)


def _attempt(
    session: requests.Session,
    partial: Partial,
    limits: Limits,
    known: Mark | None,
    end: float,
    say: Say,
) -> Fetched | None:
    """Ask once, for the rest of what is there or for all of it."""
    headers: dict[str, str] = {}
    begun = partial.mark()
    if begun is not None:
        headers = {"Range": f"bytes={partial.size()}-", "If-Range": begun.condition() or ""}
    elif known is not None and known.url == partial.url:
        if known.etag:
            headers["If-None-Match"] = known.etag
        if known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
    patience = max(min(limits.silence, end - time.monotonic()), 0.001)
    with session.get(partial.url, headers=headers, stream=True, timeout=patience) as response:
        if time.monotonic() >= end:
            raise partial.late(limits)
        if response.status_code == 304 and headers.keys() & {"If-None-Match", "If-Modified-Since"}:
            return None
        mark = Mark.of(partial.url, response)
        fits = begun is not None and partial.continued(begun, response)
        if response.status_code == 200 or fits:
            if not fits:
                # bytes that we unpack are no part of those that the server counts: there is no going on with them
                partial.begin(Mark(partial.url) if encoded(response) else mark)
            _receive(response, partial, limits, mark.size, end, say)
            return partial.finish(begun if fits and begun else mark)
        if begun is None or response.status_code not in (206, 416):
            told = f"{shown(partial.url)}: the server answered {response.status_code} {response.reason}"
            raise FetchFailed(told) if response.status_code not in AGAIN else Busy(told, response)
    partial.begin(Mark(partial.url))
    return _attempt(
        session, partial, limits, known, end, say
    )  # nothing is kept by now: this asks for all of it


def _receive(
    response: requests.Response,
    partial: Partial,
    limits: Limits,
    total: int | None,
    end: float,
    say: Say,
) -> None:
    """Append what comes to what is there; raises FetchFailed beyond a limit."""
    here = partial.size()
    if total is not None and total > limits.size:
        raise FetchFailed(
            f"{shown(partial.url)} is {total:,} bytes long; at most {limits.size:,} are taken"
        )
    with partial.data.open("ab") as file:
        while time.monotonic() < end and (chunk := response.raw.read1(CHUNK, decode_content=True)):
            file.write(chunk)
            here += len(chunk)
            say(here, total)
            if here > limits.size:
                partial.begin(Mark(partial.url))
                raise FetchFailed(
                    f"{shown(partial.url)} is longer than {limits.size:,} bytes, the most that is taken"
                )
    if time.monotonic() >= end:
        raise partial.late(limits)
    if response.status_code == 206 and total is not None and here != total:
        raise requests.exceptions.ChunkedEncodingError("a part of the rest")


def encoded(response: requests.Response) -> bool:
    """Whether what comes is packed for the way only, which we ask servers not to do."""
    return response.headers.get("Content-Encoding", "identity").lower() not in ("", "identity")


def masked(url: str) -> str:
    """An address as whoever runs Clew may read it: what tells it from others, but nothing to log in with."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "(no address)"
    return urlunsplit(
        (
            parts.scheme,
            parts.netloc.rsplit("@", 1)[-1],
            parts.path,
            SECRET.sub(r"\1…", parts.query),
            "",
        )
    )


def shown(url: str) -> str:
    """An address as whoever reads a dataset may read it: without whatever could be a secret in it."""
    return masked(url).split("?")[0]


def reason_of(error: Exception) -> str:
    """What went wrong, in words that name no Python."""
    if isinstance(error, requests.TooManyRedirects) or "too many redirects" in str(error):
        return "the server redirects in circles"
    if isinstance(error, requests.Timeout) or "timed out" in str(error):
        return "the server was silent for too long"
    if isinstance(error, requests.exceptions.InvalidSchema):
        return "it is no address of the web, or redirects to one that is none"
    if isinstance(error, DecodeError):
        return "what came is not packed as the server says"
    if any(word in str(error) for word in ("BadStatusLine", "LineTooLong", "HTTPException")):
        return "the server answers something that is not HTTP"
    if isinstance(error, requests.exceptions.SSLError):
        return "the server's certificate is not valid"
    if isinstance(error, BROKEN) or any(
        word in str(error) for word in ("IncompleteRead", "Connection aborted")
    ):
        return "the connection broke off in the middle"
    if isinstance(error, requests.ConnectionError):
        return "the server cannot be reached"
    return "this is no address that can be fetched"
