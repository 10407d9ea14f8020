"""Integrated shares against an independent solution of the linear system."""

import itertools
import random
from dataclasses import dataclass
from typing import Any

import networkx
import numpy
import pytest

from engine.access import Access
from engine.answer import Holding, HoldingPage
from engine.entity import Entity, make_entity
from engine.errors import BadInput
from engine.graph.connection import Connection
from engine.graph.record.writer import Writer
from engine.graph.walk.ownership import Ownership
from engine.question import OwnershipQuestion
from engine.warning import collected

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


def shares(holdings: HoldingPage) -> dict[str, float | None]:
    return {holding.entity.id.split(":")[1]: holding.share for holding in holdings.items}


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
    def above(self) -> bool:
        """Whether it is more than is known, and not as much."""
        return (self.text or "").startswith("more")

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
    """The share of an owner in an asset: G_ij / G_ii, with G = (I - W)⁻¹."""
    places = {name: place for place, name in enumerate(names_of(stakes))}
    direct = numpy.zeros((len(places), len(places)))
    for stake in stakes:
        direct[places[stake.owner], places[stake.asset]] += stake.share or 0.0
    assert max(abs(numpy.linalg.eigvals(direct))) < 1
    total = numpy.linalg.inv(numpy.eye(len(places)) - direct)
    own = total[places[owner], places[owner]]
    if owner == asset:
        return float(1 - 1 / own)
    return min(float(total[places[owner], places[asset]] / own), 1.0)


Expected = tuple[float | None, bool, bool, bool]
"""The share, and whether it is a lower bound, more than that, and unknown in part."""


def crossed(stakes: list[Stake], owner: str, asset: str) -> list[Stake]:
    """The ownerships on walks from an owner to an asset that never come back to the owner."""
    apart = [stake for stake in stakes if stake.asset != owner]
    onward = reach({stake.pair for stake in apart}, [owner, asset, *names_of(stakes)])
    return [s for s in apart if s.owner in onward[owner] and asset in onward[s.asset]]


def expected(stakes: list[Stake], owner: str, asset: str) -> Expected | None:
    """What is known of an owner in an asset; None where no route leads there."""
    names = names_of(stakes)
    if asset not in reach({stake.pair for stake in stakes}, names)[owner]:
        return None
    by_known = reach({stake.pair for stake in stakes if stake.share is not None}, names)
    is_known = asset in by_known[owner]
    share = integrated(stakes, owner, asset) if is_known else None
    along = crossed(stakes, owner, asset)
    held = crossed([stake for stake in stakes if stake.share], owner, asset)
    is_lower_bound = is_known and not all(stake.exact for stake in along)
    is_above = is_known and any(stake.above for stake in held)
    return share, is_lower_bound, is_above, any(stake.share is None for stake in along)


def check_routes(holding: Holding, known: Any, owner: str, asset: str) -> None:
    """Check that a holding's routes are networkx's simple paths."""
    every = {
        tuple(f"t:{name}" for name in path)
        for path in networkx.all_simple_paths(known, owner, asset)
    }
    found = holding.routes()
    routes = {path.node_ids for path in found.paths}
    assert len(routes) == len(found.paths) == min(len(every), 20)
    assert routes <= every
    assert (found.truncated is None) == (len(every) <= 20)


def wanted(
    held: list[Stake], pairs: dict[str, tuple[str, str]], least: float
) -> dict[str, tuple[Any, bool, bool, bool]]:
    """What is expected of each pair, where its share is unknown or large enough."""
    answers = {other: expected(held, *pair) for other, pair in pairs.items()}
    return {
        other: (None if share is None else pytest.approx(share, abs=1e-11), *flags)
        for other, (share, *flags) in ((o, a) for o, a in answers.items() if a)
        if share is None or share >= least - 1e-12
    }


def check(held: list[Stake], root: str, up: bool, least: float, page: HoldingPage) -> None:
    """Check the owners (``up``) or the holdings of one company, with a least share."""
    others = set(names_of(held)) - {root} if root in names_of(held) else set()
    pairs = {other: (other, root) if up else (root, other) for other in others}
    shares = {h.entity.id[2:]: (h.share, h.lower_bound, h.above, h.unknown) for h in page.items}
    assert shares == wanted(held, pairs, least)
    of_itself = integrated(held, root, root) if root in names_of(held) else 0.0
    assert page.of_itself == pytest.approx(of_itself, abs=1e-11)
    places = [(h.share is None, -(h.share or 0.0), h.entity.id) for h in page.items]
    assert places == sorted(places)
    assert page.total_count == len(places)
    assert page.unknown_count == sum(is_unknown for is_unknown, *_ in places)
    known = networkx.DiGraph(stake.pair for stake in held)
    for holding in page.items:
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
    (holding, *others) = (
        write(graph, stakes).owners(OwnershipQuestion("t:asset", min_share=0.3), EVERY).items
    )
    assert holding.entity.id == "t:me"
    assert holding.share == pytest.approx(0.5)
    assert len(holding.routes().paths) == 5
    assert others == []


