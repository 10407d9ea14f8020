"""Mappings: what may be written, what rows become, their ids, and how losses are reported."""

import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
import yaml
from followthemoney import model
from openpyxl import Workbook

from engine.entity import Entity
from engine.errors import BadInput
from loaders.format.registry import format_of
from loaders.intake.intake import Intake, ParseResult
from loaders.mapping.check import check
from loaders.mapping.format import Mapping
from loaders.mapping.language import file_hint, read_mapping

TABLES = Path(__file__).parents[3].parent / "shared" / "data" / "tables"
COUNCIL = Path(__file__).parents[2] / "fixtures" / "council.yml"
here = pytest.mark.skipif(not TABLES.exists(), reason="the tables are not here")

PEOPLE = """
people:
  query:
    csv_url: https://example.org/people.csv
    entities:
      person:
        schema: Person
        key: [name, born]
        properties:
          name: {column: name}
          birthDate: {column: born}
          country: {column: country}
"""


def readings(
    tmp_path: Path, mapping: str, *tables: str, names: tuple[str, ...] = ()
) -> tuple[list[ParseResult], Intake]:
    """What a load would take in of these CSV texts."""
    file = tmp_path / "m.yml"
    file.write_text(mapping)
    paths = []
    for number, text in enumerate(tables):
        path = tmp_path / (names[number] if names else f"t{number}.csv")
        path.write_text(text)
        paths.append(str(path))
    intake = Intake("d", paths, mapping=file)
    return list(Mapping().read(intake)), intake


def entities(
    tmp_path: Path, mapping: str, *tables: str, names: tuple[str, ...] = ()
) -> list[Entity]:
    """The entities of these CSV texts; all of it is taken."""
    found, _ = readings(tmp_path, mapping, *tables, names=names)
    assert [reading.reason for reading in found if reading.entity is None] == []
    return [reading.entity for reading in found if reading.entity is not None]


def one(properties: str, schema: str = "Person", more: str = "") -> str:
    """A mapping of one entity."""
    return (
        f"d: {{query: {{entities: {{x: {{schema: {schema}, key: k, {more} properties: "
        f"{{{properties}}}}}}}}}}}"
    )


@pytest.mark.parametrize(
    ("properties", "row", "values"),
    [
        ("name: {column: a}", " x  y ,", {"name": ["x y"]}),
        ("name: {columns: [a, b]}", "x,y", {"name": ["x", "y"]}),
        ("name: {columns: [a, b]}", "x,x", {"name": ["x"]}),
        ("name: {columns: [a, b], join: ' '}", "x,y", {"name": ["x y"]}),
        ("name: {columns: [a, b], join: ' '}", "x,", {"name": ["x"]}),
        ("name: {column: a, split: ';'}", "x; y ;;z,", {"name": ["x", "y", "z"]}),
        ("notes: {literal: x, column: a}", "y,", {"notes": ["x", "y"]}),
        ("notes: {literals: [x, 'no']}", ",", {"notes": ["x", "no"]}),
        ("country: {literal: no}", ",", {"country": ["no"]}),
        ("notes: {literal: 2012-01-01}", ",", {"notes": ["2012-01-01"]}),
        ("notes: {template: '{{a}} of {{b}}!'}", "x,y", {"notes": ["x of y!"]}),
        ("country: {column: a}", "Germany,", {"country": ["de"]}),
        (
            "birthDate: {column: a, format: '%d.%m.%Y'}",
            "31.01.2012,",
            {"birthDate": ["2012-01-31"]},
        ),
        ("phone: {column: a, format: de}", "030 2270,", None),
        ("nationality: {column: a, fuzzy: true}", "Germny,", {"nationality": ["de"]}),
        ("email: {column: a}", "nobody,", {}),
        ("notes: {column: a}", "\u200b,", {}),
        ("addressEntity: {column: a}", "other:abc,", {"addressEntity": ["other:abc"]}),
        ("notes: {columns: [$file, $row]}", ",", {"notes": ["t0.csv", "2"]}),
    ],
)
def test_values(
    tmp_path: Path, properties: str, row: str, values: dict[str, list[str]] | None
) -> None:
    (entity,) = entities(tmp_path, one(properties), f"k,a,b\n1,{row}\n")
    if values is None:
        assert entity.properties["phone"][0].startswith("+4930")
    else:
        assert entity.properties == values


