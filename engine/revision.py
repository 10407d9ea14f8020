"""What people change of the pages of a document, as pure values.

A *correction* is the text of a page as somebody wrote it, beside what was read: the latest one is
what the page says from then on. An *order* is what somebody asked for: read this page again, in
these languages; it is done by whoever reads documents, and kept with what became of it.
"""

from dataclasses import dataclass
from datetime import datetime

from engine.document import State

LONGEST_TEXT = 200_000
"""Characters of a corrected page."""
LONGEST_NOTE = 1_000
MOST_PAGES = 1_000
"""Pages that are ordered to be read again at once."""


@dataclass(frozen=True, slots=True)
class Correction:
    """The text of a page as somebody wrote it."""

    id: str
    document: str
    number: int
    text: str
    note: str
    by: str
    at: datetime
    reviewed: str
    """The text that was there before, as the one who corrected it saw it."""
    sha256: str
    """The file whose page it is: it says nothing of another version of the document."""


@dataclass(frozen=True, slots=True)
class PageOrder:
    """A page that was to be read again."""

    document: str
    number: int
    languages: tuple[str, ...]
    """ISO 639-3 codes; empty: they are to be found."""
    by: str
    at: datetime
    as_image: bool = False
    """Whether it is read as an image though it has text."""
    state: State = State.WAITING
    detail: str | None = None
    """Why it could not be read."""
