"""The neighbours of an entity that the index does not know, and those who share one with it."""

from collections.abc import Sequence
from typing import Any

from engine.access import Access
from engine.cursor import cursor_of
from engine.entity import SAME_AS, edge_schemata, relationship_types
from engine.graph import visibility
from engine.graph.connection import Connection, Deadline
from engine.graph.convert import LITERAL
from engine.graph.cypher import alternatives, quoted
from engine.graph.walk.expand import arrows
from engine.graph.walk.sameness import joined
from engine.period import bounds
from engine.question import Direction
from engine.tally import NeighbourQuestion, Row, Tally, TallyOrder

OPPOSITE = {
    Direction.OUT: Direction.IN,
    Direction.IN: Direction.OUT,
    Direction.BOTH: Direction.BOTH,
}


class NeighbourWalk:
    """Reads neighbours out of the graph, within a deadline of some seconds."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline

    def members(self, question: NeighbourQuestion, access: Access) -> list[str]:
        """The records whose relationships belong to it: those that are judged the same."""
        id_ = question.id
        if not question.judged or id_.startswith(LITERAL):
            return [id_]
        sameness = joined(self._connection, Deadline(self._deadline), [id_], access)
        return sorted(sameness.members(id_)) if sameness.knows(id_) else [id_]

    def links(
        self, question: NeighbourQuestion, ids: Sequence[str], access: Access
    ) -> dict[str, int]:
        """Neighbours by relationships that are no edges, with how many these are."""
        wanted = relationship_types() if question.types is None else set(question.types)
        types = sorted(wanted - edge_schemata().keys() - {SAME_AS})
        if not types:
            return {}
        rows = self._connection.read(
            "neighbour_links",
            self._parameters(question, ids, access),
            timeout=self._deadline,
            **self._parts(question, types),
            **arrows(question.direction),
        )
        inner = set(ids) if len(ids) > 1 else set()
        return {row["id"]: row["count"] for row in rows if row["id"] not in inner}

    def seconds(
        self,
        question: NeighbourQuestion,
        ids: Sequence[str],
        near: Sequence[str],
        access: Access,
        start: int,
    ) -> list[Row[str]]:
        """Who shares some neighbours with records, from a place on; one more than a page has.

        Those who share most come first, or those who did so last; equal ones by id.
        """
        page = {
            "latest": question.order is TallyOrder.LAST,
            "skip": start,
            "limit": question.first + 1,
        }
        rows = self._seconds("neighbour_seconds", question, ids, near, access, page)
        return [
            Row(row["id"], Tally(row["count"], row["first"], row["last"]), cursor_of(at))
            for at, row in enumerate(rows, start + 1)
        ]

    def seconds_count(
        self,
        question: NeighbourQuestion,
        ids: Sequence[str],
        near: Sequence[str],
        access: Access,
    ) -> int:
        """How many share some neighbours with records."""
        (row,) = self._seconds("neighbour_seconds_count", question, ids, near, access, {})
        return int(row["count"])

    def _seconds(
        self,
        name: str,
        question: NeighbourQuestion,
        ids: Sequence[str],
        near: Sequence[str],
        access: Access,
        page: dict[str, Any],
    ) -> list[Any]:
        return self._connection.read(
            name,
            {**self._parameters(question, ids, access), "through": list(near), **page},
            timeout=self._deadline,
            types=alternatives(sorted(question.types or ())),
            **arrows(OPPOSITE[question.direction]),
        )

    def _parameters(
        self, question: NeighbourQuestion, ids: Sequence[str], access: Access
    ) -> dict[str, Any]:
        start, end = bounds(question.during)
        return {
            "ids": list(ids),
            **visibility.parameters(access),
            "schemata": None,
            "mentions": False,
            "start": start,
            "end": end,
            "direction": question.direction.value,
        }

    def _parts(self, question: NeighbourQuestion, types: Sequence[str]) -> dict[str, str]:
        label = "Literal" if question.id.startswith(LITERAL) else "Entity"
        return {"label": quoted(label), "types": alternatives(types)}
