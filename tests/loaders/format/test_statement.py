"""Statements: as FollowTheMoney writes them, in any order, and broken."""

import csv
import io
import json
import random
from contextlib import closing
from pathlib import Path

import pytest
from followthemoney import ValueEntity, model
from followthemoney.dataset import Dataset
from followthemoney.statement import Statement, StatementEntity
from followthemoney.statement.serialize import get_statement_writer

from engine.access import Access
from engine.engine import Engine
from engine.entity import Entity
from engine.errors import BadInput
from engine.export.registry import FORMATS as EXPORT_FORMATS
from engine.export.target import opened
from engine.question import OwnershipQuestion, PathQuestion
from loaders.demo.sample import TITLES, load_demo
from loaders.format.registry import FORMATS, format_of
from loaders.intake.intake import Intake, ParseResult
from loaders.load.load import load

HEADER = "entity_id,canonical_id,prop,schema,value,dataset,external"
SOURCE = Dataset.make({"name": "source", "title": "Source"})
ENTITIES = [
    {
        "id": "ada",
        "schema": "Person",
        "properties": {"name": ["Ada", 'A, "the" First\nof her name'], "birthDate": ["1815"]},
    },
    {
        "id": "engines",
        "schema": "LegalEntity",
        "properties": {"name": ["Engines Ltd", "Двигатель"], "country": ["gb"]},
    },
    {
        "id": "engines",
        "schema": "Company",
        "properties": {"name": ["Engines"], "jurisdiction": ["gb"]},
    },
    {
        "id": "holds",
        "schema": "Ownership",
        "properties": {"owner": ["ada"], "asset": ["engines"], "percentage": ["60"]},
    },
    {"id": "empty", "schema": "Person", "properties": {}},
]


def told() -> list[Statement]:
    entities = [ValueEntity.from_dict(data) for data in ENTITIES]
    return [
        statement
        for entity in entities
        for statement in Statement.from_entity(entity, "source", "2020-01-01")
    ]


def write_statements(path: Path, kind: str, statements: list[Statement]) -> None:
    """As FollowTheMoney's own ``write_statements``, which never closes its text layer."""
    with path.open("wb") as file:
        writer = get_statement_writer(file, kind)
        for statement in statements:
            writer.write(statement)
        writer.close()
        writer.fh.close()


def read(path: Path, format: str | None = None) -> tuple[list[ParseResult], Intake]:
    intake = Intake("d", [str(path)])
    with closing(intake):
        return list(format_of(intake, format).read(intake)), intake


def entities(readings: list[ParseResult]) -> dict[str, tuple[str, dict[str, list[str]]]]:
    found = [reading.entity for reading in readings if reading.entity is not None]
    return {entity.id: (entity.schema, dict(entity.properties)) for entity in found}


def told_by(entity: Entity) -> tuple[str, dict[str, list[str]]]:
    return entity.schema, {name: sorted(values) for name, values in entity.properties.items()}


def refused(readings: list[ParseResult]) -> list[tuple[int, str]]:
    return [(reading.place, reading.reason) for reading in readings if reading.entity is None]


@pytest.mark.parametrize("kind", ["csv", "json", "pack"])
@pytest.mark.parametrize("shuffled", [False, True])
def test_what_followthemoney_writes_is_what_it_reads(
    tmp_path: Path, kind: str, shuffled: bool
) -> None:
    statements = told()
    if shuffled:
        random.Random(4).shuffle(statements)
    path = tmp_path / "file"
    write_statements(path, kind, statements)
    readings, intake = read(path)
    assert (refused(readings), intake.notes, intake.truncated) == ([], [], None)
    groups: dict[str, list[Statement]] = {}
    for statement in statements:
        groups.setdefault(statement.canonical_id, []).append(statement)
    wanted = {}
    for group in groups.values():
        entity = StatementEntity.from_statements(SOURCE, group)
        wanted[f"d:{entity.id}"] = (
            entity.schema.name,
            {k: sorted(v) for k, v in entity.properties.items()},
        )
    found = {
        id_: (schema, {k: sorted(v) for k, v in props.items()})
        for id_, (schema, props) in entities(readings).items()
    }
    assert found == wanted
    assert len(found) == 4


