"""One hop of a path as a pattern has it: which relationships it crosses, which nodes it passes."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from engine.graph.cypher import alternatives, fragment, quoted
from engine.period import bounds
from engine.question import Direction, HopFilter
from engine.vocabulary import property_types

EDGE_CONDITIONS = {
    "datasets": "path_edge_datasets",
    "start": "path_edge_start",
    "end": "path_edge_end",
    "share": "path_edge_share",
    "least": "path_edge_least",
    "greatest": "path_edge_greatest",
    "currency": "path_edge_currency",
}
"""The part of a query for each value that a filter asks of relationships."""


def edge_values(wanted: HopFilter) -> dict[str, Any]:
    """What a filter asks of relationships, by the key of EDGE_CONDITIONS."""
    start, end = bounds(wanted.during)
    values = {
        "datasets": None if wanted.datasets is None else list(wanted.datasets),
        "start": start,
        "end": end,
        "share": wanted.min_share,
        "least": wanted.min_amount,
        "greatest": wanted.max_amount,
        "currency": None if wanted.currency is None else wanted.currency.strip().upper(),
    }
    return {key: value for key, value in values.items() if value is not None}


def node_values(wanted: HopFilter) -> dict[str, Any]:
    """What a filter asks of nodes, by the name of the part of a query that asks it."""
    values = {"topics": wanted.topics, "countries": wanted.countries}
    return {key: list(value) for key, value in values.items() if value is not None}


@cache
def country_properties() -> str:
    """FtM's properties whose values are countries, as a list in Cypher."""
    return "[" + ", ".join(f"'{name}'" for name in sorted(property_types()["country"])) + "]"


def conjunction(conditions: Sequence[str]) -> str:
    """Conditions that must all hold, each on a line of its own."""
    return "\n          AND ".join(conditions)


@dataclass(frozen=True)
class Hop:
    """One hop of a path, or one that repeats."""

    name: str
    """Ends the names of its variables: the hop ``0`` leads from ``x0`` across ``r0`` to ``y0``."""
    filters: tuple[tuple[str, HopFilter], ...]
    """All must hold; each by the name that its parameters start with."""
    times: str
    """How often it is made, as a quantified pattern has it: ``1`` or ``1,6``."""
    keeps_off_ends: bool
    """Whether the query must exclude passing the path's ends; a shortest walk never does it."""
    avoids: bool
    """Whether there are nodes that it must not lead to."""
    inner: bool
    """Whether it may lead to a node inside of the path; otherwise it leads to the path's end."""
    checks_nodes: bool = True
    """Whether the query checks that the reader may see the node; otherwise the caller does."""
    mentions: bool = False
    """Whether it may cross mentions."""
    single: bool = False
    """Whether it stands alone, and not in the pattern of a path, in which Neo4j cannot count."""

    @property
    def _edge(self) -> str:
        return f"r{self.name}"

    @property
    def _to(self) -> str:
        return f"y{self.name}"

    def types(self) -> list[str] | None:
        """The relationship types that every filter lets pass, None for all."""
        named = [set(wanted.types) for _, wanted in self.filters if wanted.types is not None]
        return sorted(set.intersection(*named)) if named else None

    def directions(self) -> set[Direction]:
        """The directions that filters ask for."""
        return {wanted.direction for _, wanted in self.filters} - {Direction.BOTH}

    def impossible(self) -> bool:
        """Whether the filters together let nothing pass."""
        return self.types() == [] or len(self.directions()) > 1

    def pattern(self) -> str:
        """The hop as a quantified pattern."""
        return fragment("path_hop", **self.parts(), times=self.times)

    def parts(self) -> dict[str, str]:
        """The parts of every query that has this hop in a pattern."""
        directions = self.directions()
        return {
            "from": f"x{self.name}",
            "edge": self._edge,
            "to": self._to,
            "types": alternatives(self.types() or ()),
            "left": "<" if directions == {Direction.IN} else "",
            "right": ">" if directions == {Direction.OUT} else "",
            "crossable": conjunction(self._edge_conditions()),
            "passable": conjunction(self._node_conditions()),
        }

    def layer(self, *, back: bool) -> dict[str, str]:
        """The parts of the query that asks where the hop leads to or, back, where it comes from."""
        near, far = ("y", "x") if back else ("x", "y")
        return replace(self, single=True).parts() | {
            "near": near + self.name,
            "far": far + self.name,
        }

    def relationships(self, place: str | None) -> str:
        """The relationships that a path crosses at a place or, for None, at every place."""
        places = "range(0, size(ns) - 2)" if place is None else f"[{place}]"
        edge_id = fragment("relationship_id", it=self._edge)
        return fragment("path_relationships", **self.parts(), places=places, edge_id=edge_id)

    def _edge_conditions(self) -> list[str]:
        conditions = [fragment("visible_or_mention" if self.mentions else "visible", it=self._edge)]
        for name, wanted in self.filters:
            conditions += [
                fragment(self._edge_condition(key), edge=self._edge, value=f"${name}_{key}")
                for key in edge_values(wanted)
            ]
        return conditions

    def _edge_condition(self, key: str) -> str:
        return (
            "path_mention_datasets" if self.mentions and key == "datasets" else EDGE_CONDITIONS[key]
        )

    def _node_conditions(self) -> list[str]:
        """Of the path's end it is asked only whether the reader may see it."""
        rule = "visible_node" if self.single else "visible_passed"
        conditions = [fragment(rule, it=self._to) if self.checks_nodes else "true"]
        if self.keeps_off_ends:
            conditions.append(
                fragment("path_edge_onward", **{"from": f"x{self.name}"}, to=self._to)
            )
        if not self.inner:
            return conditions
        if self.avoids:
            conditions.append(fragment("path_node_avoid", to=self._to))
        if not self._passes_shared():
            conditions.append(fragment("path_node_record", to=self._to))
        for name, wanted in self.filters:
            conditions += self._filter_conditions(name, wanted)
        return conditions

    def _passes_shared(self) -> bool:
        return all(wanted.shared for _, wanted in self.filters)

    def _filter_conditions(self, name: str, wanted: HopFilter) -> list[str]:
        """What a filter asks of a node inside of the path."""
        to, conditions = self._to, []
        if wanted.datasets is not None:
            value = f"${name}_datasets"
            conditions.append(fragment("path_node_datasets", to=to, value=value))
        for key in node_values(wanted):
            part = {"topics": "path_node_topics", "countries": "path_node_countries"}[key]
            values = {"value": f"${name}_{key}", "properties": country_properties()}
            conditions.append(fragment(part, to=to, **values))
        if wanted.max_degree is not None:
            conditions.append(fragment("path_node_degree", to=to, value=f"${name}_hubs"))
        if wanted.schemata is not None:
            shared = ["Literal"] if self._passes_shared() else []
            names = "|".join(quoted(label) for label in sorted({*wanted.schemata, *shared}))
            # nothing is both: without any schema only the path's end passes
            labels = names or "(Entity&Literal)"
            conditions.append(fragment("path_node_schemata", to=to, labels=labels))
        return conditions

    def parameters(self) -> dict[str, Any]:
        """The parameters of all filters."""
        return {
            f"{name}_{key}": value
            for name, wanted in self.filters
            for key, value in (edge_values(wanted) | node_values(wanted)).items()
        }
