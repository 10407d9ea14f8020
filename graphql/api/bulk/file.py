"""``GET /documents/ID/file``: the bytes of a document, and its tables, for whoever may read it."""

import re
from collections.abc import AsyncIterator, Iterator
from typing import IO
from urllib.parse import quote

from anyio import to_thread
from starlette.concurrency import iterate_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response, StreamingResponse

from api.error import Refused
from api.traffic.visit import Visit
from engine.access import Access
from engine.caller import Caller
from engine.document import StoredFile
from engine.engine import Engine
from engine.entity import Entity
from engine.errors import NotFound

NEW_PAGE = "\f"
CHUNK = 256 * 1024
"""Bytes that are sent at a time."""
TOLD = frozenset(
    {
        "application/pdf",
        "image/gif",
        "image/jpeg",
        "image/png",
        "image/tiff",
        "image/webp",
        "text/csv",
        "text/plain",
    }
)
"""The types that a browser is told; none of them can run anything in our name."""
HARMLESS = {
    # also where a browser shows it in spite of all: nothing of it runs, loads or sends
    "Content-Security-Policy": "sandbox; default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "private, no-store",
}


class Files:
    """The files of the archive, each for the readers of its document."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def file(self, request: Request, visit: Visit, caller: Caller) -> Response:
        """A document's file as it was brought in."""
        found = await self._found(request, caller)
        media = found.media_type if found.media_type in TOLD else "application/octet-stream"
        asked = request.headers.get("range", "")
        return self._answer(found.sha256, found.name, str(media), visit, asked)

    async def table(self, request: Request, visit: Visit, caller: Caller) -> Response:
        """A table of a document as CSV in UTF-8, by its number from 1."""
        found, number = await self._found(request, caller), request.path_params["number"]
        if not 1 <= number <= len(found.kept):
            raise NotFound(f"{found.id} has {len(found.kept)} tables: there is none {number}")
        name = f"{found.name}-{number}.csv"
        return self._answer(found.kept[number - 1], name, "text/csv", visit)

    async def text(self, request: Request, visit: Visit, caller: Caller) -> Response:
        """All that a document says as plain text in UTF-8, a form feed between two pages."""
        found = await self._found(request, caller)
        visit.check_bytes(exported=True)
        texts = await to_thread.run_sync(self._texts, found, caller.reading())
        headers = {**HARMLESS, "Content-Disposition": disposition(f"{found.name}.txt")}
        return StreamingResponse(
            counted(texts, visit), headers=headers, media_type="text/plain; charset=utf-8"
        )

    def _texts(self, file: StoredFile, access: Access) -> Iterator[bytes]:
        """The texts of a document; raises NotFound before the first is read."""
        (record,) = self._engine.entities([file.id], access)
        own = record.properties.get("bodyText", ()) if isinstance(record, Entity) else ()
        whole = "".join(own)

        def pieces() -> Iterator[bytes]:
            if whole:
                yield f"{whole}\n".encode()
            between = ""
            for _, text in self._engine.pages.texts(file.id, access):
                yield f"{between}{text}\n".encode()
                between = NEW_PAGE

        return pieces()

    async def _found(self, request: Request, caller: Caller) -> StoredFile:
        id_ = request.path_params["id"]
        return await to_thread.run_sync(self._engine.documents.readable, id_, caller.reading())

    def _answer(
        self, sha256: str, name: str, media: str, visit: Visit, asked: str = ""
    ) -> Response:
        """A file, or the part of it that the header ``Range`` asks for."""
        visit.check_bytes(exported=True)
        source = self._engine.documents.content(sha256)
        size = source.seek(0, 2)
        start, end = part_of(asked, size) or (0, size)
        headers = {
            **HARMLESS,
            "Accept-Ranges": "bytes",
            "ETag": f'"{sha256}"',
            "Content-Length": str(max(end - start, 0)),
            "Content-Disposition": disposition(name),
        }
        status = 200
        if (start, end) != (0, size):
            headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
            headers["Content-Encoding"] = "identity"  # a part of a file is sent as it is
            status = 206
        if start >= end and size:
            source.close()
            outside = f"The file has {size:,} bytes."
            raise Refused(outside, "BAD_REQUEST", 416, {"Content-Range": f"bytes */{size}"})
        source.seek(start)
        pieces = counted(chunks(source, end - start), visit)
        return StreamingResponse(pieces, status, headers=headers, media_type=media)


def part_of(asked: str, size: int) -> tuple[int, int] | None:
    """The bytes from and to before which ``Range`` asks for; None for all, or where it is unclear.

    Where it asks for what is behind the end, the part is empty.
    """
    match = re.fullmatch(r"bytes=(\d{0,15})-(\d{0,15})", asked.replace(" ", ""))
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        return max(size - int(last), 0), size
    end = min(int(last) + 1, size) if last else size
    return int(first), max(end, int(first)) if int(first) < size else int(first)


def disposition(name: str) -> str:
    """The header with which a browser saves a file under this name, and never shows it."""
    return f"attachment; filename*=UTF-8''{quote(name, safe='')}"


def chunks(source: IO[bytes], size: int | None = None) -> Iterator[bytes]:
    """What a file holds from where it is, or so many bytes of it; it is closed at the end."""
    with source:
        left = size
        while chunk := source.read(CHUNK if left is None else min(CHUNK, left)):
            left = None if left is None else left - len(chunk)
            yield chunk


async def counted(pieces: Iterator[bytes], visit: Visit) -> AsyncIterator[bytes]:
    """The bytes, each taken from what the caller may still take today."""
    try:
        async for chunk in iterate_in_threadpool(pieces):
            visit.take_bytes(len(chunk), exported=True)
            yield chunk
    except Refused:
        raise ClientDisconnect from None
