"""Integrated shares against an independent solution of the linear system."""

import itertools
import random
from dataclasses import dataclass
from typing import Any

import networkx
import numpy
import pytest

from engine.access import Access
from engine.answer import Holding
from engine.entity import Entity, make_entity
from engine.errors import BadInput
from engine.graph.connection import Connection
from engine.graph.record.writer import Writer
from engine.graph.walk.ownership import Ownership
from engine.question import OwnershipQuestion

EVERY = Access(frozenset({"t"}))


def company(name: str) -> Entity:
    return make_entity("t", name, "Company", {"name": [name]})


def stake_of(
    number: int, owner: str, asset: str, percentage: str | None, **dates: str | None
) -> Entity:
    told = {"owner": owner, "asset": asset, "percentage": percentage, **dates}
    properties = {name: [value] for name, value in told.items() if value is not None}
    return make_entity("t", f"own{number}", "Ownership", properties)


def write(graph: Connection, stakes: list[tuple[str, str, str | None]]) -> Ownership:
    names = sorted({name for owner, asset, _ in stakes for name in (owner, asset)})
    edges = [stake_of(number, *row) for number, row in enumerate(stakes)]
    Writer(graph).write([*map(company, names), *edges], existing=())
    return Ownership(graph, 20.0)


def shares(found: list[object]) -> dict[str, float]:
    return {holding.entity.id.split(":")[1]: holding.share for holding in found}  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Stake:
    """One ownership of a random web: what it says, and what it counts for."""

    owner: str
    asset: str
    text: str | None
    start: str | None
    end: str | None

    def share(self) -> float | None:
        """The fraction that is known."""
        return SHARES[self.text][0]

    def exact(self) -> bool:
        """Whether it is known to be no more."""
        return SHARES[self.text][1]

    def held(self, at: str | None) -> bool:
        """Whether it held at some time of a year, or at any time; a year holds whole years here."""
        return at is None or ((self.start or "0") <= at <= (self.end or "9"))


SHARES: dict[str | None, tuple[float | None, bool]] = {
    None: (None, False),
    "up to 10 %": (None, False),
    "0": (0.0, True),
    "5": (0.05, True),
    "12,5 %": (0.125, True),
    "20": (0.2, True),
    "5-15": (0.05, False),
    "more than 10 %": (0.1, False),
}


def random_stakes(chosen: random.Random) -> list[Stake]:
    """Ownerships among seven companies: cycles, mutual and self-holdings, parallel ones, some of a time."""
    names = [f"c{number}" for number in range(7)]
    found = []
    for _ in range(18):
        owner, asset = chosen.choice(names), chosen.choice(names)
        years = sorted(chosen.sample(["2001", "2004", "2007", "2010"], 2))
        start, end = (year if chosen.random() < 0.3 else None for year in years)
        found.append(Stake(owner, asset, chosen.choice([*SHARES, "5", "20"]), start, end))
    return found


def reach(pairs: set[tuple[str, str]], names: set[str]) -> dict[str, set[str]]:
    """What can be walked to from each company, itself included."""
    found = {name: {name} for name in names}
    for _ in names:
        for a, b in pairs:
            for name in names:
                found[name] |= {b} & found[name] if a not in found[name] else {b}
    return found


def expected(stakes: list[Stake], owner: str, asset: str) -> tuple[float | None, bool, bool] | None:
    """(share, lower bound, unknown) of an owner in an asset by (I - W) X = W; None where no route leads there."""
    names = {name for stake in stakes for name in (stake.owner, stake.asset)}
    places = {name: place for place, name in enumerate(sorted(names))}
    direct = numpy.zeros((len(names), len(names)))
    for stake in stakes:
        direct[places[stake.owner], places[stake.asset]] += stake.share() or 0.0
    assert max(abs(numpy.linalg.eigvals(direct))) < 1
    solved = numpy.linalg.solve(numpy.eye(len(names)) - direct, direct)
    onward = reach({(s.owner, s.asset) for s in stakes}, names)
    if asset not in onward[owner]:
        return None
    known = (
        asset in reach({(s.owner, s.asset) for s in stakes if s.share() is not None}, names)[owner]
    )
    along = [s for s in stakes if s.owner in onward[owner] and asset in onward[s.asset]]
    share = float(solved[places[owner], places[asset]]) if known else None
    return share, known and not all(s.exact() for s in along), any(s.share() is None for s in along)


