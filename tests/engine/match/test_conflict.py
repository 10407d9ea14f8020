"""Names that are told to be of two things without aligning them are so when they are aligned."""

import random
from itertools import combinations

import pytest

from engine.entity import make_entity
from engine.match.comparison import compare, compare_from
from engine.match.conflict import Weighed, apart
from engine.match.name import MOST_IN_CONFLICT, compare_name, names_of, type_tag
from engine.match.side import Side

PEOPLE = (
    *("Viktor Petrovich Morozov", "Anna-Lena Kowalczyk", "Yusuf Karim Hadi al-Basri"),
    *("Jean-Baptiste Delacroix", "Maria van der Berghe", "Nguyen Thi Hoa", "Li Wei"),
    *("Δημήτρης Παπαδόπουλος", "Сергей Иванович Кузнецов", "محمد علي حسن", "O'Brien, Sean"),
    *("Katharina Lindqvist", "Ali Reza Hosseini", "José María Fernández Ortega"),
)
COMPANIES = (
    *("Halvmoon Shipping Holdings Limited", "Northern Grain Trust", "Elaiona Harbour S.A."),
    *("Growth Fund II LP", "First International Bank of Veld", 'ООО "Ромашка"', "Mast & Kiln AG"),
    *("Amber Shoal Services GmbH", "Global Energy Development Company", "Int'l Steel Works 3"),
)
LETTERS = "abcdefghiklmnoprstuvz"


def altered(name: str, chance: random.Random) -> str:
    """A name with one error: a letter, a space or a word."""
    words = name.split()
    at = chance.randrange(len(words))
    word = words[at]
    place = chance.randrange(max(len(word) - 1, 1))
    kind = chance.randrange(7)
    if kind == 0:
        words[at] = word[:place] + word[place + 1 : place + 2] + word[place] + word[place + 2 :]
    elif kind == 1:
        words[at] = word[:place] + chance.choice(LETTERS) + word[place + 1 :]
    elif kind == 2 and len(word) > 3:
        words[at] = word[:place] + word[place + 1 :]
    elif kind == 3:
        chance.shuffle(words)
    elif kind == 4:
        words[at : at + 2] = ["".join(words[at : at + 2])]
    elif kind == 5 and len(word) > 5:
        words[at : at + 1] = [word[:3], word[3:]]
    elif len(words) > 2:
        del words[at]
    return " ".join(words)


def read(schema: str, name: str) -> list[Weighed]:
    tag = type_tag(schema, schema)
    return names_of(make_entity("d", "x", schema, {"name": [name]}), tag).longest


@pytest.mark.parametrize(("schema", "names"), [("Person", PEOPLE), ("Company", COMPANIES)])
def test_names_that_are_one_are_not_apart(schema: str, names: tuple[str, ...]) -> None:
    chance, alike = random.Random(7), 0
    for _ in range(60):
        for name in names:
            other = altered(altered(name, chance), chance)
            for one in read(schema, name):
                for another in read(schema, other):
                    if compare_name(one, another).score > MOST_IN_CONFLICT:
                        alike += 1
                        assert not apart(one, another), other
                        assert not apart(another, one), other
    assert alike > 300


@pytest.mark.parametrize(("schema", "names"), [("Person", PEOPLE), ("Company", COMPANIES)])
def test_most_other_names_are_apart(schema: str, names: tuple[str, ...]) -> None:
    told = [
        apart(one, another)
        for name, other in combinations(names, 2)
        for one in read(schema, name)
        for another in read(schema, other)
    ]
    assert sum(told) > 0.9 * len(told)


@pytest.mark.parametrize("least", [0.05, 0.3, 0.5, 0.9])
def test_what_is_left_out_scores_less(least: float) -> None:
    """Whatever is told quickly, the pairs are those that comparing all of them gives."""
    chance = random.Random(3)
    values = [
        {"birthDate": ["1961-03-12"]},
        {"birthDate": ["1974"], "country": ["gr"]},
        {"passportNumber": ["AB123456"], "country": ["cy"]},
        {"address": ["3 Kiln Road, Elaiona Harbour"]},
        {},
    ]
    records = [
        make_entity("d", str(number), "Person", {"name": [name], **chance.choice(values)})
        for number, name in enumerate(
            [*PEOPLE, *(altered(name, chance) for name in PEOPLE), "Viktor", "Sean O'Brien", ""]
        )
    ]
    for one, other in combinations(records, 2):
        found, whole = compare_from(least, Side(one), Side(other)), compare(one, other)
        assert found == (whole if whole.score >= least else None)
