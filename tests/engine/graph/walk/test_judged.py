"""Walks across records that are judged the same, against the same web with those as one node."""

import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

import networkx
import numpy
import numpy.typing
import pytest

from engine.access import Access
from engine.account import OWNER
from engine.answer import HoldingPage, PathResult, Step
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


def collapsed(
    ids: Sequence[str], owned: Pairs, same: Pairs
) -> tuple["networkx.Graph[str]", dict[str, str]]:
    """The web of clusters, and the name of each record's cluster."""
    clusters = networkx.Graph(same)
    clusters.add_nodes_from(ids)
    name = {id_: min(each) for each in networkx.connected_components(clusters) for id_ in each}
    web = networkx.Graph([(name[x], name[y]) for x, y in owned if name[x] != name[y]])
    web.add_nodes_from(name.values())
    return web, name


def lengths_between(web: "networkx.Graph[str]", start: str, end: str) -> list[int]:
    """The lengths of all paths of at most four hops, the shortest first."""
    if start == end:
        return [0]
    return sorted(len(each) - 1 for each in networkx.all_simple_paths(web, start, end, cutoff=4))


@pytest.mark.parametrize("seed", range(4))
def test_paths_are_those_of_the_web_with_clusters_as_nodes(graph: Connection, seed: int) -> None:
    chosen = random.Random(seed)
    ids = [f"{chosen.choice('ab')}:{n}" for n in range(14)]
    owned = [(x, y) for x, y in (chosen.sample(ids, 2) for _ in range(14))]
    same = [(x, y) for x, y in (chosen.sample(ids, 2) for _ in range(5))]
    fill(graph, ids, owned, same)
    web, name = collapsed(ids, owned, same)
    for start, end in (chosen.sample(ids, 2) for _ in range(12)):
        lengths = lengths_between(web, name[start], name[end])
        for mode, wanted in (
            (PathMode.SHORTEST, lengths[:1]),
            (PathMode.K_SHORTEST, lengths[:6]),
            (PathMode.ALL_SHORTEST, [each for each in lengths if each == lengths[0]]),
        ):
            result = found(graph, start, end, mode=mode, max_hops=4, k=6)
            assert [path.length for path in result.paths] == wanted, (start, end, mode)
            check_paths(result, start, end)


def check_paths(result: PathResult, start: str, end: str) -> None:
    """Each path is one of distinct nodes between the ends, along relationships of the answer."""
    ties = {(edge.id, frozenset((edge.source, edge.target))) for edge in result.edges}
    nodes = {node.id for node in result.nodes}
    assert nodes >= {end for _, ends in ties for end in ends}
    for path in result.paths:
        assert (path.node_ids[0], path.node_ids[-1]) == (start, end)
        assert len(set(path.node_ids)) == len(path.node_ids)
        steps = zip(path.edge_ids, map(frozenset, pairwise(path.node_ids)), strict=True)
        assert set(steps) <= ties
        assert path.judged == sum(":" not in id_ for id_ in path.edge_ids)


TOGETHER = [("a:3", "a:1", "a:3"), ("a:3", "b:1", "a:3"), ("a:4", "b:2", "a:4")]
SAME = [("b:1", "a:1", "b:1"), ("b:2", "b:1", "b:2")]


@pytest.fixture
def expanded(graph: Connection) -> Reader:
    """Three records that are judged the same, and what each of them owns or is owned by."""
    ids = ["a:1", "b:1", "b:2", "a:3", "a:4", "a:5"]
    owned = [("a:1", "a:3"), ("b:1", "a:3"), ("b:2", "a:4"), ("a:5", "b:1")]
    others = Judging("a:1", "a:5", NO), Judging("a:1", "a:4", MAYBE)
    fill(graph, ids, owned, [("a:1", "b:1"), ("b:1", "b:2")], *others)
    return Reader(graph, 60)


def told(steps: Iterable[Step]) -> list[tuple[str, str, str]]:
    """The node of each step, and the ends of its relationship."""
    return [(step.node.id, step.relationship.source, step.relationship.target) for step in steps]


