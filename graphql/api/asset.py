"""The files of our pages: which there are, how pages name them, and how browsers keep them.

A page names each file with a hash of what is in it, so a browser may keep it for a year: a changed
file has another name. What is asked for without the hash, as the pages themselves are, is kept too,
but the browser asks each time whether it has changed.
"""

import hashlib
import re
from collections.abc import Collection, Mapping
from functools import cache, lru_cache
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response

HERE = Path(__file__).parent
STATIC = HERE / "static" / "graphiql"
PAGE = HERE / "page"
FROM_NPM = (
    "react.production.min.js",
    "react-dom.production.min.js",
    "graphiql.min.js",
    "graphiql.min.css",
)
OURS = ("graphiql.js", "plain.js", "page.css", "graphiql.css", "plain.css", "signin.css")
POLICY = {  # besides the headers that every answer has
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'"
}
FOR_A_YEAR = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
EXPLORER = next((f for f in (HERE / "explorer", HERE.parent / "explorer") if f.is_dir()), HERE)
"""The files of the explorer: in a wheel inside the package, in a checkout beside it."""
EXPLORER_STATIC = HERE / "static" / "explorer"
EXPLORER_FROM_NPM = (
    "sigma.min.js",
    "graphology.umd.min.js",
    "graphology-library.min.js",
    "standalone.module.js",
)
NAMED = re.compile(r'(?<=")/static/(graphiql|explorer)/([\w.-]+)(?=")')


def complete(folder: Path = STATIC, names: Collection[str] = FROM_NPM) -> bool:
    """Whether all of a page's files from npm are there: GraphiQL's, if no others are named."""
    return all((folder / name).is_file() for name in names)


@cache
def template(name: str) -> Template:
    """One of the pages, as a text with gaps."""
    return Template((PAGE / name).read_text(encoding="utf-8"))


def explorable() -> bool:
    """Whether all of the explorer's libraries are there."""
    return complete(EXPLORER_STATIC, EXPLORER_FROM_NPM)


def place(folder: str, name: str) -> Path | None:
    """Where the file with a name is, of ``graphiql`` or ``explorer``; None if there is none."""
    if folder == "explorer":
        if name in EXPLORER_FROM_NPM:
            path = EXPLORER_STATIC / name
        elif Path(name).suffix in (".js", ".css") and "/" not in name:
            path = EXPLORER / name
        else:
            return None
    elif name in FROM_NPM + OURS:
        path = (STATIC if name in FROM_NPM else PAGE) / name
    else:
        return None
    return path if path.is_file() else None


def version(path: Path) -> str:
    """What tells a file from another version of it."""
    return _version(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=50)
def _version(path: Path, _: int) -> str:
    return digest(path.read_bytes())


def digest(content: bytes) -> str:
    """A short hash of some content."""
    return hashlib.sha256(content).hexdigest()[:16]


def with_versions(html: str) -> str:
    """A page that names each file with its version."""

    def named(found: re.Match[str]) -> str:
        path = place(found[1], found[2])
        return found[0] if path is None else f"{found[0]}?v={version(path)}"

    return NAMED.sub(named, html)


async def static(request: Request) -> Response:
    """One of the files; nothing of it where the browser has this version."""
    path = place(request.path_params["folder"], request.path_params["name"])
    if path is None:
        return PlainTextResponse("There is no such file.", 404)
    made = version(path)
    keep = FOR_A_YEAR if request.query_params.get("v") == made else ASK_AGAIN
    headers = {**POLICY, "Cache-Control": keep, "ETag": f'W/"{made}"'}
    if is_known(request, made):
        return Response(status_code=304, headers=headers)
    return FileResponse(path, headers=headers)


def kept(
    request: Request, content: bytes, media_type: str, headers: Mapping[str, str] | None = None
) -> Response:
    """An answer that a browser may keep, if it asks each time whether it has changed."""
    made = digest(content)
    all_headers = {"Cache-Control": ASK_AGAIN, **(headers or {}), "ETag": f'W/"{made}"'}
    if is_known(request, made):
        return Response(status_code=304, headers=all_headers)
    return Response(content, headers=all_headers, media_type=media_type)


def is_known(request: Request, made: str) -> bool:
    """Whether a request says that it has this version already."""
    known = request.headers.get("if-none-match", "").split(",")
    return any(tag.strip().removeprefix("W/").strip('"') in (made, "*") for tag in known)
