"""How many relationships a record has that has very many: counted by the index, not one by one.

The index counts the edges that a reader may see, with whatever is at their other ends. Taken off
are those that lead to what they do not see: records of other datasets, and records that never came
(stubs), which the graph lists. Where either are more than ``MOST_HIDDEN``, the graph counts.
What a property of a record names is counted in the graph, as one record names few others.
"""

from collections import Counter
from collections.abc import Sequence

from engine.access import Access
from engine.answer import EdgeCount
from engine.graph.convert import LITERAL
from engine.graph.walk.hub import HubWalk
from engine.index.adjacency import Adjacency, Numbers, edges_of
from engine.index.edge import kinds, links
from engine.index.facet import number_of_hits
from engine.index.index import Index
from engine.question import Direction, ExpandQuestion

HUB = 2_000
"""A record with more relationships is a hub: its pages and numbers come by the index."""
MOST_HIDDEN = 5_000
"""Neighbours that are taken off."""


class Degrees:
    """Counts the relationships of hubs."""

    def __init__(self, walk: HubWalk, index: Index) -> None:
        self._walk = walk
        self._index = index

    def is_hub(self, question: ExpandQuestion, access: Access) -> bool:
        """Whether an answer to this question comes by the index."""
        if question.id.startswith(LITERAL):
            return False
        # the number of all is stored, and most records have few; those that one sees are counted
        if self._walk.degrees([question.id], access).get(question.id, 0) <= HUB:
            return False
        if not self._has_many(question.id, access):
            return False
        return not (question.judged and self._walk.is_judged(question.id, access))

    def _has_many(self, id_: str, access: Access) -> bool:
        """Whether a reader sees more than ``HUB`` relationships of a record, by the index."""
        every = ExpandQuestion(id_)
        number = number_of_hits(self._index.searcher, edges_of(every, access))
        if number <= HUB:
            adjacency = Adjacency(self._index.searcher, every, access)
            number += adjacency.referrer_numbers().total()
        return number > HUB

    def total(self, question: ExpandQuestion, access: Access) -> int | None:
        """How many relationships are asked for; None where the graph must count them.

        It counts those of what is no hub, and those to neighbours of some schemata or by mentions.
        """
        if question.mentions or question.schemata is not None or not self.is_hub(question, access):
            return None
        numbers = self._numbers(question, access)
        return None if numbers is None else numbers.total()

    def of_hubs(self, ids: Sequence[str], access: Access) -> dict[str, list[EdgeCount]]:
        """The numbers by type and direction of those of some records that are hubs."""
        records = [id_ for id_ in ids if not id_.startswith(LITERAL)]
        degrees = self._walk.degrees(records, access) if records else {}
        found: dict[str, list[EdgeCount]] = {}
        for id_, degree in degrees.items():
            if degree > HUB and self._has_many(id_, access):
                numbers = self._numbers(ExpandQuestion(id_), access)
                if numbers is not None:
                    found[id_] = [
                        EdgeCount(type_, Direction.OUT if out else Direction.IN, number)
                        for (type_, out), number in sorted(
                            numbers.items(), key=lambda pair: (pair[0][0], not pair[0][1])
                        )
                    ]
        return found

    def _numbers(self, question: ExpandQuestion, access: Access) -> Numbers | None:
        adjacency = Adjacency(self._index.searcher, question, access)
        numbers: Numbers = Counter()
        if kinds(question.types):
            hidden = self._hidden(adjacency, access)
            if hidden is None:
                return None
            numbers += adjacency.edge_numbers(hidden)
        others = links(question.types)
        if not others:
            return numbers
        numbers += adjacency.referrer_numbers()
        if question.direction is not Direction.IN:
            leading = self._walk.counted(question.id, others, access)
            numbers += Counter({(type_, True): number for type_, number in leading.items()})
        return numbers

    def _hidden(self, adjacency: Adjacency, access: Access) -> list[str] | None:
        """The neighbours that the reader does not see; None for too many."""
        datasets = adjacency.datasets()
        unreadable = sorted(datasets - access.datasets)
        hidden = adjacency.ends_in(unreadable, MOST_HIDDEN) if unreadable else []
        stubs = self._walk.stubs(datasets & access.datasets, MOST_HIDDEN)
        return None if hidden is None or stubs is None else sorted({*hidden, *stubs})
