"""Losses in words: one or several, and names stay as they are written."""

import pytest

from loaders.mapping.tally import SHOWN, Loss, Tally, no_entity

LEFT_OUT = Loss("value", "is no date and was left out", "are no date and were left out")


@pytest.mark.parametrize(
    ("loss", "count", "value", "line"),
    [
        (LEFT_OUT, 1, "'x'", "1 value is no date and was left out: 'x' in t.csv row 2"),
        (LEFT_OUT, 3, "'x'", "3 values are no date and were left out, first 'x' in t.csv row 2"),
        (
            no_entity("x", "nothing stands in 'answered'"),
            1,
            "",
            "1 row made no x, as nothing stands in 'answered' in t.csv row 2",
        ),
        (
            no_entity("rows were {count}", "'values are no' is empty"),
            1,
            "",
            "1 row made no rows were {count}, as 'values are no' is empty in t.csv row 2",
        ),
        (
            LEFT_OUT._replace(subject="x.answered (column {count} rows were): "),
            1,
            "'were'",
            "x.answered (column {count} rows were): 1 value is no date and was left out: "
            "'were' in t.csv row 2",
        ),
        (
            no_entity("x", "name is required and empty"),
            1234,
            "",
            "1,234 rows made no x, as name is required and empty, first in t.csv row 2",
        ),
    ],
)
def test_a_loss_in_words(loss: Loss, count: int, value: str, line: str) -> None:
    tally = Tally()
    for at in range(count):
        tally.add(loss, "t.csv", at + 2, value)
    assert tally.lines() == [line]


def test_the_most_frequent_come_first_and_the_rest_is_counted() -> None:
    tally = Tally()
    for n in range(SHOWN + 3):
        for at in range(n + 1):
            tally.add(no_entity(f"e{n}", "it is empty"), "t.csv", at + 2)
    lines = tally.lines()
    assert lines[0].startswith(f"{SHOWN + 3} rows made no e{SHOWN + 2}, ")
    assert lines[SHOWN:] == ["… and 3 more kinds of values that were left out"]
