"""One node's relationships, a page at a time: the filters, the order, and the cursors."""

from dataclasses import dataclass
from typing import Any

from engine.access import Access
from engine.answer import Page, Step
from engine.cursor import cursor_of, place_of
from engine.entity import schema_of
from engine.errors import BadInput
from engine.graph import visibility
from engine.graph.connection import Connection, Deadline
from engine.graph.convert import LITERAL, node_of, relationship_of
from engine.graph.cypher import alternatives, quoted
from engine.graph.period import bounds
from engine.question import ExpandOrder, ExpandQuestion

SIGNS = {ExpandOrder.DEGREE_ASC: 1, ExpandOrder.DEGREE_DESC: -1, ExpandOrder.ID: 0}
"""What the degree is multiplied by, so that one query sorts in each order."""
HUB = 1_000
"""Up to how many a node's relationships are counted: more is a hub."""
KEY = (int, str, str, str, bool)
"""What a cursor holds besides the order: the key by which ``expand`` sorts.

That is the degree, the neighbour's id, the relationship's type and id, and whether it leads out.
"""


@dataclass(frozen=True)
class Expansion:
    """One question about a node's relationships, asked for one reader."""

    question: ExpandQuestion
    access: Access

    def admits(self, schema: str) -> bool:
        """Whether a neighbour of this schema is asked for."""
        wanted = self.question.schemata
        return wanted is None or not schema_of(schema).names.isdisjoint(wanted)

    def is_empty(self) -> bool:
        """Whether the question has an empty list of types, so that it has no answer."""
        return self.question.types is not None and not self.question.types

    def parameters(self) -> dict[str, Any]:
        """The parameters of both queries, but for the place in the order."""
        question = self.question
        start, end = bounds(question.during)
        return {
            "id": question.id,
            **visibility.parameters(self.access),
            "schemata": None if question.schemata is None else list(question.schemata),
            "start": start,
            "end": end,
            "direction": question.direction.value,
        }

    def parts(self) -> dict[str, str]:
        """The parts of both queries: where to start, and along which types."""
        label = "Literal" if self.question.id.startswith(LITERAL) else "Entity"
        types = alternatives(sorted(set(self.question.types or ())))
        return {"label": quoted(label), "types": types}


def key_of(order: ExpandOrder, cursor: str) -> list[Any]:
    """The key that a cursor holds; raises BadInput for no cursor, or one of another order."""
    of_order, *key = place_of(cursor, str, *KEY)
    if of_order != order.value:
        raise BadInput("This cursor belongs to another order: go on with the same one")
    return key


def expand(connection: Connection, deadline: Deadline, wanted: Expansion) -> Page[Step]:
    """A page of a node's relationships with the nodes at their other ends."""
    order, first, after = wanted.question.order, wanted.question.first, wanted.question.after
    key = None if after is None else key_of(order, after)
    if wanted.is_empty():
        return Page()
    # one more than the page holds shows whether there is a next page
    parameters = wanted.parameters() | {
        "sign": SIGNS[order],
        "bound": HUB,
        "after": key,
        "limit": first + 1,
    }
    rows = connection.read("expand", parameters, timeout=deadline.left(), **wanted.parts())
    steps = []
    for row in rows[:first]:
        relationship = relationship_of(row["type"], row["source"], row["target"], row["properties"])
        steps.append(Step(relationship, node_of(row["node"], relationship.dataset)))
    cursors = [cursor_of(order.value, *row["key"]) for row in rows[:first]]
    return Page(steps, cursors, len(rows) > first)


def expand_count(connection: Connection, deadline: Deadline, wanted: Expansion) -> int:
    """How many relationships all pages hold."""
    if wanted.is_empty():
        return 0
    rows = connection.read(
        "expand_count", wanted.parameters(), timeout=deadline.left(), **wanted.parts()
    )
    return int(rows[0]["total"])
