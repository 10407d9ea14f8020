"""Walks across records that are judged the same, against the same web with those as one node."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import networkx
import numpy
import pytest

from engine.access import Access
from engine.account import OWNER
from engine.answer import PathResult
from engine.graph.connection import Connection
from engine.graph.judgement.ledger import Ledger
from engine.graph.record.reader import Reader
from engine.graph.record.writer import Writer
from engine.graph.walk.ownership import Ownership
from engine.graph.walk.path import Pathfinder
from engine.judgement import Judging, Verdict
from engine.question import (
    Direction,
    ExpandOrder,
    ExpandQuestion,
    HopFilter,
    OwnershipQuestion,
    PathMode,
    PathQuestion,
)
from tests.engine.graph.example import company, owns

SEES = Access(frozenset({"a", "b", "list"}))
BLIND = Access(frozenset({"a", "b"}))
YES, NO, MAYBE = Verdict.POSITIVE, Verdict.NEGATIVE, Verdict.UNSURE
Pairs = Sequence[tuple[str, str]]


def fill(
    graph: Connection, ids: Iterable[str], owned: Pairs, same: Pairs, *others: Judging
) -> None:
    """Companies with these ids, who owns whom, and who is judged the same in the dataset list."""
    writer = Writer(graph)
    writer.ensure_dataset("list", "A list")
    records = [company(id_[2:], id_[0]) for id_ in ids]
    edges = [owns(f"e{n}", owner, asset) for n, (owner, asset) in enumerate(owned)]
    writer.write([*records, *edges], existing=())
    judgings = [*(Judging(left, right, YES, "seen") for left, right in same), *others]
    if judgings:
        Ledger(graph).judge(OWNER, "list", judgings, SEES, each=True)


def found(
    graph: Connection, start: str, end: str, access: Access = SEES, **wanted: object
) -> PathResult:
    """Paths between two records."""
    question = PathQuestion((start,), (end,), **wanted)  # type: ignore[arg-type]
    return Pathfinder(graph, 60).paths(question, access)


def test_a_step_across_a_judgement_is_no_hop(graph: Connection) -> None:
    ids = ["a:1", "a:2", "b:2", "b:3", "a:4"]
    owned = [("a:1", "a:2"), ("b:2", "b:3")]
    fill(graph, ids, owned, [("a:2", "b:2"), ("b:3", "a:4")], Judging("a:1", "a:4", MAYBE))
    for mode in PathMode:
        result = found(graph, "a:1", "a:4", mode=mode, max_hops=2)
        [path] = result.paths
        assert path.node_ids == ("a:1", "a:2", "b:2", "b:3", "a:4")
        assert (path.length, path.judged) == (2, 2)
        edges = {edge.id: edge for edge in result.edges}
        assert [edges[id_].type for id_ in path.edge_ids] == ["OWNERSHIP", "SAME_AS"] * 2
        judgement = edges[path.edge_ids[1]].judgement
        assert judgement is not None
        assert (judgement.note, judgement.by, judgement.collection) == (
            "seen",
            "command line",
            "list",
        )
        assert {node.id for node in result.nodes} == set(ids)
    two = (HopFilter(), HopFilter(types=("OWNERSHIP",)))
    assert len(found(graph, "a:1", "a:4", hops=two).paths) == 1
    for wanted in (
        {"max_hops": 1},
        {"filter": HopFilter(judged=False)},
        {"hops": (HopFilter(), HopFilter(judged=False))},
        {"hops": (HopFilter(), HopFilter(), HopFilter())},
        {"avoid": ("b:2",)},
        {"avoid": ("a:2",)},
        {"filter": HopFilter(datasets=("a",))},
        {"access": BLIND},
    ):
        assert found(graph, "a:1", "a:4", **wanted).paths == []  # type: ignore[arg-type]
    [same] = found(graph, "a:4", "b:3", max_hops=1).paths
    assert (same.node_ids, same.length, same.judged) == (("a:4", "b:3"), 0, 1)


@pytest.mark.parametrize("seed", range(4))
def test_paths_are_those_of_the_web_with_clusters_as_nodes(graph: Connection, seed: int) -> None:
    chosen = random.Random(seed)
    ids = [f"{chosen.choice('ab')}:{n}" for n in range(14)]
    owned = [(x, y) for x, y in (chosen.sample(ids, 2) for _ in range(14))]
    same = [(x, y) for x, y in (chosen.sample(ids, 2) for _ in range(5))]
    fill(graph, ids, owned, same)
    clusters = networkx.Graph(same)
    clusters.add_nodes_from(ids)
    name = {id_: min(each) for each in networkx.connected_components(clusters) for id_ in each}
    web = networkx.Graph([(name[x], name[y]) for x, y in owned if name[x] != name[y]])
    web.add_nodes_from(name.values())
    for start, end in (chosen.sample(ids, 2) for _ in range(12)):
        every = list(networkx.all_simple_paths(web, name[start], name[end], cutoff=4))
        if name[start] == name[end]:
            every = [[name[start]]]
        lengths = sorted(len(each) - 1 for each in every)
        for mode in PathMode:
            result = found(graph, start, end, mode=mode, max_hops=4, k=6)
            wanted = lengths[:6] if mode is PathMode.K_SHORTEST else lengths[:1]
            if mode is PathMode.ALL_SHORTEST:
                wanted = [length for length in lengths if length == lengths[0]]
            assert [path.length for path in result.paths] == wanted, (start, end, mode)
            ties = {(edge.id, frozenset((edge.source, edge.target))) for edge in result.edges}
            for path in result.paths:
                assert (path.node_ids[0], path.node_ids[-1]) == (start, end)
                assert len(set(path.node_ids)) == len(path.node_ids)
                steps = zip(path.edge_ids, map(frozenset, pairwise(path.node_ids)), strict=True)
                assert set(steps) <= ties


def test_what_is_judged_the_same_is_expanded_together(graph: Connection) -> None:
    ids = ["a:1", "b:1", "b:2", "a:3", "a:4", "a:5"]
    owned = [("a:1", "a:3"), ("b:1", "a:3"), ("b:2", "a:4"), ("a:5", "b:1")]
    different = Judging("a:1", "a:5", NO)
    fill(
        graph, ids, owned, [("a:1", "b:1"), ("b:1", "b:2")], different, Judging("a:1", "a:4", MAYBE)
    )
    reader = Reader(graph, 60)
    same = [("b:1", "a:1", "b:1"), ("b:2", "b:1", "b:2")]
    rest = [("a:3", "a:1", "a:3"), ("a:3", "b:1", "a:3"), ("a:4", "b:2", "a:4")]
    for order in ExpandOrder:
        question = ExpandQuestion("a:1", order=order, first=2)
        pages = [reader.expand(question, SEES)]
        while pages[-1].has_next:
            more = replace(question, after=pages[-1].cursors[-1])
            pages.append(reader.expand(more, SEES))
        steps = [step for page in pages for step in page.items]
        told = [
            (step.node.id, step.relationship.source, step.relationship.target) for step in steps
        ]
        assert told[:2] == same
        assert [step.relationship.type for step in steps] == ["SAME_AS"] * 2 + ["OWNERSHIP"] * 4
        assert sorted(told[2:]) == [*rest, ("a:5", "a:5", "b:1")]
        assert reader.expand_count(question, SEES) == 6
    alone = [("a:3", "a:1", "a:3")]
    for wanted, access, expected in (
        ({"judged": False}, SEES, alone),
        ({}, BLIND, alone),
        ({"types": ("SAME_AS",)}, SEES, same),
        ({"types": ("OWNERSHIP",), "direction": Direction.OUT}, SEES, rest),
    ):
        question = ExpandQuestion("a:1", **wanted)  # type: ignore[arg-type]
        page = reader.expand(question, access)
        found = [
            (step.node.id, step.relationship.source, step.relationship.target)
            for step in page.items
        ]
        assert sorted(found) == sorted(expected)
        assert reader.expand_count(question, access) == len(expected)
    counts = reader.edge_counts(["a:1", "a:4"], SEES)
    assert [(each.type, each.count) for each in counts["a:1"]] == [("OWNERSHIP", 1)]
    assert [(each.type, each.count) for each in counts["a:4"]] == [("OWNERSHIP", 1)]
    for access, types in ((SEES, ["OWNERSHIP", "SAME_AS"]), (BLIND, ["OWNERSHIP"])):
        drawn = reader.subgraph(["a:1", "b:1", "a:5", "a:4"], access)
        assert sorted({edge.type for edge in drawn.edges}) == types


def test_a_cluster_is_one_owner_and_one_company(graph: Connection) -> None:
    """The owner's records add up in one company; two records of one company tell the same."""
    ids = ["a:p", "b:p", "a:x", "b:x", "a:y", "b:q"]
    held = {
        ("a:p", "a:x"): "40",
        ("b:p", "a:x"): "20",
        ("b:p", "b:x"): "50",
        ("b:x", "a:y"): "50",
        ("b:q", "a:x"): "10",
        ("a:y", "b:q"): "100",
    }
    writer = Writer(graph)
    fill(graph, ids, [], [("a:p", "b:p"), ("a:x", "b:x")])
    edges = [
        owns(f"e{n}", owner, asset, percentage=[share])
        for n, ((owner, asset), share) in enumerate(held.items())
    ]
    writer.write(edges, existing=())
    names = ["p", "x", "y", "q"]
    weights = numpy.zeros((4, 4))
    weights[0, 1], weights[1, 2], weights[3, 1], weights[2, 3] = 0.6, 0.5, 0.1, 1.0
    total = numpy.linalg.inv(numpy.eye(4) - weights)
    shares = total / numpy.diag(total)[:, None]
    ownership = Ownership(graph, 60)
    for asset in ("a:x", "b:x", "a:y"):
        page = ownership.owners(OwnershipQuestion(asset, min_share=0), SEES)
        found = {holding.entity.id[2:]: holding.share for holding in page.items}
        at = names.index(asset[2:])
        wanted = {name: shares[names.index(name), at] for name in found}
        assert found == pytest.approx(wanted)
        assert "p" in found
        assert "x" not in found or asset == "a:y"
    for owner in ("a:p", "b:p"):
        page = ownership.holdings(OwnershipQuestion(owner, min_share=0), SEES)
        found = {holding.entity.id[2:]: holding.share for holding in page.items}
        assert found == pytest.approx(dict(zip("xyq", shares[0, 1:], strict=True)))
        of_y = next(holding for holding in page.items if holding.entity.id == "a:y")
        routes = of_y.routes()
        [path] = routes.paths
        assert (path.node_ids[0], path.node_ids[-1], path.length) == (owner, "a:y", 2)
        ties = {(edge.id, frozenset((edge.source, edge.target))) for edge in routes.edges}
        steps = zip(path.edge_ids, map(frozenset, pairwise(path.node_ids)), strict=True)
        assert set(steps) <= ties
        assert path.judged == sum(edge.count(":") == 0 for edge in path.edge_ids)
        ends = {end for edge in routes.edges for end in (edge.source, edge.target)}
        assert ends == {node.id for node in routes.nodes}
    apart = ownership.owners(OwnershipQuestion("a:x", min_share=0), BLIND)
    assert {each.entity.id: each.share for each in apart.items}["a:p"] == pytest.approx(0.4)
