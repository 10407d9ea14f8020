"""Real data through the real parts: what is loaded, walked, summed and counted equals what the files say.

What is expected is worked out here from the JSON lines alone, by networkx, numpy and plain counting.
"""

import gzip
import random
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

import networkx
import numpy
import orjson
import pytest
from followthemoney import model
from followthemoney.schema import Schema
from normality import ascii_text

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
from tests.inside import dataset_ids

FILES = {
    "zala": "zala.ftm.json",
    "parteispenden": "parteispenden.ftm.json",
    "openoil": "openoil_bp_ownership.ftm.json.gz",
    "denmark": "denmark_elite_2017.ftm.json.gz",
    "ofac": "ofac_sdn_2019-01.ftm.json.gz",
    "everypolitician": "everypolitician_11.ftm.json.gz",
    "gleif": "gleif_50k.ftm.json.gz",
}
ALL = Access(frozenset(FILES))
HUB = 50
"""Values that more records than this hold are not shared values."""
SHARED = frozenset({"phone", "email", "identifier", "address", "ip", "url", "checksum"})
UNREAD = frozenset(
    {"entity", "date", "country", "topic", "gender", "language", "mimetype", "json", "number"}
)
Told = dict[str, Any]
Span = tuple[str, str]

pytestmark = pytest.mark.skipif(not DATA.exists(), reason="the public data sets are not here")


def told(dataset: str) -> Iterator[Told]:
    """The entities of a file, as they stand there."""
    path = DATA / FILES[dataset]
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as lines:
        yield from map(orjson.loads, lines)


def schema_of(name: str) -> Schema:
    """FtM's schema."""
    found = model.get(name)
    assert found is not None
    return found


Loaded = tuple[Engine, dict[str, Report]]


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Loaded]:
    """An engine with a Neo4j of its own that holds all the files, and what each load reported."""
    settings = Settings(
        data=tmp_path_factory.mktemp("real"), heap_mb=1024, pagecache_mb=512, deadline=120
    )
    with Engine.open(settings, progress=lambda _: None) as engine:
        yield engine, {name: load(engine, [str(DATA / file)], name) for name, file in FILES.items()}


# --- in and out ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("dataset", FILES)
def test_every_entity_comes_back_the_same(loaded: Loaded, dataset: str) -> None:
    engine, reports = loaded
    ids, entities = set(), list(told(dataset))
    for at in range(0, len(entities), 2000):
        part = entities[at : at + 2000]
        wanted = [(f"{dataset}:{d['id']}", d["schema"], d["properties"]) for d in part]
        found = engine.entities([id_ for id_, _, _ in wanted], ALL)
        assert [
            (e.id, e.schema, dict(e.properties)) for e in found if isinstance(e, Entity)
        ] == wanted
        assert {e.dataset for e in found if isinstance(e, Entity)} == {dataset}
        ids.update(id_ for id_, _, _ in wanted)
    report = reports[dataset]
    assert (report.added, report.refused_count, report.truncated) == (
        report.read - report.repeated,
        0,
        None,
    )
    assert report.added == len(ids)
    assert dataset_ids(engine, dataset) == sorted(ids)
    summary = engine.dataset(dataset, ALL)
    assert summary is not None
    assert summary.entity_count == len(ids)
    assert {s.schema: s.count for s in summary.schemata} == Counter(d["schema"] for d in entities)


def test_graph_and_index_agree(loaded: Loaded) -> None:
    assert loaded[0].check() == []


# --- paths --------------------------------------------------------------------------------------------


def relationships(dataset: str, entity: Told) -> Iterator[tuple[str, str]]:
    """The ends of the relationships that one entity is, or has by its properties."""
    schema, properties = schema_of(entity["schema"]), entity["properties"]
    ends = [
        (entity["id"], v)
        for n, vs in properties.items()
        if schema.properties[n].type.name == "entity"
        for v in vs
    ]
    if schema.edge:
        sources, targets = (
            properties[str(end)] for end in (schema.edge_source, schema.edge_target)
        )
        ends = [(a, b) for a in sources for b in targets]
    for a, b in ends:
        yield f"{dataset}:{a}", f"{dataset}:{b}"


def values(dataset: str, entity: Told) -> Iterator[tuple[str, str]]:
    """(shared value, record) for each value that others may share."""
    schema = schema_of(entity["schema"])
    for name, held in entity["properties"].items():
        kind = schema.properties[name].type
        if kind.name in SHARED and not schema.edge:
            for node in filter(None, map(kind.node_id_safe, held)):
                yield f"literal:{kind.name}:{node.split(':', 1)[1]}", f"{dataset}:{entity['id']}"


Graph = Any
"""A graph of networkx, which is generic only in its stubs."""


def plain_graph(datasets: Iterable[str]) -> Graph:
    """The records and relationships of some files, without shared values, and without ends that nothing tells of."""
    found, known = networkx.Graph(), set()
    for name in datasets:
        for entity in told(name):
            found.add_edges_from(relationships(name, entity))
            known.add(f"{name}:{entity['id']}")
    found.remove_nodes_from(set(found) - known)
    return found


