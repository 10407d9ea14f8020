"""Exports of a real graph: the round trip, the order, and the same graph made elsewhere."""

import random
from pathlib import Path

import networkx
import pytest

from engine.engine import Engine
from engine.excerpt import AnswerExcerpt
from engine.export.registry import FORMATS
from engine.export.target import opened
from engine.graph.connection import Connection
from engine.graph.record import stream
from engine.question import PathQuestion
from loaders.demo.sample import FOLDER, TITLES
from loaders.load.load import load
from tests.conftest import DATA, HISTORY, WIPE
from tests.engine.export.crowd import HOSTILE
from tests.engine.export.small import ALL, exported, fill, small
from tests.inside import graph_identities


def sources_of(name: str) -> dict[str, Path]:
    """The file of each dataset of a collection; skips the test where they are not there."""
    sources = (
        {dataset: FOLDER / f"{dataset}.ftm.json" for dataset in TITLES}
        if name == "demo"
        else {"d": DATA / name}
    )
    if not all(path.exists() for path in sources.values()):
        pytest.skip("the public data sets are not here")
    return sources


def wipe(engine: Engine) -> None:
    """Delete everything, from the index too."""
    for text in WIPE:
        engine._connection.declare(text)
    engine.reindex(lambda _: None)


def load_shuffled(engine: Engine, source: Path, dataset: str, folder: Path) -> None:
    """Load the lines of a file in another order."""
    lines = source.read_bytes().splitlines(keepends=True)
    random.Random(1).shuffle(lines)
    (folder / "shuffled").write_bytes(b"".join(lines))
    assert load(engine, [str(folder / "shuffled")], dataset).added == len(lines)


@pytest.mark.parametrize(
    "name", ["demo", "zala.ftm.json", "parteispenden.ftm.json", "openoil_bp_ownership.ftm.json.gz"]
)
def test_export_then_load_is_the_same_graph(
    name: str, fresh_engine: Engine, tmp_path: Path
) -> None:
    """Every record, every relationship, every byte of a second export; in another order, too."""
    sources = sources_of(name)
    for dataset, path in sources.items():
        assert load(fresh_engine, [str(path)], dataset).refused_count == 0
    everything = fresh_engine.dataset_excerpt(fresh_engine.owner_access())
    records, nodes = list(everything.records()), list(everything.nodes())
    relationships = list(everything.relationships())
    assert [entity.id for entity in records] == [id_ for id_, _ in graph_identities(fresh_engine)]
    script = exported(everything, "cypher", tmp_path / "first.cypher")
    with opened(f"{tmp_path}/first/") as target:
        FORMATS["ftm"].write(everything, target)
    wipe(fresh_engine)
    first = {dataset: tmp_path / "first" / f"{dataset}.ftm.json" for dataset in sources}
    for dataset, path in first.items():
        load_shuffled(fresh_engine, path, dataset, tmp_path)
    again = fresh_engine.dataset_excerpt(fresh_engine.owner_access())
    assert list(again.records()) == records
    assert list(again.nodes()) == nodes
    assert list(again.relationships()) == relationships
    for dataset, path in first.items():
        one = fresh_engine.dataset_excerpt(fresh_engine.owner_access(), [dataset])
        assert exported(one, "ftm", tmp_path / "second") == path.read_bytes()
    assert exported(again, "cypher", tmp_path / "second.cypher") == script


