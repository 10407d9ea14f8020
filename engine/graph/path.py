"""How one name leads to another: Cypher's shortest paths, with access and every filter inside the pattern.

A path is a sequence of distinct nodes: parallel relationships between two nodes do not make another one.
Access is part of the pattern, so a path never runs through what its reader may not see.
"""

from collections.abc import Iterator, Sequence
from typing import Any

from followthemoney import model

from engine.access import Access
from engine.entity import Node, Relationship
from engine.errors import BadInput, QueryTimeout
from engine.graph.connection import Connection
from engine.graph.convert import node_of, relationship_of
from engine.graph.expand import RELATIONSHIP_TYPES
from engine.graph.period import bounds
from engine.graph.statement import alternatives
from engine.walk import Direction, HopFilter, Path, PathMode, PathResult

ENDS = 25
HOPS = 12
MOST = 100
LIMIT = 100
"""Paths that ALL_SHORTEST gives, unless its caller asks for more."""
SPARE = 20
"""K_SHORTEST asks for so many times k, since parallel relationships and loops are left out."""


def bounded(name: str, value: int, most: int) -> int:
    """The value, if it is between 1 and ``most``; raises BadInput."""
    if not 1 <= value <= most:
        raise BadInput(f"{name} is {value}: it must be between 1 and {most}")
    return value


ARROWS = {Direction.OUT: ("-", "->"), Direction.IN: ("<-", "-"), Direction.BOTH: ("-", "-")}


class Hop:
    """One hop of a pattern: its text, and the parameters under a prefix of its own."""

    def __init__(self, filters: Sequence[HopFilter], prefix: str) -> None:
        self.parameters: dict[str, Any] = {}
        self._prefix = prefix
        self._edge = ["r.dataset IN $datasets"]
        self._node = ["y._stub IS NULL", "(y:Literal OR y.dataset IN $datasets)"]
        self._through: list[str] = []
        self._types: set[str] | None = None
        self._direction = Direction.BOTH
        for number, filter in enumerate(filters):
            self._narrow(filter, f"{prefix}{number}_")

    def _put(self, name: str, value: Any) -> str:
        self.parameters[name] = value
        return f"${name}"

    def _narrow(self, filter: HopFilter, prefix: str) -> None:
        if filter.types is not None:
            for kind in filter.types:
                if kind not in RELATIONSHIP_TYPES:
                    raise BadInput(f"there is no relationship type {kind[:100]!r}")
            self._types = set(filter.types) if self._types is None else self._types & set(filter.types)
        if filter.direction is not Direction.BOTH:
            if self._direction not in (Direction.BOTH, filter.direction):
                raise BadInput("a hop and the general filter ask for opposite directions")
            self._direction = filter.direction
        if filter.datasets is not None:
            self._edge.append(f"r.dataset IN {self._put(prefix + 'datasets', list(filter.datasets))}")
        start, end = bounds(filter.during)
        if start is not None:
            self._edge.append(f"(r._end IS NULL OR r._end >= {self._put(prefix + 'start', start)})")
        if end is not None:
            self._edge.append(f"(r._start IS NULL OR r._start <= {self._put(prefix + 'end', end)})")
        if filter.min_share is not None:
            share = self._put(prefix + "share", filter.min_share)
            self._edge.append(f"(type(r) <> 'OWNERSHIP' OR r._share >= {share})")
        if not filter.shared:
            self._node.append("NOT y:Literal")
        if filter.schemata is not None:
            for name in filter.schemata:
                if name not in model.schemata:
                    raise BadInput(f"FollowTheMoney has no schema {name[:100]!r}")
            names = self._put(prefix + "schemata", list(filter.schemata))
            self._through.append(f"(y:Literal OR any(label IN labels(y) WHERE label IN {names}))")
        if filter.max_degree is not None:
            degree = self._put(prefix + "degree", filter.max_degree)
            self._through.append(f"COUNT {{ (y)--() }} <= {degree}")

    def edge(self, name: str) -> str:
        """``-[…]-`` with the relationship's conditions."""
        where = " AND ".join(self._edge).replace("r.", f"{name}.").replace("type(r)", f"type({name})")
        left, right = ARROWS[self._direction]
        return f"{left}[{name}{alternatives(sorted(self._types or ()))} WHERE {where}]{right}"

    def node(self, name: str, *, avoid: bool) -> str:
        """``(… WHERE …)`` with the conditions on a node passed through; the ends of a path are spared some."""
        through = [*self._through, *(["NOT y.id IN $avoid"] if avoid else [])]
        where = " AND ".join([*self._node, *(f"(y.id IN $to OR {condition})" for condition in through)])
        return (
            f"({name} WHERE {where})".replace("y.", f"{name}.")
            .replace("y:", f"{name}:")
            .replace("(y)", f"({name})")
        )

    @property
    def impossible(self) -> bool:
        """Whether its filters leave no type of relationship."""
        return self._types is not None and not self._types