@pytest.mark.parametrize(
    "mapping", ["d: {queries: [%s]}", "d: {query: %s}", "queries: [%s]", "query: %s", "%s", "d: %s"]
)
def test_ways_to_write_a_mapping(tmp_path: Path, mapping: str) -> None:
    query = (
        "{csv_url: x, entities: {x: {schema: Person, keys: k, properties: {name: {column: a}}}}}"
    )
    (entity,) = entities(tmp_path, mapping % query, "k,a\n1,x\n")
    assert entity.properties == {"name": ["x"]}


def test_keys_do_not_collide(tmp_path: Path) -> None:
    text = "k,a\nab,c\na,bc\nabc,\n,abc\nc,ab\nab,c\n"
    mapping = (
        "d: {query: {entities: {x: {schema: Person, keys: [k, a], properties: {name: "
        "{literal: x}}}}}}"
    )
    assert len(entities(tmp_path, mapping, text)) == 5
    query = read_mapping(tmp_path / "m.yml")[0]
    assert query.entities[0].keys == ("k", "a")
    ftm = model.make_mapping(
        {
            "csv_url": "/dev/null",
            "entities": {"x": {"schema": "Person", "keys": ["k", "a"], "properties": {}}},
        }
    )
    theirs = {ftm.map({"k": k, "a": a})["x"].id for k, a in [("ab", "c"), ("a", "bc"), ("c", "ab")]}
    assert len(theirs) < 3, (
        "FollowTheMoney's own keys collide no more: the documentation may say so"
    )


def test_key_literals_keep_apart_and_ids_are_the_same_in_every_query(tmp_path: Path) -> None:
    mapping = """
    d:
      queries:
        - entities:
            a: {schema: Person, key: k, properties: {name: {column: n}}}
            b: {schema: Person, key: k, key_literal: b, properties: {name: {column: n}}}
        - entities:
            c: {schema: Person, key: n, properties: {notes: {literal: c}}}
    """
    found = entities(tmp_path, mapping, "k,n\nada,ada\n")
    assert sorted(entity.properties.get("notes", []) for entity in found) == [[], ["c"]]


PAID = (
    "d: {query: {%s entities: {x: {schema: Person, keys: [$file, $row], properties: "
    "{notes: {column: $file}}}}}}"
)


def called(tmp_path: Path, *names: Path, told: str = "") -> list[str]:
    """What the tables of a load are called by ``$file``, which is a key too; each has one row."""
    file = tmp_path / "paid.yml"
    file.write_text(PAID % told)
    found = [
        reading.entity
        for reading in Mapping().read(Intake("d", [str(name) for name in names], mapping=file))
    ]
    return sorted(entity.properties["notes"][0] for entity in found if entity)