@pytest.mark.parametrize("page", [4, 1000])
def test_a_whole_graph_by_pages(
    page: int, fresh_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever the page: each record once, in order; an edge of two ends is two relationships."""
    monkeypatch.setattr(stream, "PAGE", page)
    fill(fresh_engine, small())
    content = fresh_engine.dataset_excerpt(ALL)
    assert [entity.id for entity in content.records()] == sorted(entity.id for entity in small())
    assert {entity.id: entity for entity in content.records()} == {
        entity.id: entity for entity in small()
    }
    nodes = [node.id for node in content.nodes()]
    assert nodes == sorted(nodes)
    assert [node for node in nodes if node.startswith("literal:")] == ["literal:phone:+4930111111"]
    ends = [
        (measured.relationship.id, measured.relationship.source, measured.relationship.target)
        for measured in content.relationships()
    ]
    assert len(ends) == len(set(ends))
    assert {each for each in ends if "|" not in each[0]} == {
        ("a:o1", "a:p", "a:c1"),
        ("a:o1", "a:p", "a:c2"),
        ("a:o1", "a:p", "a:c3"),
        ("a:o2", "a:p", "a:c1"),
        ("a:o3", "b:q", "a:c1"),
        ("b:o5", "b:q", "a:c2"),
    }
    assert {(source, target) for id_, source, target in ends if "|" in id_} == {
        ("a:site", "a:address"),
        ("a:site", "a:c1"),
        ("a:p", "literal:phone:+4930111111"),
        ("b:q", "literal:phone:+4930111111"),
    }


def test_paths_as_a_drawing(fresh_engine: Engine, tmp_path: Path) -> None:
    fill(fresh_engine, small())
    answer = fresh_engine.paths(PathQuestion(("a:c3",), ("b:q",)), ALL)
    content = AnswerExcerpt(answer.nodes, answer.edges)
    exported(content, "graphml", tmp_path / "p.graphml")
    graph = networkx.read_graphml(tmp_path / "p.graphml").to_undirected()
    assert set(graph) == {node.id for node in answer.nodes}
    assert networkx.shortest_path_length(graph, "a:c3", "b:q") == len(answer.paths[0].edge_ids)
    assert {entity.id for entity in content.records()} >= {"a:c3", "a:o1", "b:q"}


@pytest.mark.parametrize("name", ["gexf", "graphml"])
def test_a_drawing_of_the_whole_graph(name: str, fresh_engine: Engine, tmp_path: Path) -> None:
    """Nodes, relationships, parallel ones and fields as the graph has them."""
    fill(fresh_engine, small())
    content = fresh_engine.dataset_excerpt(ALL)
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
    """All nodes and relationships that an export must hold, without stubs and bookkeeping."""
    hidden = (*HISTORY, "_checksum")
    nodes, edges = [], []
    with connection._driver.session() as session:
        for row in session.run(
            "MATCH (n) WHERE (n:Entity OR n:Literal) AND n._stub IS NULL RETURN n"
        ):
            properties = {
                key: value
                for key, value in row["n"].items()
                if not key.startswith("_") and key != "revision"
            }
            nodes.append((sorted(row["n"].labels), sorted(properties.items())))
        for row in session.run(
            "MATCH (a)-[r]->(b) WHERE a._stub IS NULL AND b._stub IS NULL AND (a:Entity) "
            "RETURN a.id AS a, r, b.id AS b"
        ):
            properties = {key: value for key, value in row["r"].items() if key not in hidden}
            edges.append((row["a"], row["r"].type, row["b"], sorted(properties.items())))
    return sorted(nodes, key=repr), sorted(edges, key=repr)


def test_the_script_makes_the_same_graph(fresh_engine: Engine, tmp_path: Path) -> None:
    """Run twice by a real Neo4j, with strings that would break out of their quotes."""
    fill(fresh_engine, small())
    script = exported(fresh_engine.dataset_excerpt(ALL), "cypher", tmp_path / "g.cypher").decode()
    before = state(fresh_engine._connection)
    assert len(before[0]) == len(HOSTILE) + 5
    for text in WIPE:
        fresh_engine._connection.declare(text)
    assert state(fresh_engine._connection) == ([], [])
    queries = [line for line in script.split("\n") if line and not line.startswith("//")]
    assert all(line.endswith(";") for line in queries)
    for _ in range(2):
        for line in queries:
            fresh_engine._connection.declare(line.removesuffix(";"))
        assert state(fresh_engine._connection) == before
