"""Integrated shares against an independent solution of the linear system."""

import gzip
import random
from pathlib import Path

import numpy
import orjson
import pytest

from engine.access import Access
from engine.entity import Entity, make_entity
from engine.errors import BadInput
from engine.graph.connection import Connection
from engine.graph.ownership import Ownership
from engine.graph.writer import Writer

EVERY = Access(frozenset({"t"}))
BP = Path(__file__).parents[3] / "shared" / "data" / "ftm" / "openoil_bp_ownership.ftm.json.gz"


def company(name: str) -> Entity:
    return make_entity("t", name, "Company", {"name": [name]})


def stake(number: int, owner: str, asset: str, percentage: str | None) -> Entity:
    properties = {"owner": [owner], "asset": [asset]}
    if percentage is not None:
        properties["percentage"] = [percentage]
    return make_entity("t", f"own{number}", "Ownership", properties)


def write(graph: Connection, stakes: list[tuple[str, str, str | None]]) -> Ownership:
    names = sorted({name for owner, asset, _ in stakes for name in (owner, asset)})
    edges = [stake(number, *row) for number, row in enumerate(stakes)]
    Writer(graph).write([*map(company, names), *edges], existing=())
    return Ownership(graph, 20.0)


def solved(stakes: list[tuple[str, str, float]]) -> dict[tuple[str, str], float]:
    """Integrated shares by the inverse: (I - W)⁻¹ - I."""
    names = sorted({name for owner, asset, _ in stakes for name in (owner, asset)})
    direct = numpy.zeros((len(names), len(names)))
    for owner, asset, share in stakes:
        direct[names.index(owner), names.index(asset)] += share
    whole = numpy.linalg.inv(numpy.eye(len(names)) - direct) - numpy.eye(len(names))
    return {(a, b): float(whole[i, j]) for i, a in enumerate(names) for j, b in enumerate(names)}


def shares(found: list[object]) -> dict[str, float]:
    return {holding.entity.id.split(":")[1]: holding.share for holding in found}  # type: ignore[attr-defined]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_small_graphs_with_mutual_holdings(graph: Connection, seed: int) -> None:
    chosen = random.Random(seed)
    names = [f"c{number}" for number in range(8)]
    stakes = [(a, b, chosen.choice([5, 10, 20])) for a in names for b in names if chosen.random() < 0.35]
    ownership = write(graph, [(a, b, str(share)) for a, b, share in stakes])
    wanted = solved([(a, b, share / 100) for a, b, share in stakes])
    for name in sorted({name for owner, asset, _ in stakes for name in (owner, asset)}):
        up = shares(ownership.owners(EVERY, f"t:{name}", min_share=0.0))
        down = shares(ownership.holdings(EVERY, f"t:{name}", min_share=0.0))
        assert up == pytest.approx({a: v for (a, b), v in wanted.items() if b == name != a and v > 0})
        assert down == pytest.approx({b: v for (a, b), v in wanted.items() if a == name != b and v > 0})


def test_five_routes_of_ten_percent_are_half(graph: Connection) -> None:
    stakes = [row for n in range(5) for row in (("me", f"k{n}", "100"), (f"k{n}", "asset", "10"))]
    (holding, *others) = write(graph, stakes).owners(EVERY, "t:asset", min_share=0.3)
    assert holding.entity.id == "t:me"
    assert holding.share == pytest.approx(0.5)
    assert len(holding.routes.paths) == 5
    assert others == []


def test_ranges_are_lower_bounds_and_the_unknown_is_unknown(graph: Connection) -> None:
    ownership = write(graph, [("band", "asset", "25-50"), ("dark", "asset", None), ("self", "self", "10")])
    band, dark = ownership.owners(EVERY, "t:asset")
    assert (band.entity.id, band.share, band.lower_bound, band.unknown) == ("t:band", 0.25, True, False)
    assert (dark.entity.id, dark.share, dark.unknown) == ("t:dark", None, True)
    assert ownership.owners(EVERY, "t:self") == []
    assert ownership.owners(Access(frozenset()), "t:asset") == []


