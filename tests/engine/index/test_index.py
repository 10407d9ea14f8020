"""What the index finds, and for whom; with a real Tantivy in a folder of its own."""

from collections import Counter

import pytest

from engine.access import Access
from engine.entity import literals
from engine.errors import BadInput
from engine.index.index import Index
from engine.question import FACETS, DateRange, FacetQuestion, SearchFilter, SearchQuestion
from tests.engine.index.collection import ALL, entities, hit_ids


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Zhukov", "zhukov"),
        ("ЖУКОВ", "zhukov"),
        ("Arkadiy zhukov", "zhukov"),
        ("Khrushchev", "khr"),
        ("Хрущёв", "khr"),
        ("papadopoulou", "papa"),
        ("ΠΑΠΑΔΟΠΟΎΛΟΥ", "papa"),
        ("Muller", "muller"),
        ("Mueller", "muller"),
        ("Mu\u0308ller", "muller"),
        ("lantern", "lantern amber group note"),
        ("amber lantern", "amber note"),
        ('"lantern amber"', ""),
        ('"amber lantern"', "amber note"),
        ("harbour OR zhukov", "note zhukov"),
        ("harbour zhukov", ""),
        ("lantern -amber", "lantern group"),
        ("lantern NOT amber", "lantern group"),
        ("lantern AND NOT (amber OR grey)", "lantern"),
        ("+lantern +grey", "group"),
        ("lamtern~", "lantern amber group note"),
        ("lamtern", ""),
        ("zhuk*", "zhukov"),
        ("name:amber", "amber"),
        ("name:(grey OR harbour)", "note group"),
        ("NAME:lantern -grey -amber", "lantern"),
        ("schema:person papa*", "papa"),
        ("schema:LegalEntity mueller", "muller"),
        ("schema:Ownership", "own"),
        ("dataset:blue country:DK", "group"),
        ("topics:sanction", "khr"),
        ("identifier:al12345", "amber"),
        ('registrationNumber:"AL 12345"', "amber"),
        ("AL-12", "amber"),
        ("year:2019", "lantern"),
        ("year:[2014 TO 2015]", "amber"),
        ("date:[2019-01 TO 2020]", "lantern"),
        ("date:>=2019", "lantern"),
        ("date:<1962", "zhukov"),
        ("date:1961-04-12", "zhukov"),
        ("date:{2015 TO 2018}", "own"),
        ("date:2013", "own"),
        ("id:red:amber", "amber"),
        ("summary:lit", "note"),
        ("harbour AND", "note"),
        ("OR harbour", "note"),
        ("lantern - &", "lantern amber group note"),
    ],
)
def test_search(index: Index, text: str, expected: str) -> None:
    """Each text finds exactly these, in this order."""
    assert hit_ids(index, text) == expected.split()


def test_empty_text_finds_all_and_access_is_a_wall(index: Index) -> None:
    """Nothing of another dataset is found, counted or suggested."""
    assert len(hit_ids(index, "  ")) == 9
    blue = Access(frozenset({"blue"}))
    assert hit_ids(index, "zhukov", access=blue) == []
    assert set(hit_ids(index, "", access=blue)) == {"lantern", "group", "note", "own"}
    assert hit_ids(index, "", access=Access(frozenset())) == []
    assert set(hit_ids(index, "-harbour", access=blue)) == {"lantern", "group", "own"}
    assert list(index.schema_counts(blue)) == ["blue"]
    assert index.referrers("asset", "red:amber", Access(frozenset({"red"})), 5) == []