def test_ranges_are_lower_bounds_and_the_unknown_is_unknown(graph: Connection) -> None:
    ownership = write(
        graph, [("band", "asset", "25-50"), ("dark", "asset", None), ("self", "self", "10")]
    )
    band, dark = ownership.owners(OwnershipQuestion("t:asset"), EVERY).items
    assert (band.entity.id, band.share, band.lower_bound, band.unknown) == (
        "t:band",
        0.25,
        True,
        False,
    )
    assert (dark.entity.id, dark.share, dark.unknown) == ("t:dark", None, True)
    assert ownership.owners(OwnershipQuestion("t:self"), EVERY).items == []
    assert ownership.owners(OwnershipQuestion("t:asset"), Access(frozenset())).items == []


def test_a_self_holding_raises_every_owner_and_is_not_listed(graph: Connection) -> None:
    ownership = write(
        graph, [("owner", "asset", "40"), ("asset", "asset", "20"), ("top", "owner", "50")]
    )
    owner, top = ownership.owners(OwnershipQuestion("t:asset", min_share=0), EVERY).items
    assert (owner.entity.id, owner.share) == ("t:owner", pytest.approx(0.5))
    assert (top.entity.id, top.share) == ("t:top", pytest.approx(0.25))
    assert [path.node_ids for path in top.routes().paths] == [("t:top", "t:owner", "t:asset")]
    assert [h.entity.id for h in ownership.holdings(OwnershipQuestion("t:top"), EVERY).items] == [
        "t:owner",
        "t:asset",
    ]


def test_an_owner_gets_no_more_than_the_whole(graph: Connection) -> None:
    """What an owner holds of itself is divided out: here G_ij is 1.636 for the first."""
    stakes = [("a", "b", "90"), ("b", "a", "50"), ("c", "a", "50")]
    page = write(graph, stakes).owners(OwnershipQuestion("t:b", min_share=0), EVERY)
    assert shares(page) == pytest.approx({"a": 0.9, "c": 0.9 * 0.5 / 0.55})
    assert not any(h.lower_bound or h.overstated for h in page.items)
    assert page.of_itself == pytest.approx(0.45)
    assert page.doubts == ()


def test_a_circle_without_an_owner_outside_holds_all_of_itself(graph: Connection) -> None:
    """I - W has no inverse, and the shares are known all the same."""
    ownership = write(graph, [("a", "b", "100"), ("b", "a", "100"), ("a", "c", "40")])
    owners = ownership.owners(OwnershipQuestion("t:c"), EVERY)
    assert shares(owners) == pytest.approx({"a": 0.4, "b": 0.4})
    holdings = ownership.holdings(OwnershipQuestion("t:b"), EVERY)
    assert shares(holdings) == pytest.approx({"a": 1.0, "c": 0.4})
    assert holdings.of_itself == 1
    assert owners.doubts == holdings.doubts == ()


def test_a_company_of_more_than_the_whole_is_told(graph: Connection) -> None:
    """No share is above 1 even so, and those that count it say so."""
    stakes = [("a", "b", "100"), ("b", "a", "100"), ("top", "a", "10"), ("x", "top", "50")]
    ownership = write(graph, [*stakes, ("side", "b", "0")])
    with collected() as warnings:
        page = ownership.owners(OwnershipQuestion("t:b", min_share=0), EVERY)
    assert list(warnings) == [
        "t:a: its direct shares come to 110 %, so shares in it may be too large."
    ]
    assert [(doubt.entity.id, doubt.reason) for doubt in page.doubts] == [
        ("t:a", "its direct shares come to 110 %")
    ]
    told = {holding.entity.id: (holding.overstated, holding.share) for holding in page.items}
    assert all(share is not None and share <= 1 for _, share in told.values())
    # a's own share is that of its direct ownership; what reaches top and x went through a
    assert {id_: told for id_, (told, _) in told.items()} == {
        "t:a": False,
        "t:top": True,
        "t:x": True,
        "t:side": True,
    }


