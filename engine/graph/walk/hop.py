"""One hop of a path as its pattern has it: what may be crossed and passed through, and how it is written."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from engine.errors import BadInput
from engine.graph.cypher import PART, alternatives, quoted, source
from engine.graph.period import bounds
from engine.graph.walk.expand import check_names
from engine.walk import Direction, HopFilter


def check_filter(wanted: HopFilter) -> None:
    """Raises BadInput for a type, schema or number that cannot be."""
    check_names(wanted.types, wanted.schemata)
    if wanted.min_share is not None and not 0 <= wanted.min_share <= 1:
        raise BadInput(f"minShare must be from 0 to 1, not {wanted.min_share}")
    if wanted.max_degree is not None and not 0 <= wanted.max_degree <= 1_000_000_000:
        raise BadInput(f"maxDegree must be from 0 to 1,000,000,000, not {wanted.max_degree}")


def fragment(name: str, **parts: str) -> str:
    """A piece of a statement, out of cypher/path_<name>.cypher."""
    return PART.sub(lambda match: parts[match[1]], source(f"path_{name}"))


@dataclass(frozen=True)
class Hop:
    """One hop, or one that repeats, under filters; each by the name that its parameters start with."""

    name: str
    filters: tuple[tuple[str, HopFilter], ...]
    times: str
    onward: bool
    """Whether it is to be said that the ends are not passed through (a shortest walk never does)."""
    avoid: bool
    through: bool
    """Whether the node that it leads to may be passed through; otherwise it is the path's end."""
    trusting: bool = False
    """Whether that node is taken to be one that the reader may see."""

    @staticmethod
    def search(steps: Sequence["Hop"], *, every: bool, known: bool = False) -> str:
        """The search for all shortest walks along these hops, or for the ``$k`` shortest; nothing where ``known``."""
        if known:
            return fragment("known")
        return fragment(
            "all" if every else "some", hops=Hop.patterns(steps), acyclic=fragment("acyclic")
        )

    @staticmethod
    def patterns(steps: Sequence["Hop"]) -> str:
        """The hops one after the other."""
        return " ".join(step.pattern() for step in steps)

    def types(self) -> list[str] | None:
        """The types that every filter lets pass, None for all."""
        named = [set(one.types) for _, one in self.filters if one.types is not None]
        return sorted(set.intersection(*named)) if named else None

    def directions(self) -> set[Direction]:
        """The directions that filters ask for."""
        return {one.direction for _, one in self.filters} - {Direction.BOTH}

    def impossible(self) -> bool:
        """Whether the filters together let nothing pass."""
        return self.types() == [] or len(self.directions()) > 1

    def pattern(self) -> str:
        """The hop as a quantified pattern."""
        return fragment("hop", **self._relationship(), passed=self._passed(), times=self.times)

    def layer(self, *, back: bool) -> dict[str, str]:
        """The parts of the statement that asks where the hop leads to or, going back, where it comes from."""
        near, far = ("y", "x") if back else ("x", "y")
        ends = {"near": near + self.name, "far": far + self.name}
        return self._relationship() | ends | {"passed": self._passed()}

    def crossed(self, place: str | None) -> str:
        """The relationships at a place of a path, or at every place; of parallel ones the first by id."""
        places = "range(0, size(ns) - 2)" if place is None else f"[{place}]"
        return fragment("crossed", **self._relationship(), places=places)

    def _relationship(self) -> dict[str, str]:
        way = self.directions()
        return {
            "hop": self.name,
            "types": alternatives(self.types() or ()),
            "left": "<" if way == {Direction.IN} else "",
            "right": ">" if way == {Direction.OUT} else "",
            "crossed": self._crossed(),
        }

    def _crossed(self) -> str:
        """What a relationship must be."""
        found = [fragment("edge_visible", hop=self.name)]
        for name, one in self.filters:
            start, end = bounds(one.during)
            asked = {
                "edge_datasets": one.datasets,
                "edge_start": start,
                "edge_end": end,
                "edge_share": one.min_share,
            }
            found += [
                fragment(n, hop=self.name, set=name)
                for n, value in asked.items()
                if value is not None
            ]
        return " AND ".join(found)

    def _passed(self) -> str:
        """What the node that a hop leads to must be; the path's end is asked only whether it is visible."""
        found = ["true" if self.trusting else fragment("node_visible", hop=self.name)]
        found += [fragment("edge_onward", hop=self.name)] if self.onward else []
        if not self.through:
            return " AND ".join(found)
        found += [fragment("node_avoid", hop=self.name)] if self.avoid else []
        shared = all(one.shared for _, one in self.filters)
        found += [] if shared else [fragment("node_record", hop=self.name)]
        for name, one in self.filters:
            if one.datasets is not None:
                found.append(fragment("node_datasets", hop=self.name, set=name))
            if one.max_degree is not None:
                found.append(fragment("node_degree", hop=self.name, set=name))
            if one.schemata is not None:
                labels = "|".join(
                    quoted(label)
                    for label in sorted({*one.schemata, *(["Literal"] if shared else [])})
                )
                # nothing is both: no schema at all lets only the end pass
                found.append(
                    fragment("node_schemata", hop=self.name, labels=labels or "(Entity&Literal)")
                )
        return " AND ".join(found)

    def parameters(self) -> dict[str, Any]:
        """The parameters of all filters."""
        found: dict[str, Any] = {}
        for name, one in self.filters:
            start, end = bounds(one.during)
            datasets = None if one.datasets is None else list(one.datasets)
            values: dict[str, Any] = {"datasets": datasets, "start": start, "end": end}
            values["share"] = one.min_share
            found.update(
                (f"{name}_{key}", value) for key, value in values.items() if value is not None
            )
        return found