def test_files_of_one_name_are_told_apart_wherever_they_lie(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = [tmp_path / place / "pay.csv" for place in ("in/2020", "in/2021/a", "other/2021/a")]
    for path in paths:
        path.parent.mkdir(parents=True)
        path.write_text("a\n1\n")
    assert called(tmp_path, paths[0]) == ["pay.csv"]
    assert called(tmp_path, *paths[:2]) == ["2020/pay.csv", "a/pay.csv"]
    assert called(tmp_path, *paths) == ["2020/pay.csv", "in/2021/a/pay.csv", "other/2021/a/pay.csv"]
    assert called(tmp_path, tmp_path / "in") == ["2020/pay.csv", "2021/a/pay.csv"]
    assert called(tmp_path, tmp_path / "in/2021", tmp_path / "other/2021") == [
        "in/2021/a/pay.csv",
        "other/2021/a/pay.csv",
    ]
    monkeypatch.chdir(tmp_path / "in")
    assert called(tmp_path, Path("2020")) == ["pay.csv"]
    assert called(tmp_path, Path("2020/pay.csv"), paths[0]) == ["pay.csv"]


def test_tables_of_one_database_are_told_apart(tmp_path: Path) -> None:
    path = tmp_path / "two.sqlite"
    with sqlite3.connect(path) as made:
        made.executescript(
            "CREATE TABLE p (a); CREATE TABLE q (a); INSERT INTO p VALUES (1); INSERT INTO "
            "q VALUES (1)"
        )
    made.close()
    found = {
        name: called(tmp_path, path, told=f"table: {name}, filters: {{a: '1'}},")
        for name in ("p", "q")
    }
    assert found == {"p": ["two.sqlite[p]"], "q": ["two.sqlite[q]"]}


def test_what_is_told_to_be_two_things_is_named_with_its_places_and_the_cure(
    tmp_path: Path,
) -> None:
    mapping = """
    d:
      query:
        entities:
          payer: {schema: PublicBody, key: from, properties: {name: {column: from}}}
          payee: {schema: Company, key: to, properties: {name: {column: to}}}
          other: {schema: Company, key: to, key_literal: other, properties: {name: {column: to}}}
    """
    found, _ = readings(
        tmp_path, mapping, "from,to\nCouncil,Acme\nTrust,Beta\n", "from,to\nCity,Trust\n"
    )
    (refused,) = [reading for reading in found if not reading.entity]
    assert (refused.place, refused.reason.replace(f"{tmp_path}/", "")) == (
        3,
        "'Trust' is described as PublicBody in t0.csv:3 and as Company in t1.csv:2: nothing "
        "is both; "
        "payer (PublicBody) and payee (Company) can have the same id: give each its own "
        "key_literal, or all one schema",
    )
    cured = mapping.replace("key: from,", "key: from, key_literal: payer,")
    assert len(entities(tmp_path, cured, "from,to\nCouncil,Acme\nTrust,Trust\n")) == 6
    (tmp_path / "m.yml").write_text(mapping)
    told = [
        reading.reason
        for reading in check(tmp_path / "m.yml", [str(tmp_path / "t0.csv")], 9).readings
    ]
    assert sum("give each its own key_literal" in reason for reason in told) == 1


def test_an_id_column_is_the_id(tmp_path: Path) -> None:
    mapping = (
        "d: {query: {entities: {x: {schema: Person, id_column: k, properties: {name: "
        "{column: n}}}}}}"
    )
    found, intake = readings(tmp_path, mapping, "k,n\np-1,Ada\nno id!,Bob\n,Cyd\n")
    assert [reading.entity.id for reading in found if reading.entity] == ["d:p-1"]
    (refused,) = [reading for reading in found if not reading.entity]
    assert (refused.place, refused.reason[:49]) == (
        3,
        "column 'k' holds 'no id!', which is no id for x: ",
    )
    assert any("1 row made no x, as nothing stands in 'k' in" in note for note in intake.notes)


def test_the_order_of_the_queries_does_not_matter(tmp_path: Path) -> None:
    queries = [
        "{entities: {c: {schema: Company, id_column: id, properties: {name: {column: name}}}}}",
        "{entities: {o: {schema: Person, key: owner, properties: {name: {column: owner}}}}}",
        "{entities: {d: {schema: Company, id_column: no, properties: {name: {column: name}}}}}",
    ]
    told = []
    for order in (queries, queries[::-1]):
        found, _ = readings(
            tmp_path, f"d: {{queries: [{', '.join(order)}]}}", "id,name,owner,no\na b,A,Ada,c d\n"
        )
        assert [reading.entity.caption for reading in found if reading.entity] == ["Ada"]
        told.append(
            sorted(part[:29] for r in found if not r.entity for part in r.reason.split("; "))
        )
    assert told == [["column 'id' holds 'a b', whic", "column 'no' holds 'c d', whic"]] * 2


COMPANIES = """
d:
  query:
    entities:
      share:
        schema: Ownership
        key: [owner, company]
        properties:
          owner: {entity: owner}
          asset: {entity: company, required: true}
          startDate: {column: since}
      owner: {schema: LegalEntity, key: owner, properties: {name: {column: owner}}}
      company:
        schema: Company
        key: company
        properties: {name: {column: company, required: true}}
"""


def test_links_and_what_lacks_an_end(tmp_path: Path) -> None:
    text = "owner,company,since\nA,B,2012\nA,,2013\n,B,2014\nA,B,31.02.2012\nB,A,nonsense\n"
    found, intake = readings(tmp_path, COMPANIES, text)
    made = [reading.entity for reading in found if reading.entity]
    assert Counter(entity.schema for entity in made) == {"Company": 2, "Ownership": 2}
    ids = {
        entity.properties["name"][0]: entity.id[2:] for entity in made if entity.schema == "Company"
    }
    first = next(e for e in made if e.schema == "Ownership" and e.properties["asset"] == [ids["B"]])
    assert first.properties["owner"] == [ids["A"]]
    assert first.properties["startDate"] == ["2012"]
    assert first.properties["namesMentioned"] == ["A", "B"]
    told = [note.replace(str(tmp_path), "") for note in intake.notes]
    assert told == [
        "/t0.csv: UTF-8, ',', 3 columns",
        "share.startDate (column since): 2 values are no date and were left out, first "
        "'31.02.2012' in /t0.csv row 5",
        "1 row made no company, as nothing stands in 'company' in /t0.csv row 3",
        "1 row made no share, as its asset is not there in /t0.csv row 3",
        "1 row made no owner, as nothing stands in 'owner' in /t0.csv row 4",
        "1 row made no share, as its owner is not there in /t0.csv row 4",
    ]


def test_what_rows_repeat_is_counted_each_time(tmp_path: Path) -> None:
    mapping = one("birthDate: {column: a}, name: {literal: x}")
    _, intake = readings(tmp_path, mapping, "k,a\n" + "1,never\n" * 1000)
    assert "1,000 values are no date" in intake.notes[1]


def test_a_format_that_does_not_fit_is_named(tmp_path: Path) -> None:
    mapping = one("birthDate: {column: a, format: '%d/%m/%Y {}'}")
    _, intake = readings(tmp_path, mapping, "k,a\n1,2010-04-01\n2,2010-05-01\n")
    assert (
        "2 values are no date in the format '%d/%m/%Y {}' and were left out, first '2010-04-01'"
        in intake.notes[1]
    )


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ("filters: {a: x}", ["1", "2"]),
        ("filters: {a: [x, y]}", ["1", "2", "3"]),
        ("filters: {a: x, b: q}", ["2"]),
        ("filters_not: {a: x}", ["3", "4"]),
        ("filters_not: {a: [x, null]}", ["3"]),
        ("filters: {b: ''}", ["1"]),
    ],
)
def test_filters(tmp_path: Path, filters: str, names: list[str]) -> None:
    mapping = one("name: {column: k}").replace("query: {", f"query: {{{filters}, ")
    found = entities(tmp_path, mapping, "k,a,b\n1,x,\n2, x ,q\n3,y,q\n4,,r\n")
    assert sorted(entity.properties["name"][0] for entity in found) == names


