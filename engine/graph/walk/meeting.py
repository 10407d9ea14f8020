"""Where two layers of nodes meet in one node: the last two hops of a search by nodes.

The server answers that without naming all neighbours of either layer, of which a hub has very many,
and stops when enough is found. Parallel relationships count as one.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from engine.graph.connection import Connection, Deadline
from engine.graph.cypher import fragment
from engine.graph.walk.hop import Hop
from engine.graph.walk.plan import Pair, end_labels

FEW_ENDS = 5
"""So few nodes are looked for from each node in the middle; more are recognised by their ids."""
Across = tuple[str, str, str]
"""The ids of three nodes in a row."""


@dataclass(frozen=True)
class Meeting:
    """Asks about the walks between one pair of ends; every method may raise QueryTimeout."""

    connection: Connection
    hops: list[Hop]
    pair: Pair
    parameters: dict[str, Any]
    deadline: Deadline

    def degree(self, ids: Collection[str]) -> int:
        """How many relationships some nodes have together, whoever may see them."""
        rows = self._read("path_degrees", {"ids": sorted(ids)})
        return sum(row["degree"] for row in rows)

    def is_one_hop(self) -> bool:
        """Whether the first hop leads from one end to the other."""
        hop = replace(self.hops[0], name="p", single=True)
        parts = {"hop": fragment("path_one_hop", **hop.parts()), "from": "xp", "to": "yp"}
        return bool(self._read("path_direct", {}, **parts, **end_labels(self.pair)))

    def across(
        self, place: int, lefts: Collection[str], rights: Collection[str], *, back: bool, limit: int
    ) -> list[Across]:
        """Three nodes in a row each: of the left ones, what the hop at a place leads to, and right.

        With ``back`` it is looked for from the right ones. At most so many are answered.
        """
        hops = [
            replace(hop, name=name, single=True)
            for hop, name in zip(self.hops[place : place + 2], ("p", "q"), strict=True)
        ]
        first, second = [fragment("path_one_hop", **hop.parts()) for hop in hops]
        parts = {"near": "xp", "first": first, "met": "yp", "middle": "xq"}
        parts |= {"second": second, "far": "yq"}
        near, far = sorted(lefts), sorted(rights)
        if back:
            near, far = far, near
            parts = {"near": "yq", "first": second, "met": "xq", "middle": "yp"}
            parts |= {"second": first, "far": "xp"}
        name = "path_across_few" if len(far) <= FEW_ENDS else "path_across"
        given = {"ids": near, "far": far, "limit": limit}
        rows = self._read(name, given, **parts, **end_labels(self.pair))
        found = [(row["near"], row["middle"], row["far"]) for row in rows]
        return [each[::-1] for each in found] if back else found

    def _read(self, name: str, given: dict[str, Any], **parts: str) -> list[Any]:
        parameters = {**self.parameters, "pair": self.pair, **given}
        return self.connection.read(name, parameters, timeout=self.deadline.left(), **parts)
