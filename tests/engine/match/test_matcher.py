"""Which records are compared, who sees which of them, and the process that compares."""

from collections.abc import Iterator, Sequence

import pytest

from engine.access import Access
from engine.answer import Comparison
from engine.engine import Engine
from engine.entity import Entity, make_entity
from engine.errors import BadInput
from engine.match.comparer import Comparer, compared
from engine.match.matcher import Matcher
from engine.question import MatchQuestion, SearchFilter
from engine.validation import described

ALL = Access(frozenset({"a", "b"}))
ONE = Access(frozenset({"a"}))


class Here(Comparer):
    """Compares in this process, which saves the tests the start of another one."""

    def compare(
        self, query: Entity, candidates: Sequence[Entity], least: float
    ) -> list[Comparison | None]:
        return compared(query, candidates, least)


@pytest.fixture
def matcher(fresh_engine: Engine) -> Matcher:
    return Matcher(fresh_engine._reader, fresh_engine._index, Here(1.0))


def put(engine: Engine, dataset: str, *records: tuple[str, str, dict[str, str]]) -> None:
    entities = [
        make_entity(dataset, id_, schema, {name: [value] for name, value in values.items()})
        for id_, schema, values in records
    ]
    engine._writer.ensure_dataset(dataset)
    engine._writer.write(entities, ())
    engine.follow()


def found(matcher: Matcher, access: Access, schema: str = "Person", **values: str) -> list[str]:
    question = MatchQuestion(described(schema, dict(values)))
    return [match.entity.id for match in matcher.matches(question, access)]


@pytest.mark.parametrize(
    "name",
    [
        *("Viktor Morozov", "Виктор Морозов", "Віктор Морозов", "Βίκτορ Μορόζοφ", "Wiktor Morosow"),
        *("Morozov, Viktor", "Viktor Morozvo", "Viktor P. Morozov"),
    ],
)
def test_a_name_is_a_candidate_however_it_is_written(
    matcher: Matcher, fresh_engine: Engine, name: str
) -> None:
    people = [(f"p{n}", "Person", {"name": f"Anna Kuznetsova {n}"}) for n in range(120)]
    put(fresh_engine, "a", *people, ("m", "Person", {"name": "Viktor Morozov"}))
    ids = fresh_engine._index.candidates(
        described("Person", {"name": name}), ALL, SearchFilter(), 10
    )
    assert ids[0] == "a:m"
    put(fresh_engine, "b", ("n", "Person", {"name": name}))
    other = described("Person", {"name": "Виктор Морозов"})
    assert "b:n" in fresh_engine._index.candidates(other, ALL, SearchFilter(), 10)


def test_identifiers_contacts_and_dates_find_without_the_name(
    matcher: Matcher, fresh_engine: Engine
) -> None:
    put(
        fresh_engine,
        "a",
        ("c", "Company", {"name": "Halvmoon Holding", "registrationNumber": "HRB 12345"}),
        ("p", "Person", {"name": "Viktor Morozov", "email": "v@example.org"}),
        ("q", "Person", {"name": "Anna Kuznetsova", "email": "v@example.org"}),
    )
    assert found(matcher, ALL, "Company", registrationNumber="hrb-12345") == ["a:c"]
    assert set(found(matcher, ALL, email="v@example.org")) == {"a:p", "a:q"}


def test_what_is_hidden_changes_nothing(matcher: Matcher, fresh_engine: Engine) -> None:
    """Neither who is found, nor the score, nor what it is made of."""
    put(
        fresh_engine,
        "a",
        ("m", "Person", {"name": "Viktor Morozov"}),
        ("n", "Person", {"name": "Viktor Morozow", "birthDate": "1961"}),
    )
    question = MatchQuestion(described("Person", {"name": "Viktor Morozov"}), least=0.0)
    before = matcher.matches(question, ONE)
    crowd = [(f"h{n}", "Person", {"name": "Viktor Morozov"}) for n in range(200)]
    put(fresh_engine, "b", *crowd)
    assert matcher.matches(question, ONE) == before
    assert len(before) == 2
    scope = SearchFilter(datasets=("a",))
    assert matcher.matches(MatchQuestion(question.entity, scope, 0.0), ALL) == before
    assert len(matcher.matches(question, ALL)) == 10


def test_only_what_can_be_the_same_is_compared(matcher: Matcher, fresh_engine: Engine) -> None:
    put(
        fresh_engine,
        "a",
        ("person", "Person", {"name": "Amber Shoal"}),
        ("vessel", "Vessel", {"name": "Amber Shoal"}),
        ("company", "Company", {"name": "Amber Shoal"}),
        ("body", "LegalEntity", {"name": "Amber Shoal"}),
    )
    assert found(matcher, ALL, "Vessel", name="Amber Shoal") == ["a:vessel"]
    assert set(found(matcher, ALL, "Person", name="Amber Shoal")) == {"a:person", "a:body"}
    company = MatchQuestion(
        described("Company", {"name": "Amber Shoal"}), SearchFilter(schemata=("Company",))
    )
    assert [match.entity.id for match in matcher.matches(company, ALL)] == ["a:company"]


def test_a_record_is_not_similar_to_itself(matcher: Matcher, fresh_engine: Engine) -> None:
    put(
        fresh_engine,
        "a",
        ("m", "Person", {"name": "Viktor Morozov", "birthDate": "1961-03-12"}),
        ("n", "Person", {"name": "Viktor Morozow", "birthDate": "1961-03-12"}),
        ("o", "Person", {"name": "Viktor Morozov", "birthDate": "1990-08-21"}),
    )
    (record,) = fresh_engine.entities(["a:m"], ALL)
    assert isinstance(record, Entity)
    matches = matcher.matches(MatchQuestion(record), ALL)
    assert [match.entity.id for match in matches] == ["a:n"]
    assert matches[0].comparison.score > 0.9
    assert len(matcher.matches(MatchQuestion(record, first=0), ALL)) == 0


@pytest.mark.parametrize(
    ("schema", "values", "message"),
    [
        ("Persn", {"name": "A"}, "schema 'Persn' is not known"),
        ("Payment", {"amount": "5"}, "compares no records of Payment"),
        ("Person", {"nam": "A"}, "has no property 'nam'"),
        ("Person", {"birthDate": "12.3.61"}, "write it like 2019"),
        ("Person", {"name": []}, "give a name"),
        ("Person", {}, "give a name"),
    ],
)
def test_a_bad_description_is_told(schema: str, values: dict[str, str], message: str) -> None:
    with pytest.raises(BadInput, match=message):
        described(schema, values)


@pytest.fixture(scope="module")
def comparer() -> Iterator[Comparer]:
    opened = Comparer(60.0)
    yield opened
    opened.close()


def test_another_process_compares_and_is_replaced_when_it_is_killed(comparer: Comparer) -> None:
    query = described("Person", {"name": "Viktor Morozov"})
    same = make_entity("a", "m", "Person", {"name": ["Viktor Morozov"]})
    assert comparer.compare(query, [], 0.5) == []
    assert comparer.compare(query, [same], 0.5) == compared(query, [same], 0.5)
