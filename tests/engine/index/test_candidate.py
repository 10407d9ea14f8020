"""Which records are candidates: by every script and way to write a name; strangers stay behind."""

from collections.abc import Iterator

import pytest

from engine.access import Access
from engine.entity import make_entity
from engine.index.index import Index
from engine.index.skeleton import skeletons
from engine.question import SearchFilter

ALL = Access(frozenset({"d"}))
ONE_PERSON = [
    ["Viktor Drozdan", "Виктор Дроздан", "Βίκτορ Ντρόζνταν", "فيكتور دروزدان", "ვიქტორ დროზდან"],
    ["Muhammad Hussein al-Najafi", "Mohammed Hossein Najafi", "محمد حسين النجفي"],
    ["Youssef Abdel Rahman", "Yusuf Abd al-Rahman", "Yousef Abdurrahman", "يوسف عبد الرحمن"],
    ["Khaled Qassem Haddad", "Khalid Kassem Hadad", "خالد قاسم حداد"],
    ["Binyamin Rosenthal", "Benjamin Rozental", "בנימין רוזנטל"],
    ["Chaim Goldberg", "Haim Goldberg", "חיים גולדברג"],
    ["Giorgi Beridze", "გიორგი ბერიძე", "Георгий Беридзе"],
    ["Hayk Sargsyan", "Հայկ Սարգսյան", "Айк Саргсян"],
    ["Eleni Papadopoulou", "Ελένη Παπαδοπούλου", "Елени Пападопулу"],
    ["Konstantinos Georgiou", "Κωνσταντίνος Γεωργίου", "Константинос Георгиу"],
    ["Wang Xiaoming", "王晓明", "Xiaoming Wang", "Wang Hsiao-ming"],
    ["Zhang Weiguo", "张卫国", "Chang Wei-kuo"],
    ["Aleksandr Khvostov", "Александр Хвостов", "Alexandre Khvostoff", "Oleksandr Chwostow"],
    ["Olena Hryhorenko", "Олена Григоренко", "Elena Grigorenko"],
    ["Kim Yong-su", "김용수", "Kim Yongsu"],
]
"""Names of invented people, each in several scripts and spellings."""
ORGANIZATIONS = [
    [
        "Halvmoon Holding Aktiengesellschaft",
        "Halvmoon Holding AG",
        "HalvmoonHolding",
    ],
    ["Northern Harbour Rescue Service", "NHRS"],
    ["First International Grain Bank", "First Int'l Grain Bank"],
    ["Ромашка-Строй ООО", "Romashka Stroy LLC", "OOO Romashkastroy"],
    ["Brigade Forty-two", "Brigade 42"],
]
STRANGERS = [
    *("Anna Kuznetsova", "Мария Петрова", "Ahmad Hassan", "علي حسن محمود", "李强", "Jean Dupont"),
    *("Mohammed Ali", "George Williams", "Νίκος Αντωνίου", "נועם לוי", "ნინო კაპანაძე", "Kim Jong"),
]
PAIRS = [
    (schema, one, other)
    for schema, people in (("Person", ONE_PERSON), ("Company", ORGANIZATIONS))
    for names in people
    for one in names
    for other in names
    if one != other
]
FIRST = 3


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    """All names, each a record of its own, among strangers."""
    named = [("Person", name) for names in ONE_PERSON for name in names]
    named += [("Company", name) for names in ORGANIZATIONS for name in names]
    named += [("Person", f"{name} {n}") for name in STRANGERS for n in range(10)]
    with Index.open(tmp_path_factory.mktemp("index"), write=True) as made:
        made.add(make_entity("d", name, schema, {"name": [name]}) for schema, name in named)
        made.commit(1)
        yield made


def candidates(index: Index, schema: str, name: str, most: int = 10) -> list[str]:
    asked = make_entity("q", "q", schema, {"name": [name]})
    found = index.candidates(asked, ALL, SearchFilter(), most)
    return [id_.removeprefix("d:") for id_ in found if id_ != f"d:{name}"]


@pytest.mark.parametrize(("schema", "one", "other"), PAIRS)
def test_a_name_in_another_script_or_spelling_is_a_candidate(
    index: Index, schema: str, one: str, other: str
) -> None:
    assert other in candidates(index, schema, one)[: FIRST + 2]


@pytest.mark.parametrize("names", ONE_PERSON, ids=lambda names: names[0])
def test_strangers_stay_behind(index: Index, names: list[str]) -> None:
    found = candidates(index, "Person", names[0])
    wanted = [name for name in found if name in names]
    assert found[: len(wanted)] == wanted


@pytest.mark.parametrize(
    ("words", "skeleton"),
    [
        ("mohammed muhammad mohamed محمد", "MMT"),
        ("qaddafi gaddafi kadhafi القذافي", "KTF"),
        ("barack 贝拉克", "PLK"),
        ("pol ប៉ុល", "PL"),
        ("sechin sech1n", "SSN"),
        ("netanyahu נתניהו", "NTN"),
    ],
)
def test_words_that_are_one_have_the_same_consonants(words: str, skeleton: str) -> None:
    assert all(skeleton in skeletons(word) for word in words.split())
