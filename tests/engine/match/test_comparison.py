"""Whether two records are the same thing: what speaks for it, against it, and how it is told."""

import math
from itertools import combinations
from typing import Any

import pytest

from engine.answer import Comparison
from engine.entity import Entity, make_entity
from engine.match.comparison import ALGORITHM, compare, compare_from
from engine.match.curve import interpolated
from engine.match.evidence import date_points
from engine.match.name import MOST_IN_CONFLICT, compare_names, names_of, type_tag
from engine.match.side import Side


def record(schema: str = "Person", **properties: str | list[str]) -> Entity:
    values = {
        name: [value] if isinstance(value, str) else value for name, value in properties.items()
    }
    return make_entity("d", "x", schema, values)


def compared(one: Entity, other: Entity) -> Comparison:
    """The comparison, which must be the same with the records exchanged."""
    found, back = compare(one, other), compare(other, one)
    sides = Side(one), Side(other)
    assert compare_from(found.score, *sides) == found
    assert compare_from(min(found.score * 1.01, 1.0), *sides) in (None, found)
    assert compare_from(min(found.score + 0.02, 1.0), *sides) is None or found.score == 1.0
    assert math.isclose(found.score, back.score, abs_tol=1e-9)
    return found


def points(comparison: Comparison) -> dict[str, float]:
    return {feature.feature: feature.score for feature in comparison.features}


@pytest.mark.parametrize(
    ("schema", "one", "other"),
    [
        ("Person", "Wiktor Morozow", "Viktor Morozov"),
        ("Person", "Morozov, Viktor", "Viktor Morozov"),
        ("Person", "Виктор Морозов", "Viktor Morozov"),
        ("Person", "Βίκτωρ Παπαδόπουλος", "Viktor Papadopoulos"),
        ("Person", "V. Morozov", "Viktor Morozov"),
        ("Person", "Viktor Morozov", "Viktor Petrovich Morozov"),
        ("Person", "Katharina Lindqvist", "Katarina Lindquist"),
        ("Person", "Ann-Marie Osterberg", "Annmarie Oesterberg"),
        ("Company", "Halvmoon Holdings Limited", "Halvmoon Holdings Ltd."),
        ("Company", "Halvmoon Holding AG", "Halvmoon Holding Aktiengesellschaft"),
        ("Company", 'ООО "Ромашка"', "Romashka OOO"),
        ("Company", "Halvmoon Holdings", "Halvmoon Holdings S.A."),
        ("Vessel", "M/V Amber Shoal", "Amber Shoal"),
    ],
)
def test_names_that_are_one(schema: str, one: str, other: str) -> None:
    assert compared(record(schema, name=one), record(schema, name=other)).score > 0.5


@pytest.mark.parametrize(
    ("schema", "one", "other"),
    [
        ("Person", "Viktor Morozov", "Anna Kuznetsova"),
        ("Person", "Viktor Morozov", "Viktor Kuznetsov"),
        ("Person", "Yusuf Karim Hadi al-Basri", "Yusuf Karim Hadi al-Najafi"),
        ("Person", "Salem Ben Omar Trabelsi", "Salem Ben Hedi Trabelsi"),
        ("Company", "Halvmoon Shipping France", "Halvmoon Shipping Spain"),
        ("Company", "Halvmoon Growth Fund II LP", "Halvmoon Growth Fund III LP"),
        ("Company", "Halvmoon AG", "Halvmoon GmbH"),
        ("Company", "Northern Grain Trust", "Northern Steel Trust"),
    ],
)
def test_names_that_are_two(schema: str, one: str, other: str) -> None:
    assert compared(record(schema, name=one), record(schema, name=other)).score < 0.5


def test_parts_that_both_names_have_alone_make_two_of_them() -> None:
    tag = type_tag("Person", "Person")
    one, other = (
        names_of(record(name=name), tag)
        for name in ("Hassan Karim Ali Omar al-Basri", "Hassan Karim Ali Omar al-Najafi")
    )
    found = compare_names(one, other)
    assert found.score <= MOST_IN_CONFLICT
    assert "only in the query: basri" in found.detail
    assert "only in the candidate: najafi" in found.detail


def test_a_person_without_a_full_name_has_that_of_its_parts() -> None:
    parts = record(firstName="Viktor", middleName="Petrovich", lastName="Morozov")
    assert compared(parts, record(name="Viktor Petrovich Morozov")).score > 0.9
    swapped = record(firstName="Morozov", lastName="Viktor")
    straight = record(firstName="Viktor", lastName="Morozov")
    assert compared(swapped, straight).score < compared(straight, straight).score


