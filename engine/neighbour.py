"""The neighbours of an entity, a row for each: edges are counted and summed by the index.

The index knows the edges of FtM, of which an entity may have a million; it follows the graph, and
is behind it by moments. All other relationships (a property that names an entity, a value that two
share) are read from the graph, as are those who share a neighbour (``hops: 2``).
"""

from dataclasses import replace
from operator import attrgetter

from engine.access import Access
from engine.cursor import cursor_of, place_of
from engine.graph.walk.neighbour import NeighbourWalk
from engine.index.index import Index
from engine.index.tally import Tallies
from engine.presence import Presence
from engine.rate import Rates
from engine.tally import NeighbourQuestion, Tallied, TallyOrder


class Neighbours:
    """Answers questions about neighbours."""

    def __init__(
        self, walk: NeighbourWalk, index: Index, presence: Presence, rates: Rates | None = None
    ) -> None:
        """With ``rates`` sums are converted as well."""
        self._rates = rates
        self._walk = walk
        self._index = index
        self._presence = presence

    def page(self, question: NeighbourQuestion, access: Access) -> Tallied[str]:
        """A page of neighbours by their ids; raises NotFound for an id that is not there."""
        ids = self._walk.members(question, access)
        if question.hops == 2:
            found = cut(self._walk.seconds(question, ids, access), question)
        elif question.types == ():
            found = Tallied()
        else:
            others = self._walk.links(question, ids, access)
            tallies = Tallies(self._index.searcher, access, self._rates)
            # a payment that the reader may see may be one of a record that they may not see
            found = tallies.neighbours(question, sorted(tallies.records(ids)), others)
        if not found.rows and question.after is None:
            self._presence.check(question.id, access)
        return found

    def count(self, question: NeighbourQuestion, access: Access) -> int | None:
        """How many neighbours all pages have; None for more than can be counted."""
        ids = self._walk.members(question, access)
        if question.hops == 2:
            return len(self._walk.seconds(question, ids, access).rows)
        if question.types == ():
            return 0
        others = self._walk.links(question, ids, access)
        tallies = Tallies(self._index.searcher, access)
        return tallies.neighbour_count(question, sorted(tallies.records(ids)), others)


def cut(found: Tallied[str], question: NeighbourQuestion) -> Tallied[str]:
    """A page of rows that are all there."""
    rows = list(found.rows)
    if question.order is TallyOrder.LAST:
        rows.sort(key=attrgetter("key"))
        rows.sort(key=lambda row: row.tally.last or "", reverse=True)
    cursors = [cursor_of(at + 1) for at in range(len(rows))]
    start = 0 if question.after is None else place_of(question.after, int)[0]
    page = [
        replace(row, cursor=cursor)
        for row, cursor in zip(rows[start:], cursors[start:], strict=True)
    ][: question.first]
    return Tallied(page, len(rows) > start + len(page), None, found.truncated)
