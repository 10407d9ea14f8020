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
    values = {"owner": owner, "asset": asset, "percentage": percentage, **dates}
    properties = {name: [value] for name, value in values.items() if value is not None}
    return make_entity("t", f"own{number}", "Ownership", properties)


def write(graph: Connection, stakes: list[tuple[str, str, str | None]]) -> Ownership:
    names = sorted({name for owner, asset, _ in stakes for name in (owner, asset)})
    edges = [stake_of(number, *row) for number, row in enumerate(stakes)]
    Writer(graph).write([*map(company, names), *edges], existing=())
    return Ownership(graph, 20.0)


def shares(holdings: list[Holding]) -> dict[str, float | None]:
    return {holding.entity.id.split(":")[1]: holding.share for holding in holdings}


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
"""Texts of a percentage, each with the share that is known, and whether it cannot be more."""


@dataclass(frozen=True)
class Stake:
    """One ownership of a random web."""

    owner: str
    asset: str
    text: str | None
    start: str | None
    end: str | None

    @property
    def pair(self) -> tuple[str, str]:
        """The owner and the asset."""
        return self.owner, self.asset

    @property
    def share(self) -> float | None:
        """The fraction that is known."""
        return SHARES[self.text][0]

    @property
    def exact(self) -> bool:
        """Whether it cannot be more than is known."""
        return SHARES[self.text][1]

    def held(self, at: str | None) -> bool:
        """Whether it held in a year, or at any time; here all dates are whole years."""
        return at is None or ((self.start or "0") <= at <= (self.end or "9"))


def random_stakes(chosen: random.Random) -> list[Stake]:
    """Ownerships among seven companies, with cycles, self-holdings, parallel ones and dates."""
    names = [f"c{number}" for number in range(7)]
    stakes = []
    for _ in range(18):
        owner, asset = chosen.choice(names), chosen.choice(names)
        years = sorted(chosen.sample(["2001", "2004", "2007", "2010"], 2))
        start, end = (year if chosen.random() < 0.3 else None for year in years)
        stakes.append(Stake(owner, asset, chosen.choice([*SHARES, "5", "20"]), start, end))
    return stakes


def names_of(stakes: list[Stake]) -> list[str]:
    """The companies of some ownerships, in order."""
    return sorted({name for stake in stakes for name in stake.pair})


def reach(pairs: set[tuple[str, str]], names: list[str]) -> dict[str, set[str]]:
    """What can be walked to from each company, itself included."""
    reached = {name: {name} for name in names}
    for _ in names:
        for a, b in pairs:
            for name in names:
                reached[name] |= {b} & reached[name] if a not in reached[name] else {b}
    return reached


def integrated(stakes: list[Stake], owner: str, asset: str) -> float:
    """The share of an owner in an asset by (I - W) X = W."""
    places = {name: place for place, name in enumerate(names_of(stakes))}
    direct = numpy.zeros((len(places), len(places)))
    for stake in stakes:
        direct[places[stake.owner], places[stake.asset]] += stake.share or 0.0
    assert max(abs(numpy.linalg.eigvals(direct))) < 1
    solved = numpy.linalg.solve(numpy.eye(len(places)) - direct, direct)
    return float(solved[places[owner], places[asset]])


def expected(stakes: list[Stake], owner: str, asset: str) -> tuple[float | None, bool, bool] | None:
    """(share, lower bound, unknown) of an owner in an asset; None where no route leads there."""
    names = names_of(stakes)
    onward = reach({stake.pair for stake in stakes}, names)
    if asset not in onward[owner]:
        return None
    by_known = reach({stake.pair for stake in stakes if stake.share is not None}, names)
    is_known = asset in by_known[owner]
    share = integrated(stakes, owner, asset) if is_known else None
    along = [s for s in stakes if s.owner in onward[owner] and asset in onward[s.asset]]
    is_lower_bound = is_known and not all(stake.exact for stake in along)
    return share, is_lower_bound, any(stake.share is None for stake in along)


