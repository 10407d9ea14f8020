"""The neighbours of an entity, a row for each: edges are counted and summed by the index.

The index knows the edges of FtM, of which an entity may have a million; it follows the graph, and
is behind it by moments. All other relationships (a property that names an entity, a value that two
share) are read from the graph, as are those who share a neighbour (``hops: 2``).
"""

from collections.abc import Sequence
from itertools import accumulate

from engine.access import Access
from engine.cursor import place_of
from engine.graph.walk.neighbour import NeighbourWalk
from engine.index.index import Index
from engine.index.tally import Tallies
from engine.presence import Presence
from engine.rate import Rates
from engine.tally import NeighbourQuestion, Tallied

MOST_SHARED = 2_000
"""Neighbours through which others are looked for."""
MOST_ONWARD = 100_000
"""Relationships of these neighbours that are looked at: half a second."""
CUT = (
    f"it has more than {MOST_SHARED:,} neighbours, or these have more than {MOST_ONWARD:,} "
    "relationships: only so many were gone through, and of neighbours with many none"
)


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
            found = self._seconds(question, ids, access)
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
            near, _ = self._through(question, ids, access)
            return self._walk.seconds_count(question, ids, near, access)
        if question.types == ():
            return 0
        others = self._walk.links(question, ids, access)
        tallies = Tallies(self._index.searcher, access)
        return tallies.neighbour_count(question, sorted(tallies.records(ids)), others)

    def _seconds(
        self, question: NeighbourQuestion, ids: Sequence[str], access: Access
    ) -> Tallied[str]:
        near, truncated = self._through(question, ids, access)
        start = 0 if question.after is None else max(place_of(question.after, int)[0], 0)
        rows = self._walk.seconds(question, ids, near, access, start)
        has_next = len(rows) > question.first
        return Tallied(rows[: question.first], has_next, None, truncated)

    def _through(
        self, question: NeighbourQuestion, ids: Sequence[str], access: Access
    ) -> tuple[list[str], str | None]:
        """The neighbours that others may share, and why they are not all, if they are not."""
        if question.types == ():
            return [], None
        tallies = Tallies(self._index.searcher, access)
        known = sorted(tallies.records(ids))
        near = set(self._walk.links(question, ids, access))
        near.update(tallies.nearest(question, known, MOST_SHARED + 1))
        through = sorted(near)[:MOST_SHARED]
        onward = tallies.onward(question, through)
        through.sort(key=lambda id_: onward.get(id_, 0))
        sizes = accumulate(onward.get(id_, 0) for id_ in through)
        few = [id_ for id_, size in zip(through, sizes, strict=True) if size <= MOST_ONWARD]
        return few, CUT if len(near) > len(few) else None
