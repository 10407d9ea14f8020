"""The ownerships around one company, up to its owners or down to what it holds, and its shares.

Several ownerships between the same two are summed. An unknown share adds nothing, but is never
taken for zero. The web is complete around its root, unless it is ``truncated``: all cycles through
an owner of the root, or through the root itself, are in it, so no share needs what is outside.

Records that are judged the same are one node, named by their smallest id. Each record of a company
tells all of its owners. So what an owner has in several records of one company is not summed: the
one that gives the most counts, because the others tell of the same shares.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping

from engine.answer import Holding, ShareDoubt
from engine.entity import Entity, Relationship
from engine.graph.walk.passage import depending
from engine.graph.walk.route import Routes
from engine.graph.walk.series import WHOLE, Shares, integrated
from engine.sameness import Sameness
from engine.share import Share, lowest_share
from engine.unnamed import why_unnamed

EXACTNESS = 12
"""Digits that shares are rounded to, so that five times 10 % are 50 %."""

Pair = tuple[str, str]
"""The ids of an owner and of what it owns."""


class Web:
    """The ownerships around one company, the root: up to its owners, or down to what it holds."""

    def __init__(self, root: Entity, up: bool, sameness: Sameness | None = None) -> None:
        self.sameness = sameness or Sameness()
        """What joins the records that were met: all of a node before it is added."""
        self.asked = root.id
        """The record that is asked for, of the node ``root``."""
        self.root = self.name(root.id)
        self.up = up
        self.nodes = {self.root: root}
        """The record that stands for each node: the one with the smallest id that was met."""
        self.records = {root.id: root}
        """All records of the nodes, as far as something leads to them."""
        self.edges: dict[Pair, list[Relationship]] = {}
        """The ownerships of each pair of nodes."""
        self.shares: dict[tuple[str, str, str], Share] = {}
        """By owner, asset and id: an edge may have several ends."""
        self.truncated: str | None = None

    def add(self, relationship: Relationship, far: Entity) -> bool:
        """Add an ownership and the node at its far end; whether that node is new."""
        ends = (relationship.source, relationship.target)
        if (*ends, relationship.id) not in self.shares and relationship.entity is not None:
            texts = relationship.entity.properties.get("percentage", ())
            self.shares[(*ends, relationship.id)] = lowest_share(texts)
            pair = (self.name(relationship.source), self.name(relationship.target))
            self.edges.setdefault(pair, []).append(relationship)
        name = self.name(far.id)
        is_new = name not in self.nodes
        self.records[far.id] = far
        if is_new or (name != self.root and far.id < self.nodes[name].id):
            self.nodes[name] = far
        return is_new

    def name(self, id: str) -> str:
        """The id that stands for the node of a record: the smallest that is judged the same."""
        return self.sameness.first(id)

    def _outward(self) -> Iterator[tuple[str, str, Share]]:
        """Each ownership as the end nearer to the root, the other end, and the share."""
        for (owner, asset, _), share in self.shares.items():
            ends = self.name(owner), self.name(asset)
            yield (*ends[::-1], share) if self.up else (*ends, share)

    def _owned(self) -> dict[Pair, float]:
        """The known direct shares of each owner in each company, both by the names of the nodes."""
        sums: dict[tuple[str, str, str], float] = {}
        for (owner, asset, _), share in self.shares.items():
            if share.value:
                place = (self.name(owner), self.name(asset), asset)
                sums[place] = sums.get(place, 0.0) + share.value
        owned: dict[Pair, float] = {}
        for (owner, asset, _), total in sums.items():
            owned[owner, asset] = max(owned.get((owner, asset), 0.0), total)
        return owned

    def _direct_shares(self) -> dict[tuple[str, str], float]:
        """The known direct shares between each two nodes, the nearer to the root first."""
        owned = self._owned()
        return {pair[::-1]: share for pair, share in owned.items()} if self.up else owned

    def _depending(
        self, chosen: Callable[[Share], bool], among: Callable[[Share], bool] = lambda _: True
    ) -> set[str]:
        """The nodes whose share depends on a ``chosen`` one, by walks ``among`` some of them."""
        edges = ((near, far, chosen(share)) for near, far, share in self._outward() if among(share))
        return depending(edges, self.root, up=self.up)

    def overstated(self) -> dict[str, float]:
        """The companies here whose direct shares come to more than the whole, with that sum."""
        sums: dict[str, float] = {}
        for (_, asset), share in self._owned().items():
            sums[asset] = sums.get(asset, 0.0) + share
        return {id_: total for id_, total in sums.items() if total > WHOLE}

    def _reached_by_known(self) -> set[str]:
        """The nodes tied to the root by a route on which every share is known."""
        onward: dict[str, list[str]] = {}
        for near, far, share in self._outward():
            if share.value is not None:
                onward.setdefault(near, []).append(far)
        return reachable(onward.get(self.root, ()), onward)

    def integrated(self) -> Shares:
        """The integrated shares of all nodes, as far as direct shares are known."""
        return integrated(self._direct_shares(), self.root, up=self.up)

    def holdings(self, shares: Shares) -> Iterator[Holding]:
        """Every node but the root with its share, in no order."""
        known = self._reached_by_known()
        with_unknown = self._depending(lambda share: share.value is None)
        inexact = self._depending(lambda share: share.may_be_more) | shares.rough
        above = self._depending(
            lambda share: share.above, lambda share: bool(share.value) or share.above
        )
        excess = self._reached_through(self.overstated())
        routes = Routes(self.records, self.edges, self.asked, up=self.up, sameness=self.sameness)
        for id_ in self.nodes.keys() - {self.root}:
            # A node that only unknown shares lead to has no share at all, rather than one of zero.
            share = round(shares.by_id.get(id_, 0.0), EXACTNESS) if id_ in known else None
            yield Holding(
                self.nodes[id_],
                share,
                share is not None and (self.truncated is not None or id_ in inexact),
                share is not None and id_ in above,
                id_ in with_unknown,
                id_ in excess,
                why_unnamed(self.nodes[id_]),
                (routes, self.truncated),
            )

    def _reached_through(self, assets: Mapping[str, float]) -> set[str]:
        """The nodes whose share counts a direct share in one of these companies."""
        if not assets:
            return set()
        edges = (
            (near, far, bool(share.value) and (near if self.up else far) in assets)
            for near, far, share in self._outward()
        )
        return depending(edges, self.root, up=self.up)

    def doubts(self) -> list[ShareDoubt]:
        """What is wrong with shares here: companies of more than the whole, then odd texts."""
        found = [
            ShareDoubt(self.nodes[id_], None, f"its direct shares come to {100 * total:.6g} %")
            for id_, total in sorted(self.overstated().items())
        ]
        edges = {edge.id: edge for parallel in self.edges.values() for edge in parallel}
        for (_, asset, id_), share in sorted(self.shares.items(), key=lambda item: item[0][::-1]):
            entity = edges[id_].entity
            if share.doubt is not None and entity is not None:
                text = " | ".join(entity.properties.get("percentage", ()))[:200]
                reason = f"its percentage {text!r} {share.doubt.value}"
                found.append(ShareDoubt(self.nodes[self.name(asset)], edges[id_], reason))
        return found


def reachable(starts: Iterable[str], onward: Mapping[str, Iterable[str]]) -> set[str]:
    """The nodes that some hops, or none, lead to from these."""
    reached: set[str] = set()
    todo = list(starts)
    while todo:
        here = todo.pop()
        if here not in reached:
            reached.add(here)
            todo += onward.get(here, ())
    return reached
