"""What the index finds, in which order, for whom; with a real Tantivy in a folder of its own."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.access import Access
from engine.entity import Entity, literals, make_entity
from engine.errors import BadInput, ClewError, EngineInUse
from engine.index.day import days
from engine.index.index import Index
from engine.question import (
    FACETS,
    DateRange,
    FacetQuestion,
    SearchFilter,
    SearchQuestion,
    SearchSort,
)

BLNS = Path(__file__).parents[4] / "shared" / "data" / "hostile" / "blns.json"
ALL = Access(frozenset({"red", "blue"}))


def entities() -> list[Entity]:
    """A small invented collection in two datasets."""
    rows: list[tuple[str, str, str, dict[str, list[str]]]] = [
        (
            "red",
            "zhukov",
            "Person",
            {"name": ["Аркадий Жуков"], "country": ["ru"], "birthDate": ["1961-04"]},
        ),
        ("red", "papa", "Person", {"name": ["Ελένη Παπαδοπούλου"], "country": ["gr", "cy"]}),
        ("red", "muller", "Person", {"name": ["Jörg Müller"], "topics": ["role.pep"]}),
        ("red", "khr", "Person", {"name": ["Никола Хрущёв"], "topics": ["role.pep", "sanction"]}),
        (
            "red",
            "amber",
            "Company",
            {
                "name": ["Amber Lantern Ltd"],
                "registrationNumber": ["AL-12 345"],
                "phone": ["+4512345678"],
                "country": ["dk"],
                "incorporationDate": ["2015-06-30"],
            },
        ),
        (
            "blue",
            "lantern",
            "Company",
            {"name": ["Lantern"], "phone": ["+4512345678"], "incorporationDate": ["2019"]},
        ),
        ("blue", "group", "Company", {"name": ["Grey Lantern Holding Group"], "country": ["dk"]}),
        (
            "blue",
            "note",
            "Company",
            {"name": ["Harbour"], "summary": ["keeps the amber lantern <lit>"]},
        ),
        (
            "blue",
            "own",
            "Ownership",
            {
                "owner": ["group"],
                "asset": ["red:amber"],
                "startDate": ["2012"],
                "endDate": ["2016-02-01"],
            },
        ),
    ]
    return [make_entity(*row) for row in rows]


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """The collection, indexed."""
    with Index.open(tmp_path_factory.mktemp("index"), write=True) as made:
        made.add(entities())
        made.commit(3)
        yield made


def found(
    index: Index, text: str, chosen: SearchFilter = SearchQuestion.filter, access: Access = ALL
) -> list[str]:
    """The ids that a search finds, without their dataset, best first."""
    page = index.search(SearchQuestion(text, filter=chosen, first=50), access)
    assert index.count(SearchQuestion(text, filter=chosen), access) == len(page.hits)
    return [hit.id.split(":", 1)[1] for hit in page.hits]


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
        ("unknown:harbour", ""),
        ("summary:lit", "note"),
        ('"harbour', "note"),
        ("harbour AND", "note"),
        ("OR harbour", "note"),
        ("(harbour", "note"),
        (")harbour((", "note"),
        ("AND", ""),
        ("!!!", ""),
        ("-", ""),
        ("lantern - &", "lantern amber group note"),
    ],
)
def test_search(index: Index, text: str, expected: str) -> None:
    """Each text finds exactly these, in this order."""
    assert found(index, text) == expected.split()


def test_empty_text_finds_all_and_access_is_a_wall(index: Index) -> None:
    """Nothing of another dataset is found, counted or suggested."""
    assert len(found(index, "  ")) == 9
    blue = Access(frozenset({"blue"}))
    assert found(index, "zhukov", access=blue) == []
    assert set(found(index, "", access=blue)) == {"lantern", "group", "note", "own"}
    assert found(index, "", access=Access(frozenset())) == []
    assert set(found(index, "-harbour", access=blue)) == {"lantern", "group", "own"}
    assert list(index.schema_counts(blue)) == ["blue"]
    assert index.referrers("asset", "red:amber", Access(frozenset({"red"})), 5) == []


def test_filter(index: Index) -> None:
    """A filter narrows; a schema takes its descendants along."""
    assert len(found(index, "", SearchFilter(schemata=("LegalEntity",)))) == 8
    assert found(index, "", SearchFilter(countries=("CY", "dk"), datasets=("red",))) == [
        "amber",
        "papa",
    ]
    assert found(index, "", SearchFilter(topics=("sanction",))) == ["khr"]
    assert set(found(index, "", SearchFilter(during=DateRange("2014", "2015-07")))) == {
        "amber",
        "own",
    }
    assert found(index, "", SearchFilter(during=DateRange("2019-03-01", "2019-03-02"))) == [
        "lantern"
    ]
    assert found(index, "", SearchFilter(datasets=("green",))) == []
    with pytest.raises(BadInput):
        SearchFilter(schemata=("Nix",))
    with pytest.raises(BadInput):
        found(index, "", SearchFilter(during=DateRange("soon")))


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
        }[name]
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
        ("schema:Ownership", None),
    ],
)
def test_highlight(index: Index, text: str, expected: str | None) -> None:
    """What was found is marked as it is written, and everything else escaped."""
    assert index.search(SearchQuestion(text, first=1), ALL).hits[0].highlight == expected


def test_sort(index: Index) -> None:
    """By caption in Latin order, by earliest and by latest date; without a date last."""

    def ids(sort: SearchSort) -> list[str]:
        return [
            hit.id.split(":")[1]
            for hit in index.search(SearchQuestion(sort=sort, first=50), ALL).hits
        ]

    assert ids(SearchSort.CAPTION)[:3] == ["amber", "zhukov", "papa"]
    assert ids(SearchSort.DATE_ASC)[:4] == ["zhukov", "own", "amber", "lantern"]
    assert ids(SearchSort.DATE_DESC)[:4] == ["lantern", "own", "amber", "zhukov"]


def test_lookups(index: Index) -> None:
    """Shared values, references, identities and counts."""
    kind, value = next(pair for pair in literals(entities()[4]) if pair[0] == "phone")
    assert index.literal_records(f"literal:{kind}:{value}", 10) == ["blue:lantern", "red:amber"]
    assert index.literal_records(f"literal:{kind}:{value}", 1) == ["blue:lantern"]
    assert index.referrers("asset", "red:amber", ALL, 5) == ["blue:own"]
    assert index.referrers("owner", "blue:group", ALL, 5) == ["blue:own"]
    assert dict(index.identities()) == {entity.id: entity.checksum for entity in entities()}
    counts = index.schema_counts(ALL)
    assert [(each.schema, each.count) for each in counts["red"]] == [("Person", 4), ("Company", 1)]


@pytest.mark.parametrize("sort", list(SearchSort))
def test_pages_past_the_ten_thousandth_hit(tmp_path: Path, sort: SearchSort) -> None:
    """Twelve thousand hits, each once, while other hits come and go."""
    with Index.open(tmp_path, write=True) as index:
        rows = [
            make_entity(
                "red",
                f"e{n}",
                "Person",
                {"name": [f"Same Name {n % 7}"], "birthDate": [str(1900 + n % 90)]},
            )
            for n in range(12_345)
        ]
        index.add(rows)
        index.commit(1)
        seen: list[str] = []
        after = None
        for turn in range(100):
            page = index.search(
                SearchQuestion("same name", sort=sort, first=1_500, after=after), ALL
            )
            seen += [hit.id for hit in page.hits]
            if not page.has_next:
                break
            after = page.hits[-1].cursor
            index.remove(seen[turn * 50 : turn * 50 + 50])
            index.commit(turn + 2)
        assert len(seen) == len(set(seen))
        assert set(seen) == {row.id for row in rows}
        assert turn == 8


@pytest.mark.parametrize("sort", list(SearchSort))
def test_pages_of_hits_with_one_key(
    tmp_path: Path, sort: SearchSort, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where all digests are the same, each hit still comes once."""
    real = hashlib.blake2b
    monkeypatch.setattr(
        hashlib, "blake2b", lambda _, digest_size: real(b"", digest_size=digest_size)
    )
    with Index.open(tmp_path, write=True) as index:
        for half in range(2):
            index.add(
                make_entity("red", f"e{n}", "Person", {"name": ["Same Name"]})
                for n in range(half, 60, 2)
            )
            index.commit(half + 1)
        seen: list[str] = []
        after = None
        while (
            page := index.search(SearchQuestion("same name", sort=sort, first=7, after=after), ALL)
        ).hits:
            seen += [hit.id for hit in page.hits]
            after = page.hits[-1].cursor
        assert (len(seen), len(set(seen))) == (60, 60)