def test_percentages_that_say_no_share_are_told(graph: Connection) -> None:
    """Which ownership, and why; they count as unknown."""
    stakes = [("a", "b", "130"), ("c", "b", "-4"), ("d", "b", "30 votes"), ("e", "b", "20")]
    page = write(graph, stakes).owners(OwnershipQuestion("t:b", min_share=0), EVERY)
    assert shares(page) == {"e": 0.2, "a": None, "c": None, "d": None}
    assert [
        (doubt.relationship and doubt.relationship.id, doubt.reason) for doubt in page.doubts
    ] == [
        ("t:own0", "its percentage '130' is no share from 0 to 100 %"),
        ("t:own1", "its percentage '-4' is no share from 0 to 100 %"),
        (
            "t:own2",
            "its percentage '30 votes' is of voting rights, which are no share of ownership",
        ),
    ]


def test_a_page_ends_and_the_next_one_follows(graph: Connection) -> None:
    """Known shares first; unknown ones follow, and do not fill a page that has known ones."""
    known = [(f"k{n:02}", "asset", str(10 - n % 3)) for n in range(7)]
    dark = [(f"u{n:02}", "asset", None) for n in range(30)]
    ownership = write(graph, [*known, *dark])
    pages, after = [], None
    while True:
        question = OwnershipQuestion("t:asset", min_share=0.05, first=5, after=after)
        page = ownership.owners(question, EVERY)
        assert (page.total_count, page.unknown_count) == (37, 30)
        pages.append([holding.entity.id[2:] for holding in page.items])
        if not page.has_next:
            break
        after = page.cursors[-1]
    listed = [name for page in pages for name in page]
    assert listed == [
        *("k00", "k03", "k06", "k01", "k04", "k02", "k05"),
        *(f"u{n:02}" for n in range(30)),
    ]
    first = ownership.owners(OwnershipQuestion("t:asset", min_share=0.05), EVERY)
    assert [holding.share is None for holding in first.items] == [False] * 7 + [True] * 10
    assert first.has_next
    rest = OwnershipQuestion("t:asset", min_share=0.05, after=first.cursors[-1])
    assert len(ownership.owners(rest, EVERY).items) == 20
    with pytest.raises(BadInput, match="not a cursor"):
        ownership.owners(OwnershipQuestion("t:asset", after="nonsense"), EVERY)


def test_more_than_half_is_told_from_half(graph: Connection) -> None:
    """Through a chain, too: more than half of a half is more than a quarter."""
    stakes = [("a", "b", "more than 50 %"), ("c", "d", "50"), ("e", "f", "at least 50 %")]
    ownership = write(graph, [*stakes, ("b", "g", "50"), ("a", "g", "0")])
    told = {}
    for asset in ("b", "d", "f", "g"):
        for holding in ownership.owners(OwnershipQuestion(f"t:{asset}"), EVERY).items:
            told[holding.entity.id[2:] + asset] = (
                holding.share,
                holding.lower_bound,
                holding.above,
            )
    assert told == {
        "ab": (0.5, True, True),
        "cd": (0.5, False, False),
        "ef": (0.5, True, False),
        "bg": (0.5, False, False),
        "ag": (0.25, True, True),
    }


def test_known_and_unknown_routes_together_are_a_lower_bound(graph: Connection) -> None:
    stakes = [("me", "asset", "30"), ("me", "k", "50"), ("k", "asset", None), ("far", "k", "10")]
    question = OwnershipQuestion("t:asset", min_share=0.3)
    me, far, k = write(graph, stakes).owners(question, EVERY).items
    assert (me.entity.id, me.share, me.lower_bound, me.unknown) == ("t:me", 0.3, True, True)
    assert [(h.entity.id, h.share, h.unknown) for h in (far, k)] == [
        ("t:far", None, True),
        ("t:k", None, True),
    ]
    assert [path.node_ids for path in me.routes().paths] == [
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
    (me,) = (
        write(graph, [*stakes, ("me", "asset", "2"), ("me", "asset", "3")])
        .owners(OwnershipQuestion("t:asset"), EVERY)
        .items
    )
    routes = me.routes()
    assert me.share == pytest.approx(0.3)
    assert (len(routes.paths), routes.truncated) == (20, "there are more than 20 routes")
    assert routes.paths[0].edge_ids == ("t:own50",)
    assert {"t:own50", "t:own51"} <= {edge.id for edge in routes.edges}


def test_an_approximate_share_is_no_lower_bound(graph: Connection) -> None:
    """It may be less as well as more, which a doubt says; a bound on the chain stays one."""
    stakes = [("me", "near", "ca. 40 %"), ("near", "asset", "half"), ("you", "asset", ">= 30 %")]
    page = write(graph, stakes).owners(OwnershipQuestion("t:asset", min_share=0), EVERY)
    found = {h.entity.id: (h.share, h.lower_bound, h.above) for h in page.items}
    assert found == {
        "t:near": (0.5, False, False),
        "t:you": (pytest.approx(0.3), True, False),
        "t:me": (pytest.approx(0.2), False, False),
    }
    assert "is approximate: the share may be more or less" in page.doubts[0].reason
