"""Neighbours and groups are counted and summed as plain Python does it, whatever is hidden."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import product
from typing import Any

import pytest

from engine import degree, neighbour
from engine.access import Access
from engine.answer import Step
from engine.cluster import ClusterQuestion, ClusterType, OverlapQuestion
from engine.engine import Engine
from engine.entity import Entity, make_entity
from engine.errors import BadInput, NotFound
from engine.index import rank, union
from engine.question import (
    DateRange,
    Direction,
    ExpandOrder,
    ExpandQuestion,
    HopFilter,
    SearchFilter,
    SearchQuestion,
    SearchSort,
)
from engine.share import lowest_share
from engine.tally import AggregateQuestion, NeighbourQuestion, Tally, TallyOrder

DATASETS = ("one", "two")
DAYS = ("2018", "2018-03", "2018-03-09", "2019-07-01", "2020-12-31")
AMOUNTS: tuple[list[str], ...] = (
    ["10.10"],
    ["0.2"],
    ["1,000.35"],
    ["-7"],
    ["99999999.99"],
    ["5", "6"],
    ["plenty"],
    [],
)
CURRENCIES: tuple[list[str], ...] = (["EUR"], ["eur"], ["USD"], [], ["EUR", "USD"])
ALL = Access(frozenset(DATASETS))
ONE = Access(frozenset({"one"}))


def payment(number: int, chance: random.Random) -> Entity:
    """A payment of up to two payers to a company, which may never have come."""
    payers = chance.sample(["one:hub", "one:small", "two:other"], chance.choice([1, 1, 1, 2]))
    beneficiary = f"{chance.choice(DATASETS)}:c{chance.randrange(12)}"
    properties = {
        "payer": payers,
        "beneficiary": [chance.choice([beneficiary, beneficiary, "one:hub"])],
        "amount": chance.choice(AMOUNTS),
        "currency": chance.choice(CURRENCIES),
        "date": chance.choice([[], *([day] for day in DAYS)]),
    }
    return make_entity(
        chance.choice(DATASETS),
        f"p{number}",
        "Payment",
        {name: values for name, values in properties.items() if values},
    )


def records() -> list[Entity]:
    """Two payers, ten companies (two more never came), payments, a share and a parent."""
    chance = random.Random(15)
    found = [make_entity("one", name, "PublicBody", {"name": [name]}) for name in ("hub", "small")]
    found.append(make_entity("two", "other", "PublicBody", {"name": ["other"]}))
    for number in range(10):
        given = {"name": [f"Company {number}"], "country": [("de", "fr")[number % 2]]}
        if number in (3, 4, 7):
            given["parent"] = ["one:hub"]
        found += [make_entity(name, f"c{number}", "Company", given) for name in DATASETS]
    found += [payment(number, chance) for number in range(240)]
    for number in range(9):
        held = {"name": [f"Person {number}"], "phone": [f"+4420794600{number % 2 + 18}"]}
        if number < 4:
            held["idNumber"] = [f"ID-{number // 2}99"]
        found.append(make_entity(DATASETS[number % 2], f"x{number}", "Person", held))
    for number in range(16):
        share = {"owner": ["hub"], "asset": [f"c{number % 12}"], "startDate": ["2001"]}
        if number:
            share["percentage"] = [chance.choice(["20", "60 %", "1/3", "12.5", "some"])]
        found.append(make_entity("one", f"share{number}", "Ownership", share))
    return found


@pytest.fixture(scope="module")
def all_records() -> list[Entity]:
    return records()


@pytest.fixture
def loaded(fresh_engine: Engine, all_records: list[Entity]) -> Engine:
    for name in DATASETS:
        with fresh_engine.loading(name) as loading:
            loading.begin()
            loading.add([each for each in all_records if each.dataset == name])
            loading.finish(None)
    return fresh_engine


@dataclass
class Sums:
    """One group, counted by plain Python."""

    count: int = 0
    firsts: list[str] = field(default_factory=list)
    lasts: list[str] = field(default_factory=list)
    amounts: dict[str | None, list[Decimal]] = field(default_factory=lambda: defaultdict(list))
    unsummed: int = 0

    def add(self, entity: Entity) -> None:
        self.count += 1
        if entity.schema == "Company":
            return
        days = [*entity.properties.get("date", ()), *entity.properties.get("startDate", ())]
        self.firsts += days
        self.lasts += days
        if entity.schema != "Payment":
            return
        known = {each.upper() for each in entity.properties.get("currency", ())}
        texts = entity.properties.get("amount", [])
        if len(texts) == 1 and texts[0] != "plenty" and len(known) < 2:
            value = Decimal(texts[0].replace(",", ""))
            self.amounts[next(iter(known), None)].append(value)
        else:
            self.unsummed += 1

    def matches(self, found: Tally) -> bool:
        """Whether the engine counted the same."""
        totals = {each.currency: each for each in found.totals}
        return (
            (found.count, found.unsummed) == (self.count, self.unsummed)
            and found.first == min(self.firsts, default=None)
            and found.last == max(self.lasts, key=lambda day: day.ljust(10, "~"), default=None)
            and totals.keys() == self.amounts.keys()
            and all(
                (each.count, each.sum, each.least, each.greatest)
                == (len(values), float(sum(values)), float(min(values)), float(max(values)))
                for currency, values in self.amounts.items()
                for each in [totals[currency]]
            )
        )

    def total(self, currency: str | None) -> float:
        return float(sum(self.amounts.get(currency, [])))


def ends(entity: Entity) -> tuple[list[str], list[str]]:
    names = ("payer", "beneficiary") if entity.schema == "Payment" else ("owner", "asset")
    return entity.references(names[0]), entity.references(names[1])


def expected(rows: list[Entity], question: NeighbourQuestion, access: Access) -> dict[str, Sums]:
    """The neighbours of one record."""
    visible = {each.id: each for each in rows if each.dataset in access.datasets}
    found: dict[str, Sums] = defaultdict(Sums)
    out, into = (question.direction is not each for each in (Direction.IN, Direction.OUT))
    for entity, source, target in relationships(visible.values()):
        if not held(entity, question.during):
            continue
        others = [target] if question.id == source and out else []
        others += [source] if question.id == target and into and not others else []
        for other in visible.keys() & others:
            found[other].add(entity)
    return found


def relationships(entities: Iterable[Entity]) -> Iterator[tuple[Entity, str, str]]:
    """All relationships with their ends."""
    for entity in entities:
        if entity.schema in ("Payment", "Ownership"):
            yield from ((entity, *pair) for pair in product(*ends(entity)))
        for parent in entity.references("parent"):
            yield entity, entity.id, parent


def held(entity: Entity, during: DateRange | None) -> bool:
    if during is None or entity.schema == "Company":
        return True
    day = next(iter(entity.properties.get("date", ())), None)
    if day is None and entity.schema == "Payment":
        return True
    day = day or entity.properties["startDate"][0]
    before = during.end is not None and day > during.end + "~"
    open_end = entity.schema == "Ownership"
    after = not open_end and during.start is not None and day.ljust(10, "~") < during.start
    return not before and not after


def pages(engine: Engine, question: NeighbourQuestion, access: Access) -> Iterator[Any]:
    after, more = None, True
    while more:
        page = engine.neighbours(replace(question, after=after), access)
        yield from page.rows
        more, after = page.has_next, page.rows[-1].cursor if page.rows else None


QUESTIONS = [
    NeighbourQuestion("one:hub", first=3),
    NeighbourQuestion("one:hub", first=4, direction=Direction.OUT, order=TallyOrder.COUNT),
    NeighbourQuestion("one:hub", first=50, direction=Direction.IN, order=TallyOrder.LAST),
    NeighbourQuestion("two:c1", first=2, order=TallyOrder.LAST),
    NeighbourQuestion("one:hub", first=5, currency="usd", during=DateRange("2018-04", "2019")),
    NeighbourQuestion("one:small", first=5, during=DateRange(None, "2018-03")),
    NeighbourQuestion("one:c3", first=1, order=TallyOrder.COUNT),
]


def test_neighbours_are_those_of_plain_python(
    loaded: Engine, all_records: list[Entity], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows, counts, dates, sums, order and pages, for two readers; also asked for little by little.

    With few groups at a time equal ones are found where Tantivy leaves open which come first.
    """
    check_neighbours(loaded, all_records)
    monkeypatch.setattr(rank, "FIRST", 2)
    monkeypatch.setattr(union, "FEW", 5)
    check_neighbours(loaded, all_records)
    for id_ in ("one:nobody", "two:other"):
        with pytest.raises(NotFound):
            loaded.neighbours(NeighbourQuestion(id_), ONE)
        assert loaded.neighbour_count(NeighbourQuestion(id_), ONE) == 0
    check_shared(loaded, all_records)


