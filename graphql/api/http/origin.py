"""Which pages may ask from a browser (CORS).

A browser names the origin of the page that asks. Our own pages may; those that ``CLEW_ORIGINS``
names may, with a key or a session. Where it holds ``*`` any other page may read as anonymous does.
OpenRefine is a page of the reader's own machine, so pages from there may reconcile.
What comes from anywhere else is refused here, and not only hidden from the page by its browser.
"""

import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from api.credential import COOKIE
from api.http.refusal import refusal
from engine.settings import Settings

METHODS = ("GET", "HEAD", "POST")
ASKED = ("Authorization", "Content-Encoding", "If-None-Match", "Range", "X-Request-Id")
"""Headers that a named page may send, besides those that any page may."""
EXPOSED = (
    "Content-Disposition",
    "ETag",
    "RateLimit",
    "RateLimit-Policy",
    "Retry-After",
    "WWW-Authenticate",
    "X-Request-Id",
)
"""Headers of an answer that a page may read."""
REMEMBERED = 600
"""Seconds for which a browser keeps the answer to its question whether it may ask."""
RECONCILIATION = "/reconcile"
LOOPBACK = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?")
"""Origins of pages that come from the reader's own machine, as OpenRefine's do."""
NOT_NAMED = (
    "Pages of this origin may not ask here. The operator can add it to the setting CLEW_ORIGINS."
)
ANONYMOUS_ONLY = (
    "Pages of this origin may only read what is public, without a key or a session. The operator "
    "can add it to the setting CLEW_ORIGINS by its name."
)


class OriginCheck:
    """Middleware that answers browsers' questions about origins, and refuses foreign ones."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._own = settings.public_url
        self._named = settings.origin_names - {"*"}
        self._any = "*" in settings.origin_names
        self._for_named = CORSMiddleware(
            app,
            allow_origins=tuple(self._named),
            allow_methods=METHODS,
            allow_headers=ASKED,
            expose_headers=EXPOSED,
            allow_credentials=True,
            max_age=REMEMBERED,
        )
        self._for_any = CORSMiddleware(
            app,
            allow_origins=("*",),
            allow_methods=METHODS,
            expose_headers=EXPOSED,
            max_age=REMEMBERED,
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = Headers(scope=scope) if scope["type"] == "http" else Headers()
        origin = headers.get("origin")
        if origin is None or self._is_own(origin, headers):
            await self.app(scope, receive, send)
        elif origin in self._named:
            await self._for_named(scope, receive, send)
        elif not self._any and not is_openrefine(origin, scope["path"]):
            response = refusal(403, "FORBIDDEN", NOT_NAMED, {"Vary": "Origin"})
            await response(scope, receive, send)
        elif "authorization" in headers or COOKIE in headers.get("cookie", ""):
            response = refusal(403, "FORBIDDEN", ANONYMOUS_ONLY, {"Vary": "Origin"})
            await response(scope, receive, send)
        else:
            await self._for_any(scope, receive, send)

    def _is_own(self, origin: str, headers: Headers) -> bool:
        """Whether a page of ours asks. ``Host`` was checked before, so it is one of our names."""
        if origin == self._own:
            return True
        try:
            return urlsplit(origin).netloc == headers.get("host")
        except ValueError:
            return False


def is_openrefine(origin: str, path: str) -> bool:
    """Whether a page of the reader's own machine wants to reconcile."""
    reconciles = path == RECONCILIATION or path.startswith(f"{RECONCILIATION}/")
    return reconciles and LOOPBACK.fullmatch(origin) is not None
