"""Reads files on the spot for readers who send them, in sandboxes; nothing of them is kept."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from engine.document import Reason
from engine.place import steps_of
from loaders.document.box import Box, BoxPool
from loaders.ingest.skim import Sheet, Told, Unread, Waiting, with_members

MOST_PAGES = 100
"""Pages of one file that are read on the spot."""
MOST_SHEETS = 1_000
"""Pages and passages of one request, with all that is in its file."""
SECONDS = 60.0
"""After which nothing else that is in a file is begun."""
REST = Unread("", Reason.TOO_LARGE, f"only {MOST_SHEETS:,} pages and passages are looked at here")


class Skimmer:
    """Reads what is sent; for one process that answers readers."""

    def __init__(self, boxes: BoxPool) -> None:
        self._boxes = boxes

    def skim(self, name: str, file: Path, languages: Sequence[str]) -> list[Sheet | Unread]:
        """The texts of a file with this name, and of what is in it, by page."""
        called = (steps_of(name) or ["file"])[-1]

        def work(box: Box) -> list[Sheet | Unread]:
            with tempfile.TemporaryDirectory(prefix="clew-screen-") as folder:
                told = Told(tuple(languages), most=MOST_PAGES)
                first = Waiting(file, called, called)
                found: list[Sheet | Unread] = []
                deadline = time.monotonic() + SECONDS
                for each in with_members(box, first, Path(folder), told, deadline):
                    if len(found) == MOST_SHEETS:
                        return [*found, REST]
                    found.append(each)
            return found

        return self._boxes.ask(work)
