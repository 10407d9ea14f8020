"""Real data through the real parts: what Clew loads, walks, sums and counts is what the files say.

The expected answers are worked out from the files alone (``expected.py``), and by numpy.
"""

import random
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

import networkx
import numpy
import pytest

from engine.access import Access
from engine.answer import Holding
from engine.engine import Engine
from engine.entity import Entity
from engine.graph.walk.path import Pathfinder
from engine.question import (
    FACETS,
    DateRange,
    FacetQuestion,
    HopFilter,
    OwnershipQuestion,
    PathMode,
    PathQuestion,
    SearchFilter,
    SearchQuestion,
)
from engine.settings import Settings
from loaders.load.load import load
from loaders.load.report import Report
from tests.conftest import DATA
from tests.expected import FILES, Graph, Searched, plain_graph, rows_of, shared_values
from tests.inside import dataset_ids
from tests.prepared import Prepared

ALL = Access(frozenset(FILES))
Loaded = tuple[Engine, dict[str, Report]]

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the public data sets are not here")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory, prepared: Prepared) -> Iterator[Loaded]:
    """An engine with a Neo4j of its own that holds all files, and what each load reported."""
    data = prepared(tmp_path_factory.mktemp("real"))
    settings = Settings(data=data, heap_mb=1024, pagecache_mb=512, deadline=120)
    with Engine.open(settings, progress=lambda _: None) as engine:
        yield engine, {name: load(engine, [str(DATA / file)], name) for name, file in FILES.items()}


# --- in and out -----------------------------------------------------------------------------------


@pytest.mark.parametrize("dataset", FILES)
def test_every_entity_comes_back_the_same(loaded: Loaded, dataset: str) -> None:
    engine, reports = loaded
    ids, rows = set(), list(rows_of(dataset))
    for at in range(0, len(rows), 2000):
        part = rows[at : at + 2000]
        expected = [(f"{dataset}:{row['id']}", row["schema"], row["properties"]) for row in part]
        nodes = engine.entities([id_ for id_, _, _ in expected], ALL)
        entities = [node for node in nodes if isinstance(node, Entity)]
        assert [(e.id, e.schema, dict(e.properties)) for e in entities] == expected
        assert {entity.dataset for entity in entities} == {dataset}
        ids.update(id_ for id_, _, _ in expected)
    report = reports[dataset]
    assert (report.refused_count, report.truncated) == (0, None)
    assert report.added == report.read - report.repeated == len(ids)
    assert dataset_ids(engine, dataset) == sorted(ids)
    summary = engine.dataset(dataset, ALL)
    assert summary is not None
    assert summary.entity_count == len(ids)
    assert {s.schema: s.count for s in summary.schemata} == Counter(row["schema"] for row in rows)


def test_graph_and_index_agree(loaded: Loaded) -> None:
    assert loaded[0].check() == []


# --- paths ----------------------------------------------------------------------------------------


