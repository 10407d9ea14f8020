"""How much of an asset a holder has: a fraction, read from FtM's ``percentage``, a free text.

Numbers are percents: ``0.5`` is half a percent, ``100`` is all; ``1/3`` is a fraction. A range,
``more than 25 %`` and ``75 % or more`` count with their lower bounds, and are not exact; ``up to
25 %`` has no useful one and is unknown. ``About 25 %`` counts as such, and bounds nothing. Words
are read as ``share_phrase`` lists them. A word that is not listed there makes the whole unknown,
unless it stands in brackets: rather no share than a wrong one. So do numbers of shares (``1,000
shares``), and voting rights: they are power in a company, and no part of it. Of several statements
in one text (with semicolons) the first about ownership counts.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache

from engine.share_phrase import Says, meaning, plain, scanner

LONGEST = 200
"""Characters of a text that are read."""
NUMBER = re.compile(r"\s*(\d{1,3}(?:[.,]\d{1,20})?)\s*(%?)\s*", re.ASCII)
"""What most shares are."""
CODE = re.compile(r"-(?:(25)-to-(50)|(50)-to-(75))-percent\b", re.ASCII)
"""The bands of Companies House as its API codes them: more than the first number, as printed."""
THOUSAND = ",000"
"""A number that ends so, and has no unit, counts shares: ``1,000``."""
THOUSANDS = re.compile(r"\d{1,3}(?:[ ']\d{3})+|\d{1,3}([.,])\d{3}(?:\1\d{3})+")
"""A number with marks between its thousands; a single point or comma is read as a decimal one."""
TRAILING = {
    Says.OR_MORE: Says.LEAST,
    Says.OR_LESS: Says.MOST,
    Says.BEYOND: Says.ABOVE,
    Says.SHORT: Says.BELOW,
}
"""What a phrase after a number says of it, as if it stood before."""
HALVES = {Says.MAJORITY: Says.ABOVE, Says.MINORITY: Says.BELOW}
"""What a phrase says that speaks of half by itself."""
BOUNDS = (Says.ABOVE, Says.LEAST, Says.BELOW, Says.MOST, Says.ABOUT)
LOWER = (Says.ABOVE, Says.LEAST, Says.ABOUT)


class Doubt(Enum):
    """Why a text says no share that counts, or not just which."""

    IMPOSSIBLE = "is no share from 0 to 100 %"
    UNCLEAR = "is not understood"
    VOTES = "is of voting rights, which are no share of ownership"
    ABOUT = "is approximate: the share may be more or less"


@dataclass(frozen=True, slots=True)
class Share:
    """A fraction, or None where it is unknown; not ``exact`` where it is a bound or approximate."""

    value: float | None
    exact: bool
    above: bool = field(default=False, compare=False)
    """Whether it is more than the value: ``more than 50 %`` is, ``at least 50 %`` need not be."""
    most: float | None = field(default=None, compare=False)
    """A bound that it cannot exceed, where one is written."""
    doubt: Doubt | None = field(default=None, compare=False)
    """What is wrong with the text."""

    @property
    def may_be_more(self) -> bool:
        """Whether the value is a lower bound, or unknown; of an approximate one nobody knows."""
        return not self.exact and self.doubt is not Doubt.ABOUT


UNKNOWN = Share(None, False)


@lru_cache(10_000)
def parse_share(text: str) -> Share:
    """The share in a percentage; unknown where it cannot be understood."""
    match = NUMBER.fullmatch(text)
    if match and (match[2] or not match[1].endswith(THOUSAND)):
        return exactly(float(match[1].replace(",", ".")))
    read = CODE.sub(
        lambda code: " more than {} to {} % ".format(*filter(None, code.groups())),
        plain(text[:LONGEST]),
    )
    parts = [part for part in re.split(r"[;|\n]", read) if part.strip()]
    shares = [Reading(part).share() for part in parts]
    known = [share for share in shares if share.value is not None or share.most is not None]
    if len({share.value for share in known}) > 1:
        return replace(known[0], exact=False)
    return next(iter(known + shares), UNKNOWN)


def exactly(percents: float) -> Share:
    """A number of percents as a share."""
    if not 0 <= percents <= 100:
        return Share(None, False, doubt=Doubt.IMPOSSIBLE)
    return Share(percents / 100, True, most=percents / 100)


@dataclass
class Number:
    """A number of a text, and what is said of it."""

    percents: float
    says: Says | None = None
    has_unit: bool = False
    in_thousands: bool = False


class Reading:
    """Reads one statement of a share, word by word."""

    def __init__(self, text: str) -> None:
        self._numbers: list[Number] = []
        self._waiting: Says | None = None
        self._joined = False
        """Whether a word that joins two bounds came after the last number."""
        self._doubt: Doubt | None = None
        self._depth = 0
        before = ""
        for phrase, number, word in tokens(text):
            if number:
                self._take_number(number, negative=before == "-")
            elif word:
                if not self._depth:
                    self._doubt_it(Doubt.UNCLEAR)
            else:
                self._take_phrase(phrase)
            # a minus stands at the beginning, a dash between words or numbers
            before = (before + phrase)[-1:] if phrase in ("-", ":", "=") and not before else "x"
        self._close()

    def _doubt_it(self, doubt: Doubt) -> None:
        self._doubt = self._doubt or doubt

    def _take_number(self, text: str, *, negative: bool) -> None:
        value = percents_of(text)
        if value is None:
            self._doubt_it(Doubt.UNCLEAR)
        elif negative or value > 100:
            self._doubt_it(Doubt.IMPOSSIBLE)
        says, self._waiting = self._waiting, None
        if self._numbers and says is None:
            says = Says.MOST
            if not self._joined:
                self._doubt_it(Doubt.UNCLEAR)
        self._joined = False
        self._numbers.append(Number(value or 0.0, says, "/" in text, text.endswith(THOUSAND)))

    def _take_phrase(self, phrase: str) -> None:
        says = meaning(phrase)
        if isinstance(says, float):
            self._take_fraction(says)
        elif says in HALVES:
            self._waiting = HALVES[says]
            self._take_fraction(50.0)
        elif says is Says.VOTES:
            self._doubt = Doubt.VOTES
        elif says in BOUNDS:
            self._joined = self._joined or says is Says.ABOUT
            self._waiting = says
        elif self._numbers:
            self._add_to(self._numbers[-1], says)
        elif says is Says.TO and phrase != "-":
            # "up to", where it comes before all numbers
            self._waiting = Says.MOST
        self._depth += (phrase in ("(", "[")) - (phrase in (")", "]"))

    def _add_to(self, number: Number, says: Says) -> None:
        """What a phrase says of the number before it."""
        if says is Says.PERCENT:
            number.has_unit = True
        elif says is Says.COUNTED and not number.has_unit:
            self._doubt_it(Doubt.UNCLEAR)
        elif says in TRAILING:
            number.says = TRAILING[says]
        elif says in (Says.TO, Says.AND):
            self._joined = True

    def _take_fraction(self, percents: float) -> None:
        self._take_number(f"{percents:.10f}", negative=False)
        self._numbers[-1].has_unit = True

    def _close(self) -> None:
        """A phrase at the end says something of the number before it: ``25 % minimum``."""
        if self._waiting and self._numbers and self._numbers[-1].says is None:
            self._numbers[-1].says = self._waiting
        counted = any(one.in_thousands and not one.has_unit for one in self._numbers)
        if counted or len(self._numbers) > 2 or not self._numbers:
            self._doubt_it(Doubt.UNCLEAR)

    def share(self) -> Share:
        """What the statement says."""
        if self._doubt:
            return Share(None, False, doubt=self._doubt)
        values = [number.percents / 100 for number in self._numbers]
        if len(values) == 1:
            return one_bound(self._numbers[0].says, values[0])
        first, second = self._numbers
        if first.says in (Says.BELOW, Says.MOST):
            first, second = second, first
        lower, upper = first.says or Says.LEAST, second.says or Says.MOST
        if lower not in LOWER or upper not in (Says.BELOW, Says.MOST):
            return Share(None, False, doubt=Doubt.UNCLEAR)
        least, most = min(values), max(values)
        if least == most and Says.ABOVE is not lower and Says.BELOW is not upper:
            return exactly(100 * least)
        return Share(least, False, lower is Says.ABOVE, most)


def one_bound(says: Says | None, value: float) -> Share:
    """A share of which one number is written."""
    if says in (Says.BELOW, Says.MOST):
        return Share(None, False, most=value)
    if says is Says.ABOUT:
        return Share(value, False, doubt=Doubt.ABOUT)
    if says is None or (says is Says.LEAST and value == 1):
        return Share(value, True, most=value)
    return Share(value, False, says is Says.ABOVE)


def tokens(text: str) -> Iterator[tuple[str, str, str]]:
    """The (phrase, number, word) of a plain text one after the other; two are empty."""
    for match in scanner().finditer(text):
        yield match["phrase"] or "", match["number"] or "", match["word"] or ""


def percents_of(text: str) -> float | None:
    """A number or a fraction; None for one that counts something else, or divides by nothing."""
    if "/" in text:
        *whole, above, below = map(int, re.findall(r"\d+", text))
        if not below or above > below:
            return None
        # 50/50 are two halves
        part = 50.0 if above == below != 1 else 100 * above / below
        return sum(whole) + part / 100 if whole else part
    if THOUSANDS.fullmatch(text):
        return None
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def lowest_share(texts: Iterable[str]) -> Share:
    """The lowest known share among several percentages of one record."""
    shares = [parse_share(text) for text in texts]
    known = [share for share in shares if share.value is not None]
    if not known:
        return next(iter(shares), UNKNOWN)
    lowest = min(known, key=lambda share: (share.value or 0.0, share.above))
    exact = len({share.value for share in known}) == 1 and all(share.exact for share in known)
    doubt = next((share.doubt for share in (lowest, *shares) if share.doubt), None)
    if doubt is Doubt.ABOUT and lowest.doubt is not doubt:
        doubt = None
    return Share(lowest.value, exact, lowest.above, max_of(known), doubt)


def max_of(shares: Iterable[Share]) -> float | None:
    """The greatest upper bound; None unless all have one."""
    bounds = [share.most for share in shares]
    return None if None in bounds else max(bound for bound in bounds if bound is not None)
