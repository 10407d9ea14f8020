"""One node's relationships: filters, what the reader may see, order and pages."""

from typing import Any

import pytest

from engine.access import Access
from engine.answer import Step
from engine.entity import make_entity
from engine.errors import BadInput, QueryTimeout
from engine.graph.connection import Connection
from engine.graph.record.reader import Reader
from engine.graph.record.writer import Writer
from engine.question import DateRange, Direction, ExpandOrder, ExpandQuestion
from tests.engine.graph.example import ALL, company, owns


def test_access_and_filters_of_expand(graph: Connection) -> None:
    """Only what the reader may see counts; types, direction, schemata and time each filter it."""
    writer, reader = Writer(graph), Reader(graph, 10)
    writer.write(
        [
            *map(company, "xyz"),
            company("n", "b"),
            make_entity("a", "p", "Person", {"name": ["P"]}),
            owns("1", "x", "y", startDate=["2010"], endDate=["2015"]),
            owns("2", "z", "x"),
            owns("3", "a:x", "n", "b"),
            owns("4", "x", "b:n"),
            make_entity("a", "5", "Directorship", {"director": ["p"], "organization": ["x"]}),
        ],
        (),
    )

    def edges(access: Access = ALL, **filters: Any) -> str:
        page = reader.expand(ExpandQuestion("a:x", order=ExpandOrder.ID, **filters), access)
        assert reader.expand_count(ExpandQuestion("a:x", **filters), access) == len(page.items)
        return "".join(sorted(step.relationship.id[-1] for step in page.items))

    assert edges() == "12345"
    assert edges(Access(frozenset("a"))) == "125"
    assert edges(Access(frozenset("b"))) == edges(types=()) == ""
    assert edges(direction=Direction.OUT) == "134"
    assert edges(direction=Direction.IN) == "25"
    assert edges(types=("OWNERSHIP",), schemata=("Organization",)) == "1234"
    assert edges(schemata=("Person",)) == "5"
    assert edges(during=DateRange("2015-06", "2015")) == "12345"
    assert edges(during=DateRange("2016", None)) == edges(during=DateRange(None, "2009")) == "2345"
    for bad in (
        {"types": ("x`y",)},
        {"schemata": ("Nonsense",)},
        {"after": "?"},
        {"after": "bnVsbA"},
    ):
        with pytest.raises(BadInput):
            reader.expand(ExpandQuestion("a:x", **bad), ALL)  # type: ignore[arg-type]
    with pytest.raises(QueryTimeout):
        Reader(graph, 0).expand(ExpandQuestion("a:x"), ALL)


MEASURES = {
    ExpandOrder.DATE: "startDate",
    ExpandOrder.AMOUNT: "amount",
    ExpandOrder.SHARE: "percentage",
}


def measure(step: Step, prop: str) -> float | None:
    """What an order measures of a step; None where it is not told."""
    assert step.relationship.entity is not None
    text = step.relationship.entity.first(prop)
    return None if text is None else float(text)


@pytest.mark.parametrize("order", list(ExpandOrder))
def test_pages_hold_every_step_once_in_order(graph: Connection, order: ExpandOrder) -> None:
    """A cursor continues where its page ended, also among self-loops and parallel edges."""
    writer, reader = Writer(graph), Reader(graph, 10)
    edges = [owns(f"e{i}", "x", f"t{i % 7}") for i in range(8)]
    edges += [
        owns(f"e{i}", "x", f"t{i % 7}", startDate=[f"20{i}"], percentage=[str(i * 7 % 30)])
        for i in range(10, 18)
    ]
    for amount in ("7", "1200.5", "-3", "1200.5"):
        given = {"payer": ["x"], "beneficiary": ["t2"], "amount": [amount]}
        edges.append(make_entity("a", f"p{len(edges)}", "Payment", given))
    edges += [owns("loop", "x", "x"), owns("back", "t1", "x")]
    writer.write([company("x"), *(company(f"t{i}") for i in range(7)), *edges], ())
    every = reader.expand(ExpandQuestion("a:x", order=order, first=100), ALL)
    assert len(every.items) == 22
    assert not every.has_next
    seen, after = [], None
    while True:
        page = reader.expand(ExpandQuestion("a:x", order=order, first=3, after=after), ALL)
        seen += page.items
        if not page.has_next:
            break
        after = page.cursors[-1]
    assert seen == every.items
    check_order(reader, order, seen)


def check_order(reader: Reader, order: ExpandOrder, seen: list[Step]) -> None:
    degrees = [sum(c.count for c in reader.edge_counts([s.node.id], ALL)[s.node.id]) for s in seen]
    if order in MEASURES:
        told = [measure(step, MEASURES[order]) for step in seen]
        values = [each for each in told if each is not None]
        assert told == [*sorted(values, reverse=True), *[None] * (len(told) - len(values))]
    elif order is not ExpandOrder.ID:
        assert degrees == sorted(degrees, reverse=order is ExpandOrder.DEGREE_DESC)
