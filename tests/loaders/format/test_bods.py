"""BODS: the three versions in use, indirect interests, versions of a record, and broken files."""

import gzip
import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import orjson
import pytest

from engine.access import Access
from engine.engine import Engine
from engine.entity import Entity
from engine.question import OwnershipQuestion, SearchQuestion
from engine.share import parse_share
from loaders.format.bods.interest import edge_of, share_of, words
from loaders.format.bods.version import Version, Versions
from loaders.format.registry import format_of
from loaders.intake.intake import Intake, ParseResult
from loaders.load.load import load

HERE = Path(__file__).parents[2] / "fixtures" / "bods"
REAL = Path(__file__).parents[3].parent / "shared" / "data" / "tables" / "bods"
EYES = Access(frozenset({"d"}))


def read(*paths: Path) -> tuple[list[ParseResult], Intake]:
    intake = Intake("d", [str(path) for path in paths])
    with closing(intake):
        known = format_of(intake, None)
        assert known.name == "bods"
        return list(known.read(intake)), intake


def entities(readings: list[ParseResult]) -> dict[str, Entity]:
    assert [reading.reason for reading in readings if reading.entity is None] == []
    return {
        reading.entity.id.partition(":")[2]: reading.entity
        for reading in readings
        if reading.entity is not None
    }


def made(path: Path, *statements: Mapping[str, Any]) -> dict[str, Entity]:
    path.write_bytes(orjson.dumps(statements))
    return entities(read(path)[0])


def record(
    key: str, kind: str = "entity", status: str = "new", date: str = "2020-01-01", **details: Any
) -> dict[str, Any]:
    details = (
        {"entityType": {"type": "registeredEntity"}, **details} if kind == "entity" else details
    )
    identity = {"statementId": f"s-{key}-{date}", "recordId": key, "statementDate": date}
    return {**identity, "recordType": kind, "recordStatus": status, "recordDetails": details}


def holds(key: str, party: Any, subject: Any, *interests: Any, **more: Any) -> dict[str, Any]:
    return record(
        key,
        "relationship",
        subject=subject,
        interestedParty=party,
        interests=list(interests),
        **more,
    )


def shares(exact: float, how: str = "direct") -> dict[str, Any]:
    return {"type": "shareholding", "directOrIndirect": how, "share": {"exact": exact}}


def test_version_0_2() -> None:
    found = entities(read(HERE / "bods-0.2.json")[0])
    person = found["person-viorel-000000000000000000001"]
    assert person.schema == "Person"
    assert person.properties["name"] == ["Viorel Tannic"]
    assert person.properties["alias"] == ["V. Tannic"]
    assert person.properties["passportNumber"] == ["P123"]
    assert (person.properties["topics"], person.properties["position"]) == (
        ["role.pep"],
        ["Minister"],
    )
    assert (person.properties["birthPlace"], person.properties["birthCountry"]) == (
        ["Cluj"],
        ["ro"],
    )
    meridian = found["entity-meridian-0000000000000000001"]
    assert (meridian.schema, meridian.properties) == (
        "Company",
        {"name": ["Meridian Cement EAD"], "modifiedAt": ["2020-01-01"]},
    )
    assert found["entity-halcyon-00000000000000000001"].properties["notes"] == [
        "no beneficial owners: state bonds only"
    ]
    edges = {
        id_: (entity.schema, entity.first("percentage"))
        for id_, entity in found.items()
        if id_[:5] == "holds"
    }
    assert edges == {
        "holds-halcyon-meridian-000000000001..i1": ("Ownership", "80%"),
        "holds-viorel-halcyon-00000000000001..i1": ("Ownership", "more than 50% to 75%"),
        "holds-viorel-halcyon-00000000000001..i2": ("Control", None),
        "holds-viorel-meridian-0000000000001..i1": ("UnknownLink", None),
    }
    whole = found["holds-viorel-meridian-0000000000001..i1"].properties
    assert whole["object"] == ["entity-meridian-0000000000000000001"]
    assert whole["description"] == ["shareholding: 45%, held through the companies between"]


def test_version_0_3() -> None:
    found = entities(read(HERE / "bods-0.3.json")[0])
    trust = found["trust-larch-0000000000000000000001"]
    assert (trust.schema, trust.properties["legalForm"]) == ("Company", ["trust", "fideicomiso"])
    hidden = found["person-hidden-00000000000000000001"]
    assert hidden.caption == "anonymous person (interested party exempt from disclosure)"
    assert hidden.properties["notes"] == ["a minor"]
    assert "topics" not in hidden.properties
    benefits = found["holds-hidden-larch-000000000000001..i1"]
    assert (benefits.schema, benefits.first("percentage")) == ("Ownership", "at least 25%")
    assert benefits.first("description") == "Told by the trustee."
    settles = found["holds-unknown-larch-00000000000001..i1"]
    assert settles.schema == "Control"
    unknown = found[settles.properties["controller"][0]]
    assert (unknown.schema, unknown.caption) == (
        "LegalEntity",
        "unspecified (information unknown to publisher)",
    )


