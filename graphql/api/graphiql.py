"""The page for people: GraphiQL, or a plain page of our own where its files are missing.

GraphiQL's files are taken from npm into ``static/graphiql`` when Clew is built. Nothing is loaded
from the web: Clew works without it, and no script from elsewhere may see what is asked.
"""

from pathlib import Path

import orjson
from anyio import to_thread
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from api.credential import credential_of
from api.http.refusal import refusal
from api.operation import operations
from engine.errors import ClewError
from engine.reading import Reading

HERE = Path(__file__).parent
STATIC = HERE / "static" / "graphiql"
PAGE = HERE / "page"
FROM_NPM = (
    "react.production.min.js",
    "react-dom.production.min.js",
    "graphiql.min.js",
    "graphiql.min.css",
)
OURS = ("graphiql.js", "plain.js", "page.css", "signin.css")
HEADERS = {  # besides those that every answer has
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-cache",
}


def complete(folder: Path = STATIC) -> bool:
    """Whether all of GraphiQL's files are there."""
    return all((folder / name).is_file() for name in FROM_NPM)


async def page(request: Request, engine: Reading) -> Response:
    """GraphiQL's page, or the plain one; nothing for whom the settings do not let explore."""
    if engine.settings.explorer == "signed-in" and not await _is_signed_in(request, engine):
        return refusal(404, "NOT_FOUND", "There is no page here for who is not signed in.")
    return FileResponse(PAGE / ("graphiql.html" if complete() else "plain.html"), headers=HEADERS)


async def _is_signed_in(request: Request, engine: Reading) -> bool:
    try:
        credential = credential_of(request)
        caller = await to_thread.run_sync(credential.caller, engine, abandon_on_cancel=True)
    except ClewError:
        return False
    return caller.account is not None


async def static(request: Request) -> Response:
    """One of the page's files, or the operations that it offers."""
    name = request.path_params["name"]
    if name == "operations.json":
        offered = [{"name": o.name, "title": o.title, "text": o.text} for o in operations()]
        return Response(orjson.dumps(offered), media_type="application/json", headers=HEADERS)
    folder = STATIC if name in FROM_NPM else PAGE
    if name not in FROM_NPM + OURS or not (folder / name).is_file():
        return PlainTextResponse("There is no such file.", 404)
    return FileResponse(folder / name, headers=HEADERS)
