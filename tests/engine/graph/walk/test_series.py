"""Integrated shares against the probability that a unit of value ever reaches an owner."""

import random
from collections.abc import Iterable
from typing import Any

import networkx
import numpy
import pytest

from engine.graph.walk import series
from engine.graph.walk.circle import circles
from engine.graph.walk.passage import depending
from engine.graph.walk.series import integrated

Pair = tuple[str, str]


def random_web(chosen: random.Random, size: int) -> Any:
    """Direct shares of companies in one another, no company's above the whole; some are all."""
    direct = numpy.zeros((size, size))
    for asset in range(size):
        left = 1.0
        for owner in chosen.sample(range(size), chosen.randint(0, min(size, 3))):
            share = left if chosen.random() < 0.2 else round(left * chosen.random(), 2)
            direct[owner, asset] = share
            left -= share
    return direct


def reaching(direct: Any) -> Any:
    """The probability of each owner (row) to be reached from each asset, summed step by step."""
    size = len(direct)
    shares = numpy.zeros((size, size))
    for owner in range(size):
        steps = direct.copy()
        # a walk that has reached the owner is at its end
        steps[owner] = 0
        while True:
            more = direct[owner] + shares[owner] @ steps
            settled = abs(more - shares[owner]).max() < 1e-15
            shares[owner] = more
            if settled:
                break
    return shares


def weights(direct: Any, *, up: bool) -> dict[Pair, float]:
    """The direct shares as the engine takes them."""
    found = {}
    for owner, asset in zip(*numpy.nonzero(direct), strict=True):
        pair = (str(asset), str(owner)) if up else (str(owner), str(asset))
        found[pair] = float(direct[owner, asset])
    return found


@pytest.mark.parametrize("seed", range(40))
def test_random_webs_with_cycles_and_self_holdings(seed: int) -> None:
    """All owners and all holdings of each company, and what it holds of itself; none above 1."""
    chosen = random.Random(seed)
    direct = random_web(chosen, chosen.randint(2, 9))
    shares = reaching(direct)
    for root in range(len(direct)):
        up = integrated(weights(direct, up=True), str(root), up=True)
        down = integrated(weights(direct, up=False), str(root), up=False)
        for other in range(len(direct)):
            if other == root:
                found = up.of_itself, down.of_itself
                expected = shares[root, root], shares[root, root]
            else:
                found = up.by_id.get(str(other), 0.0), down.by_id.get(str(other), 0.0)
                expected = shares[other, root], shares[root, other]
            assert found == pytest.approx(expected, abs=1e-9)
            assert max(found) <= 1


@pytest.mark.parametrize("seed", range(20))
def test_random_webs_equal_the_inverse(seed: int) -> None:
    """G_ij / G_ii with G = (I - W)⁻¹, where that exists."""
    chosen = random.Random(seed)
    direct = random_web(chosen, 12) * 0.9
    total = numpy.linalg.inv(numpy.eye(12) - direct)
    expected = total / numpy.diag(total)[:, None]
    for root in range(12):
        up = integrated(weights(direct, up=True), str(root), up=True)
        down = integrated(weights(direct, up=False), str(root), up=False)
        assert up.of_itself == pytest.approx(1 - 1 / total[root, root], abs=1e-12)
        for other in set(range(12)) - {root}:
            assert up.by_id.get(str(other), 0.0) == pytest.approx(expected[other, root], abs=1e-12)
            assert down.by_id.get(str(other), 0.0) == pytest.approx(
                expected[root, other], abs=1e-12
            )


def test_a_circle_that_is_too_large_gives_lower_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Upwards; downwards it is summed to the end."""
    chosen = random.Random(7)
    direct = random_web(chosen, 30) * 0.8
    for company in range(10):
        direct[(company + 1) % 10, company] += 0.1
    exact = {up: integrated(weights(direct, up=up), "0", up=up) for up in (True, False)}
    monkeypatch.setattr(series, "DENSE", 3)
    rough = {up: integrated(weights(direct, up=up), "0", up=up) for up in (True, False)}
    assert rough[True].rough
    assert rough[False].by_id == pytest.approx(exact[False].by_id, abs=1e-9)
    for id_, share in rough[True].by_id.items():
        assert 0 <= share <= exact[True].by_id[id_] + 1e-9
        if id_ not in rough[True].rough:
            assert share == pytest.approx(exact[True].by_id[id_], abs=1e-9)


@pytest.mark.parametrize("seed", range(30))
def test_circles_are_networkx_components_in_order(seed: int) -> None:
    chosen = random.Random(seed)
    pairs = [(str(chosen.randrange(15)), str(chosen.randrange(15))) for _ in range(25)]
    graph = networkx.DiGraph(pairs)
    root = pairs[0][0]
    found = circles({node: list(graph[node]) for node in graph}, root)
    reached = graph.subgraph({root} | networkx.descendants(graph, root))
    assert {frozenset(one) for one in found} == set(
        map(frozenset, networkx.strongly_connected_components(reached))
    )
    place = {node: number for number, one in enumerate(found) for node in one}
    assert all(place[near] <= place[far] for near, far in reached.edges)


def dependent(edges: Iterable[tuple[str, str, bool]], root: str, far: str, *, up: bool) -> bool:
    """Whether a walk from the root crosses an edge of the kind and meets the owner only once."""
    owner = far if up else root
    edges = list(edges)
    # value goes from the asset to the owner: no walk goes on from the owner
    apart = networkx.MultiDiGraph()
    apart.add_nodes_from(node for edge in edges for node in edge[:2])
    kept = [(n, f, kind) for n, f, kind in edges if (n if up else f) != owner]
    apart.add_edges_from((near, far_) for near, far_, _ in kept)
    return any(
        kind and networkx.has_path(apart, root, near) and networkx.has_path(apart, end, far)
        for near, end, kind in kept
    )


@pytest.mark.parametrize("seed", range(60))
def test_what_a_share_depends_on(seed: int) -> None:
    """Against a search for each node by itself."""
    chosen = random.Random(seed)
    nodes = [str(number) for number in range(chosen.randint(2, 8))]
    edges = [
        (chosen.choice(nodes), chosen.choice(nodes), chosen.random() < 0.3)
        for _ in range(chosen.randint(1, 16))
    ]
    root = edges[0][0]
    for up in (True, False):
        found = depending(edges, root, up=up) - {root}
        assert found == {
            far
            for far in {node for edge in edges for node in edge[:2]} - {root}
            if dependent(edges, root, far, up=up)
        }
