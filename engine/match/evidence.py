"""What two records' values say for or against one identity, besides their names.

Each value gives evidence in natural log-odds, as Fellegi and Sunter add it (A Theory for Record
Linkage, 1969): how much more often it is so in two records of one thing than in two of different
ones. The weights are set by reason and rounded, not fitted on a set of pairs: a birth date to the
day is shared by one pair of strangers in 20,000, but differs by an error in one of fifty records.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache, partial
from itertools import product

from engine.answer import Feature
from engine.entity import schema_of
from engine.match.address import MOST_OF_ADDRESS, addresses, places
from engine.match.side import Side

SAME_DAY, SAME_MONTH, SAME_YEAR = 5.0, 3.0, 1.5
SWAPPED, ONE_DIGIT = 3.0, 2.0
"""Day and month exchanged; one digit differs."""
OTHER_DAY, OTHER_MONTH, NEAR_YEAR, NEXT_YEAR, OTHER_YEAR = -1.0, -2.0, -1.5, -3.5, -4.8
"""The month is the same; the year is; two years follow each other, and no more is told; the dates
are told to the day, a year apart; the years differ."""
DATES: Mapping[str, float] = {"birthDate": 1.0, "deathDate": 0.6, "incorporationDate": 0.6}
"""The dates that tell things apart, and what they count against a birth date."""
DATE = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?($|[T ])")
UNIQUE = frozenset(
    {
        *("leiCode", "imoNumber", "isin", "ogrnCode", "innCode", "swiftBic", "uniqueEntityId"),
        *("npiCode", "mmsi", "publicKey", "wikidataId"),
    }
)
"""Identifiers that one register gives to the whole world, or with a check digit."""
ONE_EACH = frozenset(
    {"leiCode", "imoNumber", "ogrnCode", "innCode", "uniqueEntityId", "npiCode", "wikidataId"}
)
"""Those of which a thing has one, for good."""
SEVERAL = frozenset({"isin", "swiftBic", "publicKey"})
"""Those of which a thing may have many: others say nothing."""
SAME_UNIQUE, SAME_NUMBER, SAME_SHORT = 9.0, 7.0, 5.0
OTHER_UNIQUE, OTHER_NUMBER = -5.0, -1.5
"""The same property, and no value of it in common."""
SHORT_NUMBER = 6
"""Fewer letters and digits are easily the same by chance."""
CONTACTS: Mapping[str, float] = {"email": 4.0, "phone": 3.0, "website": 2.0}
SAME_COUNTRY, OTHER_COUNTRY, OTHER_JURISDICTION = 0.4, -1.2, -4.5
OTHER_GENDER = -4.5
SAME_PLACE = 0.3
PLACE = "Address"
"""The schema of things that are told apart by where they are, and that have no name."""


def missing(feature: str, query: Sequence[str], candidate: Sequence[str]) -> Feature:
    """That only one of two records tells something."""
    where, values = ("candidate", query) if query else ("query", candidate)
    told = f"the {where} tells none"
    return Feature(feature, 0.0, told, query[0] if query else None, None if query else values[0])


# --- dates ------------------------------------------------------------------------------------


def _dates(prop: str, query: Side, candidate: Side) -> Feature | None:
    """The two dates that agree best; None where there is no date on both sides."""
    pairs = product(query.told[prop], candidate.told[prop])
    found = [
        (*date_points(one[:10], other[:10]), one, other)
        for one, other in pairs
        if DATE.match(one) and DATE.match(other)
    ]
    if not found:
        return None
    points, detail, one, other = max(found, key=lambda each: each[0])
    return Feature(prop, points * DATES[prop], detail, one, other)


@lru_cache(maxsize=50_000)
def date_points(one: str, other: str) -> tuple[float, str]:
    """What two dates (``1961``, ``1961-03``, ``1961-03-12``) say."""
    length = min(len(one), len(other))
    if one[:length] == other[:length]:
        known = {10: (SAME_DAY, "the same day"), 7: (SAME_MONTH, "the same month")}
        return known.get(length, (SAME_YEAR, "the same year"))
    if length == 10:
        if one[:4] == other[:4] and (one[5:7], one[8:]) == (other[8:], other[5:7]):
            return SWAPPED, "day and month are exchanged"
        differ = [at for at, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
        if len(differ) == 1:
            return ONE_DIGIT, "one digit differs"
        if len(differ) == 2 and _exchanged(one, other, *differ):
            return ONE_DIGIT, "two digits are exchanged"
    if one[:4] != other[:4]:
        return _other_year(int(one[:4]) - int(other[:4]), length)
    if one[:7] == other[:7]:
        return OTHER_DAY, "another day of the same month"
    return OTHER_MONTH, "another month of the same year"


def _exchanged(one: str, other: str, first: int, second: int) -> bool:
    """Whether two digits that follow each other have changed their places."""
    between = one[first + 1 : second].replace("-", "")
    return not between and (one[first], one[second]) == (other[second], other[first])


def _other_year(apart: int, length: int) -> tuple[float, str]:
    if abs(apart) > 1:
        return OTHER_YEAR, "other years"
    return NEXT_YEAR if length == 10 else NEAR_YEAR, "a year apart"


# --- identifiers ------------------------------------------------------------------------------


def _identifiers(query: Side, candidate: Side) -> Feature | None:
    """The best identifier in common, whatever its property; else those that should agree."""
    one, other = query.numbers, candidate.numbers
    common = {number: one[number] | other[number] for number in one.keys() & other.keys()}
    return _same_number(common) if common else _other_number(one, other)


def _same_number(common: Mapping[str, frozenset[str]]) -> Feature:
    """That two records have numbers in common, each with the properties that hold it."""
    number, props = min(common.items(), key=lambda each: (not each[1] & UNIQUE, each[0]))
    usual = SAME_SHORT if len(number) < SHORT_NUMBER else SAME_NUMBER
    points = SAME_UNIQUE if props & UNIQUE else usual
    return Feature("identifier", points, f"the same {_listed(props)}", number, number)


def _other_number(
    query: Mapping[str, frozenset[str]], candidate: Mapping[str, frozenset[str]]
) -> Feature | None:
    """That one property has other values in two records."""
    kinds = [frozenset().union(*side.values()) for side in (query, candidate)]
    shared = (kinds[0] & kinds[1]) - SEVERAL
    if not shared:
        return None
    points = OTHER_UNIQUE if shared & ONE_EACH else OTHER_NUMBER
    first = [
        min(number for number, props in side.items() if props & shared)
        for side in (query, candidate)
    ]
    return Feature("identifier", points, f"another {_listed(shared)}", *first)


def _listed(props: Collection[str]) -> str:
    return " and ".join(sorted(props))


# --- places, people, contacts -----------------------------------------------------------------


def _addresses(query: Side, candidate: Side) -> Feature:
    told = query.told["address"], candidate.told["address"]
    if _are(query, candidate, PLACE):
        return places(*told)
    return addresses(*told, alone=_are(query, candidate, "Person"))


def _are(query: Side, candidate: Side, schema: str) -> bool:
    return all(schema_of(each.schema).is_a(schema) for each in (query, candidate))


def _countries(query: Side, candidate: Side) -> Feature:
    told = query.told["country"], candidate.told["country"]
    registered = query.values("jurisdiction"), candidate.values("jurisdiction")
    if all(registered) and set(registered[0]).isdisjoint(registered[1]):
        detail = "registered in other countries"
        return Feature("country", OTHER_JURISDICTION, detail, *_first(registered))
    common = _common(*told)
    if common:
        return Feature("country", SAME_COUNTRY, "the same country", common, common)
    return Feature("country", OTHER_COUNTRY, "no country in common", *_first(told))


def _genders(query: Side, candidate: Side) -> Feature:
    told = query.told["gender"], candidate.told["gender"]
    if _common(*told):
        return Feature("gender", 0.0, "the same gender", *_first(told))
    return Feature("gender", OTHER_GENDER, "another gender", *_first(told))


def _places(query: Side, candidate: Side) -> Feature:
    told = query.told["birthPlace"], candidate.told["birthPlace"]
    common = _common(*([place.lower() for place in side] for side in told))
    if common:
        return Feature("birthPlace", SAME_PLACE, "the same place", common, common)
    detail = "another place, or written otherwise"
    return Feature("birthPlace", 0.0, detail, *_first(told))


def _contacts(kind: str, query: Side, candidate: Side) -> Feature | None:
    common = _common(query.told[kind], candidate.told[kind])
    return Feature(kind, CONTACTS[kind], f"the same {kind}", common, common) if common else None


def _common(query: Collection[str], candidate: Collection[str]) -> str | None:
    """A value that both have, the first in order."""
    return min(set(query).intersection(candidate), default=None)


def _first(told: tuple[Sequence[str], Sequence[str]]) -> tuple[str, str]:
    return told[0][0], told[1][0]


# --- all of it --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Kind:
    """How the values of one kind are compared, where both records tell some."""

    rule: Callable[[Side, Side], Feature | None]
    most: float
    """The most that they count."""


KINDS: Mapping[str, Kind] = {
    **{prop: Kind(partial(_dates, prop), SAME_DAY * part) for prop, part in DATES.items()},
    "identifier": Kind(_identifiers, SAME_UNIQUE),
    "address": Kind(_addresses, MOST_OF_ADDRESS),
    "country": Kind(_countries, SAME_COUNTRY),
    "gender": Kind(_genders, 0.0),
    "birthPlace": Kind(_places, SAME_PLACE),
    **{kind: Kind(partial(_contacts, kind), most) for kind, most in CONTACTS.items()},
}
"""The kinds of evidence, in the order in which they are told."""


def evidence(query: Side, candidate: Side) -> Iterator[Feature]:
    """What the values of two records say; what only one of them tells counts nothing."""
    for name, kind in KINDS.items():
        if name in query.tells and name in candidate.tells:
            found = kind.rule(query, candidate)
            if found is not None:
                yield found
        elif name not in CONTACTS and (name in query.tells or name in candidate.tells):
            yield missing(name, query.told.get(name, ()), candidate.told.get(name, ()))


def points_of(query: Side, candidate: Side) -> float:
    """The log-odds of all evidence together."""
    found = (KINDS[name].rule(query, candidate) for name in query.tells & candidate.tells)
    return sum(each.score for each in found if each is not None)


def most_of(query: Side, candidate: Side) -> float:
    """The most that the evidence may say for one identity."""
    return _most_of(query.tells & candidate.tells)


@cache
def _most_of(kinds: frozenset[str]) -> float:
    return sum(KINDS[name].most for name in kinds)
