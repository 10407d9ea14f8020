"""Whom texts name: names in other orders, scripts and lengths, values, and what is no name."""

from collections.abc import Iterator, Sequence
from typing import cast

import pytest

from engine.access import Access
from engine.entity import Node, make_entity
from engine.graph.record.reader import Reader
from engine.index.index import Index
from engine.mention.finder import Finder, pieces
from engine.mention.lexicon import Lexicon
from engine.mention.pattern import found_values
from engine.mentioned import LIKELY, MentionKind

RECORDS = (
    ("Person", "kovalenko", {"name": ["Oleksandr Kovalenko"], "birthDate": ["1961-04-12"]}),
    ("Person", "petrov", {"name": ["Петров Иван Сергеевич"], "country": ["ru"]}),
    ("Person", "lamberidis", {"name": ["Kristofer Lamberidis"]}),
    ("Person", "papadimitriou", {"name": ["Κωνσταντίνος Παπαδημητρίου"]}),
    ("Person", "garcia", {"name": ["José Luis García Romero"]}),
    ("Person", "hope", {"name": ["Hope"]}),
    ("Person", "grace", {"name": ["Grace Long"]}),
    ("Person", "li", {"name": ["王小明"]}),
    (
        "Company",
        "nordlicht",
        {"name": ["Nordlicht Handels GmbH"], "registrationNumber": ["HRB 778812"]},
    ),
    ("Company", "gazolin", {"name": ["Gazolin", "—", "'’' …", "\u0301"]}),
    ("Company", "first", {"name": ["First Bank"]}),
    ("Vessel", "aurora", {"name": ["MV Aurora Star"], "imoNumber": ["IMO9074729"]}),
    ("Person", "mail", {"name": ["Ines Marchetti"], "email": ["ines@marchetti.example"]}),
)
NAMED = [make_entity("a", id_, schema, values) for schema, id_, values in RECORDS]
MANY = [make_entity("many", f"s{n}", "Person", {"name": ["John Smith"]}) for n in range(12)]
FOUND = (
    ("Yesterday Oleksandr Kovalenko called.", "kovalenko"),
    ("Signed: Kovalenko, Oleksandr.", "kovalenko"),
    ("He met O. Kovalenko there.", "kovalenko"),
    ("Вчера звонил Александр Коваленко.", ""),  # another given name
    ("Вчера звонил Олександр Коваленко.", "kovalenko"),
    ("Mr Ivan Petrov, of Moscow", "petrov"),
    ("И. С. Петров подписал.", "petrov"),
    ("Petrov I. S. signed", "petrov"),
    ("قال كريستوفر لامبيريديس", "lamberidis"),
    ("Konstantinos Papadimitriou said", "papadimitriou"),
    ("K. Romero called", ""),
    ("José Luis García Romero left", "garcia"),
    ("García Romero, José Luis", "garcia"),
    ("据王小明说", "li"),
    ("a contract with NORDLICHT HANDELS GMBH of Kiel", "nordlicht"),
    ("they hope for grace, Long ago", ""),
    ("We met Hope and Charity.", ""),
    ("the firm Gazolin paid twice", "gazolin"),
    ("He saw the first bank of the river.", ""),
    ("the vessel Aurora Star", ""),
    ("the vessel MV Aurora Star sank", "aurora"),
    ("IMO 9074729 was seen", "aurora"),
    ("HRB 778812", "nordlicht"),
    ("write to ines@marchetti.example", "mail"),
    ("Petrov, Ivan Kovalenko, Maria", ""),
)


class Memory:
    """Reads records from memory."""

    def entities(self, ids: Sequence[str], access: Access) -> list[Node | None]:
        """The records with these ids."""
        known = {each.id: each for each in (*NAMED, *MANY)}
        return [known.get(id_) for id_ in ids]


@pytest.fixture(scope="module")
def finder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Finder]:
    """A finder of the names above."""
    with Index.open(tmp_path_factory.mktemp("names"), write=True) as index:
        index.add([*NAMED, *MANY], new=True)
        index.commit(1)
        access = Access(frozenset({"a", "many"}))
        yield Finder(Lexicon(index, cast(Reader, Memory()), access))


@pytest.mark.parametrize(("text", "id_"), FOUND)
def test_a_text_names(finder: Finder, text: str, id_: str) -> None:
    found = {each.entity: each for each in finder.find(text) if each.score >= LIKELY}
    assert {(name or "").removeprefix("a:") for name in found if name} == ({id_} if id_ else set())
    for mention in found.values():
        for place in mention.places:
            assert text[place.start : place.end] == place.text


def test_what_else_a_text_says_counts(finder: Finder) -> None:
    plain, dated = "O. Kovalenko", "O. Kovalenko, born on 12 April 1961"
    scores = [finder.find(text)[0].score for text in (plain, dated)]
    assert scores[1] > scores[0] + 0.1
    assert "birth date 1961-04-12" in finder.find(dated)[0].detail


def test_a_name_that_many_have_is_less_likely(finder: Finder) -> None:
    found = finder.find("John Smith and Oleksandr Kovalenko")
    smiths = [each for each in found if (each.entity or "").startswith("many:")]
    assert len(smiths) == 12
    assert all(each.score < 0.8 for each in smiths)
    assert "12 records of the dataset" in smiths[0].detail


def test_a_long_text_is_looked_at_in_pieces(finder: Finder) -> None:
    text = "word " * 9_000 + "Oleksandr Kovalenko " + "word " * 9_000
    parts = list(pieces(text))
    assert len(parts) > 3
    assert all(text[start : start + len(part)] == part for start, part in parts)
    (mention,) = (each for each in finder.find(text) if each.entity == "a:kovalenko")
    place = mention.places[0]
    assert text[place.start : place.end] == "Oleksandr Kovalenko"
    assert mention.count == 1


VALUES = (
    ("mail Anna.Berg@Example.org now", MentionKind.EMAIL, "Anna.Berg@example.org"),
    ("call +45 20 10 20 30 now", MentionKind.PHONE, "+4520102030"),
    ("DE89 3704 0044 0532 0130 00", MentionKind.IDENTIFIER, "DE89370400440532013000"),
    ("LEI 5493001KJTIIGC8Y1R12", MentionKind.IDENTIFIER, "5493001KJTIIGC8Y1R12"),
    ("ИНН 7707083893", MentionKind.IDENTIFIER, "7707083893"),
    (
        "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
        MentionKind.WALLET,
        "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN2",
    ),
)
NO_VALUES = (
    "DE89 3704 0044 0532 0130 01",
    "7707083893",
    "IMO 9074720",
    "on 2014-05-12 at 10:20",
    "1BvBMSEYstWetqTFn5Au4m4GFg7xJaNVN3",
    "call 20 10 20 30",
)


@pytest.mark.parametrize(("text", "kind", "value"), VALUES)
def test_a_value_is_found_where_its_form_is_right(text: str, kind: MentionKind, value: str) -> None:
    (found,) = (each for each in found_values(text) if each.is_known_form)
    assert (found.kind, found.value) == (kind, value)


@pytest.mark.parametrize("text", NO_VALUES)
def test_what_is_not_valid_is_no_value(text: str) -> None:
    assert [each for each in found_values(text) if each.is_known_form] == []
