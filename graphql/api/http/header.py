"""What every answer carries for the browser: what it may do with it, and nothing about us."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from engine.settings import Settings

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; "
    "form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}
"""For answers that are data. A page or a file of ours sets what it needs itself."""
FRAMED_BY_NOBODY = "frame-ancestors 'none'"
"""Where a page says something else, ``X-Frame-Options`` would contradict it."""
HSTS = "max-age=31536000"
"""For a year, browsers ask this name by https only."""


class SecurityHeaders:
    """Middleware that adds the headers that an answer does not have."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._headers = dict(HEADERS)
        if settings.public_url.startswith("https:"):
            self._headers["Strict-Transport-Security"] = HSTS

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                policy = headers.get("Content-Security-Policy", FRAMED_BY_NOBODY)
                for name, value in self._headers.items():
                    if name != "X-Frame-Options" or FRAMED_BY_NOBODY in policy:
                        headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)
