"""What each piece of a search text means; and that what means nothing is refused, or told."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from engine.access import Access
from engine.entity import make_entity
from engine.errors import BadInput
from engine.index.index import Index
from engine.question import SearchFilter, SearchQuestion
from engine.warning import collected
from tests.engine.index.collection import hit_ids

READER = Access(frozenset({"mine", "harbour_list"}))
ROWS: list[tuple[str, str, str, dict[str, list[str]]]] = [
    (
        "mine",
        "works",
        "Company",
        {
            "name": ["Tarn Shipping Works"],
            "alias": ["TSW Holding"],
            "email": ["post@tarnholm.dk"],
            "address": ["Kajgade 7, Esbjerg"],
            "country": ["DK"],
            "jurisdiction": ["cy"],
            "registrationNumber": ["DK-31 20.77"],
            "incorporationDate": ["2004-02"],
            "capital": ["1 500,50"],
        },
    ),
    (
        "mine",
        "tarn",
        "Person",
        {
            "name": ["Ib Tarn"],
            "gender": ["male"],
            "birthDate": ["1948"],
            "deathDate": ["2004-02-11"],
            "innCode": ["500100732259"],
            "topics": ["role.pep"],
        },
    ),
    (
        "mine",
        "large",
        "Payment",
        {"payer": ["works"], "beneficiary": ["tarn"], "amount": ["12000"], "purpose": ["Re: rent"]},
    ),
    (
        "mine",
        "small",
        "Payment",
        {"payer": ["works"], "beneficiary": ["tarn"], "amount": ["EUR 950.20"]},
    ),
    ("harbour_list", "h1", "Company", {"name": ["Nordbanken Tarn"], "country": ["Sealand"]}),
    ("hidden", "x", "Company", {"name": ["Tarnish"], "country": ["Utopia"], "topics": ["odd"]}),
]


@pytest.fixture(scope="module")
def tarn(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The rows, indexed."""
    with Index.open(tmp_path_factory.mktemp("index"), write=True) as made:
        made.add(make_entity(*row) for row in ROWS)
        made.commit(1)
        yield made


