"""Rows of counts and sums: the neighbours of an entity, and the groups of a search, in order."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

import tantivy
from tantivy import Query

from engine.access import Access
from engine.answer import FacetValue
from engine.cursor import cursor_of, place_of
from engine.entity import edge_schemata
from engine.errors import BadInput
from engine.index import clause, facet
from engine.index.count import NONE, Counting
from engine.index.field import FACETED, layout, properties_by_type
from engine.index.figure import FIXED, end_names, grouped_names, number_names
from engine.index.group import first_values
from engine.index.rank import COUNT, Metric, Ranking, both
from engine.index.term import MUST, MUST_NOT, every, one_of, whole_number
from engine.index.union import Measured, Merged
from engine.period import end_code, start_code
from engine.question import DateRange, Direction
from engine.rate import Rates
from engine.tally import (
    MOST_GROUPS,
    AggregateQuestion,
    NeighbourQuestion,
    Row,
    Tallied,
    Tally,
    TallyOrder,
)
from engine.vocabulary import close, meant, shown

AMOUNT = "amount"
"""The property of relationships that is summed."""
STEP = 200
"""Keys that are looked at together, to find those that the reader may see."""
CUT = (
    f"more than {MOST_GROUPS:,} groups: those with the largest are found, but of equal ones, and "
    "of the rest, not all"
)
Admits = Callable[[Sequence[str]], set[str]]
"""Which of some keys the reader may see."""


@dataclass(frozen=True)
class Side:
    """Relationships on one side of an entity: those that lead out of it, or into it."""

    query: Query
    field: str
    """The field with the other ends."""
    skipped: frozenset[str]
    """Other ends that are left out."""


class Tallies:
    """Counts and sums over one state of the index, for one reader."""

    def __init__(
        self, searcher: tantivy.Searcher, access: Access, rates: Rates | None = None
    ) -> None:
        """With ``rates`` sums are converted as well."""
        self._searcher = searcher
        self._access = access
        self._rates = rates

    # --- neighbours ---------------------------------------------------------------------------

    def neighbours(
        self, question: NeighbourQuestion, ids: Sequence[str], others: Mapping[str, int]
    ) -> Tallied[str]:
        """The neighbours of records that are the same, and what relates them, a page of them.

        ``others`` are neighbours by relationships that are no edges, with how many these are.
        """
        sides = self._sides(question, ids)
        currency = None
        if question.order is TallyOrder.TOTAL:
            known = both(either_side(sides), Query.exists_query(f"figure.{AMOUNT}", True))
            currency = self._currency(question, known)
        listing = Listing(question.order, currency, AMOUNT)
        pages = [
            self._merged(sides, metric, others if metric == COUNT else {})
            for metric in listing.metrics()
        ]
        rows, has_next, cut = self._page(pages, question.first, question.after, self.records)
        counting = Counting(self._searcher, AMOUNT, self._rates)
        for side in sides:
            keys = [key for _, key in rows if key not in side.skipped]
            counting.add(side.query, side.field, keys)
        for _, key in rows:
            counting.count(key, others.get(key, 0))
        found = [Row(key, counting.tally(key), cursor) for cursor, key in rows]
        return Tallied(found, has_next, listing.shown, CUT if cut else None)

    def neighbour_count(
        self, question: NeighbourQuestion, ids: Sequence[str], others: Mapping[str, int]
    ) -> int | None:
        """How many neighbours there are on all pages; None for more than can be counted."""
        keys: set[str] = set(others)
        for side in self._sides(question, ids):
            ranking = Ranking(self._searcher, side.query, side.field)
            keys.update(key for _, key in ranking if key not in side.skipped)
            if ranking.cut:
                return None
        return len(self.records(sorted(keys)))

    def nearest(self, question: NeighbourQuestion, ids: Sequence[str], most: int) -> list[str]:
        """The first neighbours by id, at most so many."""
        wanted = most
        while True:
            keys: set[str] = set()
            is_all, last = True, ""
            for side in self._sides(question, ids):
                found = first_values(self._searcher, side.query, side.field, wanted)
                keys.update(key for key in found if key not in side.skipped)
                if len(found) == wanted:
                    is_all, last = False, min(last or found[-1], found[-1])
            # beyond the last one of a side there may be others
            known = self.records(sorted(key for key in keys if is_all or key <= last))
            if is_all or len(known) >= most:
                return sorted(known)[:most]
            wanted *= 4

    def onward(self, question: NeighbourQuestion, ids: Sequence[str]) -> Mapping[str, int]:
        """How many edges neighbours have by which a second hop may lead on from each."""
        parts, found = self._parts(question), Counter[str]()
        for end, direction in (("source", Direction.IN), ("target", Direction.OUT)):
            if question.direction in (direction, Direction.BOTH):
                ranking = Ranking(self._searcher, every([one_of(end, ids), *parts]), end)
                found.update({key: int(value) for key, value in ranking.of(list(ids)).items()})
        return found

    def _parts(self, question: NeighbourQuestion) -> list[Query]:
        """What edges must be to be asked for, but for their ends."""
        parts = [clause.allowed(self._access), self._edges(question.types)]
        return parts + overlapping(question.during)

    def _sides(self, question: NeighbourQuestion, ids: Sequence[str]) -> list[Side]:
        parts = self._parts(question)
        # what joins records that are judged the same with each other is no neighbour
        among = frozenset(ids) if len(ids) > 1 else frozenset()
        sides = []
        if question.direction is not Direction.IN:
            query = every([one_of("source", ids), *parts])
            sides.append(Side(query, "target", among))
        if question.direction is not Direction.OUT:
            query = every([one_of("target", ids), *parts])
            # a relationship of a record with itself has been counted on the other side
            loops = frozenset(ids) if sides else among
            sides.append(Side(query, "source", loops))
        return sides

    def _edges(self, types: Sequence[str] | None) -> Query:
        known = edge_schemata()
        wanted = known if types is None else [name for name in types if name in known]
        return one_of("schema", sorted(known[name].name for name in wanted))

    def _merged(self, sides: Sequence[Side], metric: Metric, others: Mapping[str, int]) -> Merged:
        return Merged(
            [
                Measured(Ranking(self._searcher, each.query, each.field, metric), each.skipped)
                for each in sides
            ],
            others,
            adds=metric.kind != "max",
        )

    def records(self, keys: Sequence[str]) -> set[str]:
        """Which of these ids are records that are nodes, and that the reader may see."""
        readable = [key for key in keys if key.split(":", 1)[0] in self._access.datasets]
        edges = one_of("schema", sorted(schema.name for schema in edge_schemata().values()))
        found: set[str] = {key for key in keys if key.startswith("literal:")}
        for start in range(0, len(readable), MOST_GROUPS):
            some = readable[start : start + MOST_GROUPS]
            parts = [(MUST, one_of("id", some)), (MUST, clause.allowed(self._access))]
            query = Query.boolean_query([*parts, (MUST_NOT, edges)])
            hits = self._searcher.search(
                query, max(len(some), 1), count=False, order_by_field="id"
            ).hits
            found.update(str(id_) for id_, _ in hits)
        return found

    # --- groups of a search -------------------------------------------------------------------

    def groups(self, question: AggregateQuestion, query: Query) -> Tallied[str]:
        """The groups of a search's entries by a field, the first of them."""
        field, among, are_ids = place_of_groups(question.by)
        query = both(query, among)
        currency = None
        if question.sum and question.sorting is TallyOrder.TOTAL:
            known = both(query, Query.exists_query(f"figure.{question.sum}", True))
            currency = self._currency(question, known)
        listing = Listing(question.sorting, currency, question.sum or "")
        pages = [
            Merged(
                [Measured(Ranking(self._searcher, query, field, metric))],
                {},
                adds=metric.kind != "max",
            )
            for metric in listing.metrics()
        ]
        admits = self.records if are_ids else set
        rows, has_next, cut = self._page(pages, question.first, None, admits)
        counting = Counting(self._searcher, question.sum, self._rates)
        counting.add(query, field, [key for _, key in rows])
        found = [Row(key, counting.tally(key)) for _, key in rows]
        return Tallied(found, has_next, listing.shown, CUT if cut else None, are_ids)

    def total(self, question: AggregateQuestion, query: Query) -> Tally:
        """All entries of a search, as one group."""
        return Counting(self._searcher, question.sum).all(query)

    # --- both ---------------------------------------------------------------------------------

    def _currency(self, question: NeighbourQuestion | AggregateQuestion, query: Query) -> str:
        """The currency that rows are ordered by: the one that is asked for, or most frequent."""
        sum_ = getattr(question, "sum", AMOUNT)
        if sum_ in FIXED:
            return NONE
        if question.currency is not None:
            return question.currency.upper()
        terms = {"field": "fact.currency", "size": 1, "segment_size": facet.MAX_VALUES}
        found = self._searcher.aggregate(
            query, {"currency": {"terms": {**terms, "size": facet.MAX_VALUES, "missing": NONE}}}
        )
        counted: list[FacetValue] = [
            FacetValue(each["key"], each["doc_count"]) for each in found["currency"]["buckets"]
        ]
        counted.sort(key=lambda each: (-each.count, each.value))
        return counted[0].value if counted else NONE

    def _page(
        self,
        pages: Sequence[Merged],
        first: int,
        after: str | None,
        admits: Admits,
    ) -> tuple[list[tuple[str, str]], bool, bool]:
        """The (cursor, key) pairs of a page, whether there is another, and whether any is cut."""
        place = None if after is None else place_of(after, int, float, str)
        seen: set[str] = set()
        found: list[tuple[str, str]] = []
        cut = False
        for tier, merged in enumerate(pages):
            waiting = iter(merged)
            while some := list(islice(waiting, STEP)):
                fresh = [(value, key) for value, key in some if key not in seen]
                seen.update(key for _, key in fresh)
                fresh = [pair for pair in fresh if place is None or is_after(tier, pair, place)]
                visible = admits([key for _, key in fresh])
                found += [
                    (cursor_of(tier, float(value), key), key)
                    for value, key in fresh
                    if key in visible
                ]
                if len(found) > first:
                    return found[:first], True, cut
            cut = cut or merged.cut
        return found, False, cut


