"""A real web server on loopback, for tests of the loaders: it fails in the ways that servers do."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, TypeAlias

import pytest

Fault: TypeAlias = str | int | Callable[[Any], None]
"""A status, ``cut``, ``slow``, ``loop``, an address to redirect to, or a function that answers."""


@dataclass
class Page:
    """A file of the site; each request takes one of its ``faults``."""

    body: bytes
    etag: str | None = None
    last_modified: str | None = None
    ranges: bool = True
    faults: list[Fault] = field(default_factory=list)


class Site:
    """The files that the server has, and the requests that it got."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        """Path and headers of each request."""

    def put(self, path: str, body: bytes, *faults: Fault, **headers: object) -> str:
        """Add or replace a file; returns its address."""
        self.pages[path] = Page(body, faults=list(faults), **headers)  # type: ignore[arg-type]
        return self.url + path


class Handler(BaseHTTPRequestHandler):
    """Answers one request."""

    site: Site

    def do_GET(self) -> None:
        """Answer with the page, or with what its next fault says."""
        self.site.asked.append((self.path, dict(self.headers)))
        page = self.site.pages.get(self.path)
        if page is None:
            self.send_error(404)
            return
        fault = page.faults.pop(0) if page.faults else None
        if callable(fault):
            with suppress(ConnectionError):
                fault(self)
        elif isinstance(fault, int):
            self.send_error(fault)
        elif fault is not None and (fault == "loop" or "/" in fault):
            page.faults.append(fault)
            self.redirect(self.path if fault == "loop" else fault)
        elif page.etag and self.headers.get("If-None-Match") == page.etag:
            self.send_response(304)
            self.end_headers()
        else:
            self.send_page(page, fault)

    def redirect(self, address: str) -> None:
        """Send the client to another address."""
        self.send_response(302)
        self.send_header("Location", address)
        self.end_headers()

    def send_page(self, page: Page, fault: str | None) -> None:
        """Send all of a page, or the rest that was asked for; late, or only half of that."""
        start, size = self.start_of(page), len(page.body)
        self.send_response(206 if start else 200)
        if start:
            self.send_header("Content-Range", f"bytes {start}-{size - 1}/{size}")
        self.send_header("Content-Length", str(size - start))
        for name, value in (("ETag", page.etag), ("Last-Modified", page.last_modified)):
            if value:
                self.send_header(name, value)
        self.end_headers()
        if fault == "slow":
            time.sleep(1.5)
        body = page.body[start:]
        self.wfile.write(body[: len(body) // 2] if fault == "cut" else body)

    def start_of(self, page: Page) -> int:
        """The first byte that is asked for, 0 where the page is another by now."""
        start = self.headers.get("Range", "").removeprefix("bytes=").removesuffix("-")
        same = self.headers.get("If-Range") in (page.etag, page.last_modified)
        return int(start) if start and page.ranges and same else 0

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def site() -> Iterator[Site]:
    """A server that runs while the test does."""
    handler = type("SiteHandler", (Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    handler.site = site = Site(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield site
    server.shutdown()
    server.server_close()