def shared_values() -> list[tuple[str, str]]:
    """(shared value, record) for all values that two records hold, and not too many."""
    holders = defaultdict(set)
    for name in FILES:
        for entity in told(name):
            for value, record in values(name, entity):
                holders[value].add(record)
    return [
        (value, r)
        for value, records in holders.items()
        if 2 <= len(records) <= HUB
        for r in sorted(records)
    ]


def check_paths(
    engine: Engine, known: Graph, pairs: list[tuple[str, str]], filter: HopFilter
) -> int:
    """See that shortest paths are networkx's, and how many there were."""
    finder, count = Pathfinder(engine._connection, 120), 0
    for a, b in pairs:
        wanted: set[tuple[str, ...]] = set()
        if networkx.has_path(known, a, b):
            wanted = set(map(tuple, networkx.all_shortest_paths(known, a, b)))
        wanted = {path for path in wanted if len(path) <= 13}
        one = finder.paths(PathQuestion((a,), (b,), max_hops=12, filter=filter), ALL)
        every = finder.paths(
            PathQuestion(
                (a,), (b,), mode=PathMode.ALL_SHORTEST, max_hops=12, filter=filter, limit=20_000
            ),
            ALL,
        )
        assert one.truncated is every.truncated is None
        assert len(one.paths) == min(1, len(wanted))
        assert {path.node_ids for path in one.paths} <= wanted
        found = [path.node_ids for path in every.paths]
        assert len(found) == len(wanted)
        assert set(found) == wanted
        assert {node.id for node in every.nodes} == {node for path in wanted for node in path}
        count += len(wanted)
    return count


def test_shortest_paths_of_the_danish_component_equal_networkx(loaded: Loaded) -> None:
    known = plain_graph(["denmark"])
    component = sorted(max(networkx.connected_components(known), key=len))
    assert len(component) == 38_280
    chosen = random.Random(300)
    pairs = [(a, b) for a, b in (chosen.sample(component, 2) for _ in range(300))]
    assert check_paths(loaded[0], known, pairs, HopFilter()) > 1000


def test_paths_through_shared_values_equal_networkx(loaded: Loaded) -> None:
    """In all files together, along entity-typed properties too; and without shared values."""
    bare = plain_graph(FILES)
    whole = bare.copy()
    shared = shared_values()
    whole.add_edges_from(shared)
    chosen = random.Random(42)
    joined = [
        c for c in networkx.connected_components(whole) if any(n.startswith("literal:") for n in c)
    ]
    pairs = []
    for component in sorted(joined, key=lambda c: (-len(c), min(c)))[:10]:
        records = sorted(node for node in component if not node.startswith("literal:"))
        pairs += [(a, b) for a, b in (chosen.sample(records, 2) for _ in range(10))]
    ends = [(record, value) for value, record in chosen.sample(shared, 10)]
    bare.add_nodes_from(record for pair in pairs for record in pair)
    through = check_paths(loaded[0], whole, pairs + ends, HopFilter())
    without = check_paths(loaded[0], bare, pairs, HopFilter(shared=False))
    assert through > without + 50


# --- ownership ----------------------------------------------------------------------------------------


def check_holdings(found: list[Holding], integrated: Any, reached: Any, names: list[str]) -> None:
    """See that one company's holdings are what the solution says: all that is reached, the largest first."""
    expected = {names[place]: float(integrated[place]) for place in numpy.flatnonzero(reached)}
    listed = {holding.entity.id: holding.share for holding in found}
    assert len(listed) == len(found) == min(len(expected), 1000)
    assert listed == pytest.approx({id_: expected[id_] for id_ in listed}, rel=1e-9, abs=1e-11)
    ordered = [expected[holding.entity.id] for holding in found]
    assert ordered == pytest.approx(
        sorted(expected.values(), reverse=True)[:1000], rel=1e-9, abs=1e-11
    )
    assert not any(holding.unknown or holding.lower_bound for holding in found)


def test_owners_and_holdings_of_every_bp_company_equal_the_linear_system(loaded: Loaded) -> None:
    """(I - W) X = W, solved at once for the 1,178 companies; who is reached at all, by the powers of W."""
    entities = list(told("openoil"))
    names = sorted(f"openoil:{e['id']}" for e in entities if e["schema"] == "Company")
    places = {name: place for place, name in enumerate(names)}
    direct = numpy.zeros((len(names), len(names)))
    for properties in (e["properties"] for e in entities if e["schema"] == "Ownership"):
        ends = (places[f"openoil:{properties[end][0]}"] for end in ("owner", "asset"))
        direct[tuple(ends)] += float(properties["percentage"][0]) / 100
    integrated = numpy.linalg.solve(numpy.eye(len(names)) - direct, direct)
    step = (direct > 0).astype(float)
    reached = (
        numpy.linalg.matrix_power((step + numpy.eye(len(names)) > 0).astype(float), 16) @ step > 0
    )
    numpy.fill_diagonal(reached, False)
    assert len(names) == 1178
    engine = loaded[0]
    for place, name in enumerate(names):
        up = engine.owners(OwnershipQuestion(name, min_share=0, first=1000), ALL)
        check_holdings(up, integrated[:, place], reached[:, place], names)
        down = engine.holdings(OwnershipQuestion(name, min_share=0, first=1000), ALL)
        check_holdings(down, integrated[place], reached[place], names)