def found(index: Index, text: str) -> set[str]:
    """The ids that a text finds; fails where a warning is told."""
    with collected() as warnings:
        ids = hit_ids(index, text, access=READER)
    assert not warnings
    return set(ids)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # a property is that property
        ("email:tarn", ""),
        ("email:tarnholm", "works"),
        ("address:tarn", ""),
        ("address:kajgade", "works"),
        ("alias:tarn", ""),
        ("alias:holding", "works"),
        ("alias:holdnig~", "works"),
        ("alias:hold*", "works"),
        ("alias:h?lding", "works"),
        ('alias:"tsw holding"', "works"),
        ('alias:"holding tsw"', ""),
        ("purpose:rent", "large"),
        ("summary:rent", ""),
        ("birthDate:2004", ""),
        ("deathDate:1948", ""),
        ("deathDate:2004", "tarn"),
        ("incorporationDate:2004", "works"),
        ("passportNumber:500100732259", ""),
        ("innCode:500100732259", "tarn"),
        ('registrationNumber:"dk 31-2077"', "works"),
        ("registrationNumber:DK31*", "works"),
        ("registrationNumber:*2077", "works"),
        ("innCode:DK312077", ""),
        ("jurisdiction:cy", "works"),
        ("nationality:cy", ""),
        ("gender:male", "tarn"),
        ("payer:mine:works", "large small"),
        ("beneficiary:mine:works", ""),
        # a group is all properties of its kind
        ("name:holding", "works"),
        ("caption:holding", "works"),
        ("identifier:500100732259", "tarn"),
        ("date:2004", "works tarn"),
        ("country:cy", "works"),
        ("countries:dk", "works"),
        ("emails:post", "works"),
        ("addresses:esbjerg", "works"),
        # ranges
        ("birthDate:[1940 TO 1950]", "tarn"),
        ("deathDate:[1940 TO 1950]", ""),
        ("birthDate:<1948-06", "tarn"),
        ("deathDate:>=2004-02-11", "tarn"),
        ("deathDate:>2004-02-11", ""),
        ("incorporationDate:2004-02-20", "works"),
        ("incorporationDate:{2003 TO 2005}", "works"),
        ("amount:[10000 TO *]", "large"),
        ("amount:>950", "large small"),
        ("amount:> 950.2", "large"),
        ("amount:<=950.20", "small"),
        ("amount:{* TO 12000}", "small"),
        ("amount:12000", "large"),
        ("capital:1500.5", "works"),
        ("capital:[-5 TO 1000]", ""),
        ("amount:(950.2 OR 12000)", "large small"),
        ("year:[2003 TO 2004]", "works tarn"),
        # any value, none, and everything
        ("email:*", "works"),
        ("schema:LegalEntity -email:*", "tarn h1"),
        ("birthDate:*", "tarn"),
        ("amount:*", "large small"),
        ("*", "works tarn large small h1"),
        ("*:* NOT tarn", "large small"),
        # after the colon
        ("name: tarn", "works tarn h1"),
        ("name: (ib OR shipping)", "works tarn"),
        # words that come near, wildcards
        ('"tarn works"~1', "works"),
        ('"tarn works"', ""),
        ('"shipping w"*', "works"),
        ("t?rn", "works tarn h1"),
        ("tarn?", "works tarn h1"),
        ("*bank*", "h1"),
        ("*ping", "works"),
        ("sh*ng", "works"),
        ("т?рн", "works tarn h1"),
        ("nordbakne-tarn~", "h1"),
        # other ways to write it
        ("“shipping works”", "works"),
        ("tarn && ib", "tarn"),
        ("tarn !ib -shipping", "h1"),
        (r"tarn\:shipping", "works"),
        (r"\(tarn\) shipping", "works"),
        # ids
        ("mine:tarn", "tarn"),
        ("id:mine:tarn", "tarn"),
        ("dataset:harbour_*", "h1"),
        # the text of others
        ("12:30", ""),
        ("/tarn/ works", "works"),
        ("https://tarnholm.dk/", ""),
        ('"Re: rent"', "large"),
        ('tarn "fleet is idle"', ""),
        ("country:Sealand", "h1"),
    ],
)
def test_each_piece_means_what_the_documentation_says(
    tarn: Index, text: str, expected: str
) -> None:
    assert found(tarn, text) == set(expected.split())


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("adress:kajgade", "Did you mean address"),
        ("tarn emial:x", "Did you mean email"),
        ("amonut: 12", "Did you mean amount"),
        ("mail:kajgade", "There is no field 'mail'"),
        ("hidden:x", "There is no field 'hidden'"),
        ("nowhere:x", "There is no field 'nowhere'"),
        ("payer:works", "not the id of an entity"),
        ("schema:Persn", "Did you mean Person"),
        ("schema:Zz*", "not a schema"),
        ("dataset:harbor_list", "Did you mean harbour_list"),
        ("dataset:hidden", "There is no dataset 'hidden'"),
        ("dataset:hid*", "No dataset"),
        ("country:Denmark", "Did you mean dk"),
        ("country:Utopia", "not the code of a country"),
        ("jurisdiction:(cy OR Germany)", "Did you mean de"),
        ("topics:politician", "Did you mean role.pol"),
        ("topic:odd", "not a topic"),
        ('tarn "works', "quote before 'works' is not closed"),
        ("(tarn", "is not closed"),
        ("tarn)", "closes nothing"),
        ("name:", "has no value"),
        ("(name: )", "has no value"),
        ("name:!!", "neither letters nor digits"),
        ("!!", "nothing to search for"),
        ("AND", "nothing to search for"),
        ("birthDate:soon", "is not a date"),
        ("birthDate:[1950 TO 1940]", "Nothing lies in a range"),
        ("date:[2019 TO", "is not a whole range"),
        ("amount:lots", "is not a number"),
        ("amount:[2 TO 1]", "Nothing lies in a range"),
        ("name:[a TO b]", "has no order"),
        ("[2019 TO 2020]", "Which field"),
        ("year:19", "is not a year"),
        ("tarn~3", "~3 is not understood"),
        ("t?rn~", "use one of them"),
        ('"tarn works"~near', "not understood"),
        ("innCode:5001~", "no typing errors"),
        ("*rn", "at least 3 letters"),
        ("t*a*r*n*s*h*i*p", "at most 6"),
        ("t" * 60 + "?n", "at most 60"),
        ("/t[ao]rn/", "regular expression"),
        ("*arne *arni *arno *arnu *arny", "At most 4 words"),
        ("(" * 21 + "tarn" + ")" * 21, "nested"),
    ],
)
def test_what_is_not_understood_is_refused(tarn: Index, text: str, told: str) -> None:
    with pytest.raises(BadInput) as refused:
        tarn.search(SearchQuestion(text), READER)
    assert told in str(refused.value)