def check_routes(holding: Holding, known: Any, owner: str, asset: str) -> None:
    """Check that a holding's routes are networkx's simple paths."""
    every = {
        tuple(f"t:{name}" for name in path)
        for path in networkx.all_simple_paths(known, owner, asset)
    }
    routes = {path.node_ids for path in holding.routes.paths}
    assert len(routes) == len(holding.routes.paths) == min(len(every), 20)
    assert routes <= every
    assert (holding.routes.truncated is None) == (len(every) <= 20)


def wanted(
    held: list[Stake], pairs: dict[str, tuple[str, str]], least: float
) -> dict[str, tuple[Any, bool, bool]]:
    """What is expected of each pair, where its share is unknown or large enough."""
    answers = {other: expected(held, *pair) for other, pair in pairs.items()}
    return {
        other: (None if share is None else pytest.approx(share, abs=1e-11), lower, unknown)
        for other, (share, lower, unknown) in ((o, a) for o, a in answers.items() if a)
        if share is None or share >= least - 1e-12
    }


def check(held: list[Stake], root: str, up: bool, least: float, holdings: list[Holding]) -> None:
    """Check the owners (``up``) or the holdings of one company, with a least share."""
    others = set(names_of(held)) - {root} if root in names_of(held) else set()
    pairs = {other: (other, root) if up else (root, other) for other in others}
    shares = {h.entity.id[2:]: (h.share, h.lower_bound, h.unknown) for h in holdings}
    assert shares == wanted(held, pairs, least)
    places = [(h.share is None, -(h.share or 0.0), h.entity.id) for h in holdings]
    assert places == sorted(places)
    known = networkx.DiGraph(stake.pair for stake in held)
    for holding in holdings:
        check_routes(holding, known, *pairs[holding.entity.id[2:]])


@pytest.mark.parametrize("seed", range(6))
def test_random_webs_equal_the_linear_system(graph: Connection, seed: int) -> None:
    """From every company up and down, at any time and at one, with all shares and large ones."""
    chosen = random.Random(seed)
    stakes = random_stakes(chosen)
    ownership = Ownership(graph, 20.0)
    names = names_of(stakes)
    edges = [
        stake_of(number, s.owner, s.asset, s.text, startDate=s.start, endDate=s.end)
        for number, s in enumerate(stakes)
    ]
    Writer(graph).write([*map(company, names), *edges], existing=())
    for at in (None, chosen.choice(["2002", "2004", "2008", "2011"])):
        held = [stake for stake in stakes if stake.held(at)]
        for root, up, least in itertools.product(names, (True, False), (0.0, 0.1)):
            ask = ownership.owners if up else ownership.holdings
            question = OwnershipQuestion(f"t:{root}", min_share=least, at=at)
            check(held, root, up, least, ask(question, EVERY))


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


def test_a_self_holding_raises_every_owner_and_is_not_listed(graph: Connection) -> None:
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
    assert shares(ownership.owners(OwnershipQuestion("t:asset", at="2005-03"), EVERY)) == {
        "old": 0.6,
        "new": 0.5,
    }
    assert shares(ownership.owners(OwnershipQuestion("t:asset", at="2009"), EVERY)) == {
        "old": 0.6,
        "new": 0.5,
    }
    assert shares(ownership.owners(OwnershipQuestion("t:asset", at="2010-01-01"), EVERY)) == {
        "new": 0.5
    }
    with pytest.raises(BadInput):
        ownership.owners(OwnershipQuestion("t:asset", at="yesterday"), EVERY)


def test_many_routes_are_cut_and_parallel_ownerships_answered_together(graph: Connection) -> None:
    stakes = [row for n in range(25) for row in (("me", f"k{n}", "100"), (f"k{n}", "asset", "1"))]
    (me,) = write(graph, [*stakes, ("me", "asset", "2"), ("me", "asset", "3")]).owners(
        OwnershipQuestion("t:asset"), EVERY
    )
    assert me.share == pytest.approx(0.3)
    assert (len(me.routes.paths), me.routes.truncated) == (20, "there are more than 20 routes")
    assert me.routes.paths[0].edge_ids == ("t:own50",)
    assert {"t:own50", "t:own51"} <= {edge.id for edge in me.routes.edges}