def shortest_paths(graph: Graph, a: str, b: str) -> set[tuple[str, ...]]:
    """Every shortest path between two nodes, as networkx finds them.

    networkx would walk the whole graph for each pair, so it gets only a part: every node of a
    shortest path is within half its length of one of the ends.
    """
    if not networkx.has_path(graph, a, b):
        return set()
    length = networkx.shortest_path_length(graph, a, b)
    near_a = networkx.single_source_shortest_path_length(graph, a, cutoff=(length + 1) // 2)
    near_b = networkx.single_source_shortest_path_length(graph, b, cutoff=length // 2)
    part = graph.subgraph([*near_a, *near_b])
    return set(map(tuple, networkx.all_shortest_paths(part, a, b)))


def check_paths(
    engine: Engine, graph: Graph, pairs: list[tuple[str, str]], filter: HopFilter
) -> int:
    """Check that shortest paths are those that networkx finds; how many there were."""
    finder, count = Pathfinder(engine._connection, 120), 0
    for a, b in pairs:
        expected = {path for path in shortest_paths(graph, a, b) if len(path) <= 13}
        one = finder.paths(PathQuestion((a,), (b,), max_hops=12, filter=filter), ALL)
        every = finder.paths(
            PathQuestion(
                (a,), (b,), mode=PathMode.ALL_SHORTEST, max_hops=12, filter=filter, limit=20_000
            ),
            ALL,
        )
        assert one.truncated is every.truncated is None
        assert len(one.paths) == min(1, len(expected))
        assert {path.node_ids for path in one.paths} <= expected
        paths = [path.node_ids for path in every.paths]
        assert len(paths) == len(expected)
        assert set(paths) == expected
        assert {node.id for node in every.nodes} == {node for path in expected for node in path}
        count += len(expected)
    return count


def test_shortest_paths_of_the_danish_component_equal_networkx(loaded: Loaded) -> None:
    graph = plain_graph(["denmark"])
    component = sorted(max(networkx.connected_components(graph), key=len))
    assert len(component) == 38_280
    chance = random.Random(300)
    pairs = [(a, b) for a, b in (chance.sample(component, 2) for _ in range(300))]
    assert check_paths(loaded[0], graph, pairs, HopFilter()) > 1000


def test_paths_through_shared_values_equal_networkx(loaded: Loaded) -> None:
    """In all files together, along entity-typed properties too; and without shared values."""
    bare = plain_graph(FILES)
    full = bare.copy()
    shared = shared_values()
    full.add_edges_from(shared)
    chance = random.Random(42)
    joined = [
        component
        for component in networkx.connected_components(full)
        if any(node.startswith("literal:") for node in component)
    ]
    pairs = []
    for component in sorted(joined, key=lambda c: (-len(c), min(c)))[:10]:
        records = sorted(node for node in component if not node.startswith("literal:"))
        pairs += [(a, b) for a, b in (chance.sample(records, 2) for _ in range(10))]
    ends = [(record, value) for value, record in chance.sample(shared, 10)]
    bare.add_nodes_from(record for pair in pairs for record in pair)
    through = check_paths(loaded[0], full, pairs + ends, HopFilter())
    without = check_paths(loaded[0], bare, pairs, HopFilter(shared=False))
    assert through > without + 50


# --- ownership ------------------------------------------------------------------------------------


def check_holdings(
    holdings: Sequence[Holding], integrated: Any, reached: Any, names: list[str]
) -> None:
    """Check one company's holdings: all that is reached, with the solution's shares, in order."""
    expected = {names[place]: float(integrated[place]) for place in numpy.flatnonzero(reached)}
    listed = {holding.entity.id: holding.share for holding in holdings}
    assert len(listed) == len(holdings) == min(len(expected), 1000)
    assert listed == pytest.approx({id_: expected[id_] for id_ in listed}, rel=1e-9, abs=1e-11)
    in_order = [expected[holding.entity.id] for holding in holdings]
    assert in_order == pytest.approx(
        sorted(expected.values(), reverse=True)[:1000], rel=1e-9, abs=1e-11
    )
    assert not any(holding.unknown or holding.lower_bound for holding in holdings)


def test_owners_and_holdings_of_every_bp_company_equal_the_linear_system(loaded: Loaded) -> None:
    """G = (I - W)⁻¹ of 1,178 companies, a row by its G_ii; who is reached, by the powers of W."""
    rows = list(rows_of("openoil"))
    names = sorted(f"openoil:{row['id']}" for row in rows if row["schema"] == "Company")
    places = {name: place for place, name in enumerate(names)}
    direct = numpy.zeros((len(names), len(names)))
    for properties in (row["properties"] for row in rows if row["schema"] == "Ownership"):
        ends = (places[f"openoil:{properties[end][0]}"] for end in ("owner", "asset"))
        direct[tuple(ends)] += float(properties["percentage"][0]) / 100
    total = numpy.linalg.inv(numpy.eye(len(names)) - direct)
    integrated = total / numpy.diag(total)[:, None]
    step = (direct > 0).astype(float)
    reached = (
        numpy.linalg.matrix_power((step + numpy.eye(len(names)) > 0).astype(float), 16) @ step > 0
    )
    numpy.fill_diagonal(reached, False)
    assert len(names) == 1178
    engine = loaded[0]
    for place, name in enumerate(names):
        up = engine.owners(OwnershipQuestion(name, min_share=0, first=1000), ALL).items
        check_holdings(up, integrated[:, place], reached[:, place], names)
        down = engine.holdings(OwnershipQuestion(name, min_share=0, first=1000), ALL).items
        check_holdings(down, integrated[place], reached[place], names)


# --- facets ---------------------------------------------------------------------------------------

TEXTS = (
    "",
    "holdings",
    "amoco",
    "exploration production",
    "ownership",
    "2012",
    "republican",
    "iran bank",
)
FILTERS = (
    SearchFilter(),
    SearchFilter(schemata=("LegalEntity",)),
    SearchFilter(schemata=("Company", "Interval"), datasets=("denmark", "zala", "openoil")),
    SearchFilter(countries=("ru", "dk", "GB")),
    SearchFilter(topics=("sanction", "role.pep")),
    SearchFilter(during=DateRange("2009-06", "2010")),
    SearchFilter(datasets=("everypolitician", "ofac"), during=DateRange(None, "1950")),
    SearchFilter(schemata=("Membership",), during=DateRange("2014-03-10", "2014-03-10")),
)
Search = tuple[str, SearchFilter]


def plain_count() -> tuple[Counter[Search], dict[Search, dict[str, Counter[str]]]]:
    """How many entities each search finds, and how often each value is among them, by field."""
    totals: Counter[Search] = Counter()
    values = {(t, f): {field: Counter[str]() for field in FACETS} for t in TEXTS for f in FILTERS}
    for entity in (Searched(name, row) for name in FILES for row in rows_of(name)):
        for search in searches_that_find(entity):
            totals[search] += 1
            for field in FACETS:
                values[search][field].update(entity.values[field])
    return totals, values


def searches_that_find(entity: Searched) -> Iterator[Search]:
    texts = [text for text in TEXTS if entity.words.issuperset(text.split())]
    return product(texts, [filter for filter in FILTERS if entity.fits(filter)])


def test_facets_equal_a_plain_count(loaded: Loaded) -> None:
    totals, values = plain_count()
    for (text, filter), expected in values.items():
        # in quotes, as the plain count knows no other spellings
        search = SearchQuestion(" ".join(f'"{word}"' for word in text.split()), filter)
        assert loaded[0].count(search, ALL) == totals[text, filter], (text, filter)
        for facet in loaded[0].facets(FacetQuestion(search, FACETS), ALL):
            counts = sorted(expected[facet.field].items(), key=lambda item: (-item[1], item[0]))
            listed = [(value.value, value.count) for value in facet.values]
            assert listed == counts[:20], (text, filter, facet.field)
    assert sum(total > 0 for total in totals.values()) >= 36