@pytest.mark.skipif(not REAL.exists(), reason="the examples of BODS 0.4 are not here")
def test_version_0_4() -> None:
    for path in sorted(REAL.glob("*.json")):
        found = entities(read(path)[0])
        relationships = [
            s for s in json.loads(path.read_text()) if s["recordType"] == "relationship"
        ]
        ends = {s["recordDetails"]["subject"] for s in relationships}
        assert ends <= found.keys(), path
        edges = [entity for id_, entity in found.items() if "..i" in id_]
        assert len(edges) >= len({s["recordId"] for s in relationships}), path
    readings, intake = read(REAL)
    assert len(entities(readings)) > 100
    assert intake.truncated is None


def test_a_later_version_replaces_an_earlier_one_wherever_it_stands(tmp_path: Path) -> None:
    new, old = (
        record("a", date="2021-01-01", name="New"),
        record("a", date="2020-01-01", name="Old"),
    )
    for order in ([new, old], [old, new]):
        assert made(tmp_path / "f.json", *order)["a"].properties["name"] == ["New"]


def test_a_closed_relationship_has_an_end(tmp_path: Path) -> None:
    closed = {
        **holds("h", "p", "a", shares(10), {**shares(20), "endDate": "2019-05-05"}),
        "recordStatus": "closed",
    }
    found = made(tmp_path / "f.json", record("a"), record("p", "person"), closed)
    assert [found[f"h..i{n}"].properties["endDate"] for n in (1, 2)] == [
        ["2020-01-01"],
        ["2019-05-05"],
    ]


def test_interests_of_one_relationship_are_not_added_up(
    fresh_engine: Engine, tmp_path: Path
) -> None:
    votes = {"type": "votingRights", "share": {"exact": 50}}
    path = tmp_path / "f.json"
    path.write_bytes(
        orjson.dumps([record("a"), record("p", "person"), holds("h", "p", "a", shares(50), votes)])
    )
    load(fresh_engine, [str(path)], "d")
    assert [
        holding.share for holding in fresh_engine.owners(OwnershipQuestion("d:a"), EYES).items
    ] == [0.5]


@pytest.mark.parametrize(
    ("steps", "share"),
    [
        ([("b", "a", shares(60)), ("p", "b", shares(50))], 0.3),
        ([("b", "a", shares(60)), ("p", "b", {"type": "unknownInterest"})], 0.35),
        ([("b", "a", shares(60))], 0.35),
        ([("b", "a", {"type": "shareholding"}), ("p", "b", shares(50))], 0.35),
    ],
)
def test_an_indirect_interest_is_owned_once(
    fresh_engine: Engine, tmp_path: Path, steps: list[tuple[str, str, dict[str, Any]]], share: float
) -> None:
    records = [record("a"), record("b"), record("p", "person", names=[{"fullName": "Pia"}])]
    links = [
        holds(f"{party}{subject}", party, subject, interest) for party, subject, interest in steps
    ]
    whole = holds(
        "whole",
        "p",
        "a",
        shares(35, "indirect"),
        componentRecords=["b", *(s["recordId"] for s in links)],
    )
    path = tmp_path / "f.json"
    path.write_bytes(orjson.dumps([whole, *records, *links]))
    load(fresh_engine, [str(path)], "d")
    found = {
        holding.entity.id: holding.share
        for holding in fresh_engine.owners(OwnershipQuestion("d:a", min_share=0.1), EYES).items
    }
    assert found["d:p"] == pytest.approx(share)


def test_a_direct_interest_beside_an_indirect_one_counts(tmp_path: Path) -> None:
    links = [holds("pb", "p", "b", shares(50)), holds("ba", "b", "a", shares(60))]
    whole = holds(
        "whole", "p", "a", shares(30, "indirect"), shares(40), componentRecords=["pb", "ba"]
    )
    found = made(
        tmp_path / "f.json", record("a"), record("b"), record("p", "person"), *links, whole
    )
    assert [found[f"whole..i{n}"].schema for n in (1, 2)] == ["UnknownLink", "Ownership"]


