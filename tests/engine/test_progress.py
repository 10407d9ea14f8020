"""How often a person is shown how far a long task is."""

import time

import pytest

from engine import progress
from engine.progress import Ticker, timed


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