# --- facets -------------------------------------------------------------------------------------------

YEAR = re.compile(r"(\d{4})(-\d\d(-\d\d)?)?(?=$|T)")
TEXTS = (
    "",
    "holdings",
    "bp",
    "petroleum limited",
    "ownership",
    "2012",
    "republican",
    "maria",
    "ivan",
    "iran bank",
)
FILTERS = (
    None,
    SearchFilter(schemata=("LegalEntity",)),
    SearchFilter(schemata=("Company", "Interval"), datasets=("denmark", "zala", "openoil")),
    SearchFilter(countries=("ru", "dk", "GB")),
    SearchFilter(topics=("sanction", "role.pep")),
    SearchFilter(during=DateRange("2009-06", "2010")),
    SearchFilter(datasets=("everypolitician", "ofac"), during=DateRange(None, "1950")),
    SearchFilter(schemata=("Membership",), during=DateRange("2014-03-10", "2014-03-10")),
)


def words(text: str) -> set[str]:
    """The words of a text, as they are asked for in Latin letters."""
    plain = text if text.isascii() else ascii_text(text)
    return set(re.findall("[a-z0-9]+", plain.lower()))


def span(date: str) -> Span | None:
    """The first and last day of a partial date."""
    match = YEAR.match(date)
    return (
        (match[0] + "-01-01"[len(match[0]) - 4 :], match[0] + "-12-31"[len(match[0]) - 4 :])
        if match
        else None
    )


class Plain:
    """What one entity has that is searched and counted."""

    def __init__(self, dataset: str, entity: Told) -> None:
        self.schema, self.dataset = schema_of(entity["schema"]), dataset
        self.values: dict[str, set[str]] = {"schema": {self.schema.name}, "dataset": {dataset}}
        by_type: defaultdict[str, list[str]] = defaultdict(list)
        for name, held in entity["properties"].items():
            by_type[self.schema.properties[name].type.name] += held
        self.spans = [found for date in by_type["date"] if (found := span(date))]
        lasting = [
            [found for date in entity["properties"].get(name, ()) if (found := span(date))]
            for name in ("startDate", "endDate")
        ]
        self.values |= {"country": set(by_type["country"]), "topic": set(by_type["topic"])}
        self.values["year"] = {first[:4] for first, _ in self.spans}
        if any(lasting):
            self.spans.append(
                (
                    min(lasting[0], default=("",))[0],
                    max((last for _, last in lasting[1]), default="~"),
                )
            )
        caption = [v for name in self.schema.caption for v in entity["properties"].get(name, ())]
        texts = [v for kind, held in by_type.items() if kind not in UNREAD for v in held]
        self.words = {
            word
            for text in [*texts, *caption, *([] if caption else [self.schema.label])]
            for word in words(text)
        }

    def fits(self, asked: SearchFilter) -> bool:
        """Whether a filter lets it pass."""
        during = asked.during or DateRange()
        first = (span(during.start) or ("",))[0] if during.start else ""
        last = (span(during.end) or ("", "~"))[1] if during.end else "~"
        return (
            (asked.schemata is None or not self.schema.names.isdisjoint(asked.schemata))
            and (asked.datasets is None or self.dataset in asked.datasets)
            and (
                asked.countries is None
                or not self.values["country"].isdisjoint(map(str.lower, asked.countries))
            )
            and (asked.topics is None or not self.values["topic"].isdisjoint(asked.topics))
            and (
                asked.during is None
                or any(low <= last and high >= first for low, high in self.spans)
            )
        )


def test_facets_equal_a_plain_count(loaded: Loaded) -> None:
    counted = {(t, f): {field: Counter[str]() for field in FACETS} for t in TEXTS for f in FILTERS}
    totals = Counter[tuple[str, SearchFilter | None]]()
    for name in FILES:
        for entity in (Plain(name, entity) for entity in told(name)):
            texts = [text for text in TEXTS if entity.words.issuperset(text.split())]
            for filter in [one for one in FILTERS if texts and (one is None or entity.fits(one))]:
                for text in texts:
                    totals[text, filter] += 1
                    for field in FACETS:
                        counted[text, filter][field].update(entity.values[field])
    for (text, filter), wanted in counted.items():
        assert (
            loaded[0].count(SearchQuestion(text, filter or SearchFilter()), ALL)
            == totals[text, filter]
        ), (
            text,
            filter,
        )
        for facet in loaded[0].facets(
            FacetQuestion(SearchQuestion(text, filter or SearchFilter()), FACETS), ALL
        ):
            most = sorted(wanted[facet.field].items(), key=lambda item: (-item[1], item[0]))[:20]
            assert [(v.value, v.count) for v in facet.values] == most, (text, filter, facet.field)
    assert sum(total > 0 for total in totals.values()) >= 36