@pytest.mark.parametrize(
    ("details", "schema"),
    [
        ({"entityType": {"type": "registeredEntity"}}, "Company"),
        ({"entityType": {"type": "legalEntity"}}, "Organization"),
        (
            {"entityType": {"type": "legalEntity"}, "publicListing": {"hasPublicListing": True}},
            "Company",
        ),
        ({"entityType": {"type": "state"}}, "PublicBody"),
        ({"entityType": {"type": "stateBody", "subtype": "stateAgency"}}, "PublicBody"),
        ({"entityType": {"type": "arrangement", "subtype": "trust"}}, "LegalEntity"),
        ({"entityType": {"type": "unknownEntity"}}, "LegalEntity"),
        ({"entityType": 3}, "LegalEntity"),
    ],
)
def test_entity_types(tmp_path: Path, details: dict[str, Any], schema: str) -> None:
    owner = record("p", "person")
    assert made(tmp_path / "f.json", record("a", **details))["a"].schema == schema
    owned = made(
        tmp_path / "f.json", record("a", **details), owner, holds("h", "p", "a", shares(1))
    )["a"].schema
    assert owned == ("PublicBody" if schema == "PublicBody" else "Company")
    board = holds("h", "p", "a", {"type": "boardMember"})
    led = made(tmp_path / "f.json", record("a", **details), owner, board)["a"].schema
    assert led == ("Organization" if schema == "LegalEntity" else schema)


@pytest.mark.parametrize(
    ("scheme", "prop"),
    [
        ("XI-LEI", "leiCode"),
        ("LEI", "leiCode"),
        ("GB-COH", "registrationNumber"),
        ("RU-INN", "innCode"),
        ("MX-RFC", "taxNumber"),
        ("NL-VAT", "vatCode"),
        ("GBR-PASSPORT", "registrationNumber"),
    ],
)
def test_identifiers(tmp_path: Path, scheme: str, prop: str) -> None:
    found = made(tmp_path / "f.json", record("a", identifiers=[{"scheme": scheme, "id": "123"}]))[
        "a"
    ]
    assert found.properties[prop] == ["123"]
    assert found.properties["notes"] == [f"{scheme}: 123"]


@pytest.mark.parametrize(
    ("share", "text", "lower", "exact"),
    [
        ({"exact": 60}, "60%", 0.6, True),
        ({"exact": 76.5}, "76.5%", 0.765, True),
        ({"exact": 0}, "0%", 0.0, True),
        ({"exact": "33.3"}, "33.3%", 0.333, True),
        ({"minimum": 25, "maximum": 50}, "25% to 50%", 0.25, False),
        ({"minimum": 25, "exclusiveMaximum": 50}, "25% but less than 50%", 0.25, False),
        ({"exclusiveMinimum": 25, "maximum": 50}, "more than 25% to 50%", 0.25, False),
        (
            {"exclusiveMinimum": 25, "exclusiveMaximum": 50},
            "more than 25% but less than 50%",
            0.25,
            False,
        ),
        ({"minimum": 75}, "at least 75%", 0.75, False),
        ({"exclusiveMinimum": 75}, "more than 75%", 0.75, False),
        ({"minimum": 100, "maximum": 100}, "100%", 1.0, True),
        ({"maximum": 10}, "up to 10%", None, False),
        ({"exact": 130}, "130%", None, False),
        ({"exact": "-2.5"}, "-2.5%", None, False),
        ({"exact": False}, "", None, False),
        # before 0.4 these two are true or false
        (
            {"minimum": 10, "maximum": 40, "exclusiveMinimum": True, "exclusiveMaximum": False},
            "more than 10% to 40%",
            0.1,
            False,
        ),
        (
            {"minimum": 10, "maximum": 40, "exclusiveMinimum": False, "exclusiveMaximum": True},
            "10% but less than 40%",
            0.1,
            False,
        ),
        (
            {"minimum": 50, "maximum": 90, "exclusiveMinimum": True, "exclusiveMaximum": True},
            "more than 50% but less than 90%",
            0.5,
            False,
        ),
        ({"minimum": 50, "exclusiveMinimum": True}, "more than 50%", 0.5, False),
        ({"minimum": 50, "exclusiveMinimum": False}, "at least 50%", 0.5, False),
        ({"maximum": 5, "exclusiveMaximum": True}, "less than 5%", None, False),
        ({"minimum": 60, "maximum": 60, "exclusiveMaximum": False}, "60%", 0.6, True),
        ({"exact": True}, "", None, False),
        ({}, "", None, False),
        ("a lot", "", None, False),
    ],
)
def test_shares_are_texts_that_the_engine_understands(
    share: Any, text: str, lower: float | None, exact: bool
) -> None:
    assert share_of({"share": share}) == text
    parsed = parse_share(text)
    assert (parsed.value, parsed.exact) == (None if lower is None else pytest.approx(lower), exact)


