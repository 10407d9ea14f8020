"""What tests of the loaders stand on: a real web server on loopback that fails in the ways that servers do."""

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TypeAlias

import pytest

Fault: TypeAlias = str | int | Callable[[http.server.BaseHTTPRequestHandler], None]


@dataclass
class Page:
    """A file of the site; ``faults`` are taken one a request.

    A status, ``cut``, ``slow``, ``loop``, an address, or a function that answers the request in its own way.
    """

    body: bytes
    etag: str | None = None
    last_modified: str | None = None
    ranges: bool = True
    faults: list[Fault] = field(default_factory=list)


class Site:
    """What the server has, and what it was asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pages: dict[str, Page] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []

    def put(self, path: str, body: bytes, *faults: Fault, **given: object) -> str:
        """Have a file; its address."""
        self.pages[path] = Page(body, faults=list(faults), **given)  # type: ignore[arg-type]
        return self.url + path


@pytest.fixture
def site() -> Iterator[Site]:
    """A server that runs while the test does."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found.asked.append((self.path, dict(self.headers)))
            page = found.pages.get(self.path)
            if page is None:
                self.send_error(404)
                return
            fault = page.faults.pop(0) if page.faults else None
            if callable(fault):
                with suppress(ConnectionError):
                    fault(self)
            elif isinstance(fault, int):
                self.send_error(fault)
            elif fault == "loop" or (fault and "/" in fault):
                page.faults.append(fault)
                self.send_response(302)
                self.send_header("Location", self.path if fault == "loop" else fault)
                self.end_headers()
            elif page.etag and self.headers.get("If-None-Match") == page.etag:
                self.send_response(304)
                self.end_headers()
            else:
                self.give(page, fault)

        def give(self, page: Page, fault: str | None) -> None:
            asked = self.headers.get("Range", "").removeprefix("bytes=").removesuffix("-")
            fits = self.headers.get("If-Range") in (page.etag, page.last_modified)
            start = int(asked) if asked and page.ranges and fits else 0
            body = page.body[start:]
            self.send_response(206 if start else 200)
            if start:
                self.send_header(
                    "Content-Range", f"bytes {start}-{len(page.body) - 1}/{len(page.body)}"
                )
            self.send_header("Content-Length", str(len(body)))
            if page.etag:
                self.send_header("ETag", page.etag)
            if page.last_modified:
                self.send_header("Last-Modified", page.last_modified)
            self.end_headers()
            if fault == "slow":
                time.sleep(1.5)
            self.wfile.write(body[: len(body) // 2] if fault == "cut" else body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Site(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield found
    server.shutdown()
    server.server_close()
