"""Exports of a real graph: the round trip, the order, whose eyes, and the same graph made elsewhere."""

import random
from collections.abc import Iterable
from pathlib import Path

import networkx
import pytest

from engine.access import Access
from engine.engine import Engine
from engine.entity import Entity, Literal, make_entity
from engine.errors import BadInput
from engine.excerpt import Answer
from engine.export.content import Content
from engine.export.registry import FORMATS
from engine.export.target import opened
from engine.graph.connection import Connection
from engine.graph.record import stream
from engine.question import PathQuestion, SearchQuestion
from loaders.demo.sample import FOLDER, TITLES
from loaders.load.load import load
from tests.conftest import DATA, WIPE
from tests.engine.export.test_export import HOSTILE
from tests.inside import graph_identities

ALL = Access(frozenset({"a", "b"}))


def exported(content: Content, name: str, path: Path) -> bytes:
    with opened(str(path)) as target:
        FORMATS[name].write(content, target)
    return path.read_bytes()


def fill(engine: Engine, entities: Iterable[Entity]) -> None:
    for dataset in ("a", "b"):
        engine._writer.ensure_dataset(dataset, dataset)
    engine._writer.write(list(entities), ())
    engine.follow()


def person(key: str, dataset: str = "a", **properties: list[str]) -> Entity:
    return make_entity(dataset, key, "Person", {"name": [key], **properties})


def owns(
    key: str, owner: list[str], asset: list[str], dataset: str = "a", **properties: list[str]
) -> Entity:
    return make_entity(dataset, key, "Ownership", {"owner": owner, "asset": asset, **properties})


def small() -> list[Entity]:
    """Two datasets with hostile values, edges of several ends, parallel, across, and into nothing."""
    companies = [
        make_entity("a", f"c{n}", "Company", {"name": [text], "notes": [text, "x"]})
        for n, text in enumerate(HOSTILE)
    ]
    return [
        *companies,
        person("p", phone=["+4930111111"]),
        person("q", "b", phone=["+4930111111"]),
        owns("o1", ["p"], ["c1", "c2", "c3"], percentage=["30%"], startDate=["2019"]),
        owns("o2", ["p"], ["c1"]),
        owns("o3", ["b:q"], ["c1"]),
        owns("o4", ["p"], ["nowhere"]),
        owns("o5", ["q"], ["a:c2"], "b"),
        make_entity("a", "address", "Address", {"full": ["1 Kiln Road"]}),
        make_entity(
            "a",
            "site",
            "Company",
            {"name": ["Site"], "addressEntity": ["address"], "parent": ["c1"]},
        ),
    ]


@pytest.mark.parametrize(
    "name", ["demo", "zala.ftm.json", "parteispenden.ftm.json", "openoil_bp_ownership.ftm.json.gz"]
)
def test_export_then_load_is_the_same_graph(
    name: str, fresh_engine: Engine, tmp_path: Path
) -> None:
    """Every record, every relationship, every byte of a second export; also when loaded in another order."""
    sources = (
        {n: [FOLDER / f"{n}.ftm.json"] for n in TITLES} if name == "demo" else {"d": [DATA / name]}
    )
    if not all(path.exists() for paths in sources.values() for path in paths):
        pytest.skip("the public data sets are not here")
    for dataset, paths in sources.items():
        assert load(fresh_engine, [str(path) for path in paths], dataset).refused_count == 0
    everything = fresh_engine.whole(fresh_engine.everybody())
    records, nodes = list(everything.records()), list(everything.nodes())
    arrows = list(everything.relationships())
    assert [entity.id for entity in records] == [id_ for id_, _ in graph_identities(fresh_engine)]
    drawing = exported(everything, "cypher", tmp_path / "first.cypher")
    with opened(f"{tmp_path}/first/") as target:
        FORMATS["ftm"].write(everything, target)
    for text in WIPE:
        fresh_engine._connection.declare(text)
    fresh_engine.reindex(lambda _: None)
    for dataset in sources:
        lines = (tmp_path / "first" / f"{dataset}.ftm.json").read_bytes().splitlines(keepends=True)
        random.Random(1).shuffle(lines)
        (tmp_path / "shuffled").write_bytes(b"".join(lines))
        assert load(fresh_engine, [str(tmp_path / "shuffled")], dataset).added == len(lines)
    again = fresh_engine.whole(fresh_engine.everybody())
    assert list(again.records()) == records
    assert list(again.nodes()) == nodes
    assert list(again.relationships()) == arrows
    for dataset in sources:
        first = (tmp_path / "first" / f"{dataset}.ftm.json").read_bytes()
        one = fresh_engine.whole(fresh_engine.everybody(), [dataset])
        assert exported(one, "ftm", tmp_path / "second") == first
    assert exported(again, "cypher", tmp_path / "second.cypher") == drawing


