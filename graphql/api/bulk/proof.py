"""``GET /documents/ID/pages/N.png``: the image of a page, with the words marked that were found."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from api.bulk.file import HARMLESS, chunks, counted, disposition
from api.traffic.visit import Visit
from engine.access import Access
from engine.caller import Caller
from engine.correction import corrected
from engine.document import PagePicture, StoredFile, Word
from engine.engine import Engine
from engine.errors import BadInput, NotFound

WIDTH, LEAST, MOST = 1000, 50, 3000
"""Pixels of an image across: usually, and within which bounds."""
MOST_BOXES = 2_000
"""Words that are marked on one page."""
LONGEST_QUERY = 1_000


class Proof(Protocol):
    """What draws pages; the loaders do, and the command line hands one in."""

    def picture(self, file: StoredFile, picture: PagePicture) -> Path:
        """The image of a page as a PNG file; raises BadInput with why there is none."""

    def searchable(self, file: StoredFile, written: Mapping[int, str]) -> Path:
        """The PDF of a file that can be searched, with what people wrote for pages, by number.

        Raises NotFound, BadInput.
        """


class Proofs:
    """The images of pages, and searchable PDFs, each for the readers of its document."""

    def __init__(self, engine: Engine, proof: Proof) -> None:
        self._engine = engine
        self._proof = proof

    async def page(self, request: Request, visit: Visit, caller: Caller) -> Response:
        """A page's image; ``highlight`` is a text in the search language, ``width`` in pixels."""
        visit.check_bytes(exported=True)
        number, id_ = request.path_params["number"], request.path_params["id"]
        width = width_of(request.query_params.get("width", ""))
        text = request.query_params.get("highlight", "")
        if len(text) > LONGEST_QUERY:
            raise BadInput(f"highlight: at most {LONGEST_QUERY:,} characters")
        access = caller.reading()

        def work() -> Path:
            file = self._engine.documents.readable(id_, access)
            return self._picture(file, number, width, text, access)

        path = await to_thread.run_sync(work)
        return answer(path, visit, "image/png", {})

    def _picture(
        self, file: StoredFile, number: int, width: int, text: str, access: Access
    ) -> Path:
        """Draw a page with the words marked that a text looks for; raises NotFound, BadInput."""
        reading = self._engine.pages.reading(file, number)
        if reading is None:
            raise NotFound(no_image(file, number))
        found: Sequence[Word] = ()
        if text.strip():
            if (written := self._engine.pages.corrected(file).get(number)) is not None:
                reading = corrected(reading, written)
            found = self._engine.found_words(reading.words, access, text)
        boxes = tuple((w.left, w.top, w.right, w.bottom) for w in found[:MOST_BOXES])
        return self._proof.picture(file, PagePicture(number, width, reading.rotation, boxes))

    async def searchable(self, request: Request, visit: Visit, caller: Caller) -> Response:
        """The document as a PDF whose scanned pages can be searched and copied."""
        visit.check_bytes(exported=True)
        id_, access = request.path_params["id"], caller.reading()

        def work() -> tuple[StoredFile, Path]:
            file = self._engine.documents.readable(id_, access)
            written = self._engine.pages.corrected(file)
            return file, self._proof.searchable(file, written)

        file, path = await to_thread.run_sync(work)
        name = f"{Path(file.name).stem}-searchable.pdf"
        headers = {"Content-Disposition": disposition(name)}
        return answer(path, visit, "application/pdf", headers)


def answer(path: Path, visit: Visit, media: str, headers: dict[str, str]) -> Response:
    """A file that was made, of which every byte counts for what the caller may take."""
    source = path.open("rb")
    size = source.seek(0, 2)
    source.seek(0)
    told = {**HARMLESS, **headers, "Content-Length": str(size)}
    return StreamingResponse(counted(chunks(source), visit), headers=told, media_type=media)


def width_of(text: str) -> int:
    """The pixels that an image is to be wide; raises BadInput."""
    if not text:
        return WIDTH
    if not text.isascii() or not text.isdecimal() or not LEAST <= int(text[:9]) <= MOST:
        raise BadInput(f"width: {text[:20]!r}: a page is {LEAST} to {MOST:,} pixels wide")
    return int(text)


def no_image(file: StoredFile, number: int) -> str:
    """Why there is no image of a page."""
    if file.bundle is None:
        kind = file.media_type or "a file that was not read yet"
        return (
            f"{file.id} has no page images: it is {kind}. Its text is at /documents/{file.id}/text"
        )
    return f"{file.id} has {file.pages:,} pages: there is none {number}"