def is_after(tier: int, pair: tuple[float, str], place: Sequence[object]) -> bool:
    """Whether a group comes after the place of a cursor."""
    at_tier, value, key = place
    assert isinstance(at_tier, int)
    assert isinstance(value, float)
    assert isinstance(key, str)
    return (tier, -pair[0], pair[1]) > (at_tier, -value, key)


@dataclass(frozen=True)
class Listing:
    """How rows are ordered: first those that have what is measured, then the others by number."""

    order: TallyOrder
    currency: str | None
    sum: str

    def metrics(self) -> list[Metric]:
        """What each tier of the order is measured by."""
        if self.order is TallyOrder.LAST:
            return [Metric("max", "last", Query.exists_query("last")), COUNT]
        if self.order is TallyOrder.TOTAL and self.currency is not None:
            field = f"figure.{self.sum}"
            known = Query.exists_query(field, True)
            return [Metric("sum", field, both(known, self._in_currency())), COUNT]
        return [COUNT]

    def _in_currency(self) -> Query | None:
        if self.sum in FIXED:
            return None
        if self.currency:
            return Query.term_query(layout(), "fact.currency", self.currency)
        told = Query.exists_query("fact.currency", True)
        return Query.boolean_query([(MUST, Query.all_query()), (MUST_NOT, told)])

    @property
    def shown(self) -> str | None:
        """The currency by whose sums rows are ordered, if they are."""
        if self.order is not TallyOrder.TOTAL:
            return None
        return FIXED.get(self.sum, self.currency or "") or None


