"""One entity's relationships, a page at a time: the filters, the order, and the cursors."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from followthemoney import model

from engine.access import Access
from engine.cursor import cursor_of, place_of
from engine.entity import (
    LITERAL_TYPES,
    edge_schemata,
    link_properties,
    relationship_type,
    schema_of,
)
from engine.errors import BadInput
from engine.graph import visibility
from engine.graph.connection import Connection, Deadline
from engine.graph.convert import LITERAL, node_of, relationship_of
from engine.graph.cypher import alternatives, quoted
from engine.graph.period import bounds
from engine.walk import DateRange, Direction, ExpandOrder, Page, Step

SIGNS = {ExpandOrder.DEGREE_ASC: 1, ExpandOrder.DEGREE_DESC: -1, ExpandOrder.ID: 0}
KEY = (int, str, str, str, bool)
"""What a cursor holds: degree, the neighbour's id, the relationship's type and id, whether it leads out."""

RELATIONSHIP_TYPES = frozenset(
    {
        *edge_schemata(),
        *(kind.upper() for kind in LITERAL_TYPES),
        *(
            relationship_type(prop.name)
            for schema in model
            if not schema.edge
            for prop in link_properties(schema.name)
        ),
    }
)
"""Every relationship type that the graph can hold between records and shared values."""


def check_names(types: Sequence[str] | None, schemata: Sequence[str] | None) -> None:
    """Raises BadInput for a relationship type or a schema that does not exist."""
    for kind in types or ():
        if kind not in RELATIONSHIP_TYPES:
            raise BadInput(f"there is no relationship type {kind[:100]!r}")
    for name in schemata or ():
        if name not in model.schemata:
            raise BadInput(f"FollowTheMoney has no schema {name[:100]!r}")


@dataclass(frozen=True)
class Expansion:
    """Which relationships of which entity are asked for, by whose eyes."""

    id: str
    access: Access
    types: Sequence[str] | None
    direction: Direction
    schemata: Sequence[str] | None
    during: DateRange | None

    def __post_init__(self) -> None:
        """Raises BadInput for a type or schema that does not exist."""
        check_names(self.types, self.schemata)

    def admits(self, schema: str) -> bool:
        """Whether a neighbour of this schema is asked for."""
        return self.schemata is None or not schema_of(schema).names.isdisjoint(self.schemata)

    def nothing(self) -> bool:
        """Whether an empty list of types leaves nothing to find."""
        return self.types is not None and not self.types

    def parameters(self) -> dict[str, Any]:
        """The statement's parameters."""
        start, end = bounds(self.during)
        return {
            "id": self.id,
            **visibility.parameters(self.access),
            "schemata": None if self.schemata is None else list(self.schemata),
            "start": start,
            "end": end,
            "direction": self.direction.value,
        }

    def parts(self) -> dict[str, str]:
        """The statement's parts: where to start, and along which types."""
        label = "Literal" if self.id.startswith(LITERAL) else "Entity"
        return {"label": quoted(label), "types": alternatives(sorted(set(self.types or ())))}


def key_of(order: ExpandOrder, cursor: str) -> list[Any]:
    """The key that a cursor holds; raises BadInput where it is none, or one of another order."""
    told, *key = place_of(cursor, str, *KEY)
    if told != order.value:
        raise BadInput("This cursor belongs to another order: go on with the same one")
    return key


def expand(
    connection: Connection,
    deadline: Deadline,
    wanted: Expansion,
    order: ExpandOrder,
    first: int,
    after: str | None,
) -> Page[Step]:
    """A page of a node's relationships with the nodes at their other ends."""
    key = None if after is None else key_of(order, after)
    if wanted.nothing():
        return Page()
    parameters = wanted.parameters() | {"sign": SIGNS[order], "after": key, "limit": first + 1}
    rows = connection.read("expand", parameters, timeout=deadline.left(), **wanted.parts())
    steps = []
    for row in rows[:first]:
        relationship = relationship_of(row["type"], row["source"], row["target"], row["properties"])
        steps.append(Step(relationship, node_of(row["node"], relationship.dataset)))
    cursors = [cursor_of(order.value, *row["key"]) for row in rows[:first]]
    return Page(steps, cursors, len(rows) > first)


def expand_count(connection: Connection, deadline: Deadline, wanted: Expansion) -> int:
    """How many relationships the pages hold in all."""
    if wanted.nothing():
        return 0
    rows = connection.read(
        "expand_count", wanted.parameters(), timeout=deadline.left(), **wanted.parts()
    )
    return int(rows[0]["total"])
