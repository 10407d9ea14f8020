"""Whether words read as a language, whichever it is."""

import pytest

from loaders.ocr.legibility import shape_of
from tests.loaders.ocr.sample import ENGLISH

READABLE = {
    "English": "All human beings are born free and equal in dignity and rights. " * 3,
    "Czech": "Všichni lidé se rodí svobodní a sobě rovní co do důstojnosti a práv. " * 3,
    "Croatian": "Sva ljudska bića rađaju se slobodna i jednaka u dostojanstvu i pravima. " * 3,
    "Vietnamese": "Tất cả mọi người sinh ra đều được tự do và bình đẳng về nhân phẩm " * 3,
    "Russian": "Все люди рождаются свободными и равными в своем достоинстве и правах. " * 3,
    "Arabic": "يولد جميع الناس أحراراً متساوين في الكرامة والحقوق وقد وهبوا عقلاً " * 3,
    "Hindi": "सभी मनुष्यों को गौरव और अधिकारों के मामले में जन्मजात स्वतन्त्रता " * 3,
    "Chinese": "人人生而自由，在尊严和权利上一律平等。他们赋有理性和良心，并应以兄弟关系相待。" * 3,
    "numbers": "1,704,271.00 240,000.00 30/06/2013 12% (15) 2013-01-22 -5.2 3.1.4 " * 5,
    "contents": "Introduction.................... 3 Companies..................... 17",
    "addresses": "info@example.org https://example.org/a?b=c +44 20 7946 0000 HC/S 865/2018 " * 3,
    "one word": "Drozdan",
    "names": "McDonald's O'Brien-Smith GmbH & Co. KG iPhone LLC, Ltd. No. 3A " * 4,
}


def moved(text: str, by: int) -> str:
    return "".join(chr(ord(sign) + by) if sign.isalpha() else sign for sign in text)


UNREADABLE = {
    "control characters": "\x01\x02\x03 \x04\x05",
    "private characters": "\ue001\ue002\ue003 \ue004\ue005",
    "signs": '"7+%-',
    "letters moved by 29": moved(" ".join(ENGLISH), -29),
    "letters moved by 3": moved(" ".join(ENGLISH), 3),
    "capitals and digits inside": "hE7lo wO4rL5d tH3sE aR7eN oT3wO rD5sA " * 5,
}


@pytest.mark.parametrize("name", READABLE)
def test_languages_and_numbers_are_readable(name: str) -> None:
    assert shape_of(READABLE[name].split()).problem() is None


@pytest.mark.parametrize("name", UNREADABLE)
def test_what_is_no_language_is_named(name: str) -> None:
    problem = shape_of(UNREADABLE[name].split(" ")).problem()
    assert problem is not None
    assert "%" in problem


def test_characters_that_the_font_gives_no_meaning_count() -> None:
    assert shape_of(["abc", "def"], unmapped=6).problem() == (
        "100% of the characters have no meaning"
    )
    assert shape_of(["abc", "def"], unmapped=1).problem() is None
