"""Reads what the pages of a hub's relationships hold."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from engine.access import Access
from engine.answer import Page, Step
from engine.graph import visibility
from engine.graph.connection import Connection, Deadline
from engine.graph.convert import node_of, relationship_of
from engine.graph.cypher import alternatives
from engine.graph.walk.expand import Expansion, expand
from engine.graph.walk.sameness import joined
from engine.question import ExpandQuestion


class HubWalk:
    """Reads within a deadline of some seconds."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._seconds = deadline

    def degrees(self, ids: Sequence[str], access: Access) -> dict[str, int]:
        """How many relationships records have, whoever may see them; hidden ones are left out."""
        parameters = {"ids": list(ids), **visibility.parameters(access)}
        rows = self._connection.read("hub_degrees", parameters, timeout=self._seconds)
        return {row["id"]: int(row["degree"]) for row in rows}

    def stubs(self, datasets: Collection[str], most: int) -> list[str] | None:
        """The ids in some datasets that records name and that never came; None for too many."""
        parameters = {"among": sorted(datasets), "limit": most + 1}
        rows = self._connection.read("hub_stubs", parameters, timeout=self._seconds)
        return [row["id"] for row in rows] if len(rows) <= most else None

    def is_judged(self, id_: str, access: Access) -> bool:
        """Whether a record is judged to be the same as another."""
        return joined(self._connection, Deadline(self._seconds), [id_], access).knows(id_)

    def steps(
        self, question: ExpandQuestion, edges: Sequence[str], types: Sequence[str], access: Access
    ) -> dict[str, dict[tuple[str, bool], Step]]:
        """The steps along edges, by their ids, then by the neighbour and whether they lead out."""
        found: defaultdict[str, dict[tuple[str, bool], Step]] = defaultdict(dict)
        for step, out in self._read(
            "expand_edges", question, {"edges": list(edges)}, types, access
        ):
            found[step.relationship.id][step.node.id, out] = step
        return found

    def links(
        self, question: ExpandQuestion, ids: Sequence[str], types: Sequence[str], access: Access
    ) -> list[tuple[tuple[str, str, str, bool], Step]]:
        """The steps from some records that name this one, with their places by id, in order."""
        steps = self._read("expand_links", question, {"neighbours": list(ids)}, types, access)
        found = [((step.node.id, step.relationship.type, "", out), step) for step, out in steps]
        return sorted(found, key=itemgetter(0))

    def counted(self, id_: str, types: Sequence[str], access: Access) -> dict[str, int]:
        """How many relationships of some types lead out of a record, by type."""
        rows = self._connection.read(
            "hub_counts",
            {"id": id_, **visibility.parameters(access)},
            timeout=self._seconds,
            types=alternatives(types),
        )
        return {row["type"]: int(row["count"]) for row in rows}

    def expand(self, question: ExpandQuestion, access: Access) -> Page[Step]:
        """A page of relationships as the graph alone finds it."""
        return expand(self._connection, Deadline(self._seconds), Expansion(question, access))

    def _read(
        self,
        name: str,
        question: ExpandQuestion,
        given: Mapping[str, Any],
        types: Sequence[str],
        access: Access,
    ) -> Iterator[tuple[Step, bool]]:
        """The steps that a query finds, each with whether it leads out."""
        parameters = {**Expansion(question, access).parameters(None), **given}
        rows = self._connection.read(
            name, parameters, timeout=self._seconds, types=alternatives(types)
        )
        for row in rows:
            relationship = relationship_of(
                row["type"], row["source"], row["target"], row["properties"]
            )
            step = Step(relationship, node_of(row["node"], relationship.dataset))
            yield step, row["source"] == question.id