def either_side(sides: Sequence[Side]) -> Query:
    """The relationships on any side."""
    if not sides:
        return Query.empty_query()
    return Query.boolean_query([(tantivy.Occur.Should, side.query) for side in sides])


def overlapping(during: DateRange | None) -> list[Query]:
    """The relationships that may have held at some time in a period; undated ones may."""
    outside = []
    if during is not None and during.start and (start := start_code(during.start)) is not None:
        outside.append(whole_number("end", None, start - 1))
    if during is not None and during.end and (end := end_code(during.end)) is not None:
        outside.append(whole_number("start", end + 1, None))
    if not outside:
        return []
    parts = [(MUST_NOT, query) for query in outside]
    return [Query.boolean_query([(MUST, Query.all_query()), *parts])]


def checked(question: AggregateQuestion) -> AggregateQuestion:
    """The question with names as they are written; raises BadInput for one that is unknown."""
    fields = {name.lower(): name for name in (*FACETED, *end_names(), *grouped_names())}
    by = fields.get(question.by.lower())
    if by is None:
        hint = meant(close(question.by, fields.values()))
        raise BadInput(
            f"by: {shown(question.by)} is nothing to group by: it is one of {', '.join(FACETED)}, "
            f"or a property of FollowTheMoney with ids or short values.{hint}"
        )
    if question.sum is None:
        return replace(question, by=by)
    numbers = {name.lower(): name for name in number_names()}
    sum_ = numbers.get(question.sum.lower())
    if sum_ is None:
        hint = meant(close(question.sum, numbers.values()))
        raise BadInput(f"sum: {shown(question.sum)} is no property with numbers.{hint}")
    return replace(question, by=by, sum=sum_)


def place_of_groups(by: str) -> tuple[str, Query | None, bool]:
    """The field that entries are grouped by, which entries, and whether the groups are ids."""
    if by in FACETED:
        return by, None, False
    if by in end_names():
        side, schemata = end_names()[by]
        return side, one_of("schema", schemata), True
    return f"fact.{by}", None, is_reference(by)


def is_reference(name: str) -> bool:
    """Whether the values of a property are ids."""
    return name in properties_by_type()["entity"]