@pytest.mark.parametrize(
    ("text", "expected", "told"),
    [
        ("shipping^3 tarn", "works", "^3 was left out"),
        ('"shipping works"^2', "works", "^2 was left out"),
        ("shipping AND", "works", "AND joins nothing"),
        ("OR shipping", "works", "OR joins nothing"),
        ("shipping NOT", "works", "NOT joins nothing"),
        ("Re: rent", "large", "'Re:' was read as a word"),
        ("id:mine:nobody", "", "There is no entity 'mine:nobody'"),
        ("id:hidden:x", "", "There is no entity 'hidden:x'"),
        ("mine:nobody OR works", "works", "There is no entity 'mine:nobody'"),
    ],
)
def test_what_is_left_out_is_told(tarn: Index, text: str, expected: str, told: str) -> None:
    with collected() as warnings:
        assert hit_ids(tarn, text, access=READER) == expected.split()
    assert [told in warning for warning in warnings] == [True]


def test_a_filter_with_some_unknown_names_is_answered_with_a_warning(tarn: Index) -> None:
    with collected() as warnings:
        chosen = SearchFilter(
            schemata=("Company", "Compamy"),
            datasets=("harbour_list", "hidden"),
            countries=("Sealand", "Utopia"),
            topics=("role.pep", "odd"),
        )
        assert hit_ids(tarn, "", replace(chosen, topics=None), READER) == ["h1"]
        assert hit_ids(tarn, "", chosen, READER) == []
    for name in ("Compamy", "hidden", "Utopia", "odd"):
        assert [name in warning for warning in warnings].count(True) == 1
    many = SearchFilter(countries=tuple(f"x{n}" for n in range(501)))
    with pytest.raises(BadInput, match="501 names"):
        hit_ids(tarn, "", many, READER)
    with collected() as warnings:
        assert hit_ids(tarn, "", SearchFilter(countries=()), READER) == []
    assert list(warnings)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tran Shiping", ["Tarn Shipping Works"]),
        ("nordbnaken", ["Nordbanken Tarn"]),
        ("Ib Tram", ["Ib Tarn"]),
        ("name:shippign", ["Tarn Shipping Works"]),
        ("Тарн Шиппинк", ["Tarn Shipping Works"]),
        ("Tarnih", ["Ib Tarn", "Nordbanken Tarn", "Tarn Shipping Works"]),
        ("Tarnih schema:Company", ["Ib Tarn", "Nordbanken Tarn"]),
        ("tarn", []),
        ("qqqqqqqq", []),
        ("email:nobody", []),
    ],
)
def test_a_search_without_hits_offers_names(tarn: Index, text: str, expected: list[str]) -> None:
    """Never one that the reader may not see, such as ``Tarnish``."""
    names = tarn.suggestions(SearchQuestion(text), READER)
    assert names[: len(expected)] == expected
    assert bool(names) == bool(expected)
    everybody = Access(READER.datasets | {"hidden"})
    assert ("Tarnish" in tarn.suggestions(SearchQuestion(text), everybody)) == ("Tarnih" in text)
    assert "Tarnish" not in names