def check_routes(holding: Holding, known: Any, owner: str, asset: str) -> None:
    """See that a holding's routes are networkx's simple paths."""
    every = {
        tuple(f"t:{name}" for name in path)
        for path in networkx.all_simple_paths(known, owner, asset)
    }
    told = {path.node_ids for path in holding.routes.paths}
    assert len(told) == len(holding.routes.paths) == min(len(every), 20)
    assert told <= every
    assert (holding.routes.truncated is None) == (len(every) <= 20)


@pytest.mark.parametrize("seed", range(6))
def test_random_webs_equal_the_linear_system(graph: Connection, seed: int) -> None:
    """Up and down from every company, at any time and at one, all shares and those of 10 % or more."""
    chosen = random.Random(seed)
    stakes = random_stakes(chosen)
    ownership = Ownership(graph, 20.0)
    names = sorted({name for stake in stakes for name in (stake.owner, stake.asset)})
    edges = [
        stake_of(number, s.owner, s.asset, s.text, startDate=s.start, endDate=s.end)
        for number, s in enumerate(stakes)
    ]
    Writer(graph).write([*map(company, names), *edges], existing=())
    for at in (None, chosen.choice(["2002", "2004", "2008", "2011"])):
        held = [stake for stake in stakes if stake.held(at)]
        known = networkx.DiGraph((stake.owner, stake.asset) for stake in held)
        there = {name for stake in held for name in (stake.owner, stake.asset)}
        for root, up, least in itertools.product(names, (True, False), (0.0, 0.1)):
            ask = ownership.owners if up else ownership.holdings
            found = ask(OwnershipQuestion(f"t:{root}", min_share=least, at=at), EVERY)
            ways = (
                {other: (other, root) if up else (root, other) for other in there - {root}}
                if root in there
                else {}
            )
            wanted = {other: told for other, way in ways.items() if (told := expected(held, *way))}
            wanted = {
                other: told
                for other, told in wanted.items()
                if told[0] is None or told[0] >= least - 1e-12
            }
            assert {h.entity.id[2:]: (h.share, h.lower_bound, h.unknown) for h in found} == {
                other: (share if share is None else pytest.approx(share, abs=1e-11), lower, unknown)
                for other, (share, lower, unknown) in wanted.items()
            }
            places = [(h.share is None, -(h.share or 0.0), h.entity.id) for h in found]
            assert places == sorted(places)
            for holding in found:
                check_routes(holding, known, *ways[holding.entity.id[2:]])


def test_five_routes_of_ten_percent_are_half(graph: Connection) -> None:
    stakes = [row for n in range(5) for row in (("me", f"k{n}", "100"), (f"k{n}", "asset", "10"))]
    (holding, *others) = write(graph, stakes).owners(
        OwnershipQuestion("t:asset", min_share=0.3), EVERY
    )
    assert holding.entity.id == "t:me"
    assert holding.share == pytest.approx(0.5)
    assert len(holding.routes.paths) == 5
    assert others == []


def test_ranges_are_lower_bounds_and_the_unknown_is_unknown(graph: Connection) -> None:
    ownership = write(
        graph, [("band", "asset", "25-50"), ("dark", "asset", None), ("self", "self", "10")]
    )
    band, dark = ownership.owners(OwnershipQuestion("t:asset"), EVERY)
    assert (band.entity.id, band.share, band.lower_bound, band.unknown) == (
        "t:band",
        0.25,
        True,
        False,
    )
    assert (dark.entity.id, dark.share, dark.unknown) == ("t:dark", None, True)
    assert ownership.owners(OwnershipQuestion("t:self"), EVERY) == []
    assert ownership.owners(OwnershipQuestion("t:asset"), Access(frozenset())) == []


