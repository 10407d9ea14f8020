"""Whether two records are the same thing: a score between 0 and 1, and what it is made of.

The evidence of names (``engine.match.name``) and of other values (``engine.match.evidence``) is
added in log-odds, and the score is what they make of even odds: 0.5 where what speaks for one
identity and what speaks against it are in balance. So each value's part in it can be told.

nomenklatura's algorithms are no part of this. ``logic-v2`` answers another score with its arguments
exchanged, and remembers names by the record's id, also after they have changed; the regressions
take 8 seconds and 250 MB to load, and explain with bare numbers. ``tests/bench/match.py`` compares
them with this one. The names are read by ``rigour``, as theirs are.
"""

import math
from collections.abc import Sequence
from dataclasses import replace

from engine.answer import Comparison, Feature
from engine.entity import Entity
from engine.match.curve import interpolated
from engine.match.evidence import DATES, PLACE, evidence, missing, most_of, points_of
from engine.match.name import (
    MOST_IN_CONFLICT,
    NameComparison,
    compare_names,
    may_be_one,
    type_tag,
)
from engine.match.side import Side

ALGORITHM = "clew-3"
"""The name and the version of this way to score; another one where any weight changes."""
NAMES = ((0.0, -6.5), (0.5, -5.5), (0.66, -2.0), (0.7, 0.0), (0.85, 1.8), (0.95, 3.0), (1.0, 4.0))
"""Log-odds by how alike the names are. At 0.7, where nomenklatura draws the line, they say
nothing."""
SAME_NAME = NAMES[-1][1]
"""The most that names count."""
IN_CONFLICT = interpolated(NAMES, MOST_IN_CONFLICT)
"""The most that names count of which each has a part that the other lacks."""
NEARLY = 1e-6
HOUSEHOLD = 2.0
"""The most that an address counts for two people whose names differ."""
LONGEST_WEAK = 2
"""Words of an alias that says little by itself."""
ONLY_ALIAS = -0.5
DATE_AGREES = 2.0
"""Log-odds of a date from which on it speaks for one person."""
NO_NAME = -3.0
"""Log-odds of two records of which one has no name: other values have to make up for it."""


def compare(query: Entity, candidate: Entity) -> Comparison:
    """How likely two records are the same thing, and why; the same whichever comes first."""
    return _compared(Side(query), Side(candidate))


def _compared(query: Side, candidate: Side) -> Comparison:
    return _told(_of_one_household([_names(query, candidate), *evidence(query, candidate)]))


def compare_from(least: float, query: Side, candidate: Side) -> Comparison | None:
    """The comparison of two records, where its score is this or more.

    Names, which take most of the time, are compared only where they could make up for the rest.
    """
    if not _may_reach(_points_of(least) if least > 0 else -math.inf, query, candidate):
        return None
    told = _compared(query, candidate)
    return told if told.score >= least else None


def _may_reach(wanted: float, query: Side, candidate: Side) -> bool:
    """Whether two records may have so many log-odds, told by what is quick to compare."""
    most = most_of(query, candidate)
    if most + IN_CONFLICT < wanted:
        apart = _are_apart(query, candidate)
        return not apart and points_of(query, candidate) + SAME_NAME >= wanted
    others = points_of(query, candidate)
    if others + SAME_NAME < wanted:
        return False
    return others + IN_CONFLICT >= wanted or not _are_apart(query, candidate)


def _are_apart(query: Side, candidate: Side) -> bool:
    """Whether no name of the one can be a name of the other; False where one has none."""
    if not query.full_names or not candidate.full_names:
        return False
    tag = type_tag(query.schema, candidate.schema)
    return not may_be_one(query.names(tag), candidate.names(tag))


def _points_of(score: float) -> float:
    """The log-odds of a score; a little less, as sums are rounded."""
    return math.log(score / (1 - score)) - NEARLY if score < 1 else math.inf


def _told(found: Sequence[Feature]) -> Comparison:
    points = sum(each.score for each in found)
    features = [
        replace(each, score=round(each.score, 2))
        for each in sorted(found, key=lambda each: -abs(each.score))
    ]
    return Comparison(1 / (1 + math.exp(-points)), ALGORITHM, features)


def _of_one_household(found: Sequence[Feature]) -> list[Feature]:
    """The evidence, with less of a common address where names differ and no date agrees.

    Families share it, and a part of their names.
    """
    names = [each for each in found if each.feature == "name"]
    dates = [each for each in found if each.feature in DATES]
    if names[0].score >= 0 or any(each.score >= DATE_AGREES for each in dates):
        return list(found)
    return [
        replace(each, score=min(each.score, HOUSEHOLD)) if each.feature == "address" else each
        for each in found
    ]


def _only_alias(query: Side, candidate: Side, found: NameComparison) -> bool:
    """Whether two short aliases are alike, but not the names: many are called ``Abu Ali``."""
    names = [set(each.values("name")) for each in (query, candidate)]
    return (
        all(names)
        and found.query not in names[0]
        and found.candidate not in names[1]
        and len(found.query.split()) <= LONGEST_WEAK
    )


def _names(query: Side, candidate: Side) -> Feature:
    told = query.full_names, candidate.full_names
    if not told[0] or not told[1]:
        if query.schema == candidate.schema == PLACE:
            return Feature("name", 0.0, "an address needs none")
        if not told[0] and not told[1]:
            return Feature("name", NO_NAME, "neither has a name")
        return replace(missing("name", *told), score=NO_NAME)
    tag = type_tag(query.schema, candidate.schema)
    found = compare_names(query.names(tag), candidate.names(tag))
    points = interpolated(NAMES, found.score)
    if points > 0 and _only_alias(query, candidate, found):
        points, found = ONLY_ALIAS, replace(found, note="no more than an alias of both")
    one, other = found.query or told[0][0], found.candidate or told[1][0]
    return Feature("name", points, found.detail, one, other)