def test_formulas_without_a_value_and_errors_are_counted(tmp_path: Path) -> None:
    book = Workbook()
    for row in (
        ["k", "a", "b"],
        ["1", "=1+1", "=2"],
        ["2", "=1+2", "x", "=9"],
        ["3", "#N/A", "y"],
        ["=4", None, None],
    ):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")
    (tmp_path / "m.yml").write_text(one("notes: {column: a}"))
    intake = Intake("d", [str(tmp_path / "t.xlsx")], mapping=tmp_path / "m.yml")
    found = list(Mapping().read(intake))
    assert [reading.entity.properties for reading in found if reading.entity] == [{}, {}, {}]
    assert [note.replace(f"{tmp_path}/", "") for note in intake.notes[1:]] == [
        "column 'a': 2 cells were left empty, a formula whose value was not saved, first B2 "
        "in t.xlsx[Sheet] row 2",
        "column 'a': 1 cell was left empty, it shows #N/A: B4 in t.xlsx[Sheet] row 4",
        "column 'k': 1 cell was left empty, a formula whose value was not saved: A5 in "
        "t.xlsx[Sheet] row 5",
        "1 row made no x, as nothing stands in 'k' in t.xlsx[Sheet] row 5",
    ]


BOMB = "a0: &a0 [x]\n" + "".join(
    f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 9)
)


