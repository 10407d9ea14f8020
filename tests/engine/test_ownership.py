"""Integrated shares against an independent solution of the linear system."""

import gzip
import random
from pathlib import Path

import numpy
import orjson
import pytest

from engine.access import Access
from engine.entity import Entity, make_entity
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
