"""Answers are compressed as the client asks: zstd, Brotli or gzip.

The length of a compressed answer can tell what is in it, if somebody else chooses a part of it
(BREACH). Another site can do that only where a browser adds a session's cookie to its requests, so
an answer to a cookie is compressed only where the browser says that a page of ours asked, or that
somebody typed the address.
"""

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette_compress import CompressMiddleware

OWN = ("same-origin", "none")
"""What a browser says of a request (Sec-Fetch-Site) that no other site can have caused."""
SMALLEST = 200
"""Bytes of the smallest answer that is compressed."""


class Compression:
    """Middleware that compresses what may be."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._compressed = CompressMiddleware(app, minimum_size=SMALLEST)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        safe = "cookie" not in headers or headers.get("sec-fetch-site") in OWN
        await (self._compressed if safe else self.app)(scope, receive, send)
