"""What else a text says that speaks for one record: its country, its birth date, its numbers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from icu import DateFormatSymbols, Locale

from engine.entity import Entity, matchable_values
from engine.index.folding import identifier
from engine.index.form import forms
from engine.mention.passage import Passage

BIRTH_DATE, BIRTH_YEAR, COUNTRY, NUMBER, FORM, OTHER_FORM = 0.2, 0.1, 0.07, 0.3, 0.2, -0.2
"""What is added to the score of a name."""
SHORTEST_NUMBER = 5
LANGUAGES = ("en", "de", "fr", "es", "it", "pt", "ru", "uk", "el", "ar", "tr", "pl", "zh", "he")
"""The languages in which the names of countries are known."""
FEWEST_LETTERS = 4
AROUND = 40
"""Characters before and after a name in which its legal form may stand."""
_YEAR = re.compile(r"(?<!\d)(1[89]\d\d|20\d\d)(?!\d)")
_ISO = re.compile(r"(?<!\d)(\d{4})-(\d\d)-(\d\d)(?!\d)")
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[./-]\s?(\d{1,2})[./-]\s?(\d{4})(?!\d)")
_WRITTEN = re.compile(r"(?<!\d)(\d{1,2})\.?\s+([^\W\d_]{3,12})\.?,?\s+(\d{4})(?!\d)")
_MONTH_FIRST = re.compile(r"([^\W\d_]{3,12})\.?\s+(\d{1,2}),\s+(\d{4})(?!\d)")
_NUMBER = re.compile(r"[A-Za-z]{0,5}[-/ ]?\d[\dA-Za-z]*(?:[-./ ]?\d[\dA-Za-z]*)*")


@dataclass
class Context:
    """What a text says beside names; each part is read when it is asked for first."""

    passage: Passage
    _countries: dict[str, bool] = field(default_factory=dict)

    @cached_property
    def years(self) -> frozenset[str]:
        """The years in the text."""
        return frozenset(_YEAR.findall(self.passage.text))

    @cached_property
    def days(self) -> frozenset[str]:
        """The dates in the text, as ISO writes them, in each way to read them."""
        text = self.passage.text
        found = {"-".join(each) for each in _ISO.findall(text)}
        for day, month, year in _DAY_FIRST.findall(text):
            found.add(f"{year}-{int(month):02}-{int(day):02}")
            found.add(f"{year}-{int(day):02}-{int(month):02}")
        for day, name, year in _WRITTEN.findall(text):
            found.update(f"{year}-{each:02}-{int(day):02}" for each in _months(name))
        for name, day, year in _MONTH_FIRST.findall(text):
            found.update(f"{year}-{each:02}-{int(day):02}" for each in _months(name))
        return frozenset(found)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The numbers in the text, without what divides them."""
        whole = (identifier(each) for each in _NUMBER.findall(self.passage.text))
        return frozenset(each for each in whole if len(each) >= SHORTEST_NUMBER)

    def names_country(self, code: str) -> bool:
        """Whether the text names a country."""
        if code not in self._countries:
            text = self.passage.text.casefold()
            self._countries[code] = any(name in text for name in country_names(code))
        return self._countries[code]

    def evidence(self, entity: Entity) -> Iterator[tuple[float, str]]:
        """What speaks for a record: how much that adds, and in words."""
        for date in entity.properties.get("birthDate", ()):
            if date[:10] in self.days and len(date) >= 10:
                yield BIRTH_DATE, f"birth date {date}"
                break
            if date[:4] in self.years:
                yield BIRTH_YEAR, f"birth year {date[:4]}"
                break
        for value in matchable_values(entity, "identifier"):
            if identifier(value) in self.numbers:
                yield NUMBER, f"number {value}"
                break
        for code in matchable_values(entity, "country"):
            if self.names_country(code.lower()):
                yield COUNTRY, f"country {code}"
                break

    def form(self, name: str, start: int, end: int) -> tuple[float, str] | None:
        """What the legal form beside a name says, if there is one."""
        own = _forms(name)
        around = self.passage.text
        told = _forms(around[max(start - AROUND, 0) : start].rpartition("\n")[2], last=True)
        told |= _forms(around[end : end + AROUND].partition("\n")[0], first=True)
        if not told:
            return None
        if own & told or not own:
            return FORM, f"legal form {min(told)}"
        return OTHER_FORM, f"another legal form: {min(told)}"


@lru_cache(maxsize=20_000)
def _forms(text: str, *, first: bool = False, last: bool = False) -> frozenset[str]:
    """The legal forms in a text; only one that it begins, or ends with."""
    found = forms(text, re.findall(r"\w+", text.casefold()))
    if not (first or last):
        return frozenset(found.values())
    bare = re.sub(r"[^\w. /&]", " ", text.casefold()).strip()
    return frozenset(
        form
        for written, form in found.items()
        if (first and bare.startswith(written))
        or (last and bare.rstrip(". ").endswith(written.rstrip(". ")))
    )


@lru_cache(maxsize=500)
def country_names(code: str) -> frozenset[str]:
    """A country's names in some languages, in lower case."""
    found = set()
    for language in LANGUAGES:
        name = str(Locale("", code.upper()).getDisplayCountry(Locale(language))).casefold()
        if name == code.casefold():  # a code that is none of a country
            continue
        if len(name) >= FEWEST_LETTERS or (name and not name.isascii() and len(name) > 1):
            found.add(name)
    return frozenset(found)


@lru_cache(maxsize=1)
def _month_names() -> dict[str, set[int]]:
    names: dict[str, set[int]] = {}
    symbols = DateFormatSymbols
    for language in LANGUAGES:
        known = symbols(Locale(language))
        for context in (symbols.FORMAT, symbols.STANDALONE):
            for width in (symbols.WIDE, symbols.ABBREVIATED):
                for number, name in enumerate(known.getMonths(context, width), 1):
                    names.setdefault(str(name).casefold().rstrip("."), set()).add(number)
    return names


def _months(name: str) -> set[int]:
    return _month_names().get(name.casefold(), set())
