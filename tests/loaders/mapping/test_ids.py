"""Ids as FollowTheMoney makes them: compared with its own mapping, entity by entity."""

import csv
import logging
import re
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from banal import keys_values
from followthemoney import ValueEntity, model
from followthemoney.namespace import Namespace

from engine.entity import Entity
from engine.errors import BadInput
from engine.validation import ends_of
from loaders.intake.intake import Intake
from loaders.mapping.check import check
from loaders.mapping.format import Mapping
from loaders.mapping.language import read_mapping

TABLES = Path(__file__).parents[3].parent / "shared" / "data" / "tables"
FIXTURES = Path(__file__).parents[2] / "fixtures"
FERRIES = FIXTURES / "ferries"
OUR_KEYS = "            - $file\n            - $row\n"
here = pytest.mark.skipif(not TABLES.exists(), reason="the tables are not here")
Entities = dict[str, tuple[str, dict[str, list[str]]]]
"""Schema and properties by id."""


@pytest.fixture(autouse=True)
def silence() -> Iterator[None]:
    """FollowTheMoney logs every value that it leaves out."""
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


def theirs(mapping: Path, source: Path, sign: bool = False) -> Entities:
    """What FollowTheMoney makes of it, as ``ftm map`` and ``ftm aggregate`` do.

    Edges that lack an end are left out: Clew does not make them.
    """
    merged: dict[str, ValueEntity] = {}
    for dataset, settings in yaml.safe_load(mapping.read_text()).items():
        for query in keys_values(settings, "queries", "query"):
            for entity in model.map_entities(located(query, source), key_prefix=dataset):
                entity = Namespace(dataset).apply(entity) if sign else entity
                if entity.id in merged:
                    merged[entity.id].merge(entity)
                else:
                    merged[str(entity.id)] = entity
    return {
        id_: (entity.schema.name, {name: sorted(entity.get(name)) for name in entity.properties})
        for id_, entity in merged.items()
        if all(entity.get(end) for end in ends_of(entity.schema.name) or ())
    }


def located(query: dict[str, Any], source: Path) -> dict[str, Any]:
    place = (
        {"database": f"sqlite:///{source}"}
        if source.suffix == ".sqlite"
        else {"csv_url": str(source)}
    )
    return {**query, **place}


def read(mapping: Path, source: Path) -> tuple[list[Entity], list[str]]:
    """The entities that Clew makes of it, and the notes; nothing is refused."""
    intake = Intake("d", [str(source)], mapping=mapping)
    readings = list(Mapping().read(intake))
    assert [reading.reason for reading in readings if reading.entity is None] == []
    return [reading.entity for reading in readings if reading.entity is not None], intake.notes


def ours(mapping: Path, source: Path) -> Entities:
    return {
        entity.id.removeprefix("d:"): (
            entity.schema,
            {name: sorted(values) for name, values in entity.properties.items()},
        )
        for entity in read(mapping, source)[0]
    }


def with_ids(folder: Path, text: str, ids: str = "ftm") -> Path:
    """A mapping with ``ids`` beside its queries."""
    path = folder / "with_ids.yml"
    path.write_text(re.sub(r"^( *)(quer(?:y|ies):)", rf"\1ids: {ids}\n\1\2", text, flags=re.M))
    return path


@here
@pytest.mark.parametrize(
    ("name", "source", "count"), [("kek", "kek.sqlite", 5607), ("experts", "experts.csv", 32)]
)
@pytest.mark.parametrize("ids", ["ftm", "aleph"])
def test_public_tables_get_the_ids_of_followthemoney(
    tmp_path: Path, name: str, source: str, count: int, ids: str
) -> None:
    mapping = with_ids(tmp_path, (TABLES / f"{name}.yml").read_text(), ids)
    found = ours(mapping, TABLES / source)
    assert len(found) == count
    assert found == theirs(mapping, TABLES / source, sign=ids == "aleph")