def test_the_name_is_compared_and_not_the_id() -> None:
    """Under an id that stays, a name may change: nothing of the old one is remembered."""
    before, after = record(name="Viktor Morozov"), record(name="Anna Kuznetsova")
    assert before.id == after.id
    assert compared(before, record(name="Anna Kuznetsova")).score < 0.1
    assert compared(after, record(name="Anna Kuznetsova")).score > 0.9


@pytest.mark.parametrize(
    ("one", "other", "feature", "sign"),
    [
        ({"birthDate": "1961-03-12"}, {"birthDate": "1961-03-12"}, "birthDate", 1),
        ({"birthDate": "1961"}, {"birthDate": "1961-03-12"}, "birthDate", 1),
        ({"birthDate": "1961-03-12"}, {"birthDate": "1961-12-03"}, "birthDate", 1),
        ({"birthDate": "1961-03-12"}, {"birthDate": "1961-03-22"}, "birthDate", 1),
        ({"birthDate": "1961-03-12"}, {"birthDate": "1974-08-02"}, "birthDate", -1),
        ({"passportNumber": "AB 123-456"}, {"passportNumber": "ab123456"}, "identifier", 1),
        ({"passportNumber": "AB123456"}, {"idNumber": "AB123456"}, "identifier", 1),
        ({"innCode": "770100000001"}, {"innCode": "770100000002"}, "identifier", -1),
        ({"nationality": "gr"}, {"country": "gr"}, "country", 1),
        ({"nationality": "gr"}, {"nationality": "cy"}, "country", -1),
        ({"gender": "male"}, {"gender": "female"}, "gender", -1),
        ({"email": "v@example.org"}, {"email": "v@example.org"}, "email", 1),
        ({"birthPlace": "Elaiona"}, {"birthPlace": "elaiona"}, "birthPlace", 1),
        (
            {"address": "3 Kiln Road, Elaiona Harbour"},
            {"address": "3 Kiln Rd., Elaiona Harbour"},
            "address",
            1,
        ),
        (
            {"address": "3 Kiln Road, Elaiona Harbour"},
            {"address": "88 Mast Street, Port Veld"},
            "address",
            -1,
        ),
    ],
)
def test_other_values_count_too(
    one: dict[str, Any], other: dict[str, Any], feature: str, sign: int
) -> None:
    alone = compared(record(name="Viktor Morozov"), record(name="Viktor Morozov")).score
    found = compared(record(name="Viktor Morozov", **one), record(name="Viktor Morozov", **other))
    assert points(found)[feature] * sign > 0
    assert (found.score - alone) * sign > 0


def test_the_same_register_number_alone_weighs_heavily() -> None:
    one = record("Company", registrationNumber="HRB 12345")
    other = record("Company", name="Halvmoon Holding AG", registrationNumber="HRB12345")
    assert compared(one, other).score > 0.8


BORN = {"birthDate": "1941-02-03"}
AT_KILN_ROAD = {"address": "3 Kiln Road, Elaiona Harbour 1234"}


