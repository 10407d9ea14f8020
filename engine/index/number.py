"""Numbers as they are printed: one token, whatever spaces, dots and hyphens stand in it.

An entry has a token for each way that a number may be asked for: a phone with and without its
country's code, an identifier with and without the letters before it (``IMO 9683738``). A search
has the tokens of the number that its words make together.
"""

import re
from collections.abc import Collection, Sequence
from functools import cache, lru_cache

import phonenumbers
from followthemoney import model
from phonenumbers import NumberParseException, PhoneNumber, PhoneNumberFormat

from engine.index.folding import identifier

FEWEST_DIGITS = 4
"""A number has at least so many digits."""
LONGEST = 40
"""Characters of the longest number, without its punctuation."""
UNPLACED = "n"
"""Comes before a phone number whose country the entry does not tell."""
LONGEST_PRINTED = 60
_PRINTED = re.compile(r"[\w\s.,:/()+#№°-]*\d[\w\s.,:/()+#№°-]*")
_DIGIT, _LETTER = re.compile(r"\d"), re.compile(r"[^\W_]")
_PREFIXED = re.compile(r"([A-Z]{1,6})0*(\d{5,})")
_OTHER_LABELS = frozenset(
    {
        *("no", "nr", "num", "number", "id", "idnr", "code", "reg", "ust", "swift", "cvr"),
        *("tel", "telephone", "phone", "mobile", "fax"),
    }
)


def is_printed(text: str) -> bool:
    """Whether a text is a number and no more: short, and half of it digits."""
    if len(text) > LONGEST_PRINTED or len(text) <= FEWEST_DIGITS or not _PRINTED.fullmatch(text):
        return False
    digits = len(_DIGIT.findall(text))
    return digits > FEWEST_DIGITS and digits * 2 >= len(_LETTER.findall(text))


def further_tokens(whole: str) -> list[str]:
    """The tokens of an identifier besides itself: its digits without letters and zeros before.

    It comes without its punctuation.
    """
    if prefixed := _PREFIXED.fullmatch(whole):
        return [whole[len(prefixed[1]) :], prefixed[2]]
    bare = whole.lstrip("0")
    return [bare] if bare != whole and len(bare) > FEWEST_DIGITS and bare.isdigit() else []


def bare(whole: str) -> str:
    """An identifier without the name of its kind before it: ``IMO9683738`` is 9683738."""
    prefixed = _PREFIXED.fullmatch(whole)
    labelled = prefixed is not None and prefixed[1].lower() in labels()
    return whole[len(prefixed[1]) :] if prefixed and labelled else whole


def phone_tokens(text: str, countries: Collection[str]) -> list[str]:
    """The tokens of a phone number: with its country's code, as it is dialled there, and bare.

    ``countries`` are those of the entry, where the number itself does not tell.
    """
    digits = identifier(text)
    if not digits:
        return []
    number = _placed(text, digits, countries)
    bare = digits.lstrip("0")
    if number is None:
        return [digits, bare, UNPLACED + bare]
    inside = phonenumbers.national_significant_number(number)
    dialled = identifier(phonenumbers.format_number(number, PhoneNumberFormat.NATIONAL))
    found = [digits, f"{number.country_code}{inside}", dialled, inside.lstrip("0")]
    return list(dict.fromkeys(found))


def _placed(text: str, digits: str, countries: Collection[str]) -> PhoneNumber | None:
    """A phone number with its country's code; None where nothing tells the country."""
    if text.lstrip().startswith("+"):
        return _parsed(text, None)
    if digits.startswith("00"):
        return _parsed("+" + digits[2:], None)
    for country in countries:
        if number := _parsed(text, country):
            return number
    number = _parsed("+" + digits, None) if len(digits) > 10 and digits[0] != "0" else None
    return number if number is not None and phonenumbers.is_valid_number(number) else None


def _parsed(text: str, place: str | None) -> PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, place.upper() if place else None)
    except NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None


@lru_cache(maxsize=10_000)
def asked_tokens(text: str) -> tuple[str, ...]:
    """The tokens of the number that a search asks for, first as it is written; none if it is none.

    ``text`` is one word, or several in a row.
    """
    words = text.split()
    whole = identifier(text)
    digits = sum(map(str.isdigit, whole))
    if not digits >= FEWEST_DIGITS or len(whole) > LONGEST:
        return ()
    found = [whole]
    if whole.isdigit():
        found += _dialled(whole)
        if "0" in words or "(0)" in text:  # +44 (0)20 …
            inner = "".join(identifier(word.replace("(0)", "")) for word in words if word != "0")
            found += _dialled(inner)
    else:
        found.append(_unlabelled(words, whole))
    return tuple(dict.fromkeys(token for token in found if len(token) >= FEWEST_DIGITS))


def _unlabelled(words: Sequence[str], whole: str) -> str:
    """A number without the words before it that say of which kind it is."""
    for word in words:
        label = identifier(word)
        if label.lower() not in labels():
            break
        whole = whole.removeprefix(label)
    return bare(whole)


def _dialled(digits: str) -> list[str]:
    """The digits of a phone number as entries may have them."""
    abroad = re.sub("^(?:00|011)", "", digits)
    found = [digits, abroad, digits.lstrip("0")]
    number = _parsed("+" + abroad, None) if len(abroad) > 8 and abroad[0] != "0" else None
    if number is not None:
        inside = phonenumbers.national_significant_number(number)
        found += [f"{number.country_code}{inside}", UNPLACED + inside.lstrip("0")]
    return found


@cache
def labels() -> frozenset[str]:
    """What may stand before a number to say of which kind it is: ``imo``, ``inn``, ``passport``."""
    names = (
        re.sub("(?:Code|Number|Id|Mentioned)$", "", prop.name).lower()
        for schema in model
        for prop in schema.properties.values()
        if prop.type.name == "identifier"
    )
    return frozenset(name for name in names if len(name) > 1) | _OTHER_LABELS
