"""The graph store against a real Neo4j: what goes in comes out, is seen by the right eyes, and goes again."""

import gzip
import random
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from neo4j.exceptions import ClientError

from engine.access import Access
from engine.answer import EdgeCount
from engine.entity import Entity, Literal, make_entity, schema_of
from engine.errors import BadInput, QueryTimeout
from engine.graph.connection import Connection
from engine.graph.migration import migrate
from engine.graph.record.reader import Reader
from engine.graph.record.writer import Writer
from engine.question import DateRange, Direction, ExpandOrder, ExpandQuestion

DATA = Path(__file__).parents[3].parent / "shared" / "data" / "ftm"
SMALL = ("zala.ftm.json", "parteispenden.ftm.json", "openoil_bp_ownership.ftm.json.gz")
ALL = Access(frozenset({"a", "b"}))


def company(key: str, dataset: str = "a", **properties: list[str]) -> Entity:
    """A company."""
    return make_entity(dataset, key, "Company", {"name": [key], **properties})


def owns(key: str, owner: str, asset: str, dataset: str = "a", **properties: list[str]) -> Entity:
    """An ownership."""
    return make_entity(
        dataset, key, "Ownership", {"owner": [owner], "asset": [asset], **properties}
    )


def lines(path: Path, dataset: str) -> Iterator[Entity]:
    """The entities of a file."""
    with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as file:
        for line in file:
            told = orjson.loads(line)
            yield make_entity(dataset, told["id"], told["schema"], told["properties"])


def stubs(graph: Connection) -> set[str]:
    """The ids of all stubs: what a reader never sees."""
    seen = {id_ for id_, _ in Reader(graph, 10).identities()}
    ids = {
        row["id"]
        for row in graph.read("node_state", {"ids": [f"{d}:{n}" for d in "ab" for n in "cnpxyz"]})
    }
    return ids - seen


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
    """An end that has not arrived is no entity; it becomes one; it goes with the last that names it."""
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
    """Three by two ends are six relationships and one change; shares and dates are kept as written."""
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
    assert len(reader.subgraph(["a:x", "a:c", "a:n", "a:none"], ALL).edges) == 2
    assert reader.referrers(["a:x", "a:c"], "Ownership", "asset", ALL, 5) == {
        "a:x": [],
        "a:c": [edge],
    }


def test_changes_tell_deletions_and_values_let_go(graph: Connection) -> None:
    """In order of revision; a record that comes back is no deletion any more, its old values are."""
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
    writer.set_literals([(key, "phone", "+4512345678", ["a:x", "a:y", "b:z"])], 1)
    assert reader.literal_revision() == 1
    [step] = reader.expand(ExpandQuestion("a:x", types=("PHONE",)), ALL).items
    assert step.node == Literal(key, "phone", "+4512345678", "a")
    assert {s.node.id for s in reader.expand(ExpandQuestion(key), ALL).items} == {
        "a:x",
        "a:y",
        "b:z",
    }
    assert reader.entities([key], Access(frozenset("b")))[0] == Literal(
        key, "phone", "+4512345678", "b"
    )
    assert reader.entities([key], Access(frozenset("c"))) == [None]
    writer.set_literals([(key, "phone", "+4512345678", ["a:x", "a:y"])], 2)
    assert {s.node.id for s in reader.expand(ExpandQuestion(key), ALL).items} == {"a:x", "a:y"}
    writer.remove(["a:y"])
    assert reader.literals([key]) == set()


