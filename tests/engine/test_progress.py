"""How often a person is shown how far a long task is."""

import time

import pytest

from engine import progress
from engine.progress import Ticker, throttled, timed


class Clock:
    """Seconds as a test has them."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        """The time now."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(progress, "time", made)
    return made


def test_a_ticker_is_due_once_an_interval(clock: Clock) -> None:
    ticker, due = Ticker(), []
    for _ in range(10):
        clock.now += 0.75
        due.append(ticker.due())
    assert due == [False, False, True, False, False, True, False, False, True, False]
    assert ticker.elapsed == 7.5


def test_lines_of_one_kind_are_throttled(clock: Clock) -> None:
    """What is new is shown at once, however soon; how far it is, every two seconds."""
    shown: list[str] = []
    show = throttled(shown.append)
    for text in ("Reading 1", "Reading 2", "Indexing 1", "Indexing 2", "Reading 3"):
        show(text)
        clock.now += 0.5
    for count in range(4, 10):
        show(f"Reading {count}")
        clock.now += 0.5
    assert shown == ["Reading 1", "Indexing 1", "Reading 3", "Reading 7"]


def test_a_long_wait_shows_its_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "INTERVAL", 0.01)
    shown: list[str] = []
    with timed("Waiting …", shown.append):
        while len(shown) < 3:
            time.sleep(0.01)
    assert shown[0] == "Waiting …"
    assert shown[2] == "Waiting … 0 s"


def test_a_short_wait_is_silent() -> None:
    shown: list[str] = []
    with timed("Waiting …", shown.append, at_once=False):
        pass
    assert shown == []