@pytest.mark.parametrize(
    ("mapping", "message"),
    [
        ("", "is empty"),
        ("a: [", "is not YAML"),
        ("a: 1", r"m.yml:1 \(a\): a dataset must be names"),
        ("d: {label: x}", r"m.yml:1 \(d\): there are no queries here"),
        ("d: {queries: [{}]}", "a query without entities"),
        ("d: {queries: [{entitys: {}}]}", "'entitys' means nothing here; did you mean 'entities'"),
        ("d: {queries: [{where: a = b}"
         "]}", "'where' is not taken: a mapping gives names and no SQL"),
        ("d:\n  query:\n    entities:\n      x:\n        schema: Persn",
         r"m.yml:5 \(d.query.entities.x.schema\): there is no schema 'Persn'; did you mean "
         r"'Person'"),
        ("d: {query: {entities: {x: {key: k}}}}", "which schema"),
        ("d: {query: {entities: {x: {schema: Thing, key: k}}}}", "Thing is abstract"),
        ("d: {query: {entities: {x: {schema: Person}}}}", "needs keys or an id_column$"),
        ("d: {query: {entities: {x: {schema: Person, key: k, id_column: k}}}"
         "}", "id_column, not both"),
        (one("nmae: {column: a}"), r"\(d.query.entities.x.properties.nmae\): Person has no "
                                   r"property 'nmae'; did"),
        (one("name: a"), "a property must be names|this must be names"),
        (one("name: {colum: a}"), "'colum' means nothing here; did you mean 'column'"),
        (one("name: {}"), "where do its values come from"),
        (one("name: {template: '{{a}}', column: a}"), "use template or column"),
        (one("name: {column: a, entity: x}"), "names an entity or has values, not both"),
        (one("name: {entity: x}"), "holds a name and not an entity"),
        (one("ownershipOwner: {column: a}"), "is set from the other side: Ownership:owner"),
        (one("addressEntity: {entity: y}"), "this query has no entity 'y'"),
        (one("addressEntity: {entity: x}"), "must be a Address, but x is a Person"),
        (one("phone: {column: a, format: atlantis}"), "format: Not a valid country"),
        (one("birthDate: {column: a, format: "
             "dd/mm/yyyy}"), "'dd/mm/yyyy' has no directive; day, month and"),
        (one("birthDate: {column: a, format: '%Y-%Q'}"), "format: 'Q' is a bad directive"),
        (one("birthDate: {column: a, format: '%Y-%'}"), "format: stray %"),
        (one("birthDate: {column: a, format: ['%Y', "
             "'%d.%m.%Y']}"), r"format\): 'format' is one text, and several"),
        (one("name: {column: a, split: [a, b]}"), "'split' is one text, and several"),
        (one("name: {columns: [a, b], join: [a, b]}"), "'join' is one text, and several"),
        (one("name: {template: ['{{a}}', '{{b}}']}"), "'template' is one text, and several"),
        (one("addressEntity: {entity: [a, b]}"), "'entity' is one text, and several"),
        (one("name: {column: a, fuzzy: perhaps}"), "must be true or false"),
        (one("owner: {column: a}", "Ownership"), "Ownership needs both its ends, owner and asset"),
        (one("parent: {entity: x}", "Company"), "x refer to each other in a circle"),
        ("d: {query: {entities: {}, entities: {}}}", "'entities' is there twice"),
        ("d: {query: {entities: {x: {schema: Person, key: k}}, joins: [{left: a}]}"
         "}", "a join needs left and right"),
        ("d: {query: {entities: {x: {schema: Person, key: k}}, header: first}"
         "}", "'header' is the number"),
        ("d: &a {query: {entities: *a}}", "nested too deeply|repeats itself"),
        (BOMB, "without end"),
    ],
)  # fmt: skip
def test_mistakes_name_their_place(tmp_path: Path, mapping: str, message: str) -> None:
    file = tmp_path / "m.yml"
    file.write_text(mapping)
    with pytest.raises(BadInput, match=message):
        read_mapping(file)


