"""The relationships of a record that has very many: pages that cost what they hold.

Neo4j looks at all relationships of a node to find the first of an order. Of a record with more than
``HUB`` the index finds the edges of a page, by date or by amount, and the graph reads these alone.
An order by the degree of neighbours would have to count all neighbours: such a record has its
relationships by date instead, and a warning says so. What is no edge of FtM comes last, by id.
"""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from engine.access import Access
from engine.answer import Page, Step
from engine.cursor import cursor_of, place_of
from engine.entity import relationship_types
from engine.graph.walk.hub import HubWalk
from engine.index.edge import edges_of, kinds, ordered_edges
from engine.index.facet import number_of_hits
from engine.index.index import Index
from engine.question import ExpandOrder, ExpandQuestion
from engine.warning import warn

HUB = 2_000
"""A record with more relationships has pages by the index."""
FIELDS = {ExpandOrder.AMOUNT: "amount", ExpandOrder.DATE: "last"}
DEGREES = (ExpandOrder.DEGREE_ASC, ExpandOrder.DEGREE_DESC)
REST = "rest"
"""Begins the cursors among relationships that are no edges."""


class Hubs:
    """Pages of the relationships of records that have very many."""

    def __init__(self, walk: HubWalk, index: Index) -> None:
        self._walk = walk
        self._index = index

    def is_hub(self, question: ExpandQuestion, access: Access) -> bool:
        """Whether a page of this question comes by the index."""
        if question.order not in (*FIELDS, *DEGREES) or question.id.startswith("literal:"):
            return False
        # the number of all is stored, and most records have few; those that one sees are counted
        if self._walk.degree(question.id, access) <= HUB:
            return False
        visible = edges_of(ExpandQuestion(question.id), access)
        if number_of_hits(self._index.searcher, visible) <= HUB:
            return False
        return not (question.judged and self._walk.is_judged(question.id, access))

    def page(self, question: ExpandQuestion, access: Access) -> Page[Step]:
        """A page of a hub's relationships."""
        field = FIELDS.get(question.order, "last")
        if question.order in DEGREES and question.after is None:
            warn(
                f"{question.id} has more than {HUB:,} relationships: they are in the order of "
                "their dates, not of how connected the neighbours are"
            )
        after = None if question.after is None else place_of(question.after, str, int, str, str)
        found: list[tuple[str, Step]] = []
        if after is None or after[0] != REST:
            found = self._edges(question, access, field, after)
        if len(found) <= question.first:
            found += self._rest(question, access, after, question.first + 1 - len(found))
        page = found[: question.first]
        return Page(
            [step for _, step in page], [cursor for cursor, _ in page], len(found) > len(page)
        )

    def _edges(
        self, question: ExpandQuestion, access: Access, field: str, after: list[object] | None
    ) -> list[tuple[str, Step]]:
        """The next edges, in the order of a field of the index."""
        place = None if after is None else (int(str(after[1])), str(after[2]))
        other = "" if after is None else str(after[3])
        found: list[tuple[int, str, Step]] = []
        for places in self._batches(question, access, field, place):
            found += [
                each
                for each in self._read(question, access, places)
                if place is None or (each[0], each[2].relationship.id) != place or each[1] > other
            ]
            if len(found) > question.first:
                break
        name = question.order.value
        return [
            (cursor_of(name, value, step.relationship.id, end), step) for value, end, step in found
        ]

    def _batches(
        self,
        question: ExpandQuestion,
        access: Access,
        field: str,
        place: tuple[int, str] | None,
    ) -> Iterator[list[tuple[int, str]]]:
        """The edges from a place on, its own included: it may lead to several neighbours."""
        if not kinds(question.types):
            return
        start = None if place is None else (place[0], place[1][:-1])
        query = edges_of(question, access)
        edges = (
            each
            for each in ordered_edges(self._index.searcher, query, field, start, question.first)
            if place is None or (-each[0], each[1]) >= (-place[0], place[1])
        )
        while batch := list(islice(edges, question.first + 1)):
            yield batch

    def _read(
        self,
        question: ExpandQuestion,
        access: Access,
        places: list[tuple[int, str]],
    ) -> list[tuple[int, str, Step]]:
        """The steps along some edges, in their order, each with its end as a cursor has it."""
        ids = [id_ for _, id_ in places]
        steps = self._walk.steps(question, ids, kinds(question.types), access)
        return [
            (value, end, step)
            for value, id_ in places
            for end, step in sorted(steps.get(id_, ()), key=lambda pair: pair[0])
        ]

    def _rest(
        self, question: ExpandQuestion, access: Access, after: list[object] | None, first: int
    ) -> list[tuple[str, Step]]:
        """The relationships that are no edges of FtM, by id."""
        known = relationship_types() if question.types is None else set(question.types)
        others = tuple(sorted(known - set(kinds(None))))
        if not others or first <= 0:
            return []
        cursor = str(after[3]) if after is not None and after[0] == REST else None
        asked = replace(
            question, types=others, order=ExpandOrder.ID, after=cursor or None, first=first
        )
        page = self._walk.expand(asked, access)
        cursors = [cursor_of(REST, 0, "", inner) for inner in page.cursors]
        return list(zip(cursors, page.items, strict=True))