def test_order_of_relevance(tmp_path: Path) -> None:
    """Short names first, then by their first letters, equal ones together, whatever their ids are."""
    names = ["Abe Stone", "Bea Stone", "Stone", "Abe B Stone", "Cal Stone", "3 Stone"]
    with Index.open(tmp_path, write=True) as index:
        index.add(
            make_entity("red", f"{n}-{name}", "Person", {"name": [name]})
            for n in range(9)
            for name in names
        )
        index.commit(1)
        hits = index.search(SearchQuestion("stone", first=99), ALL).hits
        found = [hit.id.split("-")[1] for hit in hits]
    assert found == [
        name
        for name in (names[2], names[5], names[0], names[1], names[4], names[3])
        for _ in range(9)
    ]


def test_cursor_of_another_search_is_refused(index: Index) -> None:
    """A cursor goes on where it came from and nowhere else."""
    cursor = index.search(SearchQuestion("lantern", first=1), ALL).hits[0].cursor
    assert (
        index.search(SearchQuestion("lantern", first=1, after=cursor), ALL).hits[0].id
        == "red:amber"
    )
    for wrong in ("", "x", "é", "WzFd", "bnVsbA==", "\ud800", "WyIiLDAsIl0gVE8iXQ=="):
        if wrong:
            with pytest.raises(BadInput):
                index.search(SearchQuestion("lantern", first=1, after=wrong), ALL)
    with pytest.raises(BadInput):
        index.search(SearchQuestion("amber", first=1, after=cursor), ALL)
    with pytest.raises(BadInput):
        index.search(SearchQuestion("lantern", sort=SearchSort.CAPTION, first=1, after=cursor), ALL)


