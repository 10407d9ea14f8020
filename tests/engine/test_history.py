"""What is new since a time: added, changed and removed records, and nothing of what is hidden."""

import time
from datetime import UTC, datetime
from typing import Any

from engine.access import Access
from engine.engine import Engine
from engine.entity import Entity, make_entity
from engine.history import ChangeKind, ChangeQuestion, RecordChange
from engine.question import (
    DateRange,
    PropertyPeriod,
    PropertyRange,
    SearchFilter,
    SearchQuestion,
    SearchSort,
)

ALL = Access(frozenset({"one", "two"}))
ONE = Access(frozenset({"one"}))


def payment(key: str, amount: str | None, **properties: list[str]) -> Entity:
    given = {"payer": ["a"], "beneficiary": ["b"], **properties}
    if amount is not None:
        given["amount"] = [amount]
    return make_entity("one", key, "Payment", given)


FIRST = [
    make_entity("one", "a", "Company", {"name": ["A"], "country": ["de", "fr"]}),
    make_entity("one", "b", "Company", {"name": ["B"], "capital": ["1,500"]}),
    payment("p1", "10", currency=["EUR"], date=["2019-01"]),
    payment("p2", "200.50", currency=["usd"], date=["2020"]),
    payment("p3", None),
    make_entity("one", "gone", "Person", {"name": ["Gone"], "birthDate": ["1961-04"]}),
]
SECOND = [
    make_entity("one", "a", "Company", {"name": ["A"], "country": ["fr", "mt"]}),
    *FIRST[1:3],
    payment("p2", "300", currency=["usd"], date=["2020"]),
    FIRST[4],
    make_entity("one", "new", "Person", {"name": ["New"]}),
]


def put(engine: Engine, name: str, rows: list[Entity]) -> None:
    """Load a dataset as a whole, and begin the next second."""
    with engine.loading(name) as loading:
        loading.begin()
        loading.add(rows)
        loading.remove(set(loading.ids()) - {row.id for row in rows})
        loading.finish(None)
    engine.follow()
    time.sleep(1.05)


def test_what_is_new_and_what_numbers_find(fresh_engine: Engine) -> None:
    engine, before = fresh_engine, datetime.now(UTC)
    put(engine, "one", FIRST)
    put(engine, "two", [make_entity("two", "x", "Company", {"name": ["X"]})])
    check_searches(engine)
    between = datetime.now(UTC)
    assert changes(engine, between, ALL) == []
    put(engine, "one", SECOND)
    late = datetime.now(UTC)
    put(engine, "two", [make_entity("two", "x", "Company", {"name": ["Y"], "alias": ["X"]})])
    kinds = {each.id: (each.kind.value, each.properties) for each in changes(engine, between, ONE)}
    assert kinds == {
        "one:a": ("CHANGED", ("country",)),
        "one:p2": ("CHANGED", ("amount",)),
        "one:new": ("ADDED", ()),
        "one:gone": ("REMOVED", ()),
    }
    (last,) = changes(engine, late, ALL)
    assert (last.id, last.kind, last.properties) == ("two:x", ChangeKind.CHANGED, ("alias", "name"))
    assert last.at is not None
    assert abs((last.at - late).total_seconds()) < 60
    everything = changes(engine, before, ALL)
    assert {each.id for each in everything if each.kind is ChangeKind.ADDED} == {
        *(each.id for each in SECOND),
        "two:x",
    }
    assert len(everything) == 8
    recent = SearchFilter(changed_since=between)
    found = engine.search(SearchQuestion("", recent), ONE)
    assert {hit.id for hit in found.hits} == {"one:a", "one:p2", "one:new"}


def changes(engine: Engine, since: datetime, access: Access) -> list[RecordChange]:
    """All pages of what is new; one change a page."""
    found: list[RecordChange] = []
    question = ChangeQuestion(since, first=1)
    while True:
        page = engine.changes(question, access)
        found += page.items
        if not page.has_next:
            assert engine.change_count(question, access) == len(found)
            return found
        question = ChangeQuestion(since, first=1, after=page.cursors[-1])


def check_searches(engine: Engine) -> None:
    """Amounts, dates and other numbers in filters, and the order by amount."""
    wanted: list[tuple[dict[str, Any], set[str]]] = [
        ({"min_amount": 10.0}, {"p1", "p2"}),
        ({"min_amount": 10.01}, {"p2"}),
        ({"max_amount": 200.5, "currency": "eur"}, {"p1"}),
        ({"currency": "USD"}, {"p2"}),
        ({"numbers": (PropertyRange("Capital", 1500, 1500),)}, {"b"}),
        ({"numbers": (PropertyRange("capital", 1501),)}, set()),
        ({"dates": (PropertyPeriod("date", DateRange("2019-01-15", "2019")),)}, {"p1"}),
        ({"dates": (PropertyPeriod("birthDate", DateRange(None, "1961")),)}, {"gone"}),
    ]
    for given, keys in wanted:
        hits = engine.search(SearchQuestion("", SearchFilter(**given)), ALL).hits
        assert {hit.id for hit in hits} == {f"one:{key}" for key in keys}, given
    for sort, first in (
        (SearchSort.AMOUNT_ASC, ["p1", "p2"]),
        (SearchSort.AMOUNT_DESC, ["p2", "p1"]),
    ):
        ids: list[str] = []
        after, more = None, True
        while more:
            page = engine.search(SearchQuestion("", sort=sort, first=2, after=after), ONE)
            ids += [hit.id for hit in page.hits]
            more, after = page.has_next, page.hits[-1].cursor
        assert ids[:2] == [f"one:{key}" for key in first]
        assert sorted(ids) == sorted(each.id for each in FIRST)