@pytest.mark.parametrize(
    ("schema", "one", "other"),
    [
        ("Person", {"name": "Robert Kowal", **BORN}, {"name": "Robert Kowal", "birthDate": "1969"}),
        ("Person", {"name": "Anna Kowal", **BORN}, {"name": "Maria Kowal", **BORN}),
        ("Person", {"name": "Anna Kowal", **AT_KILN_ROAD}, {"name": "Jan Kowal", **AT_KILN_ROAD}),
        (
            "Person",
            {"name": "Andrea Kowal", "gender": "male"},
            {"name": "Andrea Kowal", "gender": "female"},
        ),
        (
            "Person",
            {"name": "Karim Hadi", "alias": "Abu Ali"},
            {"name": "Omar Saleh", "alias": "Abu Ali"},
        ),
        ("Person", {"name": "Ivan Petrovich Sidorov"}, {"name": "Ivan Nikolaevich Sidorov"}),
        (
            "Person",
            {"name": "Pavel Orlov", "address": "Elaiona"},
            {"name": "Pavel Kowal", "address": "Elaiona"},
        ),
        (
            "Vessel",
            {"name": "Amber Shoal", "imoNumber": "9683738"},
            {"name": "Amber Shoal", "imoNumber": "9187629"},
        ),
        (
            "Company",
            {"name": "Halvmoon Ltd", "jurisdiction": "gb"},
            {"name": "Halvmoon Ltd", "jurisdiction": "cy"},
        ),
        (
            "Company",
            {"name": "Halvmoon Ltd", **AT_KILN_ROAD},
            {"name": "Cobalt Ltd", **AT_KILN_ROAD},
        ),
    ],
)
def test_what_looks_the_same_and_is_not(
    schema: str, one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert compared(record(schema, **one), record(schema, **other)).score < 0.5


@pytest.mark.parametrize(
    ("schema", "one", "other"),
    [
        ("Person", {"name": "Jan Kowal", **BORN}, {"name": "Jan Kowal", "birthDate": "1941-03-02"}),
        (
            "Person",
            {"name": "Anna Kowal", **BORN},
            {"name": "Anna Nowak", "previousName": "Anna Kowal"},
        ),
        (
            "Person",
            {"name": "Jan Kowal", **AT_KILN_ROAD},
            {"name": "Jna Kowal", "address": "3 Kilnroad, Elaoina Harbuor 1243"},
        ),
        ("Person", {"name": "Wang Xiaoming"}, {"name": "王晓明"}),
        (
            "Vessel",
            {"name": "Amber Shoal", "imoNumber": "9683738"},
            {"name": "Ocean Pride", "imoNumber": "IMO 9683738"},
        ),
        (
            "Company",
            {"name": "Halvmoon AG", "registrationNumber": "HRB 12345"},
            {"name": "Cobalt AG", "registrationNumber": "HRB12345"},
        ),
    ],
)
def test_what_looks_different_and_is_the_same(
    schema: str, one: dict[str, Any], other: dict[str, Any]
) -> None:
    assert compared(record(schema, **one), record(schema, **other)).score > 0.5


def test_a_score_is_what_its_features_make() -> None:
    one = record(name="Viktor Morozov", birthDate="1961-03-12", nationality="gr")
    other = record(name="Wiktor Morosow", birthDate="1961-03", passportNumber="AB123456")
    found = compare(one, other)
    told = points(found)
    assert math.isclose(found.score, 1 / (1 + math.exp(-sum(told.values()))), abs_tol=0.01)
    assert found.algorithm == ALGORITHM
    by_name = {feature.feature: feature for feature in found.features}
    assert (by_name["birthDate"].query, by_name["birthDate"].candidate) == ("1961-03-12", "1961-03")
    # what only one of them tells is told, and counts nothing
    assert (told["country"], by_name["country"].detail) == (0.0, "the candidate tells none")
    assert (told["identifier"], by_name["identifier"].detail) == (0.0, "the query tells none")
    counted = [abs(feature.score) for feature in found.features]
    assert counted == sorted(counted, reverse=True)


def test_odd_values_do_no_harm() -> None:
    odd = [
        record(name="?!", birthDate="unknown"),
        record(name="x" * 10_000, birthDate=["1961", "soon"]),
        record(birthDate="1961-03-12"),
        record("Company", name=["A"] * 300, address=["1"] * 500),
        record(name="12345", passportNumber="-"),
    ]
    for one, other in combinations(odd, 2):
        assert 0 <= compared(one, other).score <= 1


def test_dates_agree_by_degrees() -> None:
    falling = ["1961-03-12", "1961-12-03", "1961-03-13", "1961-08-21", "1962-08-21", "1990-08-21"]
    values = [date_points("1961-03-12", date)[0] for date in falling]
    assert values == sorted(values, reverse=True)
    assert values[2] > 0 > values[3]


def test_a_function_between_points_is_linear() -> None:
    line = ((0.0, -6.0), (0.5, 0.0), (1.0, 4.0))
    assert [interpolated(line, at) for at in (0.0, 0.25, 0.5, 0.75, 1.0)] == [-6, -3, 0, 2, 4]


def test_a_holding_is_not_the_company_whose_name_it_bears() -> None:
    owner, owned = (record("Company", name=name) for name in ("Acme Holding AG", "Acme AG"))
    assert compared(owner, owned).score < 0.5
    assert compared(owner, record("Company", name="Acme Holdings AG")).score > 0.9


def test_digits_of_a_date_may_be_exchanged() -> None:
    assert date_points("1963-01-17", "1936-01-17")[1] == "two digits are exchanged"
    assert date_points("1960-11-17", "1961-01-17")[1] == "two digits are exchanged"
    assert date_points("1963-01-17", "1936-01-18")[0] < -4


def test_addresses_are_one_where_they_are_written_alike() -> None:
    one = record("Address", full="12 Harbour Road, 4171 Port Ellen", country="gb")
    same = record("Address", full="12 Harbour Rd., Port Ellen 4171", country="gb")
    next_door = record("Address", full="14 Harbour Road, 4171 Port Ellen", country="gb")
    assert compared(one, same).score > 0.8
    assert compared(one, next_door).score < 0.3
