"""One rule says what a date is: every room that reads or asks for dates answers alike."""

from typing import Any

import pytest
from followthemoney import registry
from graphql import GraphQLError

from api.argument import DATE
from engine.access import Access
from engine.entity import make_entity
from engine.errors import BadInput
from engine.graph.walk.ownership import Ownership
from engine.index.day import days
from engine.index.expression import DayRange
from engine.index.known import Known
from engine.index.parser import parse
from engine.partial_date import leading_date, parse_date, required_date
from engine.period import period_of
from engine.question import DateRange, OwnershipQuestion
from loaders.format.bods.party import day as bods_day
from loaders.format.icij.node import iso

DATES = [
    ("2019", "2019", "2019-12-31"),
    ("2019-04", "2019-04", "2019-04-30"),
    ("2019-4", "2019-04", "2019-04-30"),
    ("2019-04-30", "2019-04-30", "2019-04-30"),
    ("2019-4-3", "2019-04-03", "2019-04-03"),
    ("2019-02", "2019-02", "2019-02-28"),
    ("2020-02", "2020-02", "2020-02-29"),
    ("2020-02-29", "2020-02-29", "2020-02-29"),
    ("1500-01-01", "1500-01-01", "1500-01-01"),
    ("2099-12-31", "2099-12-31", "2099-12-31"),
    ("2019-04-30T10:00:00", "2019-04-30", "2019-04-30"),
    ("2019-04-30T00:30:00+02:00", "2019-04-30", "2019-04-30"),
    ("2019-04-30 23:30Z", "2019-04-30", "2019-04-30"),
]
"""Text, the date as FtM writes it, and its last day."""
NONEXISTENT = [
    "2019-02-31",
    "2019-02-29",
    "2019-04-31",
    "2019-99",
    "2019-13",
    "2019-00",
    "2019-04-00",
    "2019-04-32",
    "2019-02-31T10:00:00",
    "9999-12-31",
    "0001-01-01",
]
NOT_DATES = [
    "",
    "19",
    "20191",
    "soon",
    "2019-",
    "2019-2020",
    "2019-W7",
    "2019/04",
    "2019-04T10",
    "2019-04-300",
    "30-04-2019",
    "٢٠١٩",
]


class Unconnected:
    """A graph that holds nothing and keeps what it was asked with."""

    def __init__(self) -> None:
        self.parameters: dict[str, Any] = {}

    def read(self, name: str, parameters: dict[str, Any], timeout: float) -> list[Any]:
        """No rows."""
        self.parameters = parameters
        return []


def owners_at(date: str) -> Any:
    """The date that owners are asked for at."""
    graph = Unconnected()
    question = OwnershipQuestion("d:a", at=date)
    Ownership(graph, 10).owners(question, Access(frozenset({"d"})))  # type: ignore[arg-type]
    return graph.parameters["start"]


KNOWN = Known(frozenset({"d"}), lambda *_: True)
"""What a search may name."""


def searched(text: str) -> Any:
    """The days that a search for this date finds."""
    expression = parse(f'date:"{text}"', KNOWN)
    return (expression.low, expression.high) if isinstance(expression, DayRange) else expression


ASKED = [
    required_date,
    lambda text: DateRange(text).start,
    lambda text: DateRange(None, text).end,
    DATE.parse_value,
    owners_at,
]
"""Where somebody asks with a date: each answers the date as FtM writes it, or refuses."""


@pytest.mark.parametrize(("text", "date", "last"), DATES)
def test_a_date_is_one_for_everybody(text: str, date: str, last: str) -> None:
    parsed = parse_date(text)
    assert parsed is not None
    assert (parsed.text, parsed.last) == (date, last)
    assert leading_date(text) == parsed
    assert (registry.date.clean(text) or "")[:4] == date[:4], "FtM takes it too"
    assert [ask(text) for ask in ASKED] == [date] * len(ASKED)
    assert searched(text) == days(text) == days(date)
    assert iso(text) == date
    assert dict(bods_day("startDate", text)) == {"startDate": text}
    entity = make_entity("d", "e", "Ownership", {"startDate": [text], "endDate": [text]})
    start, end = period_of(entity)
    assert start is not None
    assert end is not None
    assert (start[: len(date)], end[: len(last)]) == (date, last)


@pytest.mark.parametrize("text", NONEXISTENT + NOT_DATES)
def test_what_is_no_date_is_none_for_anybody(text: str) -> None:
    assert parse_date(text) is None
    for ask in ASKED:
        with pytest.raises((BadInput, GraphQLError), match="is not a date: give a year"):
            ask(text)
    assert iso(text) == ""
    assert "startDate" not in dict(bods_day("startDate", text))


@pytest.mark.parametrize("text", NONEXISTENT)
def test_a_date_that_does_not_exist_is_refused_in_a_search(text: str) -> None:
    """Text that is not written as a date is searched for as words; a wrong date is refused."""
    for query in (f'date:"{text}"', f"birthDate:{text}", f"date:[{text} TO *]", f"date:(x {text})"):
        with pytest.raises(BadInput, match="is not a date"):
            parse(query, KNOWN)


@pytest.mark.parametrize("text", [text for text in NONEXISTENT + NOT_DATES if text])
def test_a_stored_value_that_is_no_date_is_kept_and_not_dated(text: str) -> None:
    """The index leaves it out; the graph compares it as the source has it."""
    if text != "2019-04T10":
        assert days(text) is None
        entity = make_entity("d", "e", "Ownership", {"startDate": [text], "endDate": [text]})
        assert period_of(entity) == (text, text)
    assert make_entity("d", "e", "Ownership", {"startDate": [text]}).first("startDate") == text


def test_a_stored_value_may_say_more_than_a_date() -> None:
    """``2019 ca.`` is found by its year, but nobody asks so."""
    assert leading_date("2019 ca.") == parse_date("2019")
    assert days("2019 ca.") == (20190101, 20191231)
    entity = make_entity("d", "e", "Ownership", {"startDate": ["2019-4"], "endDate": ["2019 ca."]})
    assert period_of(entity) == ("2019-04", "2019-12-31")
    assert parse_date("2019 ca.") is None
    assert parse_date("2019-04-30\n") is None


def test_registers_mean_years_that_are_plausible() -> None:
    """A year far off is a date when somebody asks, and a note when a register says so."""
    for text in ("1066", "2999-12-31"):
        assert required_date(text) == text
        assert iso(text) == ""
        assert dict(bods_day("startDate", text)) == {"notes": f"start date: {text}"}


def test_a_year_is_a_bound_of_a_search_whatever_it_is() -> None:
    """Open ends are written so."""
    assert parse("date:[2010 TO 9999]", KNOWN) == DayRange(20100101, 99991231)


@pytest.mark.parametrize(
    ("start", "end"), [("2021", "2011"), ("2019-05", "2019-04"), ("2019-05-02", "2019-05-01")]
)
def test_a_period_does_not_end_before_it_starts(start: str, end: str) -> None:
    with pytest.raises(BadInput, match="ends before it starts"):
        DateRange(start, end)
    assert DateRange(end, start).start == end
    assert DateRange(start, start[:4]).end == start[:4]