@here
def test_council_payments_get_the_ids_of_followthemoney(tmp_path: Path) -> None:
    """FollowTheMoney reads one well-formed file, and has no $file and $row."""
    rows: list[list[str]] = []
    for path in sorted((TABLES / "council_spending").glob("*2012-0[1-4]*.csv")):
        with path.open(newline="", encoding="utf-8", errors="replace") as stream:
            rows += csv.reader(stream, skipinitialspace=True)
    header = rows[0]
    with (tmp_path / "council.csv").open("w", newline="", encoding="utf-8") as stream:
        body = [row for row in rows if row != header and len(row) == len(header)]
        csv.writer(stream).writerows([header, *body])
    keys = "".join(f"            - {name}\n" for name in header[:4])
    text = (FIXTURES / "council.yml").read_text()
    assert OUR_KEYS in text
    mapping = with_ids(tmp_path, text.replace(OUR_KEYS, keys))
    found = ours(mapping, tmp_path / "council.csv")
    assert len(found) > 1300
    assert found == theirs(mapping, tmp_path / "council.csv")


@pytest.mark.parametrize("ids", ["ftm", "aleph"])
def test_a_small_table_gets_the_ids_of_followthemoney(tmp_path: Path, ids: str) -> None:
    text = (FERRIES / "ferries.yml").read_text()
    mapping = tmp_path / "ferries.yml"
    mapping.write_text(text.replace("ids: ftm", f"ids: {ids}"))
    found = ours(mapping, FERRIES / "ferries.csv")
    assert found == theirs(mapping, FERRIES / "ferries.csv", sign=ids == "aleph")
    assert {schema for schema, _ in found.values()} == {
        "LegalEntity",
        "Company",
        "Ownership",
        "Address",
        "Organization",
    }
    assert len(found) == 23


def test_ids_that_collide_are_merged_as_followthemoney_does_and_noted() -> None:
    entities, notes = read(FERRIES / "ferries.yml", FERRIES / "ferries.csv")
    shares = [entity for entity in entities if entity.schema == "Ownership"]
    mutual = [share for share in shares if len(share.properties["owner"]) > 1]
    assert sorted(share.properties["percentage"] for share in mutual) == [
        ["40", "15"],
        ["7.5", "12"],
    ]
    source = FERRIES / "ferries.csv"
    (note,) = [note for note in notes if "FollowTheMoney" in note]
    assert re.fullmatch(
        r"4 ids of FollowTheMoney stand for keys that differ, or are in another order, and are "
        rf"merged: first in {re.escape(str(source))} row \d+",
        note,
    )
    assert note in check(FERRIES / "ferries.yml", [str(source)], 100).notes


def one(tmp_path: Path, words: str, entity: str, data: str = "a,b\n1,2\n") -> tuple[Path, Path]:
    """A mapping of one entity, in a dataset with these words, and a table."""
    mapping, source = tmp_path / "one.yml", tmp_path / "one.csv"
    mapping.write_text(
        f"some: {{{words} query: {{csv_url: one.csv, entities: "
        f"{{x: {{schema: Person, {entity}, properties: {{name: {{column: a}}}}}}}}}}}}"
    )
    source.write_text(data)
    return mapping, source


def ids_of(mapping: Path, source: Path) -> list[str]:
    return sorted(ours(mapping, source))


def ftm_ids(entity: str, record: dict[str, str], prefix: str | None) -> list[str]:
    """What ``followthemoney.mapping`` makes of one record."""
    rule = yaml.safe_load(f"{{schema: Person, {entity}, properties: {{}}}}")
    query = {"csv_url": "/dev/null", "entities": {"x": rule}}
    return [str(e.id) for e in model.make_mapping(query, key_prefix=prefix).map(record).values()]


