"""The pages for people: the explorer, the start page, and GraphiQL or a plain page without it.

GraphiQL's files are taken from npm into ``static/graphiql`` when Clew is built. Nothing is loaded
from the web: Clew works without it, and no script from elsewhere may see what is asked.
"""

from collections.abc import Awaitable, Callable, Mapping
from html import escape
from string import Template

import orjson
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from api.asset import EXPLORER, POLICY, complete, explorable, kept, template, with_versions
from api.credential import credential_of
from api.http.refusal import refusal
from api.operation import operations
from engine.errors import ClewError
from engine.reading import Reading

HEADERS = {**POLICY, "Cache-Control": "private, no-cache", "Vary": "Accept, Cookie"}
EXPLORER_HEADERS = {
    **HEADERS,
    "Content-Security-Policy": "default-src 'self'; img-src 'self' blob: data:; "
    "object-src 'none'; frame-ancestors 'none'; base-uri 'none'",
}
"""Stricter than GraphiQL's page, whose own files write styles into the page."""
HTML = "text/html"
CLOSED = """<p>This installation shows its questions and its schema to users only.</p>
<p><a class="start" href="/signin?next=/">Sign in</a></p>"""
OPEN = """<p>$explorer<a class="start" href="/graphql">Ask in GraphiQL</a></p>
<h2>Questions to start from</h2>
$operations"""

EXPLORE = '<a class="start" href="/">Search and draw</a> '
MISSING = """The page on which one searches and draws is not here: its libraries could not be
fetched when Clew was set up. <code>make up</code> fetches them.</p><p>"""
MODULES = "/static/explorer/"


def offered(address: str = "") -> str:
    """The operations as a list of links; the part behind # says which to begin with."""
    items = []
    for operation in operations():
        title, _, about = operation.title.partition(": ")
        text = f"<b>{escape(title)}</b> <span>{escape(about)}</span>"
        items.append(f'<li><a href="{address}#{operation.name}">{text}</a></li>')
    return f'<ul class="operations">{"".join(items)}</ul>'


async def page(request: Request, engine: Reading) -> Response:
    """GraphiQL's page, or the plain one; nothing for whom the settings do not let explore."""
    if not await _may_explore(request, engine):
        return refusal(404, "NOT_FOUND", "There is no page here for who is not signed in.")
    name = "graphiql.html" if complete() else "plain.html"
    return _page(request, template(name).substitute(operations=offered()))


def start_route(engine: Reading) -> Callable[[Request], Awaitable[Response]]:
    """The route of the start page, which leads to all others without a script."""

    async def start(request: Request) -> Response:
        return await _start(request, engine)

    return start


async def _start(request: Request, engine: Reading) -> Response:
    body = CLOSED
    if await _may_explore(request, engine):
        explorer = EXPLORE if explorable() else MISSING
        body = Template(OPEN).substitute(operations=offered("/graphql"), explorer=explorer)
    terms = "" if engine.terms is None else '<li><a href="/terms">Terms of use</a></li>'
    return _page(request, template("start.html").substitute(body=body, terms=terms))


def explorer_route(engine: Reading) -> Callable[[Request], Awaitable[Response]]:
    """The route of the explorer: the page that searches, draws, and finds paths.

    Without its libraries, or for whom the settings do not let explore, it is the start page.
    """

    async def explorer(request: Request) -> Response:
        if not explorable() or not await _may_explore(request, engine):
            return await _start(request, engine)
        html = (EXPLORER / "index.html").read_text(encoding="utf-8")
        modules = sorted(path.name for path in EXPLORER.glob("*.js") if "worker" not in path.name)
        links = "\n".join(f'<link rel="modulepreload" href="{MODULES}{name}">' for name in modules)
        return _page(request, Template(html).substitute(modules=links), EXPLORER_HEADERS)

    return explorer


async def moved(request: Request) -> Response:
    """The explorer is at / now; browsers keep what stands behind # in the old address."""
    return RedirectResponse("/", 308)


def _page(request: Request, html: str, headers: Mapping[str, str] = HEADERS) -> Response:
    return kept(request, with_versions(html).encode(), HTML, headers)


async def _may_explore(request: Request, engine: Reading) -> bool:
    if engine.settings.explorer == "everybody":
        return True
    try:
        credential = credential_of(request)
        caller = await to_thread.run_sync(credential.caller, engine, abandon_on_cancel=True)
    except ClewError:
        return False
    return caller.account is not None


async def operation_list(request: Request) -> Response:
    """The operations that the pages offer."""
    texts = [{"name": o.name, "title": o.title, "text": o.text} for o in operations()]
    return kept(request, orjson.dumps(texts), "application/json", POLICY)