def test_access_and_filters_of_expand(graph: Connection) -> None:
    """Only what the eyes may see counts; types, direction, schemata and time each narrow it."""
    writer, reader = Writer(graph), Reader(graph, 10)
    writer.write(
        [
            *map(company, "xyz"),
            company("n", "b"),
            make_entity("a", "p", "Person", {"name": ["P"]}),
            owns("1", "x", "y", startDate=["2010"], endDate=["2015"]),
            owns("2", "z", "x"),
            owns("3", "a:x", "n", "b"),
            owns("4", "x", "b:n"),
            make_entity("a", "5", "Directorship", {"director": ["p"], "organization": ["x"]}),
        ],
        (),
    )

    def found(access: Access = ALL, **filters: object) -> str:
        page = reader.expand(ExpandQuestion("a:x", order=ExpandOrder.ID, **filters), access)  # type: ignore[arg-type]
        assert reader.expand_count(ExpandQuestion("a:x", **filters), access) == len(page.items)  # type: ignore[arg-type]
        return "".join(sorted(step.relationship.id[-1] for step in page.items))

    assert found() == "12345"
    assert found(Access(frozenset("a"))) == "125"
    assert found(Access(frozenset("b"))) == found(types=()) == ""
    assert found(direction=Direction.OUT) == "134"
    assert found(direction=Direction.IN) == "25"
    assert found(types=("OWNERSHIP",), schemata=("Organization",)) == "1234"
    assert found(schemata=("Person",)) == "5"
    assert found(during=DateRange("2015-06", "2015")) == "12345"
    assert found(during=DateRange("2016", None)) == found(during=DateRange(None, "2009")) == "2345"
    for bad in (
        {"types": ("x`y",)},
        {"schemata": ("Nonsense",)},
        {"after": "?"},
        {"after": "bnVsbA"},
    ):
        with pytest.raises(BadInput):
            reader.expand(ExpandQuestion("a:x", **bad), ALL)  # type: ignore[arg-type]
    with pytest.raises(QueryTimeout):
        Reader(graph, 0).expand(ExpandQuestion("a:x"), ALL)


@pytest.mark.parametrize("order", list(ExpandOrder))
def test_pages_hold_every_step_once_in_order(graph: Connection, order: ExpandOrder) -> None:
    """A cursor goes on where the page before ended, with self-loops and parallel edges among the steps."""
    writer, reader = Writer(graph), Reader(graph, 10)
    edges = [owns(f"e{i}", "x", f"t{i % 7}") for i in range(20)]
    edges += [owns("loop", "x", "x"), owns("back", "t1", "x")]
    writer.write([company("x"), *(company(f"t{i}") for i in range(7)), *edges], ())
    whole = reader.expand(ExpandQuestion("a:x", order=order, first=100), ALL)
    assert len(whole.items) == 22
    assert not whole.has_next
    seen, after = [], None
    while True:
        page = reader.expand(ExpandQuestion("a:x", order=order, first=3, after=after), ALL)
        seen += page.items
        if not page.has_next:
            break
        after = page.cursors[-1]
    assert seen == whole.items
    degrees = [sum(c.count for c in reader.edge_counts([s.node.id], ALL)[s.node.id]) for s in seen]
    if order is not ExpandOrder.ID:
        assert degrees == sorted(degrees, reverse=order is ExpandOrder.DEGREE_DESC)


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


def test_what_a_killed_migration_left_does_not_stand_in_the_way(graph: Connection) -> None:
    """Killed while it makes a constraint, Neo4j keeps the index that was to be the constraint's, under its name."""
    graph.declare("DROP CONSTRAINT tombstone_id")
    graph.declare("CREATE INDEX tombstone_id FOR (n:Tombstone) ON (n.id)")
    graph.declare("MATCH (m:Migration {version: 1}) DELETE m")
    assert migrate(graph) == ["V0001__Records"]
    graph.declare("CREATE (:Tombstone {id: 'one'})")
    with pytest.raises(ClientError):
        graph.declare("CREATE (:Tombstone {id: 'one'})")
    assert migrate(graph) == []


def test_migrations_are_applied_once(graph: Connection) -> None:
    """A migrated database needs none; every edge schema has both of its indexes."""
    assert migrate(graph) == []
    assert schema_of("Ownership").edge


def test_ids_sort_as_python_sorts(graph: Connection) -> None:
    """Code point order, beyond the basic plane too: the loader merges sorted lists on it."""
    keys = ["a", "Z", "é", "\uffee", "\U0001f600", "zz", "a-", "a:", "10", "9"]
    Writer(graph).write([company(key) for key in keys], ())
    Writer(graph).write([owns(key + "e", "a", "Z") for key in keys], ())
    found = list(Writer(graph).ids("a"))
    assert found == sorted(found)
    assert len(found) == 20