@pytest.mark.parametrize(
    ("code", "schema"),
    [
        ("shareholding", "Ownership"),
        ("voting-rights", "Control"),
        ("votingRights", "Control"),
        ("nominee", "Representation"),
        ("boardChair", "Directorship"),
        ("beneficiary-of-trust", "Ownership"),
        ("settlor-of-trust", "Control"),
        ("rightsToProfitOrIncome", "UnknownLink"),
        (None, "UnknownLink"),
        ("new in 0.9", "UnknownLink"),
    ],
)
def test_interests(code: str | None, schema: str) -> None:
    assert edge_of({"type": code}).schema == schema


def test_codes_as_words() -> None:
    assert (
        words("otherInfluenceOrControl")
        == words("other-influence-or-control")
        == "other influence or control"
    )


def test_ids_that_are_none_are_written_so_that_they_are(tmp_path: Path) -> None:
    ids = ["urn:a/1", "urn:a:1", "a..b", "ключ", "x" * 300]
    records = [record(id_, name=id_) for id_ in ids]
    records.append(holds("h/1", "urn:a/1", "ключ", shares(50)))
    found = made(tmp_path / "f.json", *records)
    assert {entity.first("name") for entity in found.values()} >= set(ids)
    edge = next(entity for entity in found.values() if entity.schema == "Ownership")
    ends = [found[edge.properties[end][0]].first("name") for end in ("owner", "asset")]
    assert ends == ["urn:a/1", "ключ"]


FORMS = [
    "array",
    "lines",
    "wrapped",
    "gzip",
    "mark",
    "wrapped last",
    "wrapped over lines",
    "one after the other",
    "both",
]


@pytest.mark.parametrize("form", FORMS)
def test_an_array_lines_and_a_package_say_the_same(tmp_path: Path, form: str) -> None:
    statements = json.loads((HERE / "bods-0.2.json").read_text())
    lines = b"".join(orjson.dumps(statement) + b"\n" for statement in statements)
    array = orjson.dumps(statements)
    wrapped = b'{ "statements": ' + array + b', "more": {"a": [1]}}'
    forms = {"array": array, "lines": lines, "wrapped": wrapped}
    forms |= {"gzip": gzip.compress(array), "mark": b"\xef\xbb\xbf" + array}
    meta = {"meta": {"statements": [{"v": 1}], "list": [[1]]}, "license": "x"}
    forms["wrapped last"] = orjson.dumps({**meta, "statements": statements}) + b"\n"
    forms["wrapped over lines"] = json.dumps(
        {**meta, "statements": statements, "more": [{}]}, indent=2
    ).encode()
    forms["one after the other"] = b"\n".join(
        json.dumps(statement, indent=2).encode() for statement in statements
    )
    forms["both"] = (
        json.dumps({**meta, "statements": statements[:2]}, indent=1).encode()
        + json.dumps(statements[2:], indent=1).encode() * 2
    )
    path = tmp_path / "f.json"
    path.write_bytes(forms[form])
    readings, intake = read(path)
    assert entities(readings) == entities(read(HERE / "bods-0.2.json")[0])
    assert intake.truncated is None


def test_one_statement_over_several_lines(tmp_path: Path) -> None:
    path = tmp_path / "f.json"
    path.write_text(json.dumps(record("a", name="A"), indent=4))
    assert entities(read(path)[0])["a"].properties["name"] == ["A"]


def test_statements_one_after_the_other_are_told_by_their_number(tmp_path: Path) -> None:
    values = [record("a"), {"recordType": "other"}, record("b"), 3, record("c")]
    path = tmp_path / "f.json"
    text = "\n".join(json.dumps(value, indent=2) for value in values)
    path.write_text(text)
    readings, intake = read(path)
    assert [reading.place for reading in readings if reading.entity is None] == [2, 4]
    assert sum(reading.entity is not None for reading in readings) == 3
    assert intake.truncated is None
    path.write_text(text[:-40])
    assert read(path)[1].truncated == f"{path}: statement 5 is cut off"