class Pathfinder:
    """Finds paths; ``deadline`` is the seconds that one question may take."""

    def __init__(self, connection: Connection, deadline: float) -> None:
        self._connection = connection
        self._deadline = deadline

    def paths(
        self,
        access: Access,
        from_ids: Sequence[str],
        to_ids: Sequence[str],
        *,
        mode: PathMode = PathMode.SHORTEST,
        k: int = 5,
        max_hops: int = 6,
        filter: HopFilter | None = None,
        hops: Sequence[HopFilter] | None = None,
        avoid: Sequence[str] = (),
        limit: int = LIMIT,
    ) -> PathResult:
        """The paths from each of ``from_ids`` to each of ``to_ids``, shortest first; a pair of one node is no path.

        SHORTEST gives one a pair, ALL_SHORTEST at most ``limit`` in all, K_SHORTEST at most ``k`` a pair.
        Raises BadInput for more than 25 ends a side, hops beyond 12, k beyond 100, unknown types or schemata.
        """
        bounded("the number of `from` ids", len(from_ids), ENDS)
        bounded("the number of `to` ids", len(to_ids), ENDS)
        bounded("maxHops", max_hops, HOPS)
        bounded("k", k, MOST)
        pairs = [[a, b] for a in dict.fromkeys(from_ids) for b in dict.fromkeys(to_ids) if a != b]
        general = [filter] if filter is not None else []
        if hops is not None:
            bounded("the number of hops", len(hops), HOPS)
            made = [Hop([*general, hop], f"h{number}_") for number, hop in enumerate(hops)]
        else:
            made = [Hop(general, "h_")]
        if not pairs or any(hop.impossible for hop in made):
            return PathResult()
        parameters: dict[str, Any] = {
            "pairs": pairs,
            "to": list(to_ids),
            "datasets": access.names(),
            "avoid": list(avoid),
            "limit": limit + 1,
            "most": {PathMode.SHORTEST: 1, PathMode.ALL_SHORTEST: limit + 1, PathMode.K_SHORTEST: k}[mode],
        }
        for hop in made:
            parameters |= hop.parameters
        pattern = chain(made, bool(avoid)) if hops is not None else repeated(made[0], max_hops, bool(avoid))
        selector = "" if hops is not None else selectors(mode, k)
        try:
            rows = self._connection.read(
                "path_find", parameters, timeout=self._deadline, pattern=pattern, selector=selector
            )
        except QueryTimeout:
            return PathResult(
                truncated=f"deadline: no answer within {self._deadline:g} seconds; narrow the question"
            )
        return gathered(rows[:limit], f"limit: only the first {limit} paths" if len(rows) > limit else None)


def selectors(mode: PathMode, k: int) -> str:
    """Which paths of a pair Cypher looks for."""
    if mode is PathMode.SHORTEST:
        return "SHORTEST 1"
    return "ALL SHORTEST" if mode is PathMode.ALL_SHORTEST else f"SHORTEST {int(k) * SPARE}"


def repeated(hop: Hop, most: int, avoid: bool) -> str:
    """One kind of hop, up to ``most`` times."""
    return f"((x){hop.edge('r')}{hop.node('y', avoid=avoid)}){{1,{int(most)}}}"


def chain(hops: Sequence[Hop], avoid: bool) -> str:
    """Hops written out one by one; the last one ends where the path does."""
    text = ""
    for number, hop in enumerate(hops):
        text += hop.edge(f"r{number}")
        if number < len(hops) - 1:
            text += hop.node(f"n{number}", avoid=avoid)
    return text


def gathered(rows: Sequence[Any], truncated: str | None) -> PathResult:
    """The answer from rows of nodes and relationships: each node once, each relationship once."""
    nodes: dict[str, Node] = {}
    edges: dict[str, Relationship] = {}
    paths = []
    for row in rows:
        found = list(relationships(row))
        for position, values in enumerate(row["nodes"]):
            if values["id"] not in nodes:
                nodes[values["id"]] = node_of(values, found[max(position - 1, 0)].dataset)
        edges |= {relationship.id: relationship for relationship in found}
        paths.append(Path(tuple(n["id"] for n in row["nodes"]), tuple(r.id for r in found)))
    return PathResult(list(nodes.values()), list(edges.values()), paths, truncated)


def relationships(row: Any) -> Iterator[Relationship]:
    """The relationships of one path."""
    for kind, source, target, properties in row["edges"]:
        yield relationship_of(kind, source, target, properties)
