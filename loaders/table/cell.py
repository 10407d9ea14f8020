"""What a number in a spreadsheet's cell shows: a percentage, leading zeros, a currency.

The file keeps ``0.5`` and says apart from it that this is shown as ``50%``. Who reads the number
alone takes half of a company for half a percent of it, and 00012345 for another company's number.
Digits that the cell rounds away are kept: they are what is known.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from loaders.table.table import number_text

PIECE = re.compile(
    r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|\[(?P<bracket>[^\]]*)\]|(?P<space>[_*].)'
    r"|(?P<general>general)|(?P<digit>[0#?])|(?P<point>\.)|(?P<comma>,)|(?P<percent>%)"
    r"|(?P<end>;)|(?P<code>[a-z@/])|(?P<plain>.)",
    re.IGNORECASE | re.DOTALL,
)
"""The pieces of a format code, each of one kind."""
CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)")
CODE = re.compile("[A-Z]{3}")
LITERAL = frozenset({"quoted", "escaped", "plain"})
"""The kinds that are shown as they stand there."""
CURRENCIES: Mapping[str, str] = {
    **{"€": "EUR", "$": "USD", "US$": "USD", "£": "GBP", "¥": "JPY", "₽": "RUB", "р.": "RUB"},
    **{"₴": "UAH", "₸": "KZT", "₹": "INR", "₪": "ILS", "₩": "KRW", "₫": "VND", "฿": "THB"},
    **{"₺": "TRY", "₦": "NGN", "₱": "PHP", "₾": "GEL", "֏": "AMD", "₼": "AZN", "R$": "BRL"},
    **{"zł": "PLN", "Kč": "CZK", "Ft": "HUF", "lei": "RON", "лв.": "BGN", "S/": "PEN"},
    **{"A$": "AUD", "C$": "CAD", "HK$": "HKD", "NT$": "TWD", "S$": "SGD", "NZ$": "NZD"},
}
"""The codes of currencies by the signs that stand for no other."""
LOCAL: Mapping[tuple[str, str], str] = {
    **{("$", "C09"): "AUD", ("$", "1009"): "CAD", ("$", "C0C"): "CAD", ("$", "1409"): "NZD"},
    **{("$", "4809"): "SGD", ("$", "3C09"): "HKD", ("$", "80A"): "MXN", ("$", "404"): "TWD"},
    **{("¥", "804"): "CNY", ("kr", "41D"): "SEK", ("kr", "406"): "DKK", ("kr", "414"): "NOK"},
    **{("kr", "814"): "NOK", ("kr.", "406"): "DKK", ("kr", "40F"): "ISK", ("kr.", "40F"): "ISK"},
}
"""Codes by a sign that several countries use, and Excel's number of the language."""
OPERATORS = {
    "<=": lambda one, other: one <= other,
    ">=": lambda one, other: one >= other,
    "<>": lambda one, other: one != other,
    "<": lambda one, other: one < other,
    ">": lambda one, other: one > other,
    "=": lambda one, other: one == other,
}


@dataclass(frozen=True)
class Section:
    """One of the parts of a format code, for some of all numbers: kinds with their texts."""

    pieces: Sequence[tuple[str, str]]

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of its pieces."""
        return frozenset(kind for kind, _ in self.pieces)

    def takes(self, value: float) -> bool | None:
        """Whether its condition holds for a number; None where it has none."""
        for kind, text in self.pieces:
            if kind == "bracket" and (match := CONDITION.fullmatch(text)):
                return bool(OPERATORS[match[1]](value, float(match[2])))
        return None

    @cached_property
    def currency(self) -> str:
        """The code of the currency that it shows, or its sign where that is of several."""
        for kind, text in self.pieces:
            if kind == "bracket" and text.startswith("$"):
                sign, _, language = text[1:].rpartition("-") if "-" in text else (text[1:], "", "")
                if sign.strip():
                    return currency_of(sign.strip(), language.upper())
        signs = [text.strip() for kind, text in self.pieces if kind in LITERAL]
        return next((currency_of(s) for s in signs if s in CURRENCIES or CODE.fullmatch(s)), "")

    @cached_property
    def places(self) -> list[int]:
        """Where its digits before the point stand among its pieces."""
        point = next((at for at, (kind, _) in enumerate(self.pieces) if kind == "point"), None)
        return [at for at, (kind, _) in enumerate(self.pieces[:point]) if kind == "digit"]

    @cached_property
    def zeros(self) -> int:
        """How many digits it shows before the point at least."""
        return sum(self.pieces[at][1] == "0" for at in self.places)

    @cached_property
    def is_pattern(self) -> bool:
        """Whether it shows whole numbers with leading zeros, or with something between digits."""
        if not self.places or self.kinds & {"point", "comma", "percent", "code", "general"}:
            return False
        inside = self.pieces[self.places[0] : self.places[-1]]
        # a blank may be there to part thousands, which are no part of the number
        return self.zeros > 1 or any(kind in LITERAL and text.strip() for kind, text in inside)

    def text(self, value: float) -> str:
        """A number that is not negative, as it is shown."""
        if percents := sum(kind == "percent" for kind, _ in self.pieces):
            return number_text(value * 100.0**percents) + "%" * percents
        if self.is_pattern and value == int(value):
            return "".join(self._pattern(str(int(value)))).strip()
        if self.zeros > 1 and not self.kinds & {"code", "general"}:
            whole, point, rest = number_text(value).partition(".")
            return f"{whole.zfill(self.zeros)}{point}{rest}"
        return number_text(value)

    def _pattern(self, digits: str) -> Iterator[str]:
        """The digits in their places, from the right; the first place takes all that are left."""
        first, count = self.places[0], len(self.places)
        padded = digits.rjust(count)
        shown = [padded[: len(padded) - count + 1], *padded[len(padded) - count + 1 :]]
        for at, (kind, text) in enumerate(self.pieces):
            if kind == "digit":
                group = shown[0] if at == first else shown[self.places.index(at)]
                yield group.strip() or ("0" if text == "0" else "")
            elif kind in LITERAL:
                yield text


@dataclass(frozen=True)
class NumberFormat:
    """A format code, read: its sections in order."""

    sections: Sequence[Section]

    def text(self, value: float) -> str:
        """A number as it is shown, in full precision."""
        section = self._section(value)
        shown = section.text(abs(value))
        # the second section is for negative numbers and shows that in its own way, for people
        return f"-{shown}" if value < 0 and shown else shown

    def currency(self, value: float) -> str:
        """The code of the currency of a number; empty where the cell shows none."""
        return self._section(value).currency

    def _section(self, value: float) -> Section:
        for section in self.sections:
            if section.takes(value):
                return section
        free = [section for section in self.sections[:3] if section.takes(value) is None]
        if not free:
            return self.sections[0]
        has_conditions = len(free) < len(self.sections[:3])
        if has_conditions or value > 0 or len(free) == 1:
            return free[0]
        return free[1] if value < 0 else free[2 if len(free) > 2 else 0]


def currency_of(sign: str, language: str = "") -> str:
    """The code of a currency by its sign and Excel's number of a language; else the sign."""
    return LOCAL.get((sign, language), CURRENCIES.get(sign, sign))


@lru_cache(maxsize=2_000)
def number_format(code: str) -> NumberFormat:
    """A format code, read."""
    sections: list[list[tuple[str, str]]] = [[]]
    for match in PIECE.finditer(code):
        kind = str(match.lastgroup)
        if kind == "end":
            sections.append([])
        else:
            sections[-1].append((kind, match[kind]))
    return NumberFormat([Section(pieces) for pieces in sections])