def check_neighbours(loaded: Engine, all_records: list[Entity]) -> None:
    for question in QUESTIONS:
        for access in (ALL, ONE):
            if question.id.split(":")[0] not in access.datasets:
                continue
            known = expected(all_records, question, access)
            rows = list(pages(loaded, question, access))
            assert {row.key for row in rows} == known.keys()
            assert len(rows) == len(known) == loaded.neighbour_count(question, access)
            wrong = [row for row in rows if not known[row.key].matches(row.tally)]
            assert not wrong, (question, wrong[0], known[wrong[0].key])
            assert [row.key for row in rows] == in_order(loaded, question, access, known)


def in_order(
    engine: Engine, question: NeighbourQuestion, access: Access, known: dict[str, Sums]
) -> list[str]:
    """The neighbours in the order of a question."""
    currency = engine.neighbours(question, access).currency

    def place(key: str) -> tuple[Any, ...]:
        sums = known[key]
        if question.order is TallyOrder.TOTAL:
            has = currency in sums.amounts
            return (not has, -sums.total(currency) if has else -sums.count, key)
        if question.order is TallyOrder.LAST and sums.lasts:
            last = max(day.replace("-", "").ljust(8, "9") for day in sums.lasts)
            return (False, -int(last), key)
        return (question.order is TallyOrder.LAST, -sums.count, key)

    return sorted(known, key=place)


