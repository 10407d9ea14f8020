"""What people paste and write without knowing the search language: addresses, bounds, ``and``."""

from collections.abc import Iterator

import pytest

from engine.entity import make_entity
from engine.errors import BadInput
from engine.index.index import Index
from engine.question import SearchQuestion
from tests.engine.index.collection import ALL, hit_ids

ROWS: list[tuple[str, str, dict[str, list[str]]]] = [
    (
        "web",
        "Company",
        {"name": ["Dovrefjell"], "website": ["https://dovre-fjell.example/om?id=7"]},
    ),
    ("page", "Company", {"name": ["Hallingdal"], "website": ["http://www.halling.example/a#b?c"]}),
    ("year", "Person", {"name": ["Osvald Nordli"], "birthDate": ["1971"]}),
    ("month", "Person", {"name": ["Osvald and Kari"], "birthDate": ["1971-01"]}),
    ("day", "Person", {"name": ["Kari Osvald"], "birthDate": ["1971-12-31"]}),
    ("next", "Person", {"name": ["Kari"], "birthDate": ["1972"]}),
]


@pytest.fixture(scope="module")
def pasted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The records, indexed."""
    with Index.open(tmp_path_factory.mktemp("pasted"), write=True) as made:
        made.add(make_entity("red", *row) for row in ROWS)
        made.commit(1)
        yield made


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("https://dovre-fjell.example/om?id=7", "web"),
        ("website:https://dovre-fjell.example/om?id=7", "web"),
        ("HTTPS://dovre-fjell.example/om?id=7 dovrefjell", "web"),
        ("www.halling.example/a#b?c", "page"),
        ("http://www.halling.example/*", "page"),
        # a bound that is left out takes all of its period with it
        ("birthDate:<1972", "year month day"),
        ("birthDate:<=1972", "year month day next"),
        ("birthDate:<1971", ""),
        ("birthDate:>1971", "next"),
        ("birthDate:>=1971", "year month day next"),
        ("birthDate:>1970", "year month day next"),
        ("birthDate:{1970 TO 1972}", "year month day"),
        ("birthDate:{1970 TO 1972]", "year month day next"),
        # a year may lie in a part of it
        ("birthDate:<1971-02", "year month"),
        ("birthDate:<1971-01", ""),
        ("birthDate:>1971-01", "year day next"),
        ("birthDate:>1971-12", "next"),
        ("date:<1972", "year month day"),
        ("date:>1971", "next"),
        ("date:<1972-01", "year month day"),
        ("year:<1972", "year month day"),
        ("year:>1971", "next"),
        ("year:{1970 TO 1972}", "year month day"),
        ("year:>1970", "year month day next"),
        # a conjunction between words
        ("osvald and kari", "month day"),
        ("kari og osvald", "month day"),
        ("name:(osvald and kari)", "month day"),
        ("and kari", "month"),
        ('"osvald and kari"', "month"),
    ],
)
def test_found_as_it_is_pasted(pasted: Index, text: str, expected: str) -> None:
    assert set(hit_ids(pasted, text)) == set(expected.split())


def test_the_name_with_the_conjunction_comes_first(pasted: Index) -> None:
    assert hit_ids(pasted, "osvald and kari")[0] == "month"


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("birthDate:{1971 TO 1972}", "leave out the bounds"),
        ("year:{1971 TO 1971]", "leave out the bounds"),
    ],
)
def test_what_cannot_be_meant_is_refused(pasted: Index, text: str, told: str) -> None:
    with pytest.raises(BadInput) as refused:
        pasted.search(SearchQuestion(text), ALL)
    assert told in str(refused.value)
