"""Which records may be the same thing as one that is described: found by what they share with it.

The more a shared thing tells, the more it counts: its weight is the logarithm of how rare it is
among the records that this reader may see. Tantivy's own weights come of the whole index, so what
is hidden would move what is found. ``engine.index.clue`` tells what is looked up.
"""

import math
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from threading import Lock

import tantivy
from followthemoney import model
from tantivy import Occur, Query

from engine.access import Access
from engine.entity import Entity, schema_of
from engine.index.clause import allowed
from engine.index.clue import Clue, clues, likely, term
from engine.index.facet import number_of_hits
from engine.index.term import either, every, one_of
from engine.index.walk import entity_id
from engine.question import SearchFilter

MOST_CLUES = 60
"""Things that are looked up for one record: the rarest of those that there are."""
MOST_COMMON = 0.02
"""The share of all records from which on a thing is left out, if a rarer one is left."""
BESIDE = 0.1
"""What the other clues of a group count, beside the best."""
FIRST, WEAK = 20, 0.2
"""How many are candidates whatever they share, and the part of what the best one shares that
others need. Both were chosen by what is lost on the sets of ``tests/bench/candidate.py``."""
MOST_SCOPES, MOST_COUNTS = 8, 200_000


Terms = tuple[tuple[str, str], ...]
"""Fields and tokens, any of which an entry has."""


class Counts:
    """How many records have what, in one commit of the index: remembered by reader and scope."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._scopes: OrderedDict[object, dict[Terms, int]] = OrderedDict()

    def of(self, scope: object) -> dict[Terms, int]:
        """The counts of one scope, to be read and added to."""
        with self._lock:
            found = self._scopes.pop(scope, None)
            if found is None or len(found) > MOST_COUNTS:
                found = {}
            self._scopes[scope] = found
            if len(self._scopes) > MOST_SCOPES:
                self._scopes.popitem(last=False)
            return found


class Candidates:
    """Looks up candidates in one commit of the index, for one reader and scope."""

    def __init__(
        self, searcher: tantivy.Searcher, counts: Counts, access: Access, scope: SearchFilter
    ) -> None:
        self._searcher = searcher
        self._counts = counts
        self._key = access.datasets, scope
        self._allowed = allowed(access, scope)

    def ids(self, entity: Entity, most: int) -> list[str]:
        """The ids of records that may be the same thing, the likeliest first; not its own.

        They are at most so many, and fewer where all further ones share little.
        """
        fits = one_of("schema", sorted(matchable(entity.schema)))
        scope = every([self._allowed, Query.const_score_query(fits, 1.0)])
        counts = self._counts.of((*self._key, matchable(entity.schema)))
        total = self._total(scope, counts)
        found = [self._found(clue, scope, counts) for clue in clues(entity)] if total else []
        found = sorted((each for each in found if each.count), key=lambda each: each.count)
        found = found[:MOST_CLUES]
        rare = [each for each in found if each.count <= max(MOST_COMMON * total, most)]
        if not found:
            return []
        query = _weighed(scope, rare or found, total, entity)
        hits = self._searcher.search(query, most + 1, count=False).hits
        ids = [(entity_id(self._searcher.doc(address)), score) for score, address in hits]
        others = [(id_, score) for id_, score in ids if id_ != entity.id][:most]
        best = others[0][1] if others else 0.0
        return [
            id_
            for place, (id_, score) in enumerate(others)
            if place < FIRST or score >= WEAK * best
        ]

    def _total(self, scope: Query, counts: dict[Terms, int]) -> int:
        if () not in counts:
            counts[()] = number_of_hits(self._searcher, scope)
        return counts[()]

    def _found(self, clue: Clue, scope: Query, counts: dict[Terms, int]) -> "Found":
        """A clue without the terms that no entry has, which are most, and what it finds."""
        there = tuple(each for each in clue.terms if self._searcher.doc_freq(*each))
        query = either([term(*each) for each in there])
        count = counts.get(there) if there else 0
        if count is None:
            counts[there] = count = number_of_hits(self._searcher, every([query, scope]))
        return Found(clue, query, count)


@dataclass(frozen=True)
class Found:
    """A clue, and how many entries of the scope it finds."""

    clue: Clue
    query: Query
    count: int


def _weighed(scope: Query, found: Iterable[Found], total: int, entity: Entity) -> Query:
    """The query that adds up the best clue of each group."""
    groups: dict[str, list[Query]] = {}
    for each in found:
        weight = each.clue.factor * math.log(1 + total / each.count)
        groups.setdefault(each.clue.group, []).append(_scored(each.query, weight))
    either_group = either(
        [
            queries[0] if len(queries) == 1 else Query.disjunction_max_query(queries, BESIDE)
            for queries in groups.values()
        ]
    )
    beside = [(Occur.Should, _scored(query, weight)) for query, weight in likely(entity)]
    return Query.boolean_query([(Occur.Must, scope), (Occur.Must, either_group), *beside])


def _scored(query: Query, weight: float) -> Query:
    return Query.boost_query(Query.const_score_query(query, 1.0), weight)


@cache
def matchable(schema: str) -> frozenset[str]:
    """The schemata whose records can be the same thing as one of this schema, by FtM's rules."""
    one = schema_of(schema)
    return frozenset(other.name for other in model if one.can_match(other) or other.can_match(one))