@pytest.mark.parametrize(
    ("said", "good"),
    [
        ("2011-02-28", True),
        ("2011-02", True),
        ("2011", True),
        ("2012-02-29T10:00:00Z", True),
        ("2011-02-30", False),
        ("2011-02-30T10:00:00Z", False),
        ("2011-13", False),
        ("0211-01-01", False),
        ("02/03/2011", False),
    ],
)
def test_a_date_that_is_none_is_a_note(tmp_path: Path, said: str, good: bool) -> None:
    interest = {**shares(10), "startDate": said, "endDate": said}
    statements = [record("a", foundingDate=said, date=said), record("p", "person", birthDate=said)]
    found = made(tmp_path / "f.json", *statements, holds("h", "p", "a", interest))
    company, person, edge = (found[id_].properties for id_ in ("a", "p", "h..i1"))
    if good:
        assert (
            company["incorporationDate"] == person["birthDate"] == company["modifiedAt"] == [said]
        )
        assert edge["startDate"] == edge["endDate"] == [said]
    else:
        assert not {"incorporationDate", "birthDate", "startDate", "endDate"} & {
            *company,
            *person,
            *edge,
        }
        assert company["notes"] == [f"incorporation date: {said}", f"modified at: {said}"]
        assert person["notes"] == [f"birth date: {said}"]
        assert edge["description"] == [f"start date: {said}", f"end date: {said}"]


def test_identifiers_that_are_addresses_are_no_numbers(tmp_path: Path) -> None:
    told = [
        {"schemeName": "OpenCorporates", "id": "https://opencorporates.com/companies/gb/1"},
        {
            "schemeName": "Register",
            "id": "HTTP://register.example/1",
            "uri": "https://opencorporates.com/companies/gb/1",
        },
        {"schemeName": "Control", "id": "/company/1/persons-with-significant-control/abc"},
        {"id": "/company/2"},
        {"schemeName": "Registrul", "id": "J40/12/2010"},
    ]
    found = made(
        tmp_path / "f.json", record("a", identifiers=told), record("p", "person", identifiers=told)
    )
    for id_, number in (("a", "registrationNumber"), ("p", "idNumber")):
        properties = found[id_].properties
        assert properties[number] == ["J40/12/2010"]
        assert properties["opencorporatesUrl"] == ["https://opencorporates.com/companies/gb/1"]
        assert properties["sourceUrl"] == ["HTTP://register.example/1"]
        assert "identifier: /company/2" in properties["notes"]
        assert "Control: /company/1/persons-with-significant-control/abc" in properties["notes"]


@pytest.mark.parametrize("form", ["array", "lines"])
@pytest.mark.parametrize("cut", [0.3, 0.6, 0.9])
def test_what_is_cut_off_is_told(tmp_path: Path, form: str, cut: float) -> None:
    records = [record(f"r{n:04}", name=f"N{n:04}") for n in range(3000)]
    data = (
        orjson.dumps(records)
        if form == "array"
        else b"".join(orjson.dumps(r) + b"\n" for r in records)
    )
    path = tmp_path / "f.json"
    path.write_bytes(data[: int(len(data) * cut) - 9])
    readings, intake = read(path)
    assert "is cut off" in (intake.truncated or "")
    assert len([reading for reading in readings if reading.entity]) in (
        int(3000 * cut),
        int(3000 * cut) - 1,
    )


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("3", "not a JSON object"),
        ('"text"', "not a JSON object"),
        ('{"statementType": "other"}', "recordType or statementType 'other' is not BODS"),
        ('{"recordType": "entity", "recordId": "b"}', "without recordDetails"),
        ('{"recordType": "entity", "recordDetails": {}}', "without recordId or statementID"),
        (
            '{"recordType": "relationship", "recordId": "b", "recordDetails": {"subject": 3}}',
            "subject 3 names no record",
        ),
    ],
)
def test_a_bad_statement_is_told_and_the_others_are_in(
    tmp_path: Path, statement: str, reason: str
) -> None:
    good = json.dumps(record("a"))
    path = tmp_path / "f.json"
    for text in (f"[{good}, {statement}, {good}]", f"{good}\n{statement}\n{good}\n"):
        path.write_text(text)
        readings, _ = read(path)
        bad = [reading for reading in readings if reading.entity is None]
        assert [reading.place for reading in bad] == [2]
        assert reason in bad[0].reason
        assert [reading.entity.id for reading in readings if reading.entity] == ["d:a"]


def test_what_is_no_json_ends_there(tmp_path: Path) -> None:
    good = orjson.dumps(record("a"))
    path = tmp_path / "f.json"
    for rest in (b'{"b": }]', b'{"b": "\xff"}]', b"\x00]", b'{"b": "' + b"x" * 9_000_000 + b'"}]'):
        path.write_bytes(b"[" + good + b"," + rest)
        readings, intake = read(path)
        assert [reading.entity.id for reading in readings if reading.entity] == ["d:a"]
        assert (intake.truncated or "").startswith(f"{path}: statement 2 is ")