def test_an_entity_with_its_statements_on_one_line(tmp_path: Path) -> None:
    entity = StatementEntity.from_data(SOURCE, {**ENTITIES[0]})
    path = tmp_path / "file.json"
    path.write_text(json.dumps(entity.to_statement_dict()) + "\n")
    readings, _ = read(path)
    found = entities(readings)["d:ada"]
    assert found[0] == "Person"
    expected = ENTITIES[0]["properties"]["name"]  # type: ignore[index]
    assert sorted(found[1]["name"]) == sorted(expected)


def test_canonical_ids_make_entities_and_references_follow(tmp_path: Path) -> None:
    rows = [
        "holds,holds,owner,Ownership,b,one,f",
        "holds,holds,asset,Ownership,c,one,f",
        "a,Q1,id,Person,a,one,f",
        "a,Q1,name,Person,Ada,one,f",
        "b,Q1,name,LegalEntity,Ada L.,two,false",
        "c,,name,Company,Cee,two,",
    ]
    path = tmp_path / "file.csv"
    path.write_text("\n".join([HEADER, *rows]))
    readings, intake = read(path)
    assert entities(readings) == {
        "d:Q1": ("Person", {"name": ["Ada", "Ada L."]}),
        "d:c": ("Company", {"name": ["Cee"]}),
        "d:holds": ("Ownership", {"owner": ["Q1"], "asset": ["c"]}),
    }
    assert intake.notes == ["statements of 2 datasets (one, two) are loaded as one"]


ROWS = [
    "a,Q1,name,LegalEntity,Äda Ltd,one,f",
    "a,Q1,name,Company,ADA LTD,one,f",
    "a,Q1,name,Company,Ada Ltd,one,f",
    "a,Q1,name,Asset,Ада,one,f",
    "a,Q1,country,LegalEntity,gb,one,f",
    "a,Q1,country,LegalEntity,fr,one,f",
    "c,Q2,name,Company,Cee,one,f",
    "c,Q3,name,Company,Cee,one,f",
    "h,h,owner,Ownership,c,one,f",
    "h,h,owner,Ownership,b,one,f",
    "h,h,asset,Ownership,a,one,f",
    "h,h,percentage,Ownership,40%,one,f",
    "h,h,percentage,Ownership,30%,two,f",
]


def test_the_order_of_the_rows_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    found = set()
    for seed in range(12):
        rows = random.Random(seed).sample(ROWS, len(ROWS))
        path.write_text("\n".join([HEADER, *rows]))
        readings, _ = read(path)
        assert refused(readings) == []
        found.add(
            json.dumps(
                [(r.entity.id, r.entity.caption, r.entity.checksum) for r in readings if r.entity]
            )
        )
    assert len(found) == 1
    made = entities(readings)
    assert made["d:Q1"] == (
        "Company",
        {"name": ["Ada Ltd", "ADA LTD", "Äda Ltd", "Ада"], "country": ["fr", "gb"]},
    )
    assert made["d:h"][1] == {"owner": ["Q2", "b"], "asset": ["Q1"], "percentage": ["30%", "40%"]}