@pytest.mark.parametrize("page", [4, 1000])
def test_a_whole_graph_by_pages(
    page: int, fresh_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the page: each record once, in order; an edge of several ends is several arrows."""
    monkeypatch.setattr(stream, "PAGE", page)
    fill(fresh_engine, small())
    content = fresh_engine.whole(ALL)
    assert [entity.id for entity in content.records()] == sorted(entity.id for entity in small())
    assert {entity.id: entity for entity in content.records()} == {
        entity.id: entity for entity in small()
    }
    nodes = [node.id for node in content.nodes()]
    assert nodes == sorted(nodes)
    assert [node for node in nodes if node.startswith("literal:")] == ["literal:phone:+4930111111"]
    told = [
        (arrow.relationship.id, arrow.relationship.source, arrow.relationship.target)
        for arrow in content.relationships()
    ]
    assert len(told) == len(set(told))
    assert {arrow for arrow in told if "|" not in arrow[0]} == {
        ("a:o1", "a:p", "a:c1"),
        ("a:o1", "a:p", "a:c2"),
        ("a:o1", "a:p", "a:c3"),
        ("a:o2", "a:p", "a:c1"),
        ("a:o3", "b:q", "a:c1"),
        ("b:o5", "b:q", "a:c2"),
    }
    assert {(source, target) for id_, source, target in told if "|" in id_} == {
        ("a:site", "a:address"),
        ("a:site", "a:c1"),
        ("a:p", "literal:phone:+4930111111"),
        ("b:q", "literal:phone:+4930111111"),
    }


def test_an_export_holds_only_what_its_reader_sees(fresh_engine: Engine) -> None:
    fill(fresh_engine, small())
    only = Access(frozenset({"b"}))
    content = fresh_engine.whole(only)
    assert [entity.id for entity in content.records()] == ["b:o5", "b:q"]
    assert [node.id for node in content.nodes()] == ["b:q"]
    assert list(content.relationships()) == []
    assert list(fresh_engine.whole(only, ["b"]).records()) == list(content.records())
    with pytest.raises(BadInput, match="there is no dataset 'a'"):
        fresh_engine.whole(only, ["a"])
    with pytest.raises(BadInput, match="there is no entity 'a:p'"):
        fresh_engine.neighbourhood("a:p", only)
    near = fresh_engine.neighbourhood("b:q", only, 2)
    assert [node.id for node in near.nodes()] == ["b:q", "literal:phone:+4930111111"]
    assert {entity.dataset for entity in fresh_engine.found(SearchQuestion(), only).records()} == {
        "b"
    }


def test_a_neighbourhood_is_what_is_near(
    fresh_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(fresh_engine, small())
    graph = networkx.Graph()
    for arrow in fresh_engine.whole(ALL).relationships():
        graph.add_edge(arrow.relationship.source, arrow.relationship.target)
    for hops in (1, 2, 3):
        near = fresh_engine.neighbourhood("a:p", ALL, hops)
        expected = set(networkx.ego_graph(graph, "a:p", hops))
        assert {node.id for node in near.nodes()} == expected
        ends = {
            (arrow.relationship.source, arrow.relationship.target) for arrow in near.relationships()
        }
        assert {frozenset(pair) for pair in ends} == {
            frozenset(pair) for pair in graph.subgraph(expected).edges
        }
        ids = [entity.id for entity in near.records()]
        assert ids == sorted(ids)
        assert {"a:o1", "a:o2"} <= set(ids)
    with pytest.raises(BadInput, match="is a relationship"):
        fresh_engine.neighbourhood("a:o1", ALL)
    monkeypatch.setattr("engine.excerpt.MOST_NEIGHBOURS", 3)
    with pytest.raises(BadInput, match="more than 3 entities"):
        fresh_engine.neighbourhood("a:p", ALL)


def test_what_a_search_finds(fresh_engine: Engine) -> None:
    fill(
        fresh_engine,
        [person("anna", phone=["+4930111111"]), person("annika"), owns("o", ["anna"], ["annika"])],
    )
    assert [
        entity.id for entity in fresh_engine.found(SearchQuestion("anna OR annika"), ALL).records()
    ] == [
        "a:anna",
        "a:annika",
    ]
    wider = fresh_engine.found(SearchQuestion("anna OR annika"), ALL, edges=True)
    assert [entity.id for entity in wider.records()] == ["a:anna", "a:annika", "a:o"]
    assert wider.datasets == ("a",)
    drawn = fresh_engine.found(SearchQuestion("schema:Ownership"), ALL)
    assert [node.id for node in drawn.nodes()] == ["a:anna", "a:annika"], "an edge brings its ends"
    assert [arrow.relationship.id for arrow in drawn.relationships()] == ["a:o"]


def test_paths_as_a_drawing(fresh_engine: Engine, tmp_path: Path) -> None:
    fill(fresh_engine, small())
    found = fresh_engine.paths(PathQuestion(("a:c3",), ("b:q",)), ALL)
    content = Answer(found.nodes, found.edges)
    exported(content, "graphml", tmp_path / "p.graphml")
    graph = networkx.read_graphml(tmp_path / "p.graphml").to_undirected()
    assert set(graph) == {node.id for node in found.nodes}
    assert networkx.shortest_path_length(graph, "a:c3", "b:q") == len(found.paths[0].edge_ids)
    assert {entity.id for entity in content.records()} >= {"a:c3", "a:o1", "b:q"}


@pytest.mark.parametrize("name", ["gexf", "graphml"])
def test_a_drawing_of_the_whole_graph(name: str, fresh_engine: Engine, tmp_path: Path) -> None:
    """Nodes, arrows, parallel ones and fields as the graph has them."""
    fill(fresh_engine, small())
    content = fresh_engine.whole(ALL)
    exported(content, name, tmp_path / "g")
    graph = getattr(networkx, f"read_{name}")(tmp_path / "g")
    assert list(graph.nodes) == [node.id for node in content.nodes()]
    expected = sorted(
        (a.relationship.source, a.relationship.target, a.relationship.type)
        for a in content.relationships()
    )
    assert (
        sorted((source, target, data["type"]) for source, target, data in graph.edges(data=True))
        == expected
    )
    assert graph.number_of_edges("a:p", "a:c1") == 2
    shares = {data.get("share") for *_, data in graph.edges(data=True)}
    assert shares == {None, 0.3}


def state(connection: Connection) -> tuple[list[object], list[object]]:
    """All nodes and relationships that an export is to hold, stubs and bookkeeping aside."""
    hidden = ("_revision", "_checksum")
    nodes, edges = [], []
    with connection._driver.session() as session:
        for row in session.run(
            "MATCH (n) WHERE (n:Entity OR n:Literal) AND n._stub IS NULL RETURN n"
        ):
            told = {
                key: value
                for key, value in row["n"].items()
                if not key.startswith("_") and key != "revision"
            }
            nodes.append((sorted(row["n"].labels), sorted(told.items())))
        found = session.run(
            "MATCH (a)-[r]->(b) WHERE a._stub IS NULL AND b._stub IS NULL AND (a:Entity) RETURN a.id AS a, r, b.id AS b"
        )
        for row in found:
            told = {key: value for key, value in row["r"].items() if key not in hidden}
            edges.append((row["a"], row["r"].type, row["b"], sorted(told.items())))
    return sorted(nodes, key=repr), sorted(edges, key=repr)


def test_the_script_makes_the_same_graph(fresh_engine: Engine, tmp_path: Path) -> None:
    """Run by a real Neo4j, with strings that would break out of their quotes if they could; run twice too."""
    fill(fresh_engine, small())
    script = exported(fresh_engine.whole(ALL), "cypher", tmp_path / "g.cypher").decode()
    before = state(fresh_engine._connection)
    assert len(before[0]) == len(HOSTILE) + 5
    for text in WIPE:
        fresh_engine._connection.declare(text)
    assert state(fresh_engine._connection) == ([], [])
    statements = [line for line in script.split("\n") if line and not line.startswith("//")]
    assert all(line.endswith(";") for line in statements)
    for _ in range(2):
        for line in statements:
            fresh_engine._connection.declare(line.removesuffix(";"))
        assert state(fresh_engine._connection) == before


def test_shared_values_need_two_that_are_exported(fresh_engine: Engine) -> None:
    fill(fresh_engine, small())
    assert not any(isinstance(node, Literal) for node in fresh_engine.whole(ALL, ["a"]).nodes())
