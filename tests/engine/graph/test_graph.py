"""Records in a real Neo4j: they are read as they were written, by who may see them, and removed."""

import gzip
import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import orjson
import pytest

from engine.access import Access
from engine.answer import EdgeCount
from engine.entity import Entity, Literal, make_entity
from engine.errors import BadInput
from engine.graph.connection import Connection
from engine.graph.record.reader import Reader
from engine.graph.record.shared import SharedValue
from engine.graph.record.writer import Writer
from engine.question import Direction, ExpandQuestion
from tests.engine.graph.example import ALL, company, owns

DATA = Path(__file__).parents[3].parent / "shared" / "data" / "ftm"
SMALL = ("zala.ftm.json", "parteispenden.ftm.json", "openoil_bp_ownership.ftm.json.gz")


def lines(path: Path, dataset: str) -> Iterator[Entity]:
    """The entities of a file."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        for line in file:
            row = orjson.loads(line)
            yield make_entity(dataset, row["id"], row["schema"], row["properties"])


def stubs(graph: Connection) -> set[str]:
    """The ids of all stubs, which a reader never sees."""
    records = {id_ for id_, _ in Reader(graph, 10).identities()}
    ids = {
        row["id"]
        for row in graph.read("node_state", {"ids": [f"{d}:{n}" for d in "ab" for n in "cnpxyz"]})
    }
    return ids - records


@pytest.mark.parametrize("name", SMALL)
def test_records_written_in_any_order_come_back_the_same(graph: Connection, name: str) -> None:
    """Edges that arrive before their ends included; and each is one change."""
    if not (DATA / name).exists():
        pytest.skip("the public data sets are not here")
    writer, reader = Writer(graph), Reader(graph, 60)
    entities = {entity.id: entity for entity in lines(DATA / name, "a")}
    shuffled = list(entities.values())
    random.Random(1).shuffle(shuffled)
    for at in range(0, len(shuffled), 2000):
        writer.write(shuffled[at : at + 2000], ())
    ids = sorted(entities)
    assert list(writer.ids("a")) == ids
    for at in range(0, len(ids), 1000):
        part = ids[at : at + 1000]
        assert reader.entities(part, ALL) == [entities[id_] for id_ in part]
        assert writer.checksums("a", part) == {id_: entities[id_].checksum for id_ in part}
    changes = list(reader.changes(0))
    assert {change.id: change.entity for change in changes} == entities
    assert len(changes) == len(entities)
    assert [c.revision for c in changes] == sorted(c.revision for c in changes)


def test_stubs_are_invisible_filled_and_go_when_alone(graph: Connection) -> None:
    """An end that has not arrived is no entity; it becomes one; it goes when nothing names it."""
    writer, reader = Writer(graph), Reader(graph, 10)
    writer.write([owns("o", "x", "b:y"), make_entity("a", "s", "Sanction", {"entity": ["z"]})], ())
    assert stubs(graph) == {"a:x", "b:y", "a:z"}
    assert reader.entities(["a:x", "b:y"], ALL) == [None, None]
    assert reader.expand(ExpandQuestion("a:x"), ALL).items == []
    writer.write([company("x"), company("y", "b")], ())
    assert stubs(graph) == {"a:z"}
    [step] = reader.expand(ExpandQuestion("a:x"), ALL).items
    assert (step.relationship.id, step.relationship.target, step.node.id) == ("a:o", "b:y", "b:y")
    writer.remove(["a:x"])
    assert stubs(graph) == {"a:x", "a:z"}
    assert reader.entities(["a:x", "a:o"], ALL)[0] is None
    writer.remove(["a:o", "a:s"])
    assert stubs(graph) == set()
    assert list(writer.ids("b")) == ["b:y"]
    writer.write(
        [company("z"), sanction := make_entity("a", "s", "Sanction", {"entity": ["z"]})], ()
    )
    for schema, expected in (("Sanction", [sanction]), ("Interest", []), ("Interval", [])):
        if reader.refers_by_graph(schema, "entity"):
            assert reader.referrers(["a:z"], schema, "entity", ALL, 5) == {"a:z": expected}
            counts = reader.referrer_counts(["a:z", "a:no"], schema, "entity", ALL)
            assert counts == {"a:z": len(expected), "a:no": 0}


def test_a_record_may_change_into_anything(graph: Connection) -> None:
    """Node to edge, edge type to another, edge to node, schema to schema; ends and links follow."""
    writer, reader = Writer(graph), Reader(graph, 10)
    first = [company("c", parent=["p"]), company("n"), owns("e", "c", "n")]
    writer.write(first, ())
    second = [
        make_entity("a", "c", "Person", {"name": ["C"]}),
        make_entity("a", "e", "Debt", {"debtor": ["c"], "creditor": ["x"]}),
    ]
    writer.write(second, {"a:c", "a:e"})
    assert reader.entities(["a:c", "a:e"], ALL) == second
    assert stubs(graph) == {"a:x"}
    assert [
        s.relationship.type
        for s in reader.expand(ExpandQuestion("a:c", schemata=("Person",)), ALL).items
    ] == []
    assert reader.expand(ExpandQuestion("a:n"), ALL).items == []
    third = [owns("c", "n", "x"), company("e")]
    writer.write(third, {"a:c", "a:e"})
    assert reader.entities(["a:c", "a:e"], ALL) == third
    assert stubs(graph) == {"a:x"}
    assert reader.edge_counts(["a:n"], ALL) == {"a:n": []}
    assert [id_ for id_, _ in reader.identities()] == ["a:c", "a:e", "a:n"]


def test_an_edge_with_several_ends_is_one_entity(graph: Connection) -> None:
    """Three by two ends are six relationships and one change; its properties stay as written."""
    writer, reader = Writer(graph), Reader(graph, 10)
    edge = make_entity(
        "a",
        "e",
        "Ownership",
        {
            "owner": ["x", "y", "z", "x"],
            "asset": ["c", "n"],
            "percentage": ["25-50"],
            "startDate": ["2019"],
        },
    )
    writer.write([edge, *map(company, "xyzcn")], ())
    assert reader.entities(["a:e"], ALL) == [edge]
    assert reader.edge_counts(["a:c"], ALL) == {"a:c": [EdgeCount("OWNERSHIP", Direction.IN, 3)]}
    assert {s.node.id for s in reader.expand(ExpandQuestion("a:e"), ALL).items} == {
        "a:x",
        "a:y",
        "a:z",
        "a:c",
        "a:n",
    }
    assert [c.id for c in reader.changes(0)].count("a:e") == 1
    whole = reader.subgraph(["a:x", "a:c", "a:n", "a:none"], ALL)
    assert [line.entity for line in whole.edges] == [edge, edge]
    bare = reader.subgraph(["a:x", "a:c", "a:n", "a:none"], ALL, whole=False)
    assert bare.edges == [replace(line, entity=None) for line in whole.edges]
    assert reader.referrers(["a:x", "a:c"], "Ownership", "asset", ALL, 5) == {
        "a:x": [],
        "a:c": [edge],
    }
    for prop, ends in (("asset", "cn"), ("owner", "xyz")):
        counts = reader.referrer_counts(["a:c", "a:n", "a:x", "a:y", "a:z"], "Ownership", prop, ALL)
        assert counts == {f"a:{key}": int(key in ends) for key in "cnxyz"}
    assert reader.referrer_counts(["a:c"], "Ownership", "asset", Access(frozenset())) == {"a:c": 0}


def test_changes_include_deletions_and_lost_values(graph: Connection) -> None:
    """In order of revision; a record that is back is no deletion, but its old values are lost."""
    writer, reader = Writer(graph), Reader(graph, 10)
    one = writer.write([company("x", phone=["+4512345678"]), company("y")], ()).revision
    two = writer.write([company("x", phone=["+4587654321"])], {"a:x"}).revision
    assert {(c.id, *c.keys) for c in reader.changes(one)} == {
        ("a:x",),
        ("#a:x", "literal:phone:+4512345678"),
    }
    three = writer.remove(["a:x", "a:nothing"])
    [gone] = reader.changes(two)
    assert (gone.revision, gone.id, gone.entity, gone.keys) == (
        three,
        "a:x",
        None,
        ["literal:phone:+4587654321"],
    )
    assert writer.remove(["a:nothing"]) == three == reader.revision()
    back = writer.write([company("x")], ()).revision
    assert sorted((c.id, c.entity is None) for c in reader.changes(three)) == [
        ("#a:x", True),
        ("a:x", False),
    ]
    assert {key for c in reader.changes(0) for key in c.keys} == {
        "literal:phone:+4512345678",
        "literal:phone:+4587654321",
    }
    assert list(reader.changes(back)) == []


def test_shared_values(graph: Connection) -> None:
    """Two records with one phone are two hops apart; with one of them gone the value is as well."""
    writer, reader = Writer(graph), Reader(graph, 10)
    key = "literal:phone:+4512345678"
    writer.write([company("x"), company("y"), company("z", "b")], ())
    writer.set_literals([SharedValue(key, ["a:x", "a:y", "b:z"])], 1)
    assert reader.literal_revision() == 1
    [step] = reader.expand(ExpandQuestion("a:x", types=("PHONE",)), ALL).items
    assert step.node == Literal(key, "phone", "+4512345678", "a")
    assert {s.node.id for s in reader.expand(ExpandQuestion(key), ALL).items} == {
        "a:x",
        "a:y",
        "b:z",
    }
    assert reader.entities([key], Access(frozenset("a")))[0] == Literal(
        key, "phone", "+4512345678", "a"
    )
    assert reader.entities([key], Access(frozenset("b"))) == [None]
    assert reader.expand(ExpandQuestion("b:z"), Access(frozenset("b"))).items == []
    writer.set_literals([SharedValue(key, ["a:x", "a:y"])], 2)
    assert {s.node.id for s in reader.expand(ExpandQuestion(key), ALL).items} == {"a:x", "a:y"}
    writer.remove(["a:y"])
    assert reader.literals([key]) == set()


def test_hostile_values_are_kept_or_refused(graph: Connection) -> None:
    """Any text is a value; what cannot be one is refused, and leaves no trace."""
    writer, reader = Writer(graph), Reader(graph, 10)
    names = ["`) DETACH DELETE n //", "\x00", "😀￮", "", "$$labels$$", "x" * 100_000]
    odd = [
        make_entity("a", f"{name[:50]}{i}", "Company", {"name": [name]})
        for i, name in enumerate(names)
    ]
    writer.write(odd, ())
    ids = [entity.id for entity in odd]
    assert reader.entities(ids, ALL) == odd
    assert list(writer.ids("a")) == sorted(ids)
    revision = reader.revision()
    with pytest.raises(BadInput):
        company("\ud800")
    for bad in (company("x" * 3000), make_entity("a", "o", "Ownership", {"owner": ["x"]})):
        with pytest.raises(BadInput):
            writer.write([company("fine"), bad], ())
    with pytest.raises(BadInput):
        reader.entities(["a:\ud800"], ALL)
    assert reader.revision() == revision
    assert list(writer.ids("a")) == sorted(ids)


def test_ids_sort_as_python_sorts(graph: Connection) -> None:
    """Code point order, beyond the basic plane too: the loader merges sorted lists on it."""
    keys = ["a", "Z", "é", "\uffee", "\U0001f600", "zz", "a-", "a:", "10", "9"]
    Writer(graph).write([company(key) for key in keys], ())
    Writer(graph).write([owns(key + "e", "a", "Z") for key in keys], ())
    ids = list(Writer(graph).ids("a"))
    assert ids == sorted(ids)
    assert len(ids) == 20
