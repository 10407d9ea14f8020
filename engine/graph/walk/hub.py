"""Reads what the pages of a hub's relationships hold."""

from collections import defaultdict
from collections.abc import Sequence

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

    def degree(self, id_: str, access: Access) -> int:
        """How many relationships a record has, whoever may see them; 0 for one that is hidden."""
        parameters = {"id": id_, **visibility.parameters(access)}
        rows = self._connection.read("hub_degree", parameters, timeout=self._seconds)
        return int(rows[0]["degree"]) if rows else 0

    def is_judged(self, id_: str, access: Access) -> bool:
        """Whether a record is judged to be the same as another."""
        return joined(self._connection, Deadline(self._seconds), [id_], access).knows(id_)

    def steps(
        self, question: ExpandQuestion, edges: Sequence[str], types: Sequence[str], access: Access
    ) -> dict[str, list[tuple[str, Step]]]:
        """The steps along some edges, by their ids, each with the neighbour and the direction."""
        parameters = Expansion(question, access).parameters(None) | {"edges": list(edges)}
        rows = self._connection.read(
            "expand_edges", parameters, timeout=self._seconds, types=alternatives(types)
        )
        found: defaultdict[str, list[tuple[str, Step]]] = defaultdict(list)
        for row in rows:
            relationship = relationship_of(
                row["type"], row["source"], row["target"], row["properties"]
            )
            node = node_of(row["node"], relationship.dataset)
            out = row["source"] == question.id
            found[relationship.id].append((f"{node.id} {out}", Step(relationship, node)))
        return found

    def expand(self, question: ExpandQuestion, access: Access) -> Page[Step]:
        """A page of relationships as the graph alone finds it."""
        return expand(self._connection, Deadline(self._seconds), Expansion(question, access))
