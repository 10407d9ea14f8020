"""The graph as GEXF and GraphML, read back by networkx."""

from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import networkx
import pytest

from engine.entity import Entity
from engine.export.drawing import numbered
from engine.export.gexf import first_day
from engine.export.registry import FORMATS
from engine.export.target import opened
from tests.engine.export.crowd import crowd, split_cell, written

READERS: dict[str, Callable[[Path], networkx.MultiDiGraph]] = {
    "gexf": networkx.read_gexf,
    "graphml": networkx.read_graphml,
}


def in_xml(text: str) -> str:
    """What XML can hold of a string."""

    def fits(char: str) -> bool:
        return (
            char in "\t\n\r"
            or " " <= char <= "\ud7ff"
            or "\ue000" <= char <= "\ufffd"
            or char > "\uffff"
        )

    return "".join(char if fits(char) else "\ufffd" for char in text)


@pytest.mark.parametrize("name", READERS)
def test_a_drawing_is_the_graph(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"d.{name}"
    with opened(str(path)) as target:
        notes = FORMATS[name].write(crowd(), target)
    assert len(notes) == 1
    assert "control characters" in notes[0]
    graph = READERS[name](path)
    assert graph.is_multigraph()
    assert set(graph.nodes) == {node.id for node in crowd().nodes()}
    held = {record.id: record for record in crowd().nodes() if isinstance(record, Entity)}
    for id_, record in held.items():
        fields = graph.nodes[id_]
        assert fields["label"] == in_xml(record.caption)
        assert (fields["schema"], fields["dataset"]) == ("Person", "d")
        assert split_cell(fields["names"]) == [in_xml(text) for text in record.properties["name"]]
    assert graph.nodes["literal:phone:+1"]["label"] == "+1"
    edges = {
        data.get("id", key): (a, b, data) for a, b, key, data in graph.edges(keys=True, data=True)
    }
    drawn = dict(numbered(crowd().relationships()))
    assert set(edges) == set(drawn) >= {"d:dated", "d:dated#2"}
    for id_, (source, target_, data) in edges.items():
        relationship = drawn[id_].relationship
        assert (source, target_, data["type"]) == (
            relationship.source,
            relationship.target,
            relationship.type,
        )
        assert relationship.entity is not None
        assert data["label"] == in_xml(relationship.entity.first("percentage") or data["label"])
    dated = edges["d:dated"][2]
    assert (dated["share"], dated["percentage"]) == (0.25, "25%")
    assert edges["d:paid"][2]["amount"] == 7.5


def test_gexf_has_a_time_line(tmp_path: Path) -> None:
    written(FORMATS["gexf"], crowd(), tmp_path / "d.gexf")
    namespace = "{http://gexf.net/1.3}"
    root = ElementTree.parse(tmp_path / "d.gexf").getroot()
    edges = {edge.get("id"): edge for edge in root.iter(f"{namespace}edge")}
    assert (edges["d:dated"].get("start"), edges["d:dated"].get("end")) == (
        "2019-01-01",
        "2020-03-31",
    )
    assert edges["d:e1"].get("start") is None


@pytest.mark.parametrize(
    ("date", "expected"),
    [
        ("2019", "2019-01-01"),
        ("2019-04", "2019-04-01"),
        ("2019-04-05T10:00", "2019-04-05"),
        ("2019-02-31", None),
        ("soon", None),
        ("", None),
    ],
)
def test_days(date: str, expected: str | None) -> None:
    assert first_day(date) == expected