def test_filter(index: Index) -> None:
    """A filter narrows; a schema takes its descendants along."""
    assert len(hit_ids(index, "", SearchFilter(schemata=("LegalEntity",)))) == 8
    assert hit_ids(index, "", SearchFilter(countries=("CY", "dk"), datasets=("red",))) == [
        "amber",
        "papa",
    ]
    assert hit_ids(index, "", SearchFilter(topics=("sanction",))) == ["khr"]
    assert set(hit_ids(index, "", SearchFilter(during=DateRange("2014", "2015-07")))) == {
        "amber",
        "own",
    }
    assert hit_ids(index, "", SearchFilter(during=DateRange("2019-03-01", "2019-03-02"))) == [
        "lantern"
    ]
    for wrong in ({"datasets": ("green",)}, {"countries": ("Cyprus",)}, {"topics": ("pope",)}):
        with pytest.raises(BadInput):
            hit_ids(index, "", SearchFilter(**wrong))
    with pytest.raises(BadInput):
        SearchFilter(schemata=("Nix",))
    with pytest.raises(BadInput):
        hit_ids(index, "", SearchFilter(during=DateRange("soon")))


def python_facet(name: str) -> list[tuple[str, int]]:
    """A facet counted by hand."""
    counts: Counter[str] = Counter()
    for entity in entities():
        values = {
            "schema": {entity.schema},
            "dataset": {entity.dataset},
            "country": set(entity.properties.get("country", ())),
            "topic": set(entity.properties.get("topics", ())),
            "year": {
                value[:4]
                for prop, values in entity.properties.items()
                if prop.endswith("Date")
                for value in values
            },
        }.get(name, set())  # what only documents have: test_passage.py
        counts.update(values)
    return sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))


def test_facets_equal_a_plain_count(index: Index) -> None:
    """Every facet over everything, and one over some hits."""
    for facet in index.facets(FacetQuestion(SearchQuestion(), FACETS), ALL):
        assert [(each.value, each.count) for each in facet.values] == python_facet(facet.field)
    (some,) = index.facets(FacetQuestion(SearchQuestion("lantern"), ("dataset",), size=1), ALL)
    assert [(each.value, each.count) for each in some.values] == [("blue", 3)]
    with pytest.raises(BadInput):
        index.facets(FacetQuestion(SearchQuestion(), ("colour",)), ALL)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("zhukov", "Аркадий <em>Жуков</em>"),
        ("lantern harbour", "<em>Harbour</em> … keeps the amber <em>lantern</em> &lt;lit&gt;"),
        ("mueller", "Jörg <em>Müller</em>"),
        ("gry~ hold*", "<em>Grey</em> Lantern <em>Holding</em> Group"),
        ("*ante*", "keeps the amber <em>lantern</em> &lt;lit&gt;"),
        ("ha?bour", "<em>Harbour</em>"),
        ("schema:Ownership", None),
    ],
)
def test_highlight(index: Index, text: str, expected: str | None) -> None:
    """What was found is marked as it is written, and everything else escaped."""
    assert index.search(SearchQuestion(text, first=1), ALL).hits[0].highlight == expected


def test_lookups(index: Index) -> None:
    """Shared values, references, identities and counts."""
    kind, value = next(pair for pair in literals(entities()[4]) if pair[0] == "phone")
    both = (["blue:lantern", "red:amber"], [])
    assert index.holders(f"literal:{kind}:{value}", 10) == both
    assert index.holders(f"literal:{kind}:{value}", 1) == both
    assert index.holders(f"literal:{kind}:{value}", 0) == ([], ["blue", "red"])
    assert index.referrers("asset", "red:amber", ALL, 5) == ["blue:own"]
    assert index.referrers("owner", "blue:group", ALL, 5) == ["blue:own"]
    assert index.referrers("owner", "blue:group", ALL, 5, "Interest") == ["blue:own"]
    assert index.referrers("owner", "blue:group", ALL, 5, "Payment") == []
    assert index.referrer_count("owner", "blue:group", ALL, "Ownership") == 1
    assert index.referrer_count("owner", "blue:group", ALL, "Payment") == 0
    assert dict(index.identities()) == {entity.id: entity.checksum for entity in entities()}
    counts = index.schema_counts(ALL)
    assert [(each.schema, each.count) for each in counts["red"]] == [("Person", 4), ("Company", 1)]
