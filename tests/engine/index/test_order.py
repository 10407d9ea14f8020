"""Hits in the order of a property, page by page, are those of plain Python's ``sorted``."""

import random
from pathlib import Path

import orjson
import pytest

from engine.access import Access
from engine.entity import Entity, make_entity
from engine.errors import BadInput
from engine.index import degree, rank
from engine.index.day import days
from engine.index.entry import entry
from engine.index.figure import hundredths
from engine.index.index import Index
from engine.order import PropertyOrder
from engine.question import SearchQuestion, SearchSort
from engine.warning import collected

ALL = Access(frozenset({"a", "b"}))
DATES = ("1970", "1970-01", "1970-01-01", "1980-05-06", "1990", "1991-07")


def people(seed: int, number: int) -> list[Entity]:
    """Some have no birth date, some several, many the same; and so with amounts of contracts."""
    chance = random.Random(seed)
    found = []
    for at in range(number):
        dates = [chance.choice(DATES) for _ in range(chance.choice([0, 1, 1, 2]))]
        properties = {"name": [f"Person {at % 7}"], **({"birthDate": dates} if dates else {})}
        found.append(make_entity(chance.choice("ab"), f"p {at}", "Person", properties))
        amount = [str(chance.choice([1, 2, -3, chance.randrange(999) / 7]))]
        properties = {"title": [f"C{at}"], **({"amount": amount} if at % 5 else {})}
        found.append(make_entity(chance.choice("ab"), f"c{at}", "Contract", properties))
    return found


def place(entity: Entity, by: PropertyOrder) -> tuple[int, int, str]:
    """Where an entity comes, in plain Python."""
    texts = entity.properties.get(by.property, ())
    if by.property == "amount":
        values = [value for text in texts if (value := hundredths(text)) is not None]
    else:
        values = [both[0] for text in texts if (both := days(text)) is not None]
    key = orjson.loads(entry(entity, [], 0))["sort"]
    if not values:
        return 1, 0, key
    return (0, -max(values), key) if by.descending else (0, min(values), key)


def walked(index: Index, by: PropertyOrder, access: Access, first: int) -> list[str]:
    """The ids on all pages of a search."""
    found: list[str] = []
    after = None
    while True:
        page = index.search(SearchQuestion("", first=first, after=after, by=by), access)
        found += [hit.id for hit in page.hits]
        if not page.has_next:
            return found
        after = page.hits[-1].cursor


@pytest.mark.parametrize(("number", "first"), [(2, 1), (30, 3), (100, 25), (100, 1000)])
def test_pages_are_in_order(tmp_path: Path, number: int, first: int) -> None:
    entities = people(number + first, number)
    half = len(entities) // 2
    with Index.open(tmp_path, write=True) as index:
        for revision, some in enumerate((entities[:half], entities[half:]), 1):
            index.add(some, new=True)
            index.commit(revision)
        for name in ("birthDate", "amount"):
            for descending in (True, False):
                by = PropertyOrder(name, descending)
                for access in (ALL, Access(frozenset("a"))):
                    seen = [each for each in entities if each.dataset in access.datasets]
                    seen.sort(key=lambda each: place(each, by))
                    assert walked(index, by, access, first) == [each.id for each in seen]


def test_a_cursor_of_another_order_is_refused(tmp_path: Path) -> None:
    with Index.open(tmp_path, write=True) as index:
        index.add(people(1, 5), new=True)
        index.commit(1)
        by = PropertyOrder("amount")
        cursor = index.search(SearchQuestion("", first=1, by=by), ALL).hits[0].cursor
        other = SearchQuestion("", first=1, after=cursor, by=PropertyOrder("amount", False))
        with pytest.raises(BadInput, match="another search"):
            index.search(other, ALL)


def test_only_numbers_and_dates_have_an_order() -> None:
    assert PropertyOrder("BIRTHDATE").property == "birthDate"
    with pytest.raises(BadInput, match="'nmae' is no property with a number or a date"):
        PropertyOrder("nmae")


def test_an_order_by_degree_that_is_not_exact_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    companies = [make_entity("a", f"c{at}", "Company", {"name": [f"C{at}"]}) for at in range(6)]
    ends = [(0, 1), (0, 2), (0, 3), (4, 5)]
    edges = [
        make_entity("a", f"e{at}", "Payment", {"payer": [f"c{x}"], "beneficiary": [f"c{y}"]})
        for at, (x, y) in enumerate(ends)
    ]
    question = SearchQuestion("schema:Company", sort=SearchSort.DEGREE, first=10)
    with Index.open(tmp_path, write=True) as index:
        index.add([*companies, *edges], new=True)
        index.commit(1)
        monkeypatch.setattr(degree, "FEW", 2)
        with collected() as warnings:
            index.search(question, ALL)
        assert not warnings
        monkeypatch.setattr(rank, "MOST_GROUPS", 2)
        with collected() as warnings:
            hits = index.search(question, ALL).hits
        assert len(hits) == 6
        assert [warning for warning in warnings if "sort DEGREE" in warning]
