"""Who sees a value that records share: it depends on which of its holders they may read."""

from collections.abc import Iterable, Sequence

import pytest

from engine.access import Access
from engine.engine import Engine
from engine.entity import Entity, make_entity
from engine.errors import NotFound
from engine.graph import visibility
from engine.graph.connection import Connection
from engine.graph.migration import migrate
from engine.index.index import Index
from engine.question import ExpandQuestion, HopFilter, PathQuestion

PHONE = "literal:phone:+4520102030"


def holders(dataset: str, numbers: Iterable[int]) -> list[Entity]:
    """Companies of a dataset with one phone number."""
    return [
        make_entity(dataset, f"n{n}", "Company", {"name": [f"{n}"], "phone": ["+4520102030"]})
        for n in numbers
    ]


def put(engine: Engine, entities: Sequence[Entity]) -> None:
    """Write records, and let index and shared values follow."""
    engine._writer.ensure_dataset(entities[0].dataset)
    engine._writer.write(entities, ())
    engine.follow()


def seen(engine: Engine, datasets: str) -> int | None:
    """How many holders somebody who may read these datasets sees; None where the value is hidden.

    However they ask, they are told the same.
    """
    access = Access(frozenset(datasets))
    (value,) = engine.entities([PHONE], access)
    try:
        steps = engine.expand(ExpandQuestion(PHONE), access).items
    except NotFound:
        steps = []
    first, last = f"{datasets[0]}:n0", f"{datasets[-1]}:n1"
    paths = engine.paths(PathQuestion((first,), (last,)), access).paths
    counts = engine.edge_counts([first], access)[first]
    assert (value is None) == (not steps) == (not paths) == (not counts)
    return None if value is None else len(steps)


def test_a_reader_sees_two_to_so_many_holders(
    fresh_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where a dataset alone, or several together, have too many for some and not for all."""
    monkeypatch.setattr(visibility, "LITERAL_CAP", 3)
    put(fresh_engine, holders("a", range(4)))
    assert fresh_engine._reader.literals([PHONE]) == set()
    put(fresh_engine, holders("b", range(2)))
    put(fresh_engine, holders("c", range(2)))
    assert {each: seen(fresh_engine, each) for each in ("a", "b", "c", "ab", "bc", "abc")} == {
        "a": None,
        "b": 2,
        "c": 2,
        "ab": None,
        "bc": None,
        "abc": None,
    }
    fresh_engine._writer.remove(["a:n3"])
    fresh_engine.follow()
    assert [seen(fresh_engine, each) for each in ("a", "b", "ab")] == [3, 2, None]
    fresh_engine._writer.remove(["b:n1", "a:n2", "a:n1"])
    fresh_engine.follow()
    assert (seen(fresh_engine, "c"), seen(fresh_engine, "ac")) == (2, 3)
    access = Access(frozenset("ab"))
    assert [step.node.id for step in fresh_engine.expand(ExpandQuestion("a:n0"), access).items] == [
        PHONE
    ]


def test_values_of_older_data_folders_are_worked_out_again(
    fresh_engine: Engine, graph: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only the values: the index holds everything already, and nothing is added to it again."""
    monkeypatch.setattr(visibility, "LITERAL_CAP", 3)
    put(fresh_engine, holders("a", range(4)))
    put(fresh_engine, holders("b", range(2)))
    for query in ("MATCH (l:Literal) DETACH DELETE l", "MATCH (m:Migration {version: 4}) DELETE m"):
        graph.declare(query)
    assert migrate(graph) == ["V0004__Shared"]
    assert fresh_engine._keeper.behind
    monkeypatch.setattr(Index, "add", None)
    fresh_engine.follow()
    assert not fresh_engine._keeper.behind
    assert seen(fresh_engine, "b") == 2


def test_a_hidden_value_counts_nowhere(fresh_engine: Engine) -> None:
    """Orders by degree, and the degrees that paths are limited by, are those without it."""
    chain = [
        make_entity("a", f"own{n}", "Ownership", {"owner": [f"n{n}"], "asset": [f"n{n + 1}"]})
        for n in (0, 1)
    ]
    companies = [make_entity("a", f"n{n}", "Company", {"name": [f"{n}"]}) for n in (0, 2)]
    put(fresh_engine, [*companies, *holders("a", [1]), *chain])
    few, all_ = Access(frozenset("a")), Access(frozenset("ab"))
    near = ExpandQuestion("a:n0")
    limited = PathQuestion(("a:n0",), ("a:n2",), filter=HopFilter(max_degree=2))
    before = fresh_engine.expand(near, few), fresh_engine.paths(limited, few)
    assert len(before[1].paths) == 1
    put(fresh_engine, holders("b", [0]))
    assert (fresh_engine.expand(near, few), fresh_engine.paths(limited, few)) == before
    assert fresh_engine.expand(near, all_) != before[0]
    assert not fresh_engine.paths(limited, all_).paths
