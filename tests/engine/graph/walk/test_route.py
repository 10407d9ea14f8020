"""The routes to one holding: the shortest ones first, also where companies hold one another."""

import random
import time
from itertools import islice

import networkx
import pytest

from engine.entity import Entity, Relationship, make_entity
from engine.graph.walk.web import Web

COMPANIES, OWNERSHIPS = 900, 2_700


def web_of(pairs: set[tuple[int, int]], up: bool) -> Web:
    """The ownerships that company 0 leads to, all of 1 %."""
    companies = [
        make_entity("d", f"c{n}", "Company", {"name": [f"c{n}"]}) for n in range(COMPANIES)
    ]
    web = Web(companies[0], up)
    graph = networkx.DiGraph(pairs)
    outward = graph.reverse() if up else graph
    reached = {0} | networkx.descendants(outward, 0)
    for owner, asset in sorted(pairs):
        near, far = (asset, owner) if up else (owner, asset)
        if near in reached:
            web.add(ownership(companies[owner], companies[asset]), companies[far])
    return web


def ownership(owner: Entity, asset: Entity) -> Relationship:
    """One per cent of one company."""
    ends = {"owner": [owner.id], "asset": [asset.id], "percentage": ["1"]}
    entity = make_entity("d", f"{owner.id[2:]}-{asset.id[2:]}", "Ownership", ends)
    return Relationship(entity.id, "OWNERSHIP", "d", owner.id, asset.id, entity)


def tangle(seed: int) -> set[tuple[int, int]]:
    """Companies that hold those near to them, and some far ones, in thousands of cycles."""
    chosen = random.Random(seed)
    pairs: set[tuple[int, int]] = {(0, 1), (1, 0)}
    while len(pairs) < OWNERSHIPS:
        owner = chosen.randrange(COMPANIES)
        near = chosen.random() < 0.6
        asset = owner + chosen.randint(-8, 8) if near else chosen.randrange(COMPANIES)
        pairs.add((owner, asset % COMPANIES))
    return pairs


@pytest.mark.parametrize("up", [True, False])
def test_a_page_of_routes_through_thousands_of_cycles_takes_a_moment(up: bool) -> None:
    """2,700 holdings: twenty routes to each of a hundred, and none is shorter than those."""
    web = web_of(tangle(3), up)
    holdings = sorted(web.holdings(web.integrated()), key=lambda each: each.entity.id)[:100]
    assert len(holdings) == 100
    before = time.process_time()
    found = [holding.routes() for holding in holdings]
    assert time.process_time() - before < 2
    graph = networkx.DiGraph(list(web.edges))
    for holding, routes in islice(zip(holdings, found, strict=True), 0, 100, 20):
        assert len({path.node_ids for path in routes.paths}) == 20
        ends = (holding.entity.id, web.root) if up else (web.root, holding.entity.id)
        shortest = networkx.shortest_simple_paths(graph, *ends)
        lengths = [len(path) - 1 for path in islice(shortest, 20)]
        assert [len(path.edge_ids) for path in routes.paths] == lengths
        assert routes.truncated == "there are more than 20 routes"
