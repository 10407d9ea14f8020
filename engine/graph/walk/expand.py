"""One node's relationships, a page at a time: the filters, the order, and the cursors."""

from dataclasses import dataclass
from typing import Any

from engine.access import Access
from engine.answer import Page, Step
from engine.cursor import cursor_of, place_of
from engine.entity import SAME_AS, same_as, schema_of
from engine.errors import BadInput
from engine.graph import visibility
from engine.graph.connection import Connection, Deadline
from engine.graph.convert import LITERAL, entity_of, node_of, relationship_of
from engine.graph.cypher import alternatives, quoted
from engine.period import bounds
from engine.question import Direction, ExpandOrder, ExpandQuestion
from engine.sameness import Sameness

MEASURED = (ExpandOrder.AMOUNT, ExpandOrder.SHARE)
"""Orders by a number with a fraction."""
LEAST = 1e300
"""Stands below every amount and share, with its sign turned: what has none comes last."""
HUB = 1_000
"""Up to how many a node's relationships are counted: more is a hub."""
KEY = (str, str, str, bool)
"""What a cursor holds besides the order and the place in it: the rest of the key of ``expand``.

That is the neighbour's id, the relationship's type and id, and whether it leads out.
"""


FIRST = -(2**53)
"""What those have in place of a degree that are judged the same: they come first in each order."""


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

    def parameters(self, sameness: Sameness | None) -> dict[str, Any]:
        """The parameters of both queries, but for the place in the order."""
        question = self.question
        records = {} if sameness is None else {"ids": sameness.members(question.id)}
        start, end = bounds(question.during)
        return {
            "id": question.id,
            **records,
            **visibility.parameters(self.access),
            "schemata": None if question.schemata is None else list(question.schemata),
            "start": start,
            "end": end,
            "direction": question.direction.value,
            "mentions": question.mentions,
        }

    def parts(self, sameness: Sameness | None) -> dict[str, str]:
        """The parts of both queries: where to start, and along which types."""
        types = alternatives(sorted(set(self.question.types or ())))
        if sameness is not None:
            return {"types": types}
        label = "Literal" if self.question.id.startswith(LITERAL) else "Entity"
        return {"label": quoted(label), "types": types, **arrows(self.question.direction)}


def arrows(direction: Direction) -> dict[str, str]:
    """The parts of a query that make a relationship of `n` lead out of it, or into it.

    A direction in the pattern spares a look at what a node has in the other one.
    """
    return {
        "left": "<" if direction is Direction.IN else "",
        "right": ">" if direction is Direction.OUT else "",
    }


def key_of(order: ExpandOrder, cursor: str) -> list[Any]:
    """The key that a cursor holds; raises BadInput for no cursor, or one of another order."""
    of_order, *key = place_of(cursor, str, float if order in MEASURED else int, *KEY)
    if of_order != order.value:
        raise BadInput("This cursor belongs to another order: go on with the same one")
    return key


def expand(
    connection: Connection, deadline: Deadline, wanted: Expansion, sameness: Sameness | None = None
) -> Page[Step]:
    """A page of a node's relationships with the nodes at their other ends.

    With ``sameness`` the records that are judged the same come first, and then the relationships of
    all of them.
    """
    order, first, after = wanted.question.order, wanted.question.first, wanted.question.after
    key = None if after is None else key_of(order, after)
    if wanted.is_empty():
        return Page()
    found: list[tuple[list[Any], Step]] = []
    if sameness is not None:
        found = [
            pair
            for pair in same(connection, deadline, wanted, sameness)
            if key is None or pair[0] > key
        ]
    # one more than the page holds shows whether there is a next page
    parameters = wanted.parameters(sameness) | {
        "by": order.value,
        "sign": -1 if order is ExpandOrder.DEGREE_DESC else 1,
        "least": LEAST,
        "bound": HUB,
        "after": key,
        "limit": max(first + 1 - len(found), 0),
    }
    name = "expand" if sameness is None else "expand_judged"
    rows = connection.read(name, parameters, timeout=deadline.left(), **wanted.parts(sameness))
    for row in rows:
        relationship = relationship_of(row["type"], row["source"], row["target"], row["properties"])
        found.append((row["key"], Step(relationship, node_of(row["node"], relationship.dataset))))
    cursors = [cursor_of(order.value, *key) for key, _ in found[:first]]
    return Page([step for _, step in found[:first]], cursors, len(found) > first)


def same(
    connection: Connection, deadline: Deadline, wanted: Expansion, sameness: Sameness
) -> list[tuple[list[Any], Step]]:
    """The other records that are judged the same, each with its key in the order of ``expand``."""
    question = wanted.question
    if question.types is not None and SAME_AS not in question.types:
        return []
    before = {there: here for here, there in sameness.steps(question.id)}
    parameters = {"ids": sorted(before), **visibility.parameters(wanted.access)}
    rows = connection.read("node_by_id", parameters, timeout=deadline.left())
    found: list[tuple[list[Any], Step]] = []
    for properties in rows[0]["records"]:
        node = entity_of(properties)
        if wanted.admits(node.schema):
            relationship = same_as(sameness.between(before[node.id], node.id)[0])
            first = float(FIRST) if question.order in MEASURED else FIRST
            found.append(
                ([first, node.id, SAME_AS, relationship.id, True], Step(relationship, node))
            )
    return sorted(found, key=lambda pair: pair[0])


def expand_count(
    connection: Connection, deadline: Deadline, wanted: Expansion, sameness: Sameness | None = None
) -> int:
    """How many relationships all pages hold."""
    if wanted.is_empty():
        return 0
    name = "expand_count" if sameness is None else "expand_judged_count"
    rows = connection.read(
        name, wanted.parameters(sameness), timeout=deadline.left(), **wanted.parts(sameness)
    )
    more = 0 if sameness is None else len(same(connection, deadline, wanted, sameness))
    return int(rows[0]["total"]) + more
