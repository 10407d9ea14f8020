"""Finds the records that may be one thing with another: candidates, compared and put in order."""

from engine.access import Access
from engine.answer import Match
from engine.entity import Entity
from engine.graph.record.reader import Reader
from engine.index.index import Index
from engine.match.comparer import Comparer
from engine.question import MatchQuestion

MOST = 75
"""Candidates that are compared with one record."""


class Matcher:
    """Reads both stores: the index for candidates, the graph for what they tell."""

    def __init__(self, reader: Reader, index: Index, comparer: Comparer) -> None:
        self._reader = reader
        self._index = index
        self._comparer = comparer

    def matches(self, question: MatchQuestion, access: Access) -> list[Match]:
        """The records that are as likely as asked for, the likeliest first; raises NotReady."""
        ids = self._index.candidates(question.entity, access, question.scope, MOST)
        nodes = self._reader.entities(ids, access)
        candidates = [node for node in nodes if isinstance(node, Entity)]
        compared = self._comparer.compare(question.entity, candidates, question.least)
        found = [
            Match(entity, comparison)
            for entity, comparison in zip(candidates, compared, strict=True)
            if comparison is not None
        ]
        found.sort(key=lambda match: (-match.comparison.score, match.entity.id))
        return found[: question.first]
