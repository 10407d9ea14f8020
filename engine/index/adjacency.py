"""The relationships of one record by the ids of its neighbours, and how many there are.

Edges are grouped by the id at their other end, so a page costs one look at the record's entries,
and a number none at all. Records that name this one in a property are found by that, too.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from heapq import merge
from typing import Any

import tantivy
from followthemoney import model
from tantivy import Query

from engine.access import Access
from engine.entity import edge_schemata, link_properties, relationship_type
from engine.index import clause
from engine.index.facet import MAX_VALUES, number_of_hits
from engine.index.group import groups
from engine.index.rank import ALL, both
from engine.index.tally import overlapping
from engine.index.term import MUST, MUST_NOT, either, every, of_schemata, one_of
from engine.question import Direction, ExpandQuestion

Key = tuple[str, str, str, bool]
"""A relationship's place in the order: neighbour, type, id of the edge, and whether it leads out.

It is the order of the graph's own pages by id.
"""
Numbers = Counter[tuple[str, bool]]
"""How many relationships there are of each type, and whether they lead out."""
GROUPS = 1_000
"""Keys that are read together where all are read."""


@dataclass(frozen=True)
class Side:
    """The edges on one side of a record: those that lead out of it, or into it."""

    query: Query
    other: str
    """The field with the ids at their other ends."""
    out: bool


class Adjacency:
    """The relationships of one record that a question asks for, in one state of the index.

    Whether a neighbour is there, and of which schema it is, the index does not tell with an edge:
    ``keys`` may have more than the reader sees, and ``edge_numbers`` takes off what it is told.
    """

    def __init__(
        self, searcher: tantivy.Searcher, question: ExpandQuestion, access: Access
    ) -> None:
        self._searcher = searcher
        self._question = question
        self._access = access
        self._sides = sides(question, access)

    # --- edges --------------------------------------------------------------------------------

    def keys(self, after: Key | None, wanted: int) -> Iterator[Key]:
        """The keys of edges after a place, in order; so many are looked up together."""
        streams = (self._of_side(side, after, wanted) for side in self._sides)
        return (key for key in merge(*streams) if after is None or key > after)

    def _of_side(self, side: Side, after: Key | None, wanted: int) -> Iterator[Key]:
        start = ""
        if after is not None:
            start = after[0]
            # an edge may relate the same two in both directions
            if side.out and not after[3] and self._is_there(side, after):
                yield (*after[:3], True)
            yield from self._among(side, [start], after)
        while True:
            buckets = self._groups(side.query, (side.other,), (start,), wanted)
            names = [each[side.other] for each in buckets]
            if names:
                yield from self._among(side, names, None)
            if len(names) < wanted:
                return
            start = names[-1]

    def _among(self, side: Side, names: Sequence[str], after: Key | None) -> Iterator[Key]:
        """The keys of edges with one of these neighbours, from a place on."""
        fields, wanted = (side.other, "schema", "id"), set(names)
        query = both(side.query, one_of(side.other, names))
        loops = self._question.direction is Direction.BOTH and not side.out
        place = ("", "", "") if after is None else (after[0], schema_name(after[1]), after[2])
        while True:
            buckets = self._groups(query, fields, place, GROUPS)
            for each in buckets:
                place = (each[side.other], each["schema"], each["id"])
                is_loop = place[0] == self._question.id
                if place[0] in wanted and not (loops and is_loop):
                    yield place[0], relationship_type(place[1]), place[2], side.out or is_loop
            if len(buckets) < GROUPS:
                return

    def _is_there(self, side: Side, key: Key) -> bool:
        query = every([side.query, one_of(side.other, [key[0]]), one_of("id", [key[2]])])
        return number_of_hits(self._searcher, query) > 0

    def _groups(
        self, query: Query, fields: Sequence[str], after: Sequence[str], size: int
    ) -> list[dict[str, str]]:
        return groups(self._searcher, query, fields, after, size)

    def edge_numbers(self, hidden: Sequence[str]) -> Numbers:
        """How many edges there are, but for those to these neighbours."""
        numbers: Numbers = Counter()
        for side in self._sides:
            ends = {"ends": {"value_count": {"field": side.other}}}
            for schema, found in self._by_schema(side.query, ends):
                numbers[relationship_type(schema), side.out] += int(found["ends"]["value"] or 0)
            if not side.out and self._question.direction is Direction.BOTH:
                self._take_loops(numbers, side)
            for start in range(0, len(hidden), GROUPS):
                self._take_hidden(numbers, side, hidden[start : start + GROUPS])
        return +numbers

    def _by_schema(self, query: Query, parts: dict[str, Any]) -> Iterator[tuple[str, Any]]:
        by_schema = {"terms": {"field": "schema", "size": MAX_VALUES}, "aggs": parts}
        for each in self._searcher.aggregate(query, {"schema": by_schema})["schema"]["buckets"]:
            yield each["key"], each

    def _take_loops(self, numbers: Numbers, side: Side) -> None:
        """What leads from the record to itself is counted on the other side."""
        query = both(side.query, one_of(side.other, [self._question.id]))
        for schema, found in self._by_schema(query, {}):
            numbers[relationship_type(schema), side.out] -= found["doc_count"]

    def _take_hidden(self, numbers: Numbers, side: Side, hidden: Sequence[str]) -> None:
        terms = {"field": side.other, "size": len(hidden), "segment_size": ALL}
        parts = {"ends": {"terms": {**terms, "include": list(hidden)}}}
        query = both(side.query, one_of(side.other, hidden))
        for schema, found in self._by_schema(query, parts):
            number = sum(each["doc_count"] for each in found["ends"]["buckets"])
            numbers[relationship_type(schema), side.out] -= number

    def datasets(self) -> set[str]:
        """The datasets of the edges, and those that they lead to, readable or not."""
        parts = {
            name: {"terms": {"field": name, "size": MAX_VALUES}} for name in ("dataset", "foreign")
        }
        found: set[str] = set()
        for side in self._sides:
            for names in self._searcher.aggregate(side.query, parts).values():
                found.update(str(each["key"]) for each in names["buckets"])
        return found

    def ends_in(self, datasets: Sequence[str], most: int) -> list[str] | None:
        """The neighbours in other datasets than their edges'; None for more than so many."""
        names = set(datasets)
        found: set[str] = set()
        for side in self._sides:
            query, start = both(side.query, one_of("foreign", datasets)), ""
            while buckets := self._groups(query, (side.other,), (start,), GROUPS):
                start = buckets[-1][side.other]
                ends = (each[side.other] for each in buckets)
                found.update(end for end in ends if end.split(":", 1)[0] in names)
                if len(found) > most:
                    return None
        return sorted(found)

    # --- records that name this one -----------------------------------------------------------

    def referrer_numbers(self) -> Numbers:
        """How many records name this one in a property, by the type of their relationship."""
        numbers: Numbers = Counter()
        for name in self._links():
            number = number_of_hits(self._searcher, self._referring([name]))
            numbers[relationship_type(name), False] += number
        return +numbers

    def referrers(self, after: str, wanted: int) -> list[str]:
        """The next records that name this one in a property, by their ids."""
        if not self._links():
            return []
        query = self._referring(self._links())
        return [each["id"] for each in self._groups(query, ("id",), (after,), wanted)]

    def _links(self) -> list[str]:
        """The properties whose relationships are asked for, and lead to it."""
        question = self._question
        if question.direction is Direction.OUT:
            return []
        known = link_names()
        types = known.keys() if question.types is None else known.keys() & set(question.types)
        return sorted(known[name] for name in types)

    def _referring(self, names: Sequence[str]) -> Query:
        question = self._question
        parts = [one_of("reference", [f"{name}:{question.id}" for name in names])]
        parts.append(clause.allowed(self._access))
        if question.schemata is not None:
            parts.append(of_schemata(question.schemata))
        edges = [schema.name for schema in edge_schemata().values()]
        without = [(MUST_NOT, one_of("schema", edges))]
        if question.direction is Direction.BOTH:  # one that names itself is asked for elsewhere
            without.append((MUST_NOT, one_of("id", [question.id])))
        return Query.boolean_query([(MUST, every(parts)), *without])


def sides(question: ExpandQuestion, access: Access) -> list[Side]:
    """The edges of a record that are asked for, on each side that is."""
    parts = [clause.allowed(access), *overlapping(question.during)]
    known = edge_schemata()
    if question.types is not None:
        types = sorted(known[name].name for name in question.types if name in known)
        parts.append(one_of("schema", types))
    found = []
    if question.direction is not Direction.IN:
        found.append(Side(every([one_of("source", [question.id]), *parts]), "target", True))
    if question.direction is not Direction.OUT:
        found.append(Side(every([one_of("target", [question.id]), *parts]), "source", False))
    return found


def schema_name(type_: str) -> str:
    """The schema of a type of edges; the type itself for one that is not known."""
    schema = edge_schemata().get(type_)
    return type_ if schema is None else schema.name


@cache
def link_names() -> Mapping[str, str]:
    """The properties of records that are relationships, by the type of these."""
    return {
        relationship_type(prop.name): prop.name
        for schema in model
        if not schema.edge
        for prop in link_properties(schema.name)
    }


def edges_of(question: ExpandQuestion, access: Access) -> Query:
    """The edges of a record that are asked for, whatever their other ends are."""
    return either([side.query for side in sides(question, access)])
