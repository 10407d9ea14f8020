"""How far a long task is: when the next line about it is due, and who prints such lines."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

Progress = Callable[[str], None]
"""Shows a person one line about what is being done."""
INTERVAL = 2.0
"""Seconds from one line to the next: nothing that takes longer is silent, and nothing scrolls."""


class Ticker:
    """Says when a line about a task is due: the first after ``interval`` seconds, and so on."""

    def __init__(self, interval: float = INTERVAL) -> None:
        self._interval = interval
        self._start = self._last = time.monotonic()

    @property
    def elapsed(self) -> float:
        """Seconds since the task began."""
        return time.monotonic() - self._start

    def due(self) -> bool:
        """Whether to show a line now; if so, the next one is due an interval later."""
        now = time.monotonic()
        if now - self._last < self._interval:
            return False
        self._last = now
        return True


@contextmanager
def timed(text: str, progress: Progress, *, at_once: bool = True) -> Iterator[None]:
    """Shows a line and, while the block runs, every two seconds how long it has taken.

    A block that is usually quick is not worth a line: with ``at_once=False`` the first one comes
    after two seconds.
    """
    if at_once:
        progress(text)
    start, over = time.monotonic(), Event()

    def show() -> None:
        while not over.wait(INTERVAL):
            progress(f"{text} {time.monotonic() - start:.0f} s")

    thread = Thread(target=show, daemon=True)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()
