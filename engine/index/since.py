"""What was added or changed since a revision, in the order of revisions, and of ids in each."""

from collections.abc import Iterator

import tantivy
from tantivy import Order, Query

from engine.access import Access
from engine.index import clause, facet
from engine.index.term import every, whole_number
from engine.question import SearchFilter

Place = tuple[int, str]
"""A revision and an id."""


class Since:
    """The entries that a reader may see, by when they became what they are."""

    def __init__(self, searcher: tantivy.Searcher, access: Access) -> None:
        self._searcher = searcher
        self._allowed = clause.allowed(access)
        self._access = access

    def page(self, since: int, after: Place, first: int) -> list[Place]:
        """The first so many after a place, of those that are newer than a revision."""
        found: list[Place] = []
        revision, id_ = max((since + 1, ""), after)
        while len(found) < first:
            found += ((revision, each) for each in self._of(revision, id_, first - len(found)))
            following = self._next(revision + 1)
            if len(found) >= first or following is None:
                break
            revision, id_ = following, ""
        return found

    def count(self, since: int) -> int:
        """How many are newer than a revision."""
        wanted = clause.allowed(self._access, SearchFilter(since=since))
        return facet.number_of_hits(self._searcher, wanted)

    def _next(self, least: int) -> int | None:
        """The first revision from one on under which something became what it is."""
        query = every([self._allowed, whole_number("revision", least, None)])
        hits = self._searcher.search(
            query, 1, count=False, order_by_field="revision", order=Order.Asc
        ).hits
        return int(hits[0][0]) if hits else None

    def _of(self, revision: int, after: str, first: int) -> Iterator[str]:
        """The ids of one revision, in order."""
        parts: list[Query] = [self._allowed, whole_number("revision", revision, revision)]
        size = 2 * first
        while True:
            hits = self._searcher.search(
                every(parts), size, count=False, order_by_field="id", order=Order.Asc
            ).hits
            ids = [str(id_) for id_, _ in hits if str(id_) > after]
            if len(ids) >= first or len(hits) < size:
                yield from ids[:first]
                return
            size *= 4
