"""Sets of records in the graph: those in several datasets, and all that is around some records."""

from collections.abc import Sequence

from engine.access import Access
from engine.answer import Page
from engine.cluster import Overlap, OverlapQuestion
from engine.cursor import cursor_of, place_of
from engine.graph import visibility
from engine.graph.connection import Connection, Deadline
from engine.graph.walk.collector import PathCollector
from engine.graph.walk.hop import Hop
from engine.graph.walk.plan import PathPlan
from engine.graph.walk.search import PathSearch
from engine.question import HopFilter, PathQuestion

NAME = "g"
"""What the names of the filter's parameters begin with."""


class Sets:
    """Reads sets of records, within a deadline of some seconds."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    def overlap(self, question: OverlapQuestion, access: Access) -> Page[Overlap]:
        """A page of what is in several datasets: judgements first, then shared identifiers."""
        deadline = Deadline(self._seconds)
        after = "" if question.after is None else place_of(question.after, str)[0]
        parameters = {
            "chosen": sorted(access.datasets.intersection(question.datasets)),
            "after": after,
            "first": question.first + 1,
            **visibility.parameters(access),
        }
        found: list[Overlap] = []
        for name, judged in (("overlap_judged", True), ("overlap_shared", False)):
            for row in self._connection.read(name, parameters, timeout=deadline.left()):
                found.append(Overlap(row["key"], judged, sorted(row["ids"])))
        found.sort(key=lambda each: each.key)
        page = found[: question.first]
        return Page(page, [cursor_of(each.key) for each in page], len(found) > len(page))

    def around(
        self, ids: Sequence[str], hops: int, wanted: HopFilter, first: int, access: Access
    ) -> tuple[list[str], bool]:
        """The ids of what is at most so many hops from some nodes, the nearest first.

        At most ``first``; True if there is more.
        """
        deadline = Deadline(self._seconds)
        hop = Hop("", ((NAME, wanted),), "1", False, False, True, single=True)
        plan = PathPlan(PathQuestion((), (), filter=wanted), access)
        hubs = PathSearch(self._connection, plan, PathCollector(1), deadline).hubs([hop])
        parts = {key: hop.parts()[key] for key in ("left", "right", "edge", "types", "to")}
        parts |= {key: hop.parts()[key] for key in ("crossable", "passable")}
        found = dict.fromkeys(ids)
        border = list(found)
        for _ in range(hops):
            parameters = {
                "ids": border,
                "limit": len(found) + first + 1,
                **hop.parameters(),
                **hubs,
                **visibility.parameters(access),
            }
            rows = self._connection.read(
                "neighbourhood_step", parameters, timeout=deadline.left(), **parts
            )
            border = [row["id"] for row in rows if row["id"] not in found]
            found.update(dict.fromkeys(border))
            if len(found) > first or not border:
                break
        return list(found)[:first], len(found) > first