def test_a_mapping_opens_nothing_that_it_names(tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("k,a\nsecret,secret\n")
    for named in (
        f"csv_url: file://{secret}",
        f"database: 'sqlite:///{secret}'",
        "csv_url: http://127.0.0.1:1/x.csv",
    ):
        mapping = one("name: {column: a}").replace("query: {", f"query: {{{named}, ")
        (entity,) = entities(tmp_path, mapping, "k,a\n1,given\n")
        assert entity.properties == {"name": ["given"]}


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://example.org/a/People%20List.csv?x=1", "people list.csv"),
        ("/data/a.csv", "a.csv"),
        ("sqlite:////data/kek.sqlite", "kek.sqlite"),
        ("${ALEPH_CSV}", ""),
        ("postgresql://user:word@host/base", "base"),
    ],
)
def test_a_url_is_only_a_name(url: str, name: str) -> None:
    assert file_hint(url) == name


TWO = """
d:
  queries:
    - csv_url: http://example.org/a.csv
      entities: {x: {schema: Person, key: k, properties: {name: {column: k}}}}
    - csv_url: http://example.org/b.csv
      entities: {x: {schema: Company, key: c, properties: {name: {column: c}}}}
"""


def test_queries_find_their_tables_by_name(tmp_path: Path) -> None:
    found = entities(tmp_path, TWO, "k\nAda\n", "c\nAcme\n", names=("A.csv", "b.csv"))
    assert sorted((entity.schema, entity.caption) for entity in found) == [
        ("Company", "Acme"),
        ("Person", "Ada"),
    ]
    found, intake = readings(tmp_path, TWO, "k\nAda\n", names=("a.csv",))
    assert [reading.entity.caption for reading in found if reading.entity] == ["Ada"]
    assert "is not used: no b.csv is given" in "".join(intake.notes)
    found, _ = readings(tmp_path, TWO, "k\nAda\n", "k\nBob\n", names=("a.csv", "c.csv"))
    assert [
        reading.reason.replace(str(tmp_path), "") for reading in found if not reading.entity
    ] == ["no query of the mapping is for /c.csv; they are for a.csv, b.csv"]
    found = entities(tmp_path, TWO, "k,c\nAda,Acme\n", names=("other.csv",))
    assert len(found) == 2


def test_a_table_that_does_not_fit_leaves_the_others(tmp_path: Path) -> None:
    found, _ = readings(tmp_path, one("name: {column: a}"), "k,a\n1,x\n", "k,b\n1,x\n")
    assert [bool(reading.entity) for reading in found] == [False, True]
    assert "has no column 'a'" in found[0].reason
    assert found[0].id is None, "nothing may be removed when a table could not be read"
    with pytest.raises(BadInput, match="has no column 'a'"):
        readings(tmp_path, one("name: {column: a}"), "k,c\n1,x\n", "k,b\n1,x\n")


def test_a_table_without_a_mapping_is_told(tmp_path: Path) -> None:
    path = tmp_path / "t.csv"
    path.write_text("a,b\n1,2\n")
    advice = r"t.csv is a table: give --mapping FILE.yml \(see clew mapping check\)"
    with closing(Intake("d", [str(path)])) as intake, pytest.raises(BadInput, match=advice):
        list(format_of(intake, None).read(intake))
    for name, data, format in (
        ("x.txt", '{"id": "a"}', "ftm"),
        ("x.tsv", "a\tb", "mapping"),
        ("x", "a,b", "ftm"),
    ):
        (tmp_path / name).write_text(data)
        with closing(Intake("d", [str(tmp_path / name)])) as intake:
            assert format_of(intake, None).name == format
    assert format_of(Intake("d", [str(path)], mapping=path), None).name == "mapping"