@pytest.mark.parametrize("level", ["[", '{"a": ', '{"' + "k" * 1000 + '": '])
@pytest.mark.parametrize("form", ["[%s, %s]", "%s\n%s\n"])
def test_nested_without_end(tmp_path: Path, level: str, form: str) -> None:
    path = tmp_path / "f.json"
    deep = level * (5_000_000 // len(level))
    bad = f'{{"recordType": "entity", "recordDetails": {{"x": {deep}'
    path.write_text(form % (json.dumps(record("a")), bad))
    readings, intake = read(path)
    assert [reading.entity.id for reading in readings if reading.entity] == ["d:a"]
    assert intake.truncated is not None or any(reading.reason for reading in readings)


def test_chains_of_replaced_statements() -> None:
    versions = Versions()
    rows = [
        ("c", ["b"]),
        ("a", []),
        ("b", ["a"]),
        ("x", ["y"]),
        ("y", ["x"]),
        ("m", ["a2", "b2"]),
        ("n", ["gone"]),
    ]
    for place, (key, replaces) in enumerate(rows):
        versions.put(Version(key, "", place, "f", key.encode()), replaces)
    versions.settle()
    assert {v.key: v.body for v in versions.newest()} == {
        "a": b"c",
        "x": b"x",
        "a2": b"m",
        "gone": b"n",
    }
    assert [versions.record(key) for key in ("a", "b", "c", "b2", "other")] == [
        "a",
        "a",
        "a",
        "a2",
        "other",
    ]
    assert versions.find("a") == b"c"
    versions.close()


def test_a_register_is_loaded_updated_and_asked(fresh_engine: Engine, tmp_path: Path) -> None:
    report = load(fresh_engine, [str(HERE)], "d")
    assert (report.added, report.refused_count, report.truncated) == (13, 0, None)
    person, meridian = (
        "d:person-viorel-000000000000000000001",
        "d:entity-meridian-0000000000000000001",
    )
    assert [hit.id for hit in fresh_engine.search(SearchQuestion("viorel tannic"), EYES).hits] == [
        person
    ]
    owners = {
        holding.entity.id: holding
        for holding in fresh_engine.owners(OwnershipQuestion(meridian), EYES).items
    }
    assert owners[person].share == pytest.approx(0.4)
    assert owners[person].lower_bound
    assert len(owners[person].routes().paths[0].edge_ids) == 2
    again = load(fresh_engine, [str(HERE)], "d")
    assert (again.added, again.changed, again.removed, again.unchanged) == (0, 0, 0, 13)
    later = json.loads((HERE / "bods-0.2.json").read_text())
    later.append(
        {
            **later[3],
            "statementID": "person-viorel-new",
            "replacesStatements": [later[3]["statementID"]],
        }
    )
    later[-1]["names"] = [{"fullName": "Viorel T. Tannic"}]
    path = tmp_path / "later.json"
    path.write_text(json.dumps(later))
    update = load(fresh_engine, [str(path), str(HERE / "bods-0.3.json")], "d")
    assert (update.added, update.changed, update.removed, update.unchanged) == (0, 1, 0, 12)
    assert fresh_engine.check() == []


@pytest.mark.parametrize(
    ("steps", "whole", "total"),
    [
        (["pa100", "as30", "pb", "bs40"], 70, 0.7),
        (["pa100", "as30", "bs40"], 70, 0.3),
        (["pa100", "as30", "gone"], 70, 0.7),
        (["pa100", "as30", "px"], 70, 0.3),
        (["pa100", "as80", "pb", "bs20"], 70, 0.8),
        (["pa100!", "as30"], 70, 1.0),
    ],
)
def test_of_a_whole_told_in_part_by_steps_nothing_is_lost_or_counted_twice(
    fresh_engine: Engine, tmp_path: Path, steps: list[str], whole: int, total: float
) -> None:
    """``as30``: a holds 30 % of s; ``pb``: p holds an unknown share of b; ``!``: it has ended."""
    links = []
    for step in steps:
        share = step[2:].strip("!")
        interest = shares(int(share)) if share.isdigit() else {"type": "shareholding"}
        ended = {"endDate": "2010"} if "!" in step else {}
        links.append(holds(step[:2], step[0], step[1], {**interest, **ended}))
    known = [link for link, step in zip(links, steps, strict=True) if step != "gone"]
    told = holds(
        "ps",
        "p",
        "s",
        shares(whole, "indirect"),
        componentRecords=[link["recordId"] for link in links],
    )
    path = tmp_path / "f.json"
    path.write_bytes(orjson.dumps([told, record("p", "person"), *map(record, "absx"), *known]))
    load(fresh_engine, [str(path)], "d")
    found = {
        holding.entity.id: holding.share
        for holding in fresh_engine.owners(OwnershipQuestion("d:s", min_share=0.01), EYES).items
    }
    assert found["d:p"] == pytest.approx(total)


@pytest.mark.parametrize("listed", [["pm", "ms"], ["pm", "pa", "am", "ms"]])
@pytest.mark.parametrize(("whole", "more", "total"), [(20, [], 0.2), (70, ["pb", "bs"], 0.7)])
def test_a_step_that_is_a_whole_itself_counts_once(
    fresh_engine: Engine,
    tmp_path: Path,
    listed: list[str],
    whole: int,
    more: list[str],
    total: float,
) -> None:
    links = [
        holds("pa", "p", "a", shares(100)),
        holds("am", "a", "m", shares(50)),
        holds("ms", "m", "s", shares(40)),
    ]
    links.append(holds("pm", "p", "m", shares(50, "indirect"), componentRecords=["pa", "am"]))
    links += [holds("pb", "p", "b"), holds("bs", "b", "s", shares(40))] if more else []
    told = holds("ps", "p", "s", shares(whole, "indirect"), componentRecords=[*listed, *more])
    path = tmp_path / "f.json"
    path.write_bytes(orjson.dumps([told, record("p", "person"), *map(record, "abms"), *links]))
    load(fresh_engine, [str(path)], "d")
    found = {
        holding.entity.id: holding.share
        for holding in fresh_engine.owners(OwnershipQuestion("d:s", min_share=0.01), EYES).items
    }
    assert found["d:p"] == pytest.approx(total)


def test_wholes_that_are_steps_of_one_another_end(tmp_path: Path) -> None:
    keys = [f"h{n}" for n in range(40)]
    links = [holds(key, "p", "a", shares(10, "indirect"), componentRecords=keys) for key in keys]
    found = made(tmp_path / "f.json", record("a"), record("p", "person"), *links)
    assert len(found) == 42


def test_what_is_left_of_a_whole_says_what_the_source_says_of_it(tmp_path: Path) -> None:
    links = [
        holds("pa", "p", "a", shares(100)),
        holds("as", "a", "s", shares(30)),
        holds("pb", "p", "b", {}),
    ]
    links.append(holds("bs", "b", "s", shares(40)))
    components = [link["recordId"] for link in links]
    ranged = {
        "type": "shareholding",
        "directOrIndirect": "indirect",
        "share": {"minimum": 50, "maximum": 75},
    }
    interests = [shares(20, "indirect"), shares(70, "indirect"), ranged]
    whole = holds("ps", "p", "s", *interests, componentRecords=components)
    found = made(tmp_path / "f.json", record("p", "person"), *map(record, "abs"), *links, whole)
    told = [found[f"ps..i{n}"] for n in (1, 2, 3)]
    assert [
        (edge.schema, edge.first("percentage"), edge.first("description")) for edge in told
    ] == [
        ("UnknownLink", None, "shareholding: 20%, held through the companies between"),
        (
            "Ownership",
            "60%",
            "shareholding: 70%, here without what is held through the companies between",
        ),
        ("Ownership", "50% to 75%", None),
    ]


def held(date: str, exact: float, start: str | None = None, **more: Any) -> dict[str, Any]:
    """A statement of one day that p holds a share of a."""
    interest = shares(exact) if start is None else {**shares(exact), "startDate": start}
    return holds("h", "p", "a", interest, date=date, **more)


def replacing(statements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Statements of one record as BODS wrote them before 0.4: each replaces the one before."""
    chain = []
    for number, statement in enumerate(statements):
        chain.append(
            {
                **{key: statement[key] for key in ("statementDate",)},
                **statement["recordDetails"],
                "statementID": "h" if not number else f"h{number}",
                "statementType": "ownershipOrControlStatement",
                "subject": {"describedByEntityStatement": "a"},
                "interestedParty": {"describedByPersonStatement": "p"},
                "replacesStatements": ["h" if number == 1 else f"h{number - 1}"] * bool(number),
            }
        )
    return chain


@pytest.mark.parametrize("old", [False, True])
@pytest.mark.parametrize(
    ("statements", "periods"),
    [
        # by the dates of the statements
        (
            [held("2021-03-01", 60), held("2023-05-02", 75)],
            {"i1": ("75%", "2023-05-02", None), "h1": ("60%", None, "2023-05-01")},
        ),
        # by a later start that the new statement gives
        (
            [held("2021-03-01", 60, "2020-06"), held("2023-05-02", 75, "2022-11")],
            {"i1": ("75%", "2022-11", None), "h1": ("60%", "2020-06", "2022-10-31")},
        ),
        # the start of the whole interest is no start of the new share
        (
            [held("2021-03-01", 60, "2019"), held("2023-05-02", 75, "2019")],
            {"i1": ("75%", "2023-05-02", None), "h1": ("60%", "2019", "2023-05-01")},
        ),
        # three in a row, and one that says the same again
        (
            [
                held("2020-01-01", 10),
                held("2021-01-01", 10),
                held("2022-01-01", 20),
                held("2023-01-01", 30),
            ],
            {
                "i1": ("30%", "2023-01-01", None),
                "h1": ("10%", None, "2021-12-31"),
                "h2": ("20%", "2022-01-01", "2022-12-31"),
            },
        ),
        # a correction on the same day is no history
        ([held("2021-03-01", 60), held("2021-03-01", 75)], {"i1": ("75%", None, None)}),
    ],
)
def test_what_earlier_statements_said_is_kept_for_its_time(
    tmp_path: Path,
    statements: list[dict[str, Any]],
    periods: dict[str, tuple[str, str | None, str | None]],
    old: bool,
) -> None:
    """Whether statements share a record's id, or replace one another."""
    versions = replacing(statements) if old else statements
    found = made(tmp_path / "f.json", record("a"), record("p", "person"), *versions)
    edges = {id_: entity for id_, entity in found.items() if id_.startswith("h..")}
    assert {
        id_.removeprefix("h.."): tuple(
            next(iter(edge.properties.get(name, ())), None)
            for name in ("percentage", "startDate", "endDate")
        )
        for id_, edge in edges.items()
    } == periods
    for id_, edge in edges.items():
        assert edge.properties.get("status") == (["superseded"] if "..h" in id_ else None)


def test_owners_at_a_date_are_what_was_said_of_it(fresh_engine: Engine, tmp_path: Path) -> None:
    """And without a date, of statements that follow each other the last one counts."""
    path = tmp_path / "f.json"
    statements = [
        record("a", name="A"),
        record("p", "person"),
        record("q", "person"),
        held("2021-03-01", 60),
        held("2023-05-02", 75),
        holds("g", "q", "a", shares(40), date="2021-03-01"),
        holds("g", "q", "a", shares(40), date="2022-07-01", status="closed"),
    ]
    path.write_bytes(orjson.dumps(statements))
    load(fresh_engine, [str(path)], "d")

    def owners(at: str | None) -> dict[str, float | None]:
        question = OwnershipQuestion("d:a", min_share=0, at=at)
        return {h.entity.id[2:]: h.share for h in fresh_engine.owners(question, EYES).items}

    assert owners("2022-01") == {"p": 0.6, "q": 0.4}
    assert owners("2022-10") == {"p": 0.6}
    assert owners("2023-05-01") == {"p": 0.6}
    assert owners("2023-05-02") == owners("2024") == {"p": 0.75}
    assert owners(None) == {"p": 0.75, "q": 0.4}
    again = load(fresh_engine, [str(path)], "d")
    assert (again.added, again.changed, again.removed) == (0, 0, 0)


def test_owners_whom_nobody_names_are_shown_so(fresh_engine: Engine, tmp_path: Path) -> None:
    """Unknown, anonymous and unspecified ones, with their reasons; and where there is none."""
    why = {"reason": "subjectUnableToConfirmOrIdentifyBeneficialOwner"}
    path = tmp_path / "f.json"
    statements = [
        *(record(key, name=key.upper()) for key in "abcdef"),
        record("x", "person", personType="unknownPerson", unspecifiedPersonDetails=why),
        record("y", entityType={"type": "anonymousEntity"}),
        record("z", "person", personType="knownPerson", names=[{"fullName": "Zoe Known"}]),
        holds("h1", "x", "a", shares(30)),
        holds("h2", "y", "b"),
        holds("h3", {"reason": "interestedPartyExemptFromDisclosure"}, "c"),
        holds("h4", {"reason": "noBeneficialOwners", "description": "all are small"}, "d"),
        holds("h5", "z", "e", {"type": "unknownInterest"}),
    ]
    path.write_bytes(orjson.dumps(statements))
    load(fresh_engine, [str(path)], "d")
    told = {}
    for key in "abcdef":
        page = fresh_engine.owners(OwnershipQuestion(f"d:{key}"), EYES)
        told[key] = [(h.share, h.unnamed) for h in page.items], page.without_owner
    assert told == {
        "a": (
            [(0.3, "unknown person (subject unable to confirm or identify beneficial owner)")],
            None,
        ),
        "b": ([(None, "anonymous entity")], None),
        "c": ([(None, "unspecified (interested party exempt from disclosure)")], None),
        "d": ([], "no beneficial owners: all are small"),
        "e": ([], None),
        "f": ([], None),
    }
