"""The page for people: GraphiQL, or a plain page of our own where its files are missing.

GraphiQL's files are taken from npm into ``static/graphiql`` when Clew is built. Nothing is loaded
from the web: Clew works without it, and no script from elsewhere may see what is asked.
"""

from pathlib import Path

import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

from api.operation import operations

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


def page() -> Response:
    """GraphiQL's page, or the plain one."""
    return FileResponse(PAGE / ("graphiql.html" if complete() else "plain.html"), headers=HEADERS)


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
