"""What did earlier statements of a relationship say, and until when?

Statements of one record follow one another: 70 % in 2022, 80 % since 2023. The newest one is the
record; what an earlier one said differently is kept beside it, for the time until it was changed.

A change is dated by the start that the later statement gives the interest, if that is later than
the start before, else by the date of the later statement. What was said before ends on the day
before. Statements of the same day correct one another, and statements without a date have no place
in time: of both, only the last one counts, as it does where a period would end before it starts.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from engine.partial_date import PartialDate, parse_date
from loaders.format.bods.interest import directness, edge_of, share_of, words
from loaders.format.bods.party import object_of, objects, text
from loaders.format.bods.version import details_of, end_key

Statement = Mapping[str, Any]
Interest = Mapping[str, Any]
Name = tuple[str, str, int]
"""What an interest is known by through all statements: its kind, directness, and which of these."""


@dataclass(frozen=True)
class Said:
    """An interest as one or more statements in a row tell of it."""

    statement: int
    """The last of these statements, by its number."""
    interest: Interest
    start: str
    """When it began, as far as statements say; else empty."""
    end: str = ""
    """The last day before it was changed; empty for what the newest statement says."""


def interests_of(statement: Statement) -> list[Interest]:
    """The interests of a relationship; one of which no interest is stated is one all the same."""
    return objects(details_of(statement).get("interests")) or [{}]


def history(statements: Sequence[Statement]) -> tuple[list[Said], list[Said]]:
    """What was said before, and what the last of some statements says now; both in order."""
    past: list[Said] = []
    current: dict[Name, Said] = {}
    began = False
    for number in dated(statements):
        statement = statements[number]
        said = dict(named(statement))
        for name in list(current):
            if name not in said:
                closed = text(statement.get("recordStatus")) == "closed"
                end = day_of(statement) if closed else day_before(day_of(statement))
                past.append(replace(current.pop(name), end=end))
        for name, interest in said.items():
            before = current.get(name)
            start = text(interest.get("startDate"))
            if before is None:
                # an interest that earlier statements lack begins with this one at the latest
                start = start or (day_of(statement) if began else "")
            elif same(before, statements, interest, statement):
                start = before.start or start
            else:
                start = change_of(before, start, statement)
                past.append(replace(before, end=day_before(start)))
            current[name] = Said(number, interest, start)
        began = True
    return [said for said in past if is_period(said)], list(current.values())


def dated(statements: Sequence[Statement]) -> Iterator[int]:
    """The numbers of those that count, of several of one day the last; the newest always does."""
    last = len(statements) - 1
    for number, statement in enumerate(statements):
        day = day_of(statement)
        if number == last or (day and day != day_of(statements[number + 1])):
            yield number


def named(statement: Statement) -> Iterator[tuple[Name, Interest]]:
    """The interests of a statement, by what they are known by."""
    met: dict[tuple[str, str], int] = {}
    for interest in interests_of(statement):
        kind = words(interest.get("type")), directness(interest)
        met[kind] = met.get(kind, 0) + 1
        yield (*kind, met[kind]), interest


def same(
    before: Said, statements: Sequence[Statement], interest: Interest, statement: Statement
) -> bool:
    """Whether a later statement says the same of an interest: the same share, between the same."""
    earlier = statements[before.statement]
    return (
        share_of(before.interest) == share_of(interest)
        and edge_of(before.interest) == edge_of(interest)
        and all(end_of(earlier, end) == end_of(statement, end) for end in ENDS)
    )


ENDS = ("subject", "interestedParty")


def end_of(statement: Statement, name: str) -> str:
    """What one end of a relationship names: a record, or the reason why it names none."""
    details = details_of(statement)
    if key := end_key(details.get(name)):
        return key
    reason = object_of(details, name)
    return words(object_of(reason, "unspecified").get("reason") or reason.get("reason"))


def change_of(before: Said, start: str, statement: Statement) -> str:
    """When a later statement changed what was said: by its own start, or by its date."""
    stated, earlier = parse_date(start), parse_date(before.start)
    if stated is not None and (earlier is None or stated.first > earlier.first):
        return start
    return day_of(statement)


def is_period(said: Said) -> bool:
    """Whether what was said before held for some time, as far as its dates say."""
    start, end = parse_date(said.start), parse_date(said.end)
    return end is not None and (start is None or start.first <= end.last)


def day_of(statement: Statement) -> str:
    """The date of a statement; empty where it has none that exists."""
    known = parse_date(text(statement.get("statementDate")))
    return "" if known is None else known.text


def day_before(day: str) -> str:
    """The last day before a day, a month or a year; empty for no date."""
    known: PartialDate | None = parse_date(day)
    if known is None:
        return ""
    return (date.fromisoformat(known.first) - timedelta(days=1)).isoformat()