def check_shared(loaded: Engine, all_records: list[Entity]) -> None:
    """Two hops: those who pay the same companies, by how many they share."""
    question = NeighbourQuestion("one:hub", types=("PAYMENT",), direction=Direction.OUT, hops=2)
    visible = {each.id for each in all_records}
    paid: dict[str, set[str]] = defaultdict(set)
    for entity in all_records:
        if entity.schema == "Payment":
            for source in entity.references("payer"):
                paid[source].update(visible.intersection(entity.references("beneficiary")))
    shared = {key: len(paid["one:hub"] & each) for key, each in paid.items() if key != "one:hub"}
    found = loaded.neighbours(question, ALL)
    assert {row.key: row.tally.count for row in found.rows} == shared
    assert loaded.neighbour_count(question, ALL) == len(shared)
    assert found.truncated is None
    rows = list(pages(loaded, replace(question, first=1), ALL))
    assert [row.key for row in rows] == sorted(shared, key=lambda key: (-shared[key], key))
    latest = list(pages(loaded, replace(question, order=TallyOrder.LAST, first=1), ALL))
    by_id = sorted(latest, key=lambda row: str(row.key))
    assert latest == sorted(by_id, key=lambda row: row.tally.last or "", reverse=True)
    for bound, most in (("MOST_SHARED", 2), ("MOST_ONWARD", 20), ("MOST_ONWARD", 0)):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(neighbour, bound, most)
            some = loaded.neighbours(question, ALL)
        assert some.truncated
        assert all(row.tally.count < shared[row.key] for row in some.rows)
        assert bool(some.rows) == bool(most)


