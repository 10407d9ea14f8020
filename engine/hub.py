"""The relationships of a record that has very many: pages that cost what they hold.

Neo4j looks at all relationships of a node to find the first of an order. Of a record with more than
``HUB`` the index finds those of a page, and the graph reads these alone. An order by the degree of
neighbours would have to count all neighbours: such a record has its relationships by date instead,
and a warning says so. Except in the order of ids, what is no edge of FtM comes last, by id.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from heapq import merge
from itertools import islice
from operator import itemgetter
from typing import TypeVar

from engine.access import Access
from engine.answer import Page, Step
from engine.cursor import cursor_of, place_of
from engine.degree import HUB
from engine.entity import MENTIONS
from engine.graph.walk.expand import key_of
from engine.graph.walk.hub import HubWalk
from engine.index.adjacency import Adjacency, Key, edges_of, link_names
from engine.index.edge import Place, kinds, links, ordered_edges
from engine.index.index import Index
from engine.question import Direction, ExpandOrder, ExpandQuestion
from engine.warning import warn

FIELDS = {ExpandOrder.AMOUNT: "amount", ExpandOrder.DATE: "last", ExpandOrder.SHARE: "share"}
DEGREES = (ExpandOrder.DEGREE_ASC, ExpandOrder.DEGREE_DESC)
REST = "rest"
"""Begins the cursors among relationships that are no edges."""
MOST_TOGETHER = 2_000
"""Relationships that are read together, where few of those before were to be seen."""
P = TypeVar("P")


class Hubs:
    """Pages of the relationships of records that have very many."""

    def __init__(self, walk: HubWalk, index: Index) -> None:
        self._walk = walk
        self._index = index

    def page(self, question: ExpandQuestion, access: Access) -> Page[Step]:
        """A page of a hub's relationships."""
        if question.order in DEGREES and question.after is None:
            warn(
                f"{question.id} has more than {HUB:,} relationships: they are in the order of "
                "their dates, not of how connected the neighbours are"
            )
        pages = HubPages(self._walk, self._index, question, access)
        found = list(islice(pages.steps(), question.first + 1))
        page = found[: question.first]
        return Page(
            [step for _, step in page], [cursor for cursor, _ in page], len(found) > len(page)
        )


@dataclass(frozen=True)
class HubPages:
    """The relationships that one question about a hub asks for."""

    walk: HubWalk
    index: Index
    question: ExpandQuestion
    access: Access

    def steps(self) -> Iterator[tuple[str, Step]]:
        """The steps after the place of the question's cursor, each with its own."""
        order, after = self.question.order, self.question.after
        if order is ExpandOrder.ID:
            start = None if after is None else _place_of_id(after)
            parts = (self._edges_by_id(start), self._links(start))
            for key, step in merge(*parts, key=itemgetter(0)):
                yield cursor_of(order.value, 0, *key), step
            return
        place = None if after is None else place_of(after, str, int, str, str)
        rest = place is not None and place[0] == REST
        if not rest:
            yield from self._edges_by_number(place)
        start = _place_of_id(str(place[3])) if rest and place is not None else None
        for found, step in self._links(start):
            yield cursor_of(REST, 0, "", cursor_of(ExpandOrder.ID.value, 0, *found)), step

    # --- edges of FtM -------------------------------------------------------------------------

    def _edges_by_number(self, after: list[object] | None) -> Iterator[tuple[str, Step]]:
        """The next edges, those with the largest value of a field of the index first."""
        place = None if after is None else (int(str(after[1])), str(after[2]))
        other = "" if after is None else str(after[3])
        name = self.question.order.value
        for places in self._together(self._places(place)):
            ids = [id_ for _, id_ in places]
            steps = self._read(ids)
            for value, id_ in places:
                for (end, out), step in sorted(steps.get(id_, {}).items()):
                    shown = f"{end} {out}"
                    if (value, id_) != place or shown > other:
                        yield cursor_of(name, value, id_, shown), step

    def _places(self, place: Place | None) -> Iterator[Place]:
        """The edges from a place on, its own included: it may lead to several neighbours."""
        if not kinds(self.question.types):
            return
        if place is not None:
            yield place
        field = FIELDS.get(self.question.order, "last")
        query = edges_of(self.question, self.access)
        yield from ordered_edges(self.index.searcher, query, field, place, self.question.first)

    def _edges_by_id(self, after: Key | None) -> Iterator[tuple[Key, Step]]:
        """The next edges in the order of their neighbours' ids."""
        if not kinds(self.question.types):
            return
        adjacency = Adjacency(self.index.searcher, self.question, self.access)
        wanted = min(self.question.first + 1, MOST_TOGETHER)
        for keys in self._together(adjacency.keys(after, wanted)):
            steps = self._read(list(dict.fromkeys(id_ for _, _, id_, _ in keys)))
            for key in keys:
                step = steps.get(key[2], {}).get((key[0], key[3]))
                if step is not None:
                    yield key, step

    def _read(self, ids: list[str]) -> dict[str, dict[tuple[str, bool], Step]]:
        return self.walk.steps(self.question, ids, kinds(self.question.types), self.access)

    def _together(self, places: Iterator[P]) -> Iterator[list[P]]:
        """Places a page at a time, and more where those before were not enough."""
        size = self.question.first + 1
        while batch := list(islice(places, size)):
            yield batch
            size = min(size * 2, max(MOST_TOGETHER, self.question.first + 1))

    # --- what is no edge ----------------------------------------------------------------------

    def _links(self, after: Key | None) -> Iterator[tuple[Key, Step]]:
        """The relationships that are no edges, in the order of the neighbours' ids."""
        types = tuple(links(self.question.types))
        if not types:
            return
        parts = [self._referrers(after)]
        if self.question.direction is not Direction.IN:
            parts.append(self._by_graph(replace(self.question, types=types), Direction.OUT, after))
        if self.question.mentions and MENTIONS in types:
            mentions = replace(self.question, types=(MENTIONS,))
            if self.question.direction is not Direction.OUT:
                parts.append(self._by_graph(mentions, Direction.IN, after))
        yield from merge(*parts, key=itemgetter(0))

    def _by_graph(
        self, question: ExpandQuestion, direction: Direction, after: Key | None
    ) -> Iterator[tuple[Key, Step]]:
        """What the graph finds: a record names few others, though many may name it."""
        order = ExpandOrder.ID
        cursor = None if after is None else cursor_of(order.value, 0, *after)
        while True:
            page = self.walk.expand(
                replace(question, direction=direction, order=order, after=cursor), self.access
            )
            for cursor, step in zip(page.cursors, page.items, strict=True):
                yield _place_of_id(cursor), step
            if not page.has_next:
                return

    def _referrers(self, after: Key | None) -> Iterator[tuple[Key, Step]]:
        """The records that name it in a property."""
        adjacency = Adjacency(self.index.searcher, self.question, self.access)
        types = sorted(link_names().keys() & set(self.question.types or link_names()))
        start, size = "", self.question.first + 1
        if after is not None:  # the neighbour of the place itself may name it twice
            start = after[0]
            found = self.walk.links(self.question, [start], types, self.access)
            yield from (pair for pair in found if pair[0] > after)
        while ids := adjacency.referrers(start, size):
            yield from self.walk.links(self.question, ids, types, self.access)
            if len(ids) < size:
                return
            start, size = ids[-1], min(size * 2, max(MOST_TOGETHER, size))


def _place_of_id(cursor: str) -> Key:
    """The place of a cursor in the order of ids; raises BadInput for another one."""
    _, neighbour, type_, id_, out = key_of(ExpandOrder.ID, cursor)
    return neighbour, type_, id_, out
