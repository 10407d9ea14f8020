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
from dataclasses import replace

from engine.answer import Comparison, Feature
from engine.entity import Entity, full_names
from engine.match.evidence import evidence, interpolated, missing
from engine.match.name import compare_names, names_of, type_tag

ALGORITHM = "clew-1"
"""The name and the version of this way to score; another one where any weight changes."""
NAMES = ((0.0, -6.0), (0.5, -2.5), (0.7, 0.0), (0.85, 1.8), (0.95, 3.0), (1.0, 4.0))
"""Log-odds by how alike the names are. At 0.7, where nomenklatura draws the line, they say
nothing."""
NO_NAME = -3.0
"""Log-odds of two records of which one has no name: other values have to make up for it."""


def compare(query: Entity, candidate: Entity) -> Comparison:
    """How likely two records are the same thing, and why; the same whichever comes first."""
    found = [_names(query, candidate), *evidence(query, candidate)]
    points = sum(each.score for each in found)
    features = [
        replace(each, score=round(each.score, 2))
        for each in sorted(found, key=lambda each: -abs(each.score))
    ]
    return Comparison(1 / (1 + math.exp(-points)), ALGORITHM, features)


def _names(query: Entity, candidate: Entity) -> Feature:
    told = full_names(query), full_names(candidate)
    if not told[0] or not told[1]:
        if not told[0] and not told[1]:
            return Feature("name", NO_NAME, "neither has a name")
        return replace(missing("name", *told), score=NO_NAME)
    tag = type_tag(query.schema, candidate.schema)
    found = compare_names(names_of(query, tag), names_of(candidate, tag))
    points = interpolated(NAMES, found.score)
    one, other = found.query or told[0][0], found.candidate or told[1][0]
    return Feature("name", points, found.detail, one, other)
