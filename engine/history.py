"""What is new: records that were added, changed and removed since a time, for one reader.

Revisions are in the order of the commits, and the graph notes the second in which each was begun.
A write of many seconds may be seen later than that: to follow what changes without a gap, go on
with the cursor of the last page.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from engine.access import Access
from engine.answer import Page
from engine.cursor import cursor_of, place_of
from engine.graph.record.history import History
from engine.graph.record.reader import Reader
from engine.index.index import Index
from engine.index.since import Since
from engine.vocabulary import no_dataset
from engine.warning import warn


class ChangeKind(Enum):
    """What became of a record."""

    ADDED = "ADDED"
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"


@dataclass(frozen=True)
class RecordChange:
    """One record that is new, changed or gone."""

    id: str
    kind: ChangeKind
    at: datetime | None
    """When; None for what was written before times were noted."""
    properties: tuple[str, ...] | None = ()
    """The properties that changed; None where it changed too often to be known."""


@dataclass(frozen=True)
class ChangeQuestion:
    """What is new since a time, the oldest first? A page of it."""

    since: datetime
    dataset: str | None = None
    first: int = 50
    after: str | None = None


class Changes:
    """Answers questions about what is new."""

    def __init__(self, history: History, reader: Reader, index: Index) -> None:
        self._history = history
        self._reader = reader
        self._index = index

    def revision(self, since: datetime) -> int:
        """The revision after which what is new since a time was written."""
        return self._history.revision_before(since)

    def page(self, question: ChangeQuestion, access: Access) -> Page[RecordChange]:
        """A page of changes, the oldest first; warns where removals may be missing."""
        access = self._narrowed(question, access)
        since = self.revision(question.since)
        if since < self._reader.purged_revision():
            warn("Some of what was removed since then is not known any more")
        after = (0, "")
        if question.after is not None:
            revision, id_ = place_of(question.after, int, str)
            after = (revision, id_)
        wanted = question.first + 1
        places = Since(self._index.searcher, access).page(since, after, wanted)
        gone = self._history.gone(since, after, wanted, access)
        ordered = sorted({*places, *gone})
        page = ordered[: question.first]
        items = self._changes(page, set(gone), since, access)
        return Page(items, [cursor_of(*place) for place in page], len(ordered) > len(page))

    def count(self, question: ChangeQuestion, access: Access) -> int:
        """How many changes all pages have."""
        access = self._narrowed(question, access)
        since = self.revision(question.since)
        return Since(self._index.searcher, access).count(since) + self._history.gone_count(
            since, access
        )

    def _narrowed(self, question: ChangeQuestion, access: Access) -> Access:
        if question.dataset is None:
            return access
        if question.dataset not in access.datasets:
            warn(no_dataset(question.dataset, access.datasets))
        return access.narrowed([question.dataset])

    def _changes(
        self,
        page: list[tuple[int, str]],
        gone: set[tuple[int, str]],
        since: int,
        access: Access,
    ) -> list[RecordChange]:
        times = self._history.times([revision for revision, _ in page])
        ids = [place[1] for place in page if place not in gone]
        marks = self._history.marks(ids, access)
        found = []
        for place in page:
            revision, id_ = place
            at, mark = times.get(revision), marks.get(id_)
            if place in gone or mark is None:
                found.append(RecordChange(id_, ChangeKind.REMOVED, at))
            elif mark.added > since:
                found.append(RecordChange(id_, ChangeKind.ADDED, at))
            else:
                names = mark.changed(since)
                changed = None if names is None else tuple(names)
                found.append(RecordChange(id_, ChangeKind.CHANGED, at, changed))
        return found
