"""``POST /screen``: whom of the archive a file names; nothing of it is kept."""

import shutil
import tempfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import IO, Any, Protocol

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from api.bulk.document import files_in, languages_of
from api.traffic.visit import Visit
from engine.access import Access
from engine.account import Scope
from engine.caller import Caller
from engine.document import Reason
from engine.engine import Engine
from engine.errors import BadInput
from engine.mentioned import LIKELY

AT_ONCE = 4
"""Files that are read at the same time: others wait, and hold up no other request."""


class Skim(Protocol):
    """What reads files on the spot; the loaders do, and the command line hands one in."""

    def skim(self, name: str, file: Path, languages: Sequence[str]) -> Sequence[Any]:
        """The texts of a file and of what is in it, each with ``path``, ``page`` and ``text``.

        What could not be read has a ``reason`` and a ``detail`` instead.
        """


class Screens:
    """Looks for names in files that somebody sends."""

    def __init__(self, engine: Engine, skim: Skim) -> None:
        self._engine = engine
        self._skim = skim
        self._places = CapacityLimiter(AT_ONCE)

    async def post(self, request: Request, visit: Visit, caller: Caller) -> Response:
        """Whom the files of a form name, of those whom the caller may see.

        Files are read with programs that take time: so the caller must be signed in, or send a key.
        """
        caller.actor(Scope.READ)
        access = caller.reading()
        async with files_in(request, visit, self._engine.settings.upload_mb) as (form, files):
            languages = languages_of(str(form.get("language", "")))
            least = score_of(str(form.get("minScore", "")))
            told: dict[str, list[Any]] = {"mentions": [], "unread": []}
            for file in files:
                work = partial(self._screen, file.filename or "", file.file, languages, access)
                mentions, unread = await to_thread.run_sync(work, limiter=self._places)
                told["mentions"] += [each for each in mentions if each["score"] >= least]
                told["unread"] += unread
        return JSONResponse(told)

    def _screen(
        self, name: str, source: IO[bytes], languages: tuple[str, ...], access: Access
    ) -> tuple[list[dict[str, Any]], list[dict[str, str]]]:
        """The mentions in one file, and what of it could not be read."""
        with tempfile.TemporaryDirectory(prefix="clew-screen-") as folder:
            path = Path(folder, "file")
            with path.open("wb") as target:
                shutil.copyfileobj(source, target)
            sheets = self._skim.skim(name, path, languages)
        mentions: list[dict[str, Any]] = []
        unread: list[dict[str, str]] = []
        for sheet in sheets:
            reason: Reason | None = getattr(sheet, "reason", None)
            if reason is not None:
                unread.append({"file": sheet.path, "reason": str(reason), "detail": sheet.detail})
                continue
            found = self._engine.mentions.screened(
                sheet.path, sheet.page, sheet.text, access, languages
            )
            mentions += [each.values() for each in found]
        return mentions, unread


def score_of(text: str) -> float:
    """The least score that is asked for; raises BadInput."""
    try:
        score = float(text or LIKELY)
    except ValueError:
        score = -1.0
    if not 0 <= score <= 1:
        raise BadInput(f"minScore: {text[:20]!r}: a score is from 0 to 1")
    return score