@pytest.mark.parametrize("delimiter", [";", "\t", "|"])
def test_another_delimiter_is_found_out(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "file.csv"
    rows = ["a,a,name,Person,Ada,one,f", 'a,a,notes,Person,"one; two\tthree|four",one,f']
    path.write_bytes(("\ufeff" + "\r\n".join([HEADER, *rows]).replace(",", delimiter)).encode())
    readings, intake = read(path)
    assert (refused(readings), intake.truncated) == ([], None)
    assert entities(readings) == {
        "d:a": ("Person", {"name": ["Ada"], "notes": ["one; two\tthree|four"]})
    }


def test_external_statements_are_left_out_and_noted(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    rows = [
        "a,a,name,Person,Ada,one,f",
        "a,a,alias,Person,Ado,one,t",
        "b,b,name,Person,Bea,one,true",
    ]
    path.write_text("\n".join([HEADER, *rows]) + "\n")
    readings, intake = read(path)
    assert entities(readings) == {"d:a": ("Person", {"name": ["Ada"]})}
    assert intake.notes == ["2 external statements are left out"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("a,a,nose,Person,x,one,f", "Person has no property 'nose'"),
        ("a,a,name,Persn,x,one,f", "schema 'Persn' is not known"),
        ("a b,a b,name,Person,x,one,f", "id 'a b' is not one of FollowTheMoney's"),
        ("a,a,ownershipOwner,Person,x,one,f", "no property 'ownershipOwner' that can be given"),
        ("a,a,name,Person", "4 cells under a header of 7 columns"),
        ("a,a,name,Person,x,one,f,more", "8 cells under a header of 7 columns"),
        ('a,a,name,Person,"x"y,one,f', "not CSV"),
        ("a,a,name,Person,\udcff,one,f", "not UTF-8: invalid start byte at byte 17 of line 3"),
    ],
)
def test_a_bad_row_is_told_and_the_others_are_in(tmp_path: Path, row: str, reason: str) -> None:
    path = tmp_path / "file.csv"
    text = "\n".join(
        [HEADER, '"a","a",name,Person,"A, B",one,f', row, "b,b,name,Person,Bea,one,f\n"]
    )
    path.write_bytes(text.encode(errors="surrogateescape"))
    readings, intake = read(path)
    assert [place for place, _ in refused(readings)] == [3]
    assert reason in refused(readings)[0][1]
    assert list(entities(readings)) == ["d:a", "d:b"]
    assert intake.truncated is None


@pytest.mark.parametrize("end", ["b,b,name,Pers", 'b,b,name,Person,"Be'])
def test_a_file_that_is_cut_off_is_told(tmp_path: Path, end: str) -> None:
    path = tmp_path / "file.csv"
    path.write_text(f"{HEADER}\na,a,name,Person,Ada,one,f\n{end}")
    readings, intake = read(path)
    assert intake.truncated == f"{path}: line 3 is cut off"
    assert list(entities(readings)) == ["d:a"]


def test_json_lines_that_are_none(tmp_path: Path) -> None:
    good = {"entity_id": "a", "prop": "name", "schema": "Person", "value": "Ada", "external": False}
    lines = [
        json.dumps(good),
        "[]",
        json.dumps({**good, "value": 3}),
        json.dumps({"statements": [1]}),
        '{"entity_id": "b"',
    ]
    path = tmp_path / "file.json"
    path.write_text("\n".join(lines))
    readings, intake = read(path)
    assert [place for place, _ in refused(readings)] == [2, 3, 4, 5]
    assert intake.truncated == f"{path}: line 5 is cut off"
    assert list(entities(readings)) == ["d:a"]


def test_what_has_no_columns_of_statements_is_no_statements(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_text("entity_id,prop\na,name\n")
    with pytest.raises(BadInput, match="has no column value: these are no statements"):
        read(path, "statements")


def test_a_runaway_quote_costs_no_memory_and_no_later_file(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(f'{HEADER}\na,a,name,Person,"'.encode() + (b"x" * 999 + b"\n") * 20_000)
    good = tmp_path / "good.csv"
    good.write_text(f"{HEADER}\nb,b,name,Person,Bea,one,f\n")
    intake = Intake("d", [str(path), str(good)])
    places, told = [], 0
    for reading in format_of(intake, None).read(intake):
        if reading.entity is None:
            told += 1
            places = [*places, (reading.place, reading.reason)][:1]
        else:
            assert reading.entity.id == "d:b"
    assert places == [(2, "longer than 16 MiB")]
    assert told > 1


@pytest.mark.parametrize(
    ("head", "fitting"),
    [
        (f"{HEADER}\n", ["statements", "ftm"]),
        ("\ufeffentity_id,prop,value,dataset\n", ["statements", "ftm"]),
        ('{"canonical_id":"a","entity_id":"a","prop":"name","value":"x"}\n', ["statements", "ftm"]),
        ('{"id":"a","schema":"Person","statements":[]}\n', ["statements", "ftm"]),
        ('{"id":"a","schema":"Person","properties":{"name":["entity_id,prop,value"]}}\n', ["ftm"]),
        ('[{"statementId":"a","recordType":"entity","recordDetails":{}}]', ["bods", "ftm"]),
        ('{"statementID":"a","statementType": "personStatement"}\n', ["bods", "ftm"]),
        ("node_id,name,countries,country_codes,sourceID,valid_until,note\n", ["icij", "ftm"]),
        ("node_id_start,node_id_end,rel_type,link\n", ["icij", "ftm"]),
        ("entity_id;prop;schema;value\n", ["statements", "ftm"]),
        ("Node_ID\tName\tsourceID\n", ["icij", "ftm"]),
        ("START_ID,TYPE,END_ID\n", ["icij", "ftm"]),
        ("node_1,rel_type,node_2\n", ["icij", "ftm"]),
        ("n.name,n.node_id\n", ["icij", "ftm"]),
        ("type,node_1\n", ["ftm"]),
        ('{"op":"ADD","entity":{"id":"a","schema":"Person"}}\n', ["delta", "ftm"]),
        ("name,country\nAda,gb\n", ["ftm"]),
        ("", ["ftm"]),
        ('"', ["ftm"]),
    ],
)
def test_only_the_right_format_fits(head: str, fitting: list[str]) -> None:
    found = [
        known.name
        for known in FORMATS
        if known.fits("some", head.encode()) and known.name != "mapping"
    ]
    assert found == fitting


def test_an_export_is_loaded_and_asked(fresh_engine: Engine, tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    write_statements(path, "csv", told())
    report = load(fresh_engine, [str(path)], "d")
    assert (report.added, report.refused_count) == (4, 0)
    again = load(fresh_engine, [str(path)], "d")
    assert (again.unchanged, again.added, again.changed, again.removed) == (4, 0, 0, 0)
    eyes = Access(frozenset({"d"}))
    assert fresh_engine.paths(PathQuestion(("d:ada",), ("d:engines",)), eyes).paths[0].edge_ids == (
        "d:holds",
    )
    assert [
        holding.share for holding in fresh_engine.owners(OwnershipQuestion("d:engines"), eyes).items
    ] == [pytest.approx(0.6)]
    assert fresh_engine.check() == []


def test_what_clew_exports_is_what_it_loads(fresh_engine: Engine, tmp_path: Path) -> None:
    load_demo(fresh_engine, lambda _: None)
    eyes = Access(frozenset(TITLES))
    for name in TITLES:
        path = tmp_path / f"{name}.csv"
        with opened(str(path)) as target:
            EXPORT_FORMATS["statements"].write(fresh_engine.dataset_excerpt(eyes, [name]), target)
        before = {
            entity.id: told_by(entity)
            for entity in fresh_engine.dataset_excerpt(eyes, [name]).records()
        }
        report = load(fresh_engine, [str(path)], name)
        assert (report.added, report.removed, report.refused_count) == (0, 0, 0)
        assert {
            entity.id: told_by(entity)
            for entity in fresh_engine.dataset_excerpt(eyes, [name]).records()
        } == before
        assert load(fresh_engine, [str(path)], name).unchanged == report.read > 0


def test_a_csv_of_the_model_is_written_as_it_was(tmp_path: Path) -> None:
    """The library's own CSV of every schema that is not abstract: none is refused for its name."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerow(HEADER.split(","))
    names = [schema.name for schema in model if not schema.abstract and not schema.edge]
    writer.writerows(
        [f"e{n}", f"e{n}", "id", name, f"e{n}", "one", "f"] for n, name in enumerate(names)
    )
    path = tmp_path / "file.csv"
    path.write_text(buffer.getvalue())
    readings, _ = read(path)
    assert sorted(schema for schema, _ in entities(readings).values()) == sorted(names)


def test_what_is_exported_comes_back_with_its_empty_values(
    fresh_engine: Engine, tmp_path: Path
) -> None:
    odd = {
        "id": "e",
        "schema": "Person",
        "properties": {"name": ["", "Ada"], "notes": [""], "country": ["gb", ""]},
    }
    (tmp_path / "odd.json").write_text(json.dumps(odd))
    load(fresh_engine, [str(tmp_path / "odd.json")], "d")
    with opened(str(tmp_path / "out.csv")) as target:
        EXPORT_FORMATS["statements"].write(
            fresh_engine.dataset_excerpt(fresh_engine.owner_access()), target
        )
    report = load(fresh_engine, [str(tmp_path / "out.csv")], "e")
    assert (report.added, report.refused_count) == (1, 0)
    one, other = fresh_engine.entities(["d:e", "e:e"], Access(frozenset({"d", "e"})))
    assert isinstance(one, Entity)
    assert isinstance(other, Entity)
    assert {name: sorted(values) for name, values in one.properties.items()} == {
        name: sorted(values) for name, values in other.properties.items()
    }
