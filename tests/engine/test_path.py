"""Paths against networkx, and every filter on a small graph."""

import random

import networkx
import pytest

from engine.access import Access
from engine.entity import Entity, make_entity
from engine.errors import BadInput
from engine.graph.connection import Connection
from engine.graph.path import Pathfinder
from engine.graph.writer import Writer
from engine.walk import DateRange, Direction, HopFilter, PathMode

EVERY = Access(frozenset({"t", "u"}))


def person(name: str, dataset: str = "t") -> Entity:
    return make_entity(dataset, name, "Person", {"name": [name]})


def link(name: str, a: str, b: str, dataset: str = "t", **more: list[str]) -> Entity:
    return make_entity(dataset, name, "Associate", {"person": [a], "associate": [b], **more})


@pytest.fixture
def finder(graph: Connection) -> Pathfinder:
    company = make_entity("t", "firm", "Company", {"name": ["Firm"]})
    entities = [
        *map(person, "abcd"),
        person("x", "u"),
        company,
        link("ab", "a", "b", startDate=["2010"], endDate=["2012"]),
        link("ab2", "a", "b", startDate=["2011"], endDate=["2012"]),
        link("bd", "b", "d"),
        link("xa", "t:a", "x", "u"),
        link("xd", "x", "t:d", "u"),
        make_entity("t", "af", "Ownership", {"owner": ["a"], "asset": ["firm"], "percentage": ["40"]}),
        make_entity("t", "fd", "UnknownLink", {"subject": ["firm"], "object": ["d"]}),
    ]
    Writer(graph).write(entities, existing=())
    return Pathfinder(graph, 10.0)


def through(finder: Pathfinder, access: Access = EVERY, **more: object) -> set[str]:
    more = {"mode": PathMode.ALL_SHORTEST, **more}
    found = finder.paths(access, ["t:a"], ["t:d"], **more)  # type: ignore[arg-type]
    return {"".join(id.split(":")[1] for id in path.node_ids[1:-1]) for path in found.paths}


def test_parallel_relationships_are_one_path(finder: Pathfinder) -> None:
    assert through(finder) == {"b", "x", "firm"}
    assert len(finder.paths(EVERY, ["t:a"], ["t:b"], mode=PathMode.ALL_SHORTEST).paths) == 1


def test_access_holds_inside_a_path(finder: Pathfinder) -> None:
    assert through(finder, Access(frozenset({"t"}))) == {"b", "firm"}
    assert through(finder, Access(frozenset({"u"}))) == set()


@pytest.mark.parametrize(
    ("filter", "left"),
    [
        (HopFilter(types=("ASSOCIATE",)), {"b", "x"}),
        (HopFilter(schemata=("Company",)), {"firm"}),
        (HopFilter(schemata=("LegalEntity",)), {"b", "x", "firm"}),
        (HopFilter(datasets=("t",)), {"b", "firm"}),
        (HopFilter(direction=Direction.OUT), {"b", "x", "firm"}),
        (HopFilter(direction=Direction.IN), set()),
        (HopFilter(during=DateRange("2015", None)), {"x", "firm"}),
        (HopFilter(min_share=0.5), {"b", "x"}),
        (HopFilter(min_share=0.4), {"b", "x", "firm"}),
        (HopFilter(max_degree=2), {"x", "firm"}),
    ],
    ids=lambda value: repr(value)[:60],
)
def test_filters(finder: Pathfinder, filter: HopFilter, left: set[str]) -> None:
    assert through(finder, filter=filter) == left


def test_hops_one_by_one_and_avoid(finder: Pathfinder) -> None:
    hops = [HopFilter(types=("OWNERSHIP",)), HopFilter(types=("UNKNOWN_LINK",))]
    assert through(finder, hops=hops) == {"firm"}
    assert through(finder, avoid=["t:b", "u:x"]) == {"firm"}


def test_bad_questions_are_told(finder: Pathfinder) -> None:
    for more in ({"max_hops": 0}, {"max_hops": 99}, {"k": 0}, {"filter": HopFilter(types=("NOPE",))}):
        with pytest.raises(BadInput):
            finder.paths(EVERY, ["t:a"], ["t:d"], **more)  # type: ignore[arg-type]


def test_shortest_and_all_shortest_equal_networkx(graph: Connection) -> None:
    chosen = random.Random(11)
    names = [f"n{number}" for number in range(120)]
    ties = [tuple(chosen.sample(names, 2)) for _ in range(240)]
    edges = [link(f"e{number}", a, b) for number, (a, b) in enumerate(ties)]
    Writer(graph).write([*map(person, names), *edges], existing=())
    finder, known = Pathfinder(graph, 10.0), networkx.Graph(ties)
    for a, b in [chosen.sample(sorted(known), 2) for _ in range(40)]:
        one = finder.paths(EVERY, [f"t:{a}"], [f"t:{b}"], max_hops=12)
        every = finder.paths(EVERY, [f"t:{a}"], [f"t:{b}"], max_hops=12, mode=PathMode.ALL_SHORTEST)
        try:
            wanted = list(networkx.all_shortest_paths(known, a, b))
        except networkx.NetworkXNoPath:
            wanted = []
        assert [len(path.edge_ids) for path in one.paths] == [len(wanted[0]) - 1] * bool(wanted)
        assert sorted(path.node_ids for path in every.paths) == sorted(
            tuple(f"t:{name}" for name in path) for path in wanted
        )
