"""What can be exported: only what a reader sees, a neighbourhood, what a search finds."""

import networkx
import pytest

from engine.access import Access
from engine.engine import Engine
from engine.entity import Literal
from engine.errors import BadInput
from engine.question import SearchQuestion
from tests.engine.export.small import ALL, fill, owns, person, small


def test_an_export_holds_only_what_its_reader_sees(fresh_engine: Engine) -> None:
    fill(fresh_engine, small())
    only = Access(frozenset({"b"}))
    content = fresh_engine.dataset_excerpt(only)
    assert [entity.id for entity in content.records()] == ["b:o5", "b:q"]
    assert [node.id for node in content.nodes()] == ["b:q"]
    assert list(content.relationships()) == []
    assert list(fresh_engine.dataset_excerpt(only, ["b"]).records()) == list(content.records())
    with pytest.raises(BadInput, match="there is no dataset 'a'"):
        fresh_engine.dataset_excerpt(only, ["a"])
    with pytest.raises(BadInput, match="there is no entity 'a:p'"):
        fresh_engine.neighbourhood("a:p", only)
    near = fresh_engine.neighbourhood("b:q", only, 2)
    assert [node.id for node in near.nodes()] == ["b:q"]
    assert {
        entity.dataset for entity in fresh_engine.search_excerpt(SearchQuestion(), only).records()
    } == {"b"}


def test_a_neighbourhood_is_what_is_near(
    fresh_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(fresh_engine, small())
    graph = networkx.Graph()
    for measured in fresh_engine.dataset_excerpt(ALL).relationships():
        graph.add_edge(measured.relationship.source, measured.relationship.target)
    for hops in (1, 2, 3):
        near = fresh_engine.neighbourhood("a:p", ALL, hops)
        expected = set(networkx.ego_graph(graph, "a:p", hops))
        assert {node.id for node in near.nodes()} == expected
        drawn = (measured.relationship for measured in near.relationships())
        assert {frozenset((each.source, each.target)) for each in drawn} == {
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
    question = SearchQuestion("anna OR annika")
    hits = fresh_engine.search_excerpt(question, ALL)
    assert [entity.id for entity in hits.records()] == ["a:anna", "a:annika"]
    wider = fresh_engine.search_excerpt(question, ALL, edges=True)
    assert [entity.id for entity in wider.records()] == ["a:anna", "a:annika", "a:o"]
    assert wider.datasets == ("a",)
    drawn = fresh_engine.search_excerpt(SearchQuestion("schema:Ownership"), ALL)
    assert [node.id for node in drawn.nodes()] == ["a:anna", "a:annika"], "an edge brings its ends"
    assert [measured.relationship.id for measured in drawn.relationships()] == ["a:o"]


def test_shared_values_need_two_that_are_exported(fresh_engine: Engine) -> None:
    fill(fresh_engine, small())
    assert not any(
        isinstance(node, Literal) for node in fresh_engine.dataset_excerpt(ALL, ["a"]).nodes()
    )