@pytest.mark.parametrize("order", ExpandOrder)
def test_what_is_judged_the_same_is_expanded_together(expanded: Reader, order: ExpandOrder) -> None:
    question = ExpandQuestion("a:1", order=order, first=2)
    pages = [expanded.expand(question, SEES)]
    while pages[-1].has_next:
        more = replace(question, after=pages[-1].cursors[-1])
        pages.append(expanded.expand(more, SEES))
    steps = [step for page in pages for step in page.items]
    assert told(steps)[:2] == SAME
    assert [step.relationship.type for step in steps] == ["SAME_AS"] * 2 + ["OWNERSHIP"] * 4
    assert sorted(told(steps)[2:]) == [*TOGETHER, ("a:5", "a:5", "b:1")]
    assert expanded.expand_count(question, SEES) == 6


def test_what_is_judged_can_be_left_out(expanded: Reader) -> None:
    alone = [("a:3", "a:1", "a:3")]
    for question, access, expected in (
        (ExpandQuestion("a:1", judged=False), SEES, alone),
        (ExpandQuestion("a:1"), BLIND, alone),
        (ExpandQuestion("a:1", types=("SAME_AS",)), SEES, SAME),
        (ExpandQuestion("a:1", types=("OWNERSHIP",), direction=Direction.OUT), SEES, TOGETHER),
    ):
        assert sorted(told(expanded.expand(question, access).items)) == sorted(expected)
        assert expanded.expand_count(question, access) == len(expected)
    counts = expanded.edge_counts(["a:1", "a:4"], SEES)
    for id_ in counts:
        assert [(each.type, each.count) for each in counts[id_]] == [("OWNERSHIP", 1)]
    for access, types in ((SEES, ["OWNERSHIP", "SAME_AS"]), (BLIND, ["OWNERSHIP"])):
        drawn = expanded.subgraph(["a:1", "b:1", "a:5", "a:4"], access)
        assert sorted({edge.type for edge in drawn.edges}) == types


HELD = {
    ("a:p", "a:x"): "40",
    ("b:p", "a:x"): "20",
    ("b:p", "b:x"): "50",
    ("b:x", "a:y"): "50",
    ("b:q", "a:x"): "10",
    ("a:y", "b:q"): "100",
}
"""The owner p and the company x are two records each; x, y and q hold each other."""
NAMES = "pxyq"


def integrated() -> numpy.typing.NDArray[numpy.float64]:
    """The share of each in each, where p and x are one each: b:x tells less of p than a:x."""
    weights = numpy.zeros((4, 4))
    weights[0, 1], weights[1, 2], weights[3, 1], weights[2, 3] = 0.6, 0.5, 0.1, 1.0
    total = numpy.linalg.inv(numpy.eye(4) - weights)
    return total / numpy.diag(total)[:, None]


@pytest.fixture
def holder(graph: Connection) -> Ownership:
    """The companies of HELD."""
    fill(graph, ["a:p", "b:p", "a:x", "b:x", "a:y", "b:q"], [], [("a:p", "b:p"), ("a:x", "b:x")])
    edges = [
        owns(f"e{n}", owner, asset, percentage=[share])
        for n, ((owner, asset), share) in enumerate(HELD.items())
    ]
    Writer(graph).write(edges, existing=())
    return Ownership(graph, 60)


def shares(page: HoldingPage) -> dict[str, float | None]:
    """The share of each holding, by the last letter of its id."""
    return {holding.entity.id[2:]: holding.share for holding in page.items}


def test_a_cluster_is_one_owner_and_one_company(holder: Ownership) -> None:
    """The owner's records add up in one company; two records of one company tell the same."""
    wanted = integrated()
    for asset in ("a:x", "b:x", "a:y"):
        found = shares(holder.owners(OwnershipQuestion(asset, min_share=0), SEES))
        at = NAMES.index(asset[2:])
        assert found == pytest.approx({name: wanted[NAMES.index(name), at] for name in found})
        assert set(found) == set(NAMES) - {asset[2:]}
    for owner in ("a:p", "b:p"):
        page = holder.holdings(OwnershipQuestion(owner, min_share=0), SEES)
        assert shares(page) == pytest.approx(dict(zip("xyq", wanted[0, 1:], strict=True)))
        routes = next(each for each in page.items if each.entity.id == "a:y").routes()
        assert [path.length for path in routes.paths] == [2]
        check_paths(routes, owner, "a:y")
    apart = shares(holder.owners(OwnershipQuestion("a:x", min_share=0.3), BLIND))
    assert apart == pytest.approx({"p": 0.4})
