"""The terms of use at ``/terms``: a page for people, plain text for programs."""

import re
from collections.abc import Awaitable, Callable
from html import escape

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from engine.terms import Terms

LINK = '</terms>; rel="terms-of-service"'
"""The header ``Link`` on each answer, which tells anonymous callers where the terms are."""
STYLE = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'"
PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Terms of use</title>
<style>:root { color-scheme: light dark; }
  body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem;
  font: 17px/1.5 system-ui, sans-serif; }</style>
</head>
<body>
BODY
</body>
</html>
"""
HEADING = re.compile(r"[^\n.]{1,80}")
"""A paragraph of one short line without a full stop."""


def terms_route(terms: Terms | None) -> Callable[[Request], Awaitable[Response]]:
    """The route that answers with the terms."""

    async def answer(request: Request) -> Response:
        if terms is None:
            return PlainTextResponse("There are no terms of use.\n", 404)
        headers = {"Vary": "Accept", "Cache-Control": "no-cache"}
        if "text/html" in request.headers.get("accept", ""):
            page = PAGE.replace("BODY", body(terms))
            return HTMLResponse(page, headers={**headers, "Content-Security-Policy": STYLE})
        return PlainTextResponse(f"Version: {terms.version}\n\n{terms.text}", headers=headers)

    return answer


def body(terms: Terms) -> str:
    """The text as HTML: short lines are headings, empty lines divide paragraphs."""
    parts = []
    for at, part in enumerate(re.split(r"\n\s*\n", terms.text.strip())):
        tag = "p" if not HEADING.fullmatch(part) else "h2" if at else "h1"
        parts.append(f"<{tag}>{escape(part)}</{tag}>")
    return "\n".join([*parts, f"<p><small>Version {escape(terms.version)}</small></p>"])