def test_check_says_what_would_come(tmp_path: Path) -> None:
    file, path = tmp_path / "m.yml", tmp_path / "people.csv"
    file.write_text(PEOPLE)
    path.write_text("name,born,country,shoe\nAda,1815,,5\nBob,never,,6\nCyd\nDan,1900,de,7\n")
    found = check(file, [str(path)], 3)
    assert [(r.place, r.entity.caption if r.entity else r.reason) for r in found.readings] == [
        (2, "Ada"),
        (3, "Bob"),
        (4, "1 cell for 4 columns: it ends before column 'born'"),
    ]
    assert found.unused == [
        "columns that no query names: shoe",
        "properties without a value in these rows: person.country",
    ]
    assert any("1 value is no date and was left out: 'never' in" in note for note in found.notes)


@here
def test_kek_is_what_followthemoney_makes_of_it() -> None:
    intake, entities = kek()
    assert Counter(entity.schema for entity in entities) == {"Company": 2705, "Ownership": 2904}
    query = yaml.safe_load((TABLES / "kek.yml").read_text())["kek"]["queries"][0]
    query["database"] = f"sqlite:///{TABLES / 'kek.sqlite'}"
    theirs = list(model.map_entities(query))
    ours = {(e.schema, *sorted(e.properties["name"])) for e in entities if e.schema == "Company"}
    assert ours == {
        (e.schema.name, *sorted(e.get("name"))) for e in theirs if e.schema.name == "Company"
    }
    assert len({e.id for e in theirs}) == 2705 + 2902, (
        "theirs makes one share of each of two pairs of mutual ones"
    )
    assert intake.notes == [
        f"{TABLES / 'kek.sqlite'}[company, shares]: "
        "SQLite, company joined with company joined with shares"
    ]


@here
def test_the_shares_of_kek_lead_to_its_companies() -> None:
    _, entities = kek()
    companies = {entity.id[2:] for entity in entities if entity.schema == "Company"}
    shares = [entity.properties for entity in entities if entity.schema == "Ownership"]
    pairs = {(share["owner"][0], share["asset"][0]) for share in shares}
    assert {end for pair in pairs for end in pair} <= companies
    assert sum(owner == asset for owner, asset in pairs) == 1
    assert sum((asset, owner) in pairs for owner, asset in pairs if owner < asset) == 2


def kek() -> tuple[Intake, list[Entity]]:
    """The load of the German media companies, and its entities; no row is refused."""
    intake = Intake("d", [str(TABLES / "kek.sqlite")], mapping=TABLES / "kek.yml")
    results = list(Mapping().read(intake))
    assert all(result.entity for result in results)
    return intake, [result.entity for result in results if result.entity]


@here
def test_experts(tmp_path: Path) -> None:
    intake = Intake("d", [str(TABLES / "experts.csv")], mapping=TABLES / "experts.yml")
    counts = Counter(
        reading.entity.schema if reading.entity else reading.reason
        for reading in Mapping().read(intake)
    )
    assert counts == {"Person": 14, "Membership": 14, "Organization": 4}


@here
def test_council_payments(tmp_path: Path) -> None:
    files = sorted((TABLES / "council_spending").glob("*2012-0[1-4]*.csv"))
    intake = Intake("d", [str(file) for file in files], mapping=COUNCIL)
    found = list(Mapping().read(intake))
    assert all(reading.entity for reading in found)
    counts = Counter(reading.entity.schema for reading in found if reading.entity)
    rows = sum(len(file.read_text("latin-1").splitlines()) - 1 for file in files)
    assert rows - 5 <= counts["Payment"] <= rows
    assert counts["LegalEntity"] > 100
    assert counts["PublicBody"] > 2