@pytest.mark.parametrize(
    "entity",
    [
        "key: a",
        "keys: [b, a]",
        "keys: [a, a]",
        "key: a, keys: b",
        "key: [a, c]",
        "key: a, key_literal: x",
        "key: a, key_literal: 12",
        "key: a, key_literal: 1.50",
        "key: a, key_literal: no",
        "key: a, key_literal: 'no'",
        "key: a, key_literal: 2012-01-01",
        "key: a, key_literal:",
        "id_column: a",
    ],
)
@pytest.mark.parametrize(
    ("words", "prefix"),
    [
        ("ids: ftm,", "some"),
        ("ids: ftm, key_prefix: other,", "other"),
        ("ids: ftm, key_prefix: '',", None),
    ],
)
def test_every_way_to_write_keys(tmp_path: Path, entity: str, words: str, prefix: str) -> None:
    record = {"a": "Łódź", "b": "zwei"}
    if "id_column" in entity:
        record["a"] = "p-1"
    mapping, source = one(tmp_path, words, entity, f"a,b,c\n{record['a']}, zwei ,\n")
    assert ids_of(mapping, source) == ftm_ids(entity, record, prefix)


@pytest.mark.parametrize(
    "mapping",
    [
        "ids: ftm\nquery: %s",
        "ids: ftm\nqueries: [%s]",
        "{ids: ftm, csv_url: x, entities: {x: {schema: Person, key: a, properties: {}}}}",
    ],
)
def test_a_mapping_without_a_dataset_has_no_prefix(tmp_path: Path, mapping: str) -> None:
    query = "{csv_url: x, entities: {x: {schema: Person, key: a, properties: {}}}}"
    path, source = tmp_path / "m.yml", tmp_path / "t.csv"
    path.write_text(mapping.replace("%s", query))
    source.write_text("a\n1\n")
    assert ids_of(path, source) == ftm_ids("key: a", {"a": "1"}, None)


def test_ids_stand_beside_the_queries_or_at_the_top_for_all_datasets(tmp_path: Path) -> None:
    query = "query: {csv_url: x, entities: {x: {schema: Person, key: a, properties: {}}}}"
    path = tmp_path / "m.yml"
    path.write_text(f"ids: ftm\none: {{{query}}}\nids_too: {{ids: clew, {query}}}\n")
    schemes = [(query.ids.name, query.ids.prefix) for query in read_mapping(path)]
    assert schemes == [("ftm", "one"), ("clew", "ids_too")]
    path.write_text(f"ids: {{{query}}}\n")
    assert [query.ids.name for query in read_mapping(path)] == ["clew"]


def test_our_own_ids_stay_the_default(tmp_path: Path) -> None:
    """This id was made by the first release that had mappings: no load may change it."""
    data = "a,b\nAda,1815\n"
    mapping, source = one(tmp_path, "", "key: [a, b]", data)
    assert ids_of(mapping, source) == ["fe7d9ea6e124f6661fa380718eae8c6d620dd556"]
    mapping, source = one(tmp_path, "ids: clew,", "key: [a, b]", data)
    assert ids_of(mapping, source) == ["fe7d9ea6e124f6661fa380718eae8c6d620dd556"]


@pytest.mark.parametrize(
    ("words", "entity", "message"),
    [
        ("ids: foo,", "key: a", r"one.yml:1 \(some.ids\): ids are clew, ftm or aleph, and "
                                r"not 'foo'$"),
        ("ids: FTM,", "key: a", r"\(some.ids\): ids are .* and not 'FTM'; did you mean 'ftm'"),
        ("ids: [ftm],", "key: a", r"\(some.ids\): a text is missing here"),
        ("ids: ,", "key: a", r"\(some.ids\): a text is missing here"),
        ("key_prefix: x,", "key: a", r"\(some.key_prefix\): only ids of FollowTheMoney have "
                                     r"a prefix"),
        ("ids: aleph, key_prefix: '',", "key: a", r"\(some.ids\): Aleph signs ids with its "
                                                  r"foreign id"),
        ("ids: ftm,", "key: $row", r"\(some.query.entities.x\): \$row is a column of Clew"),
        ("ids: ftm,", "key: a, key_literal: [x, y]", "'key_literal' is one text, and several"),
        ("ids: ftm,", "key: a, key_literal: 2012-02-31", "'2012-02-31' is no value of YAML"),
    ],
)  # fmt: skip
def test_ids_that_make_no_sense_are_refused_with_their_place(
    tmp_path: Path, words: str, entity: str, message: str
) -> None:
    mapping, _ = one(tmp_path, words, entity)
    with pytest.raises(BadInput, match=message):
        read_mapping(mapping)


