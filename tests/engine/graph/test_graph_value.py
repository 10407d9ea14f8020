"""Shares and periods: free text and partial dates as numbers and bounds."""

import pytest

from engine.entity import make_entity
from engine.errors import ServerUnavailable
from engine.graph.convert import entity_of, node_of, relationship_of
from engine.period import bounds, period_of
from engine.question import DateRange
from engine.share import Share, lowest_share, parse_share


@pytest.mark.parametrize(
    ("text", "value", "exact"),
    [
        ("25", 0.25, True),
        ("25%", 0.25, True),
        ("25,5", 0.255, True),
        ("0.5", 0.005, True),
        ("0", 0.0, True),
        ("100", 1.0, True),
        ("100.00 percent", 1.0, True),
        ("25-50", 0.25, False),
        ("25 - 50 %", 0.25, False),
        (">50", 0.5, False),
        ("more than 25 %", 0.25, False),
        ("75% or more", 0.75, False),
        ("ownership-of-shares-25-to-50-percent", 0.25, False),
        ("More than 25% but not more than 50%", 0.25, False),
        ("up to 25%", None, False),
        ("<25", None, False),
        ("101", None, False),
        ("-5", None, False),
        ("25 shares of 100", None, False),
        ("unknown", None, False),
        ("", None, False),
        ("9" * 10_000, None, False),
    ],
)
def test_shares(text: str, value: float | None, exact: bool) -> None:
    """What a percentage says, or that it says nothing."""
    assert parse_share(text) == Share(value, exact)


def test_several_shares_count_with_the_lowest() -> None:
    """Two percentages on one edge make a lower bound."""
    assert lowest_share(["50", "x", "25"]) == Share(0.25, False)


@pytest.mark.parametrize(
    ("properties", "period"),
    [
        (
            {"startDate": ["2010-05", "2009"], "endDate": ["2015", "2016-02"]},
            ("2009", "2016-02-29"),
        ),
        ({"date": ["2015-03-01"]}, ("2015-03-01", "2015-03-01")),
        ({"startDate": ["2010"], "date": ["2012"]}, ("2010", None)),
        ({"endDate": ["2010"]}, (None, "2010-12-31")),
        ({}, (None, None)),
    ],
)
def test_periods(properties: dict[str, list[str]], period: tuple[str | None, str | None]) -> None:
    """The first and the last day that an edge tells."""
    assert period_of(make_entity("a", "e", "Ownership", properties)) == period


def test_a_partial_end_covers_all_of_it() -> None:
    """Up to 2019 includes the last moment of 2019."""
    start, end = bounds(DateRange("2018", "2019"))
    assert (start, end) == ("2018", "2019~")
    assert bounds(None) == (None, None)


def test_what_was_deleted_while_it_was_read() -> None:
    for read in (
        entity_of,
        node_of,
        lambda nothing: relationship_of("OWNERSHIP", "a", "b", nothing),
    ):
        with pytest.raises(ServerUnavailable, match="changed while this was read: ask again"):
            read({})