def test_groups_are_those_of_plain_python(
    loaded: Engine, all_records: list[Entity], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a search finds, by the values of a field; unknown names are errors."""
    for by in ("beneficiary", "payer", "year", "dataset", "currency", "COUNTRY"):
        check_groups(loaded, all_records, by)
    check_sets(loaded, all_records)
    check_around(loaded, all_records)
    check_hub(loaded, monkeypatch)
    search = SearchQuestion("")
    with pytest.raises(BadInput, match="Did you mean beneficiary"):
        loaded.groups(AggregateQuestion(search, "beneficary"), ALL)
    with pytest.raises(BadInput, match="no property with numbers"):
        loaded.groups(AggregateQuestion(search, "payer", "name"), ALL)


def check_sets(loaded: Engine, all_records: list[Entity]) -> None:
    """The most connected, what many share, who is in both datasets, and what is around."""
    degrees: dict[str, int] = defaultdict(int)
    for entity in all_records:
        if entity.schema in ("Payment", "Ownership"):
            for end in [*ends(entity)[0], *ends(entity)[1]]:
                degrees[end] += 1
    companies = [each.id for each in all_records if each.schema == "Company"]
    expected_order = sorted(companies, key=lambda id_: (-degrees[id_], id_))
    question = SearchQuestion("", SearchFilter(schemata=("Company",)), SearchSort.DEGREE, 7)
    found: list[str] = []
    while len(found) < len(companies):
        page = loaded.search(question, ALL)
        found += [hit.id for hit in page.hits]
        question = replace(question, after=page.hits[-1].cursor)
    assert found == expected_order
    phones = loaded.clusters(ClusterQuestion(ClusterType.PHONE, 2, members=2), ALL)
    assert [(each.value, each.size, len(each.members)) for each in phones] == [
        ("+442079460018", 5, 2),
        ("+442079460019", 4, 2),
    ]
    assert loaded.clusters(ClusterQuestion(ClusterType.PHONE, 5), ONE)[0].size == 5
    overlap = loaded.overlap(OverlapQuestion(DATASETS, 1), ALL)
    assert overlap.has_next
    second = loaded.overlap(OverlapQuestion(DATASETS, 5, overlap.cursors[0]), ALL)
    assert [each.ids for each in (*overlap.items, *second.items)] == [
        ["one:x0", "two:x1"],
        ["one:x2", "two:x3"],
    ]
    assert loaded.overlap(OverlapQuestion(("one",)), ONE).items == []


HUB_QUESTIONS = [
    ExpandQuestion("one:hub", first=23),
    ExpandQuestion("one:hub", first=23, direction=Direction.IN),
    ExpandQuestion("one:hub", first=23, direction=Direction.OUT, schemata=("Company",)),
    ExpandQuestion("one:hub", first=7, types=("PAYMENT",), during=DateRange("2018-04", "2019")),
    ExpandQuestion("one:hub", first=3, types=("OWNERSHIP", "PARENT")),
]


def check_hub(loaded: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages and numbers of a hub by the index are those that the graph finds."""
    measures = {ExpandOrder.DATE: "date", ExpandOrder.AMOUNT: "amount", ExpandOrder.SHARE: "share"}
    for access, asked in product((ALL, ONE), HUB_QUESTIONS):
        monkeypatch.setattr(degree, "HUB", 2_000)
        known, number = hub_steps(loaded, asked, access), loaded.expand_count(asked, access)
        counts = loaded.edge_counts(["one:hub", "one:c3"], access)
        assert number == len(known) <= sum(each.count for each in counts["one:hub"])
        monkeypatch.setattr(degree, "HUB", 10)
        assert hub_steps(loaded, asked, access) == known
        for most in (5_000, 1):  # with too many stubs the graph counts
            monkeypatch.setattr(degree, "MOST_HIDDEN", most)
            assert loaded.expand_count(asked, access) == number
            assert loaded.edge_counts(["one:hub", "one:c3"], access) == counts
        for order, name in measures.items():
            steps = hub_steps(loaded, replace(asked, order=order), access)
            assert sorted(steps, key=place_by_id) == known
            told = [step.relationship.entity for step in steps]
            has = [each is not None and measure(each, name) is not None for each in told]
            assert has == sorted(has, reverse=True)
            if order is ExpandOrder.SHARE:
                shares = [share_of(each) for each in told if each is not None]
                assert shares == sorted(shares, reverse=True)
    monkeypatch.setattr(degree, "HUB", 2_000)
    monkeypatch.setattr(degree, "MOST_HIDDEN", 5_000)


def hub_steps(engine: Engine, asked: ExpandQuestion, access: Access) -> list[Step]:
    """The steps on all pages, which are full but for the last; by id unless an order is asked."""
    if asked.order is ExpandOrder.DEGREE_ASC:
        asked = replace(asked, order=ExpandOrder.ID)
    page = engine.expand(asked, access)
    steps = [*page.items]
    while page.has_next:
        assert len(page.items) == asked.first
        page = engine.expand(replace(asked, after=page.cursors[-1]), access)
        steps += page.items
    return steps


def place_by_id(step: Step) -> tuple[Any, ...]:
    """A step's place in the order by id."""
    edge = step.relationship
    id_ = "" if edge.entity is None else edge.id
    return step.node.id, edge.type, id_, edge.source == "one:hub"


def share_of(entity: Entity) -> float:
    """The share of an edge; a negative number where none is known."""
    value = lowest_share(entity.properties.get("percentage", ())).value
    return -1.0 if value is None else value


def measure(entity: Entity, name: str) -> str | None:
    """The date, the amount or the share of an edge, where it is one."""
    if name == "share":
        return None if share_of(entity) < 0 else "share"
    text = entity.first("startDate") if name == "date" else None
    text = entity.first(name) or text
    return None if text == "plenty" else text


def check_around(loaded: Engine, all_records: list[Entity]) -> None:
    """All within two hops, and across one type only."""
    there = {each.id for each in all_records if each.schema not in ("Payment", "Ownership")}
    near = {"one:c3"}
    for _ in range(2):
        ties = list(relationships(all_records))
        near |= {b for _, a, b in ties if a in near} | {a for _, a, b in ties if b in near}
    whole = loaded.surroundings(["one:c3"], ALL, 2, HopFilter(), 500)
    assert {node.id for node in whole.nodes} == near & there
    assert whole.truncated is None
    parents = loaded.surroundings(["one:c3"], ALL, 1, HopFilter(types=("PARENT",)), 500)
    assert {node.id for node in parents.nodes} == {"one:c3", "one:hub"}
    cut = loaded.surroundings(["one:c3"], ALL, 2, HopFilter(), 3)
    assert len(cut.nodes) == 3
    assert cut.truncated == "more than 3 entities"
    with pytest.raises(NotFound):
        loaded.surroundings(["two:other"], ONE, 1, HopFilter(), 5)


def check_groups(loaded: Engine, all_records: list[Entity], by: str) -> None:
    search = SearchQuestion("", SearchFilter(schemata=("Payment", "Company")))
    for access in (ALL, ONE):
        known = groups_of(all_records, by, access)
        found = loaded.groups(AggregateQuestion(search, by, "amount", first=100), access)
        keys = [row.key for row in found.rows]
        assert set(keys) == known.keys()
        for row in found.rows:
            totals = {each.currency: each.sum for each in row.tally.totals}
            sums = known[row.key]
            assert totals == {name: float(sum(each)) for name, each in sums.amounts.items()}
            assert row.tally.count == sums.count
        has = [found.currency in known[key].amounts for key in keys]
        ordered = [known[key].total(found.currency) for key in keys][: sum(has)]
        assert (has, ordered) == (sorted(has)[::-1], sorted(ordered)[::-1])


def groups_of(all_records: list[Entity], by: str, access: Access) -> dict[str, Sums]:
    """The payments and companies that a reader sees, by the values of a field."""
    known: dict[str, Sums] = defaultdict(Sums)
    visible = {each.id: each for each in all_records if each.dataset in access.datasets}
    for entity in visible.values():
        if entity.schema in ("Payment", "Company"):
            for key in keys_of(entity, by):
                known[key].add(entity)
    are_ids = by in ("payer", "beneficiary")
    return {key: sums for key, sums in known.items() if not are_ids or key in visible}


def keys_of(entity: Entity, by: str) -> set[str]:
    if by in ("payer", "beneficiary"):
        return set(entity.references(by))
    if by == "year":
        return {day[:4] for day in entity.properties.get("date", ())}
    if by == "dataset":
        return {entity.dataset}
    if by == "currency":
        known = {each.upper() for each in entity.properties.get("currency", ())}
        return known if len(known) == 1 else set()
    return set(entity.properties.get("country", ()))
