"""What the forms of our own pages send; a form of another site is refused."""

from urllib.parse import parse_qs, urlsplit

from starlette.requests import Request

MOST = 16 * 1024
"""Bytes of a form; a token of a provider has some thousand."""
KIND = "application/x-www-form-urlencoded"


class BadForm(Exception):
    """A form that is not taken; the message says why, ``status`` is HTTP's."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


async def form_of(request: Request) -> dict[str, list[str]]:
    """The fields of a form; raises BadForm."""
    if request.headers.get("content-type", "").partition(";")[0].strip().lower() != KIND:
        raise BadForm(415, f"Send {KIND}.")
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST:
            raise BadForm(413, f"The form is too large: at most {MOST // 1024} KiB.")
    try:
        return parse_qs(body.decode(), max_num_fields=100, strict_parsing=bool(body))
    except ValueError:
        raise BadForm(400, "The form cannot be read.") from None


def must_be_own(request: Request, public_url: str) -> None:
    """Raises BadForm for a form that a page of another site sends, or sends for somebody.

    Without this, another site could sign people in as somebody else. A program names no origin.
    """
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise BadForm(403, "This form is on another site.")
    origin = request.headers.get("origin")
    own = (request.headers.get("host"), urlsplit(public_url).netloc)
    if origin is not None and urlsplit(origin).netloc not in own:
        raise BadForm(403, "This form is on another site.")


def local_page(path: str | None, default: str) -> str:
    """The path, if it is one of our own pages; a link must lead nobody to another site."""
    if path is None or not path.startswith("/") or len(path) > 2000:
        return default
    # browsers take // and /\ for the beginning of another site, and drop tabs and line breaks
    if path[1:2] in ("/", "\\") or any(
        character <= " " or character == "\x7f" for character in path
    ):
        return default
    return path
