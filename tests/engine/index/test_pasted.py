"""What people paste and write without knowing the search language: addresses, bounds, ``and``."""

from collections.abc import Iterator

import pytest

from engine.entity import make_entity
from engine.errors import BadInput
from engine.index.index import Index
from engine.question import SearchQuestion
from engine.warning import collected
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
    ("note", "Document", {"title": ["Lov"], "language": ["nynorsk"], "mimeType": ["text/plain"]}),
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
        ('"osvald n*"', "year"),
        # values that FtM does not know are found where a record has them
        ("language:nynorsk", "note"),
        ("language:nor", ""),
        ("mimeType:text/plain", "note"),
        ("mimeType:image/png", ""),
        ("gender:FEMALE", ""),
        ("url:halling", "page"),
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
        ("gender:abc", "male, female or other"),
        ("gender:f", "Did you mean female"),
        ("language:norwegian", "Did you mean nor"),
        ("mimeType:pdf", "application/pdf"),
        ("phone:landline", "has no digits"),
        ("phone:off*", "has no digits"),
        ("amount:2*", "a number has no * or ?"),
        ("owner:Somebody", "owner:dataset:id"),
        ("literal:bar", "literal:phone:"),
        ("taxNumber:--", "neither letters nor digits"),
        ("[osvald TO]", "not a whole range"),
        ("country: New Zealand", "Did you mean nz"),
        ("Country: United Arab Emirates osvald", "Did you mean ae?"),
        ("country:SU", "suhh (Soviet Union)"),
        ("birthDate: 3 June 1971", "'3 June 1971' is not a date. Did you mean 1971-06-03?"),
        ("date: June 3rd, 1971 kari", "Did you mean 1971-06-03?"),
        ("date: Oct. 1971", "Did you mean 1971-10?"),
        ("date:4/3/1971", "Did you mean 1971-03-04 or 1971-04-03?"),
        ('"', "nothing after it"),
        ('osvald "', "nothing after it"),
    ],
)
def test_what_cannot_be_meant_is_refused(pasted: Index, text: str, told: str) -> None:
    with pytest.raises(BadInput) as refused:
        pasted.search(SearchQuestion(text), ALL)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("text", "expected", "told"),
    [
        ('"osv* nordli"', "", "The * in 'osv* nordli' was left out"),
        ("owner:red:gone", "", "There is no entity 'red:gone'"),
        ("id:blue:gone", "", "There is no entity 'blue:gone'"),
        ("red:gone OR dovrefjell", "web", "There is no entity 'red:gone'"),
    ],
)
def test_what_finds_nothing_is_told(pasted: Index, text: str, expected: str, told: str) -> None:
    with collected() as warnings:
        assert hit_ids(pasted, text) == expected.split()
    assert [warning for warning in warnings if told in warning]
