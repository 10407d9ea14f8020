"""How a question about paths is asked: its hops, and the name, parts and parameters of queries."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.access import Access
from engine.graph import visibility
from engine.graph.convert import LITERAL
from engine.graph.cypher import fragment, quoted
from engine.graph.walk.hop import Hop
from engine.question import PathMode, PathQuestion

Pair = tuple[str, str]
"""The ids of the two ends of a path."""


@dataclass(frozen=True)
class PathPlan:
    """One question about paths, asked for one reader."""

    question: PathQuestion
    access: Access

    def wanted(self) -> int:
        """How many paths each pair of ends is asked for."""
        return {
            PathMode.SHORTEST: 1,
            PathMode.K_SHORTEST: self.question.k,
            # one too many shows that there are more than are answered
            PathMode.ALL_SHORTEST: self.question.limit + 1,
        }[self.question.mode]

    def crosses_judged(self) -> bool:
        """Whether paths may cross positive judgements: no filter says that they may not."""
        return all(each.judged for each in (self.question.filter, *self.question.hops))

    def is_one_shortest(self) -> bool:
        """Whether the question is answered by ``path_shortest``, else by ``path_search``."""
        return self.question.mode is PathMode.SHORTEST and not self.question.hops

    def is_exact(self) -> bool:
        """Whether the server's first answer has every path: shortest walks repeat no node.

        Otherwise it may have walks that repeat one, and too few paths among them.
        """
        return self.question.mode is PathMode.ALL_SHORTEST or self.is_one_shortest()

    def hops(self) -> list[Hop]:
        """The hops of the pattern: one that repeats, or one for each filter of the question."""
        question, general = self.question, ("g", self.question.filter)
        keeps_off_ends = not self.is_exact() or bool(question.hops)
        avoids = bool(question.avoid)
        if not question.hops:
            times = f"1,{question.max_hops}"
            inner = question.max_hops > 1
            repeated = Hop("", (general,), times, keeps_off_ends, avoids, inner)
            return [replace(repeated, mentions=question.mentions)]
        last = len(question.hops) - 1
        return [
            Hop(
                *(str(at), (general, (f"h{at}", own)), "1", keeps_off_ends, avoids, at < last),
                mentions=question.mentions,
            )
            for at, own in enumerate(question.hops)
        ]

    def lengths(self) -> range:
        """The numbers of hops that a path may have."""
        hops = len(self.question.hops)
        return range(hops, hops + 1) if hops else range(1, self.question.max_hops + 1)

    def shortest_parts(self, hops: Sequence[Hop], pair: Pair) -> dict[str, str]:
        """The parts of ``path_shortest`` for pairs of ends with the labels of this one."""
        return {
            **end_labels(pair),
            "hops": patterns(hops),
            "relationships": self._relationships(hops),
        }

    def search_parts(self, hops: Sequence[Hop], pair: Pair) -> dict[str, str]:
        """The parts of ``path_search`` for pairs of ends with the labels of this one."""
        every = self.question.mode is PathMode.ALL_SHORTEST
        name = "path_all_shortest" if every else "path_k_shortest"
        return {
            **end_labels(pair),
            "search": fragment(name, hops=patterns(hops)),
            "relationships": self._relationships(hops),
        }

    def known_parts(self, hops: Sequence[Hop], pair: Pair) -> dict[str, str]:
        """The parts of ``path_search`` where it only reads paths whose nodes are known."""
        return {
            **end_labels(pair),
            "search": fragment("path_by_nodes"),
            "relationships": self._relationships(hops),
        }

    def _relationships(self, hops: Sequence[Hop]) -> str:
        if not self.question.hops:
            return hops[0].relationships(None)
        return "\n    + ".join(hop.relationships(str(at)) for at, hop in enumerate(hops))

    def parameters(self, hops: Sequence[Hop]) -> dict[str, Any]:
        """The parameters of all queries, but for the pairs of ends and the number of walks."""
        parameters = {
            **visibility.parameters(self.access),
            "avoid": list(self.question.avoid),
            "hidden": [],
        }
        for hop in hops:
            parameters |= hop.parameters()
        return parameters


def patterns(hops: Sequence[Hop]) -> str:
    """The hops of a path as patterns, one after the other."""
    return "\n      ".join(hop.pattern() for hop in hops)


def end_labels(pair: Pair) -> dict[str, str]:
    """The parts of a query that name the labels of both ends."""
    source, target = pair
    return {"source": quoted(label(source)), "target": quoted(label(target))}


def label(id_: str) -> str:
    """The label by which Neo4j finds a node: that of records, or that of shared values."""
    return "Literal" if id_.startswith(LITERAL) else "Entity"
