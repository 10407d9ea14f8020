"""Entities out of pieces: merged, in order, checked, and refused where they don't go together."""

from itertools import permutations

import pytest

from engine.errors import BadInput
from loaders.intake.fragment import Fragments
from loaders.intake.intake import ParseResult


def made(*pieces: tuple[str, str, dict[str, list[str]]]) -> list[ParseResult]:
    with Fragments("d") as fragments:
        for row, piece in enumerate(pieces, start=1):
            fragments.put(*piece, "table.csv", row)
        return list(fragments.readings())


def test_pieces_of_one_id_are_one_entity() -> None:
    found = made(
        ("b", "LegalEntity", {"name": ["Beta", "B"], "country": ["dk"]}),
        ("a", "Person", {"name": ["Ada"]}),
        ("b", "Company", {"name": ["B", "Beta Ltd"], "jurisdiction": ["se"], "phone": []}),
    )
    assert [(reading.place, reading.entity.schema) for reading in found if reading.entity] == [
        (2, "Person"),
        (1, "Company"),
    ]
    assert found[1].entity is not None
    assert found[1].entity.properties == {
        "name": ["Beta", "B", "Beta Ltd"],
        "country": ["dk"],
        "jurisdiction": ["se"],
    }


def test_the_most_special_schema_counts_whatever_the_order() -> None:
    for order in permutations(("Asset", "LegalEntity", "Company")):
        found = made(*(("a", schema, {}) for schema in order))
        assert [reading.entity.schema for reading in found if reading.entity] == ["Company"], order


@pytest.mark.parametrize(
    ("pieces", "reason"),
    [
        ([("a", "Person", {}), ("a", "Vessel", {})], "described as Person and as Vessel"),
        ([("a b", "Person", {})], "not one of FollowTheMoney's"),
        ([("a", "Person", {"nose": ["long"]})], "no property 'nose'"),
        ([("a", "Ownership", {"owner": ["x"]})], "without asset"),
        ([("a", "Person", {"name": ["\0"]})], "NUL"),
    ],
)
def test_what_cannot_be_one_entity_is_refused(
    pieces: list[tuple[str, str, dict[str, list[str]]]], reason: str
) -> None:
    found = made(*pieces)
    assert [(reading.entity, reading.id, reading.place) for reading in found] == [
        (None, pieces[0][0], 1)
    ]
    assert reason in found[0].reason


def test_what_is_no_text_is_refused_at_once() -> None:
    with pytest.raises(BadInput, match="cannot be stored"):
        made(("a", "Person", {"name": ["\ud800"]}))


def test_many_pieces_keep_their_order() -> None:
    pieces = [(f"e{n % 700:03}", "Person", {"name": [f"N{n}"]}) for n in range(12_000)]
    found = made(*pieces)
    assert [reading.entity.id for reading in found if reading.entity] == [
        f"d:e{n:03}" for n in range(700)
    ]
    assert found[5].entity is not None
    assert found[5].entity.properties["name"] == [f"N{n}" for n in range(5, 12_000, 700)]
