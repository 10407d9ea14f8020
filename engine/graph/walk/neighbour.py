"""The neighbours of an entity that the index does not know, and those who share one with it."""

from collections.abc import Sequence
from typing import Any

from engine.access import Access
from engine.entity import SAME_AS, edge_schemata, relationship_types
from engine.graph import visibility
from engine.graph.connection import Connection, Deadline
from engine.graph.convert import LITERAL
from engine.graph.cypher import alternatives, quoted
from engine.graph.walk.expand import arrows
from engine.graph.walk.sameness import joined
from engine.period import bounds
from engine.tally import MOST_GROUPS, NeighbourQuestion, Row, Tallied, Tally

MOST_SHARED = 2_000
"""Neighbours through which others are looked for."""
CUT = f"it has more than {MOST_SHARED:,} neighbours: only so many were gone through"


class NeighbourWalk:
    """Reads neighbours out of the graph, within a deadline of some seconds."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    def members(self, question: NeighbourQuestion, access: Access) -> list[str]:
        """The records whose relationships belong to it: those that are judged the same."""
        id_ = question.id
        if not question.judged or id_.startswith(LITERAL):
            return [id_]
        sameness = joined(self._connection, Deadline(self._seconds), [id_], access)
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
            timeout=self._seconds,
            **self._parts(question, types),
            **arrows(question.direction),
        )
        inner = set(ids) if len(ids) > 1 else set()
        return {row["id"]: row["count"] for row in rows if row["id"] not in inner}

    def seconds(
        self, question: NeighbourQuestion, ids: Sequence[str], access: Access
    ) -> Tallied[str]:
        """Who shares neighbours with it: those who share most first, equal ones by id."""
        deadline = Deadline(self._seconds)
        parameters = self._parameters(question, ids, access)
        parts = self._parts(question, sorted(question.types or ()))
        limits = {"most": MOST_SHARED, "limit": MOST_GROUPS}
        rows = self._connection.read(
            "neighbour_seconds", parameters | limits, timeout=deadline.left(), **parts
        )
        (number,) = self._connection.read(
            "neighbour_number", parameters, timeout=deadline.left(), **parts
        )
        found = [Row(row["id"], Tally(row["count"], row["first"], row["last"])) for row in rows]
        return Tallied(found, truncated=CUT if number["count"] > MOST_SHARED else None)

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