def test_a_self_holding_lifts_every_owner_and_is_not_listed(graph: Connection) -> None:
    ownership = write(
        graph, [("owner", "asset", "40"), ("asset", "asset", "20"), ("top", "owner", "50")]
    )
    owner, top = ownership.owners(OwnershipQuestion("t:asset", min_share=0), EVERY)
    assert (owner.entity.id, owner.share) == ("t:owner", pytest.approx(0.5))
    assert (top.entity.id, top.share) == ("t:top", pytest.approx(0.25))
    assert [path.node_ids for path in top.routes.paths] == [("t:top", "t:owner", "t:asset")]
    assert [h.entity.id for h in ownership.holdings(OwnershipQuestion("t:top"), EVERY)] == [
        "t:owner",
        "t:asset",
    ]


def test_a_series_without_a_limit_is_cut_and_said_to_be(graph: Connection) -> None:
    ownership = write(graph, [("a", "b", "100"), ("b", "a", "100"), ("top", "a", "10")])
    for holding in ownership.owners(OwnershipQuestion("t:b", min_share=0), EVERY):
        assert holding.lower_bound
        assert holding.share is not None
        assert 0 < holding.share <= 1


def test_known_and_unknown_routes_together_are_a_lower_bound(graph: Connection) -> None:
    stakes = [("me", "asset", "30"), ("me", "k", "50"), ("k", "asset", None), ("far", "k", "10")]
    me, far, k = write(graph, stakes).owners(OwnershipQuestion("t:asset", min_share=0.3), EVERY)
    assert (me.entity.id, me.share, me.lower_bound, me.unknown) == ("t:me", 0.3, True, True)
    assert [(h.entity.id, h.share, h.unknown) for h in (far, k)] == [
        ("t:far", None, True),
        ("t:k", None, True),
    ]
    assert [path.node_ids for path in me.routes.paths] == [
        ("t:me", "t:asset"),
        ("t:me", "t:k", "t:asset"),
    ]


def test_ownerships_of_another_time_do_not_count(graph: Connection) -> None:
    ownership = write(graph, [("new", "asset", "50")])
    past = {
        "owner": ["old"],
        "asset": ["asset"],
        "percentage": ["60"],
        "startDate": ["2001"],
        "endDate": ["2009"],
    }
    Writer(graph).write([company("old"), make_entity("t", "past", "Ownership", past)], existing=())
    assert shares(list(ownership.owners(OwnershipQuestion("t:asset", at="2005-03"), EVERY))) == {
        "old": 0.6,
        "new": 0.5,
    }
    assert shares(list(ownership.owners(OwnershipQuestion("t:asset", at="2009"), EVERY))) == {
        "old": 0.6,
        "new": 0.5,
    }
    assert shares(list(ownership.owners(OwnershipQuestion("t:asset", at="2010-01-01"), EVERY))) == {
        "new": 0.5
    }
    with pytest.raises(BadInput):
        ownership.owners(OwnershipQuestion("t:asset", at="yesterday"), EVERY)


def test_many_routes_are_cut_and_parallel_ownerships_told_together(graph: Connection) -> None:
    stakes = [row for n in range(25) for row in (("me", f"k{n}", "100"), (f"k{n}", "asset", "1"))]
    (me,) = write(graph, [*stakes, ("me", "asset", "2"), ("me", "asset", "3")]).owners(
        OwnershipQuestion("t:asset"), EVERY
    )
    assert me.share == pytest.approx(0.3)
    assert (len(me.routes.paths), me.routes.truncated) == (20, "there are more than 20 routes")
    assert me.routes.paths[0].edge_ids == ("t:own50",)
    assert {"t:own50", "t:own51"} <= {edge.id for edge in me.routes.edges}