@pytest.mark.skipif(not BP.exists(), reason="no ../shared here")
def test_every_bp_company(graph: Connection) -> None:
    with gzip.open(BP) as lines:
        entities = [make_entity("t", d["id"], d["schema"], d["properties"]) for d in map(orjson.loads, lines)]
    Writer(graph).write(entities, existing=())
    stakes = [
        (e.properties["owner"][0], e.properties["asset"][0], float(e.properties["percentage"][0]) / 100)
        for e in entities
        if e.schema == "Ownership" and e.properties.get("percentage")
    ]
    wanted = solved(stakes)
    ownership = Ownership(graph, 20.0)
    for name in sorted({asset for _, asset, _ in stakes})[::5]:
        found = ownership.owners(EVERY, f"t:{name}", min_share=0.0, first=1000)
        known = {id: share for id, share in shares(found).items() if share is not None}
        expected = {a: v for (a, b), v in wanted.items() if b == name != a and v > 1e-12}
        assert known == pytest.approx(expected), name


def test_a_self_holding_lifts_every_owner_and_is_not_listed(graph: Connection) -> None:
    ownership = write(graph, [("owner", "asset", "40"), ("asset", "asset", "20"), ("top", "owner", "50")])
    owner, top = ownership.owners(EVERY, "t:asset", min_share=0)
    assert (owner.entity.id, owner.share) == ("t:owner", pytest.approx(0.5))
    assert (top.entity.id, top.share) == ("t:top", pytest.approx(0.25))
    assert [path.node_ids for path in top.routes.paths] == [("t:top", "t:owner", "t:asset")]
    assert [h.entity.id for h in ownership.holdings(EVERY, "t:top")] == ["t:owner", "t:asset"]


def test_a_series_without_a_limit_is_cut_and_said_to_be(graph: Connection) -> None:
    ownership = write(graph, [("a", "b", "100"), ("b", "a", "100"), ("top", "a", "10")])
    for holding in ownership.owners(EVERY, "t:b", min_share=0):
        assert holding.lower_bound
        assert holding.share is not None
        assert 0 < holding.share <= 1


def test_known_and_unknown_routes_together_are_a_lower_bound(graph: Connection) -> None:
    stakes = [("me", "asset", "30"), ("me", "k", "50"), ("k", "asset", None), ("far", "k", "10")]
    me, far, k = write(graph, stakes).owners(EVERY, "t:asset", min_share=0.3)
    assert (me.entity.id, me.share, me.lower_bound, me.unknown) == ("t:me", 0.3, True, True)
    assert [(h.entity.id, h.share, h.unknown) for h in (far, k)] == [("t:far", None, True), ("t:k", None, True)]
    assert [path.node_ids for path in me.routes.paths] == [("t:me", "t:asset"), ("t:me", "t:k", "t:asset")]


def test_ownerships_of_another_time_do_not_count(graph: Connection) -> None:
    ownership = write(graph, [("new", "asset", "50")])
    past = {"owner": ["old"], "asset": ["asset"], "percentage": ["60"], "startDate": ["2001"], "endDate": ["2009"]}
    Writer(graph).write([company("old"), make_entity("t", "past", "Ownership", past)], existing=())
    assert shares(list(ownership.owners(EVERY, "t:asset", at="2005-03"))) == {"old": 0.6, "new": 0.5}
    assert shares(list(ownership.owners(EVERY, "t:asset", at="2009"))) == {"old": 0.6, "new": 0.5}
    assert shares(list(ownership.owners(EVERY, "t:asset", at="2010-01-01"))) == {"new": 0.5}
    with pytest.raises(BadInput):
        ownership.owners(EVERY, "t:asset", at="yesterday")


def test_many_routes_are_cut_and_parallel_ownerships_told_together(graph: Connection) -> None:
    stakes = [row for n in range(25) for row in (("me", f"k{n}", "100"), (f"k{n}", "asset", "1"))]
    (me,) = write(graph, [*stakes, ("me", "asset", "2"), ("me", "asset", "3")]).owners(EVERY, "t:asset")
    assert me.share == pytest.approx(0.3)
    assert (len(me.routes.paths), me.routes.truncated) == (20, "there are more than 20 routes")
    assert me.routes.paths[0].edge_ids == ("t:own50",)
    assert {"t:own50", "t:own51"} <= {edge.id for edge in me.routes.edges}
