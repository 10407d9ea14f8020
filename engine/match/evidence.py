"""What two records' values say for or against one identity, besides their names.

Each value gives evidence in natural log-odds, as Fellegi and Sunter add it (A Theory for Record
Linkage, 1969): how much more often it is so in two records of one thing than in two of different
ones. The weights are set by reason and rounded, not fitted on a set of pairs: a birth date to the
day is shared by one pair of strangers in 20,000, but differs by an error in one of fifty records.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import product

from engine.answer import Feature
from engine.entity import Entity, matchable_properties, matchable_values, schema_of
from engine.index.folding import identifier
from engine.index.number import bare
from engine.match.address import addresses, places

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
SHORTEST_NUMBER = 4
CONTACTS: Mapping[str, float] = {"email": 4.0, "phone": 3.0, "website": 2.0}
SAME_COUNTRY, OTHER_COUNTRY, OTHER_JURISDICTION = 0.4, -1.2, -4.5
OTHER_GENDER = -4.5
SAME_PLACE = 0.3
PLACE = "Address"
"""The schema of things that are told apart by where they are, and that have no name."""


def evidence(query: Entity, candidate: Entity) -> Iterator[Feature]:
    """What the values of two records say; what only one of them tells counts nothing."""
    for prop, weight in DATES.items():
        yield from _by_values(prop, _of(query, prop), _of(candidate, prop), _dates, weight)
    yield from _identifiers(query, candidate)
    pairs = {
        kind: (matchable_values(query, kind), matchable_values(candidate, kind))
        for kind in ("address", "country")
    }
    rule: Rule = partial(addresses, alone=_are(query, candidate, "Person"))
    rule = places if _are(query, candidate, PLACE) else rule
    yield from _by_values("address", *pairs["address"], rule)
    registered = [_of(each, "jurisdiction") for each in (query, candidate)]
    if all(registered) and not set(registered[0]) & set(registered[1]):
        told = "registered in other countries"
        yield Feature("country", OTHER_JURISDICTION, told, *pair_of(*registered))
    else:
        yield from _by_values("country", *pairs["country"], _countries)
    for prop in ("gender", "birthPlace"):
        yield from _by_values(prop, _of(query, prop), _of(candidate, prop), _RULES[prop])
    for kind, points in CONTACTS.items():
        yield from _contacts(kind, points, query, candidate)


def _are(query: Entity, candidate: Entity, schema: str) -> bool:
    return all(schema_of(each.schema).is_a(schema) for each in (query, candidate))


Rule = Callable[[Sequence[str], Sequence[str]], Feature | None]


def _by_values(
    feature: str, query: Sequence[str], candidate: Sequence[str], rule: Rule, weight: float = 1.0
) -> Iterator[Feature]:
    if query and candidate:
        found = rule(query, candidate)
        if found is not None:
            yield replace(found, feature=feature, score=found.score * weight)
    elif query or candidate:
        yield missing(feature, query, candidate)


def missing(feature: str, query: Sequence[str], candidate: Sequence[str]) -> Feature:
    """That only one of two records tells something."""
    where, values = ("candidate", query) if query else ("query", candidate)
    told = f"the {where} tells none"
    return Feature(feature, 0.0, told, query[0] if query else None, None if query else values[0])


def _of(entity: Entity, prop: str) -> Sequence[str]:
    return entity.properties.get(prop, ())


# --- dates ------------------------------------------------------------------------------------


def _dates(query: Sequence[str], candidate: Sequence[str]) -> Feature | None:
    """The two dates that agree best; None where there is no date on both sides."""
    pairs = [pair for pair in product(query, candidate) if all(map(DATE.match, pair))]
    found = [(*date_points(one[:10], other[:10]), one, other) for one, other in pairs]
    if not found:
        return None
    points, detail, one, other = max(found, key=lambda each: each[0])
    return Feature("", points, detail, one, other)


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


def _identifiers(query: Entity, candidate: Entity) -> Iterator[Feature]:
    """The best identifier in common, whatever its property; else those that should agree."""
    one, other = _numbers(query), _numbers(candidate)
    if one and other:
        common = {number: one[number] | other[number] for number in one.keys() & other.keys()}
        if common:
            yield _same_number(common)
        else:
            yield from _other_number(one, other)
    elif one or other:
        yield missing("identifier", sorted(one), sorted(other))


def _same_number(common: Mapping[str, frozenset[str]]) -> Feature:
    """That two records have numbers in common, each with the properties that hold it."""
    number, props = min(common.items(), key=lambda each: (not each[1] & UNIQUE, each[0]))
    usual = SAME_SHORT if len(number) < SHORT_NUMBER else SAME_NUMBER
    points = SAME_UNIQUE if props & UNIQUE else usual
    return Feature("identifier", points, f"the same {_listed(props)}", number, number)


def _other_number(
    query: Mapping[str, frozenset[str]], candidate: Mapping[str, frozenset[str]]
) -> Iterator[Feature]:
    """That one property has other values in two records."""
    kinds = [frozenset().union(*side.values()) for side in (query, candidate)]
    shared = (kinds[0] & kinds[1]) - SEVERAL
    if shared:
        points = OTHER_UNIQUE if shared & ONE_EACH else OTHER_NUMBER
        first = [
            min(number for number, props in side.items() if props & shared)
            for side in (query, candidate)
        ]
        yield Feature("identifier", points, f"another {_listed(shared)}", *first)


def _listed(props: Collection[str]) -> str:
    return " and ".join(sorted(props))


def _numbers(entity: Entity) -> dict[str, frozenset[str]]:
    """A record's identifiers in normal form, each with the properties that hold it."""
    numbers: dict[str, frozenset[str]] = {}
    for prop, values in matchable_properties(entity, "identifier").items():
        for number in (bare(identifier(value)) for value in values):
            if len(number) >= SHORTEST_NUMBER:
                numbers[number] = numbers.get(number, frozenset()) | {prop}
    return numbers


# --- places, people, contacts -----------------------------------------------------------------


def pair_of(query: Sequence[str], candidate: Sequence[str]) -> tuple[str, str]:
    """The first value of each."""
    return query[0], candidate[0]


def _countries(query: Sequence[str], candidate: Sequence[str]) -> Feature:
    common = _common(query, candidate)
    if common:
        return Feature("", SAME_COUNTRY, "the same country", common, common)
    return Feature("", OTHER_COUNTRY, "no country in common", *pair_of(query, candidate))


def _genders(query: Sequence[str], candidate: Sequence[str]) -> Feature | None:
    if _common(query, candidate):
        return Feature("", 0.0, "the same gender", *pair_of(query, candidate))
    return Feature("", OTHER_GENDER, "another gender", *pair_of(query, candidate))


def _places(query: Sequence[str], candidate: Sequence[str]) -> Feature | None:
    common = _common([place.lower() for place in query], [place.lower() for place in candidate])
    if common:
        return Feature("", SAME_PLACE, "the same place", common, common)
    return Feature("", 0.0, "another place, or written otherwise", *pair_of(query, candidate))


_RULES: Mapping[str, Rule] = {"gender": _genders, "birthPlace": _places}


def _contacts(kind: str, points: float, query: Entity, candidate: Entity) -> Iterator[Feature]:
    type_name = "url" if kind == "website" else kind
    common = _common(matchable_values(query, type_name), matchable_values(candidate, type_name))
    if common:
        yield Feature(kind, points, f"the same {kind}", common, common)


def _common(query: Collection[str], candidate: Collection[str]) -> str | None:
    """A value that both have, the first in order."""
    return min(set(query) & set(candidate), default=None)
