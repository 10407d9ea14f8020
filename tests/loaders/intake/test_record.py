"""One line: what is taken, exactly as it stands, and what is refused, with which words."""

import json
from pathlib import Path
from typing import Any

import pytest

from engine.errors import BadInput
from engine.validation import is_id
from loaders.intake.record import parse, readable_id

SHARED = Path(__file__).parents[4] / "shared" / "data"
OWNERSHIP = {"owner": ["a"], "asset": ["b"]}


def line(id: Any = "a-1", schema: Any = "Company", properties: Any = None, **other: Any) -> bytes:
    body = {"id": id, "schema": schema, "properties": properties or {}, **other}
    return json.dumps(body).encode()


@pytest.mark.parametrize(
    ("schema", "properties"),
    [
        ("Company", {"name": ["Ävå", "Ävå", " b ", ""], "country": ["not a country"]}),
        ("Ownership", {**OWNERSHIP, "percentage": ["25-50"], "startDate": ["spring"]}),
        ("Ownership", {"owner": ["other_set:a"], "asset": ["b"]}),
        ("Ownership", {"owner": ["a"], "asset": ["a"]}),
        ("Ownership", {"owner": [f"o{n}" for n in range(50)], "asset": ["b"]}),
        ("Person", {"name": ["\U0001f9f6", "\\u0000 is no NUL", "a\nb"]}),
        ("Sanction", {"entity": ["x"]}),
        ("Company", {}),
    ],
)
def test_values_come_back_as_they_stand(schema: str, properties: dict[str, list[str]]) -> None:
    entity = parse("d", line(schema=schema, properties=properties))
    assert (entity.id, entity.dataset, entity.schema) == ("d:a-1", "d", schema)
    assert entity.properties == properties


def test_small_liberties() -> None:
    entity = parse(
        "d", line(properties={"name": "One", "alias": []}, caption="x", referents=[1], id="A.b-3")
    )
    assert entity.properties == {"name": ["One"]}
    assert entity.caption == "One"
    assert parse("d", b'{"id": "a", "schema": "Person"}\r\n').properties == {}


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"[]", "not a JSON object"),
        (b"null", "not a JSON object"),
        (b'{"id": "a"', "not JSON"),
        (b"[" * 100_000, "not JSON"),
        ('{"id": "a"}'.encode("utf-16"), "UTF-16"),
        ('{"id": "a"}'.encode("utf-16-be"), "UTF-16"),
        (b'{"id": "\xe6"}', "not UTF-8"),
        (b'{"id": "a", "schema": "Person", "properties": {"name": ["\\ud800"]}}', "not JSON"),
        (line(id=None), "it has no id"),
        (line(id=7), "id 7"),
        (line(id=["a"]), "id a list"),
        (line(id=""), "id ''"),
        (line(id="a\n"), "id 'a\\n'"),
        (line(id="d:a"), "id 'd:a'"),
        (line(id="a b"), "id 'a b'"),
        (line(id="a" * 256), "id 'aaa"),
        (line(schema="Compny"), "schema 'Compny' is not known"),
        (line(schema=None), "it has no schema"),
        (line(schema="Thing"), "abstract"),
        (line(properties=["name"]), "properties are not an object"),
        (line(properties={"nme": ["x"]}), "no property 'nme'"),
        (line(properties={"ownershipOwner": ["x"]}), "no property 'ownershipOwner'"),
        (line(properties={"_checksum": ["x"]}), "no property '_checksum'"),
        (line(properties={"name": None}), "not a list"),
        (line(properties={"name": 7}), "not a list"),
        (line(properties={"name": [7]}), "holds 7"),
        (line(properties={"name": [["x"]]}), "holds a list"),
        (line(properties={"name": [{"id": "x"}]}), "holds an object"),
        (line(properties={"name": ["a\0b"]}), "NUL"),
        (line(properties={"name": ["x" * (1024 * 1024 + 1)]}), "longer than"),
        (line(properties={"parent": ["a b"]}), "refers to 'a b'"),
        (line(properties={"parent": [""]}), "refers to ''"),
        (line(properties={"parent": ["Bad-Set:a"]}), "refers to"),
        (line(properties={"parent": ["literal:a"]}), "refers to"),
        (line(properties={"parent": [":a"]}), "refers to"),
        (line(schema="Ownership", properties={"owner": ["a"]}), "without asset"),
        (line(schema="Ownership", properties={"owner": [], "asset": ["a"]}), "without owner"),
        (
            line(schema="Ownership", properties={"owner": ["a-1"], "asset": ["b"]}),
            "is its own owner",
        ),
        (
            line(schema="Ownership", properties={"owner": ["b"], "asset": ["d:a-1"]}),
            "is its own asset",
        ),
        (
            line(schema="Ownership", properties={"owner": ["a"] * 50, "asset": ["b"] * 50}),
            "2,500 pairs",
        ),
    ],
)
def test_refused(data: bytes, reason: str) -> None:
    with pytest.raises(BadInput, match=r".") as caught:
        parse("d", data)
    assert reason in str(caught.value)
    assert len(str(caught.value)) < 300
    assert str(caught.value).isprintable()


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (line(schema="Nothing"), "a-1"),
        (b'{"id": "cut-off", "schema": "Per', "cut-off"),
        (b'{"id": "bad id", "schema": "Per', None),
        (b'{"id": 7}', None),
        (b"[]", None),
        (b"", None),
    ],
)
def test_readable_id(data: bytes, expected: str | None) -> None:
    assert readable_id(data) == expected


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data is not here")
def test_hostile_json_is_refused_line_by_line() -> None:
    count = 0
    for file in sorted((SHARED / "hostile" / "json").iterdir()):
        for part in file.read_bytes().split(b"\n"):
            with pytest.raises(BadInput):
                parse("d", part)
            count += 1
    assert count > 250


@pytest.mark.skipif(not SHARED.exists(), reason="the shared data is not here")
def test_naughty_strings_as_names_and_ids() -> None:
    for text in json.loads((SHARED / "hostile" / "blns.json").read_text()):
        data = line(properties={"name": [text]})
        if "\0" in text:
            with pytest.raises(BadInput):
                parse("d", data)
        else:
            assert parse("d", data).properties == {"name": [text]}
        if not is_id(text):
            with pytest.raises(BadInput):
                parse("d", line(id=text))