HOSTILE = [
    "\0",
    "\ud800",
    "a\ud800b~",
    "(" * 1999,
    '"' * 1999,
    "-" * 1999,
    "NOT " * 400,
    "name:" * 300,
]
HOSTILE += [
    "[1 TO",
    "date:[x TO y]",
    "date:>=",
    "year:[0000 TO 9999]",
    "*",
    "a*",
    "~",
    "id:.*",
    "schema:*",
]
HOSTILE += [
    "x" * 1998 + "*",
    "x" * 1997 + "~2",
    "id:" + "." * 1990 + "*",
    "Щ" * 1999,
    "a\u0301" * 900,
]
HOSTILE += [
    "date:>9999",
    "year:<1",
    "a:b:c",
    "name:(",
    "name:()",
    "name:~2",
    "name:*",
    "date:(2019 x)",
]
HOSTILE += [
    "dataset:(.* OR [)*",
    "identifier:]*",
    "topic:{*",
    "country:\\*",
    "() OR ()",
    "a AND OR NOT b",
]


def test_no_text_breaks_it(index: Index, tmp_path: Path) -> None:
    """Whatever is typed or stored, an answer or BadInput comes back."""
    texts = HOSTILE + (json.loads(BLNS.read_text()) if BLNS.exists() else [])
    for text in texts:
        for wrapped in (text, f'"{text}"', f"name:{text}", f"{text}*", f"({text}", f"-{text}"):
            try:
                index.search(SearchQuestion(wrapped, first=5), ALL)
                index.facets(FacetQuestion(SearchQuestion(wrapped), FACETS), ALL)
            except BadInput:
                assert len(wrapped) > 100
    chosen = SearchFilter(datasets=("\ud800",), countries=("\0",), topics=("\udfff",))
    assert index.search(SearchQuestion(filter=chosen, first=5), ALL).hits == []
    assert index.referrers("\ud800", "\0", ALL, 3) == index.literal_records("\ud800", 3) == []
    storable = [text for text in texts if text.isprintable() and text]
    with Index.open(tmp_path, write=True) as other:
        other.add(make_entity("red", text, "Person", {"name": [text]}) for text in storable)
        other.commit(1)
        assert dict(other.identities()).keys() == {f"red:{text}" for text in storable}


def test_too_much_is_refused(index: Index) -> None:
    """A text that is too long is BadInput."""
    for text in ("x" * 2001, "a " * 65, '"' + "a-" * 65 + '"'):
        with pytest.raises(BadInput):
            index.count(SearchQuestion(text), ALL)


def test_commits(tmp_path: Path) -> None:
    """What is not committed is not there; the revision is part of the commit; one writes, others read."""
    index = Index.open(tmp_path, write=True)
    assert index.revision == 0
    index.add(entities())
    assert index.count(SearchQuestion(), ALL) == 0
    index.commit(5)
    with pytest.raises(EngineInUse):
        Index.open(tmp_path, write=True)
    reader = Index.open(tmp_path, write=False)
    assert (reader.revision, reader.count(SearchQuestion(), ALL)) == (5, 9)
    with pytest.raises(ClewError):
        reader.add(entities())
    renamed = make_entity("red", "amber", "Company", {"name": ["Opal Ltd"]})
    index.add([renamed, renamed])
    index.remove(["blue:own", "blue:never"])
    index.commit(6)
    assert reader.revision == 5
    reader.reload()
    assert (reader.revision, reader.count(SearchQuestion(), ALL), found(reader, "opal")) == (
        6,
        8,
        ["amber"],
    )
    index.remove(["red:amber"])
    index.close()
    with Index.open(tmp_path, write=True) as again:
        assert (again.revision, again.count(SearchQuestion(), ALL)) == (6, 8)
        again.delete_all()
        assert (again.revision, again.count(SearchQuestion(), ALL), list(again.identities())) == (
            0,
            0,
            [],
        )


def test_a_broken_or_older_index_starts_empty(tmp_path: Path) -> None:
    """What cannot be read is built again, by whoever may write."""
    (tmp_path / "layout0").mkdir()
    with Index.open(tmp_path, write=True) as index:
        index.add(entities())
        index.commit(5)
    assert not (tmp_path / "layout0").exists()
    (folder,) = tmp_path.iterdir()
    (folder / "meta.json").write_text("{")
    with pytest.raises(ClewError):
        Index.open(tmp_path, write=False)
    with Index.open(tmp_path, write=True) as index:
        assert index.revision == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2019", (20190101, 20191231)),
        ("2019-4", (20190401, 20190431)),
        ("2019-04-30T10:00:00", (20190430, 20190430)),
        ("2019-13", None),
        ("2019-00", None),
        ("19", None),
        ("20191", None),
        ("٢٠١٩", None),
    ],
)
def test_days(text: str, expected: tuple[int, int] | None) -> None:
    """Partial dates are all the days that they may mean."""
    assert days(text) == expected