def test_ids_in_a_query_are_refused_with_their_place(tmp_path: Path) -> None:
    mapping = tmp_path / "m.yml"
    mapping.write_text(
        "some:\n  queries:\n    - ids: ftm\n      entities: {x: {schema: Person, key: a}}\n"
    )
    with pytest.raises(
        BadInput, match=r"m.yml:3 \(some.queries\[0\].ids\): 'ids' is not taken: .* beside them"
    ):
        read_mapping(mapping)


def test_references_to_other_datasets_are_not_signed(tmp_path: Path) -> None:
    mapping, source = tmp_path / "m.yml", tmp_path / "t.csv"
    mapping.write_text(
        "some: {ids: aleph, query: {csv_url: x, entities: {x: {schema: Person, id_column: a, "
        "properties: {addressEntity: {columns: [b, c]}}}}}}"
    )
    source.write_text("a,b,c\np-1,home,other:home\n")
    ((id_, (_, properties)),) = ours(mapping, source).items()
    sign = Namespace("some").sign
    assert (id_, properties["addressEntity"]) == (
        sign("p-1"),
        sorted([str(sign("home")), "other:home"]),
    )


TYPES = {
    "whole": ("INTEGER", "7"),
    "real": ("REAL", "33.33339"),
    "text": ("TEXT", "'33.33339'"),
    "exact": ("DECIMAL(10, 2)", "5"),
    "day": ("DATE", "'2012-01-05'"),
    "moment": ("DATETIME", "'2012-01-05 10:20:30.000000'"),
    "flag": ("BOOLEAN", "1"),
    "bytes": ("BLOB", "x'c3a9'"),
    "loose": ("", "4.5"),
    "empty": ("TEXT", "NULL"),
}


@pytest.mark.parametrize("name", TYPES)
def test_keys_of_a_database_are_hashed_by_their_types(tmp_path: Path, name: str) -> None:
    source = tmp_path / "typed.sqlite"
    columns = ", ".join(f"{column} {kind}" for column, (kind, _) in TYPES.items())
    with sqlite3.connect(source) as database:
        database.execute(f"CREATE TABLE t ({columns})")
        values = ", ".join(value for _, value in TYPES.values())
        database.execute(f"INSERT INTO t VALUES ({values})")
    database.close()
    mapping = tmp_path / "typed.yml"
    mapping.write_text(
        "some: {ids: ftm, query: {table: t, database: typed.sqlite, entities: {x: {schema: Person, "
        f"keys: [{name}, whole], properties: {{notes: {{column: text}}}}}}}}}}}}"
    )
    assert ours(mapping, source) == theirs(mapping, source)
    assert len(ours(mapping, source)) == 1


def test_a_key_that_is_not_of_its_type_costs_its_row(tmp_path: Path) -> None:
    source = tmp_path / "typed.sqlite"
    with sqlite3.connect(source) as database:
        database.execute("CREATE TABLE t (day DATE, name TEXT)")
        database.execute("INSERT INTO t VALUES ('last week', 'Ada'), ('2012-01-05', 'Bob')")
    database.close()
    mapping = tmp_path / "typed.yml"
    mapping.write_text(
        "some: {ids: ftm, query: {entities: {x: {schema: Person, key: day, "
        "properties: {name: {column: name}}}}}}"
    )
    readings = list(Mapping().read(Intake("d", [str(source)], mapping=mapping)))
    assert [reading.entity.caption for reading in readings if reading.entity] == ["Bob"]
    (refused,) = [reading for reading in readings if reading.entity is None]
    assert (refused.place, refused.reason[:22]) == (1, "a key cannot be read: ")
